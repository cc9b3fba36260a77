//! What a report says at its end: the points, and what to do now.

use super::order::Order;
use crate::report::text::visible;
use crate::report::{CheckReport, Report, Status, Verdict};
use std::fmt::Write;

/// The summary, and the steps to check again.
pub(super) fn summary(report: &Report, order: &Order) -> (String, Vec<String>) {
    let points = &report.points;
    let optional = report.checks().map(|(_, check)| check).filter(|check| check.optional);
    let extra = match optional.map(|check| check.points).sum() {
        0u32 => String::new(),
        extra => format!(", {extra} of them extra credit"),
    };
    let mut text = format!("{} of {} points{extra}.", points.earned, points.possible);
    if points.unknown > 0 {
        let unknown = match points.unknown {
            1 => "1 point could not be checked and is not deducted".to_owned(),
            n => format!("{n} points could not be checked and are not deducted"),
        };
        let _ = write!(text, " {unknown}.");
    }
    let mut steps = Vec::new();
    match report.verdict {
        Verdict::Pass if !report.left_out.is_empty() => {
            text.push_str(" Everything that was looked at is as it should be.")
        }
        Verdict::Pass
            if report
                .checks()
                .any(|(_, check)| check.optional && check.status == Status::Fail) =>
        {
            text.push_str(" Everything that is asked for is as it should be.")
        }
        Verdict::Pass => text.push_str(" Everything is as it should be."),
        Verdict::Fail => {
            let causes = order.causes();
            if let Some(first) = causes.first() {
                let _ = write!(text, " Start with {}, then:", visible(&first.id));
            }
            steps = again(report, order, &causes);
        }
        Verdict::Unknown if report.checks().all(|(_, check)| check.status != Status::Pass) => {
            text.push_str(" Nothing could be determined.");
        }
        Verdict::Unknown if 2 * points.unknown > points.possible => {
            text.push_str(" Most of it could not be determined.");
        }
        Verdict::Unknown => text.push_str(" Everything that was checked passed."),
    }
    (text, steps)
}

/// The steps of what is to be fixed now, and of the events that were lost because of it.
fn again(report: &Report, order: &Order, causes: &[&CheckReport]) -> Vec<String> {
    let is_cause = |check: &CheckReport| causes.iter().any(|cause| cause.id == check.id);
    let is_lost = |check: &CheckReport| check.status == Status::Fail && order.root(check).is_some_and(is_cause);
    let steps = report.steps.iter().filter(|step| {
        let sent = !step.path.is_empty();
        step.checks
            .iter()
            .any(|check| is_cause(check) || (sent && is_lost(check)))
    });
    steps.map(|step| visible(&step.id)).collect()
}
