//! What a report says, in order: the words that every rendering for people shares. All of it is harmless text.

mod mark;
mod order;
mod parts;
mod phrases;
mod summary;

pub use mark::Mark;
pub use order::Order;
pub use parts::{CheckView, Fixes, Line, PathStepView, Place, ReportView, StepView};
pub use phrases::{duration, minute};

use super::text::visible;
use super::{CheckReport, DENIED, Report, Status};
use phrases::facts;
use summary::summary;

impl ReportView {
    /// What `report` says, and how to fix things in clicks first.
    pub fn of(report: &Report) -> Self {
        Self::with(report, &Fixes::CONSOLE)
    }

    /// What `report` says.
    pub fn with(report: &Report, fixes: &Fixes) -> Self {
        let order = Order::of(report);
        let to_fix = order.to_fix();
        let first = order.causes().first().copied().or_else(|| first_unknown(report));
        let mut reasons: Vec<&str> = Vec::new();
        let mut steps = Vec::new();
        for step in &report.steps {
            let mut checks = Vec::new();
            for check in &step.checks {
                // Whatever is denied, one thing is to be done about it.
                let reason = match check.denied_action() {
                    Some(_) => DENIED,
                    None => check.found.as_deref().unwrap_or_default(),
                };
                let is_now = to_fix.iter().any(|other| other.id == check.id);
                let place = match check.status {
                    _ if first.is_some_and(|first| first.id == check.id) => Place::First,
                    Status::Fail if is_now && order.root(check).is_none() => Place::Line,
                    Status::Fail if is_now => Place::Follows,
                    // Extra credit that is there to be taken.
                    Status::Fail if check.optional && order.is_begun(step) => Place::Line,
                    // One denied action makes many checks unknown: its reason is said once.
                    Status::Unknown if !reasons.contains(&reason) => Place::Line,
                    _ => Place::Rest,
                };
                if check.status == Status::Unknown {
                    reasons.push(reason);
                }
                checks.push(CheckView::of(&order, report, step, check, (place, fixes)));
            }
            steps.push(StepView::of(&order, report, step, checks));
        }
        let (summary, again) = summary(report, &order);
        Self {
            lab: visible(&report.lab),
            title: visible(&report.title),
            facts: facts(report),
            started: minute(&report.started),
            took: duration(report.seconds),
            steps,
            notes: report
                .leftovers
                .iter()
                .chain(&report.notes)
                .map(|n| visible(n))
                .collect(),
            summary,
            again,
        }
    }

    /// How `command` is called for the steps to check again.
    pub fn command(&self, command: &str) -> String {
        format!("{command} {}", self.again.join(" "))
    }

    /// The checks that are shown, in order: those with this `place`.
    pub fn placed(&self, place: Place) -> impl Iterator<Item = &CheckView> {
        let checks = self.steps.iter().flat_map(|step| &step.checks);
        checks.filter(move |check| check.place == place)
    }
}

impl CheckView {
    /// Whether it is something that a report for one reader says, and not only one for the record.
    pub fn in_summary(&self) -> bool {
        self.place != Place::Rest
    }
}

/// Where nothing failed, the first thing that is unknown.
fn first_unknown(report: &Report) -> Option<&CheckReport> {
    let mut checks = report.checks().map(|(_, check)| check);
    checks.find(|check| check.status == Status::Unknown && !check.optional)
}
