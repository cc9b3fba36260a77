//! What the pages are told of a lab that is watched: its report without what only the terminal and grading need. No ARN,
//! no account number, no caller.

use crate::report::view::{Mark, Order};
use crate::report::{Points, Report};
use serde::Serialize;

/// The name and version of this format.
const SCHEMA: &str = "edemlab/live/1";

#[derive(Serialize)]
struct LiveReport<'r> {
    schema: &'static str,
    lab: &'r str,
    /// When it was looked at, RFC 3339.
    at: &'r str,
    points: Points,
    steps: Vec<LiveStep<'r>>,
}

#[derive(Serialize)]
struct LiveStep<'r> {
    id: &'r str,
    title: &'r str,
    /// The page, within the book.
    chapter: &'r str,
    /// How it stands, as a style sheet names it.
    status: &'static str,
    points: Points,
    checks: Vec<LiveCheck<'r>>,
}

#[derive(Serialize)]
struct LiveCheck<'r> {
    id: &'r str,
    /// The place on the page.
    anchor: &'r str,
    title: &'r str,
    status: &'static str,
    points: u32,
    possible: u32,
    optional: bool,
    found: Option<&'r str>,
    fix: Option<&'r str>,
    cli: &'r [String],
    needs: &'r [String],
}

/// The report as the pages read it: JSON on one line.
pub fn shown(report: &Report) -> String {
    let order = Order::of(report);
    let steps = report.steps.iter().map(|step| LiveStep {
        id: &step.id,
        title: &step.title,
        chapter: &step.chapter,
        status: Mark::of(&order, step).class(),
        points: step.points,
        checks: step
            .checks
            .iter()
            .map(|check| LiveCheck {
                id: &check.id,
                anchor: check.id.split_once('.').map_or("", |(_, anchor)| anchor),
                title: &check.title,
                status: Mark::of_check(&order, step, check).class(),
                points: check.points,
                possible: check.possible,
                optional: check.optional,
                found: check.found.as_deref(),
                fix: check.fix.as_deref(),
                cli: &check.cli,
                needs: &check.needs,
            })
            .collect(),
    });
    let shown = LiveReport {
        schema: SCHEMA,
        lab: &report.lab,
        at: &report.started,
        points: report.points,
        steps: steps.collect(),
    };
    serde_json::to_string(&shown).expect("a report is plain data")
}
