//! What a class's folder keeps of a room: the run that is shown, and those before it whose result was another one. It does
//! not grow with the number of looks.
//!
//! - Nothing of a look that shows what the last run shows.
//! - A run of its own, where a check has another status or other points, or the work was changed since. So the best run and the
//!   last one in time are there, also for a deadline that is set afterwards.
//! - In place of the last run, where only its words differ: a resource has another name, say.
//! - Nothing where all that is new is that something could not be determined: a call that failed takes no result back.

use crate::class::premises::Premises;
use crate::course::Lab;
use crate::report::{CheckReport, Chosen, Report, Status};

/// What becomes of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The folder has it.
    Already,
    /// A run of its own.
    Added,
    /// It takes the place of the last run.
    Replaces,
}

/// The last run that the folder has of an account in a lab.
#[derive(Debug, Clone, Copy)]
pub struct LastRun<'r> {
    /// Its report.
    pub report: &'r Report,
    /// What it rests on, where that is known.
    pub premises: Option<&'r Premises>,
}

/// What becomes of a look at `lab` that shows `now`.
pub fn stored(lab: &Lab, last: Option<LastRun>, now: &Report, premises: &Premises) -> Stored {
    let Some(last) = last else { return Stored::Added };
    if rests_on_another(last, now, premises) {
        return Stored::Added;
    }
    let sent_before = last.premises.is_some_and(|before| !before.options.no_probe);
    let before = |id: &str| {
        last.report
            .checks()
            .map(|(_, check)| check)
            .find(|check| check.id == id)
    };
    // What an event has proved stands, whatever a simulation says of it.
    let is_proved = |check: &CheckReport, was: &CheckReport| {
        sent_before && was.status == Status::Pass && lab.check(&check.id).is_some_and(|check| check.proof.is_some())
    };
    let compared = now.checks().filter_map(|(_, check)| {
        let was = before(&check.id);
        (!was.is_some_and(|was| is_proved(check, was))).then_some((check, was))
    });
    let compared: Vec<_> = compared.filter(|(check, _)| check.status != Status::Unknown).collect();
    let result = |check: &CheckReport| (check.status, check.points);
    if compared
        .iter()
        .any(|(check, was)| was.map(result) != Some(result(check)))
    {
        return Stored::Added;
    }
    let is_whole = now.checks().all(|(_, check)| {
        check.status != Status::Unknown || before(&check.id).is_some_and(|was| was.status == Status::Unknown)
    });
    let other_words = compared
        .iter()
        .any(|(check, was)| was.is_some_and(|was| was.found != check.found));
    match other_words || now.resources != last.report.resources {
        true if is_whole && worked_on(now) > worked_on(last.report) => Stored::Added,
        // A run in which events were sent says more than a look.
        true if is_whole && !sent_before => Stored::Replaces,
        _ => Stored::Already,
    }
}

/// When what earns points was last worked on.
fn worked_on(report: &Report) -> Option<&str> {
    let earning = report
        .resources
        .values()
        .filter(|one| one.is_made() && !one.without_points);
    earning.filter_map(Chosen::worked_on).max()
}

/// Whether the last run is of another account or region, or was judged by other rules. That events were sent is no difference.
fn rests_on_another(last: LastRun, now: &Report, premises: &Premises) -> bool {
    if !last.report.account.is_empty() && last.report.account != now.account {
        return true;
    }
    let Some(before) = last.premises else {
        return last.report.tool != now.tool;
    };
    let mut alike = before.clone();
    alike.options.no_probe = premises.options.no_probe;
    alike.rules.differ(&premises.rules) || !premises.corrected(last.report, Some(&alike)).is_empty()
}
