//! How long AWS may take, with the sources that say so: what the limits of hops rest on. Read from `labs/aws-timings.yaml`.

use super::diagnostics::{Diagnostics, report};
use super::name::closest;
use super::source::CourseFiles;
use super::step::Lab;
use serde::Deserialize;
use std::cell::RefCell;

/// Where the table is, in a course that has one.
pub const TIMINGS: &str = "labs/aws-timings.yaml";

/// One thing that AWS needs time for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Its id.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Seconds that it usually takes; nothing where no source says so.
    pub typical: Option<f64>,
    /// Seconds that it takes at most; nothing where no source says so.
    pub at_most: Option<f64>,
    /// Who says so.
    pub sources: Vec<TimingSource>,
}

/// Who says how long something takes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimingSource {
    /// What kind of source.
    pub kind: SourceKind,
    /// Where it says so.
    #[serde(default)]
    pub url: Option<String>,
    /// What it says, in our words.
    pub note: String,
}

/// A kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// AWS's documentation.
    Documentation,
    /// Somebody has seen it.
    FieldReport,
    /// It was recorded on AWS.
    Recording,
    /// There is no source: the note says what the labs use, and why.
    None,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    timings: Vec<Timing>,
}

/// The table of a course, empty where it has none; nothing where it cannot be read.
pub(super) fn read(files: &CourseFiles, diagnostics: &RefCell<Diagnostics>) -> Option<Vec<Timing>> {
    let Some(file) = files.get(TIMINGS) else {
        return Some(Vec::new());
    };
    match serde_saphyr::from_str::<Table>(&file.text) {
        Ok(table) => Some(table.timings),
        Err(error) => {
            report(
                diagnostics,
                file,
                0..0,
                format!("this is no table of times: {error}"),
                "",
            );
            None
        }
    }
}

/// Holds the limits of a lab's hops against the table: what a hop waits for usually comes in time.
pub(super) fn hold(lab: &Lab, timings: &[Timing], diagnostics: &RefCell<Diagnostics>) {
    let hops = lab
        .steps
        .iter()
        .filter_map(|step| step.probe.as_ref())
        .flat_map(|probe| &probe.hops);
    for hop in hops {
        let place = &hop.check.place;
        let say = |message: String, label: String| report(diagnostics, &place.file, place.at..place.at, message, label);
        let mut usual = 0.0;
        for id in &hop.takes {
            match timings.iter().find(|timing| timing.id == *id) {
                Some(timing) => usual += timing.typical.unwrap_or_default(),
                None => {
                    let near = closest(id, timings.iter().map(|timing| timing.id.as_str()));
                    let label = near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
                    say(format!("`{TIMINGS}` does not say how long `{id}` takes"), label);
                }
            }
        }
        if usual > hop.within.as_secs_f64() {
            let within = hop.within.as_secs_f64();
            let label = format!("`within` is {within} s");
            say(
                format!("what `{}` takes is usually {usual} s on AWS", hop.check.id),
                label,
            );
        }
    }
}
