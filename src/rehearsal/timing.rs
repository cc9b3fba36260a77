//! How long events took in a rehearsal, beside what the course's table of AWS's times says.

use super::record::Record;
use crate::course::{Course, Hop, Timing};
use crate::report::Status;
use serde::Serialize;

/// How long an event took to a hop.
#[derive(Serialize)]
pub(super) struct HopTime {
    /// The hop's id.
    pub check: String,
    /// How long it took in the solution.
    pub seconds: String,
    /// How long it may take.
    pub within: String,
    /// What is usual on AWS, as far as a source says so.
    pub usual: String,
    /// What could be added to the table.
    pub proposed: Option<String>,
}

/// The hops of the solution that have passed.
pub(super) fn hop_times(record: &Record, course: &Course) -> Vec<HopTime> {
    let (Some(solution), Ok(lab)) = (record.trial("solution"), course.lab(&record.lab)) else {
        return Vec::new();
    };
    let hops = lab
        .steps
        .iter()
        .filter_map(|step| step.probe.as_ref())
        .flat_map(|probe| &probe.hops);
    let times = hops.filter_map(|hop| {
        let passed = solution
            .checks
            .iter()
            .find(|look| look.check == hop.check.id && look.status == Status::Pass);
        passed.map(|look| hop_time(record, hop, look.seconds, &course.timings))
    });
    times.collect()
}

fn hop_time(record: &Record, hop: &Hop, took: f64, timings: &[Timing]) -> HopTime {
    let takes: Vec<&Timing> = timings.iter().filter(|timing| hop.takes.contains(&timing.id)).collect();
    let known: Vec<f64> = takes.iter().filter_map(|timing| timing.typical).collect();
    let usual = known.iter().sum::<f64>();
    let is_known = !takes.is_empty() && known.len() == takes.len();
    // What a sandbox takes says nothing of AWS.
    let is_news = !record.has_custom_endpoint && !takes.is_empty() && (!is_known || took > usual);
    let ids: Vec<&str> = takes.iter().map(|timing| timing.id.as_str()).collect();
    HopTime {
        check: hop.check.id.clone(),
        seconds: seconds(took),
        within: seconds(hop.within.as_secs_f64()),
        usual: match (known.is_empty(), is_known) {
            (true, _) => "not known".to_owned(),
            (false, true) => seconds(usual),
            (false, false) => format!("{} and more", seconds(usual)),
        },
        proposed: is_news.then(|| {
            format!(
                "{}: kind: recording, note: {} took {} in {}, {}",
                ids.join(", "),
                hop.check.id,
                seconds(took),
                record.region,
                record.begun.split('T').next().unwrap_or_default()
            )
        }),
    }
}

/// Seconds to the tenth.
pub(super) fn seconds(seconds: f64) -> String {
    format!("{seconds:.1} s")
}
