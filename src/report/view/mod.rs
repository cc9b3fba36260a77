//! What a report says, in order: the words that every rendering for people shares. All of it is harmless text.

mod mark;
mod parts;
mod phrases;

pub use mark::Mark;
pub use parts::{CheckView, Line, PathStepView, ReportView, StepView};
pub use phrases::{causes, duration, minute, to_fix};

use super::text::visible;
use super::{Report, Status};
use phrases::{facts, is_later, next, summary};

impl ReportView {
    /// What `report` says.
    pub fn of(report: &Report) -> Self {
        let next = next(report);
        let mut reasons: Vec<&str> = Vec::new();
        let mut steps = Vec::new();
        for step in &report.steps {
            let later = is_later(step, next);
            let mut checks = Vec::new();
            for check in &step.checks {
                let reason = check.found.as_deref().unwrap_or_default();
                let in_summary = match check.status {
                    Status::Fail => !later,
                    // One denied action makes many checks unknown: its reason is said once.
                    Status::Unknown => !reasons.contains(&reason),
                    Status::Pass | Status::Blocked => false,
                };
                if check.status == Status::Unknown {
                    reasons.push(reason);
                }
                checks.push(CheckView::of(report, step, check, in_summary));
            }
            steps.push(StepView::of(report, step, checks));
        }
        let (summary, again) = summary(report);
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
}
