//! What a drill says. All of it stands in the course: the hops' complaints, the faults' titles, the checks' texts.

use super::record::Drill;
use crate::course::{Fault, Lab};
use crate::report::text::{MAX_COMMAND, cut, styled, visible};
use crate::report::{CheckReport, PathStep, Report, Status, StepReport};

/// How a line begins that is a command, to be copied as it is.
pub const COMMAND: &str = "    ";

/// Hints for one fault: where to look, what to compare, the fix.
pub const RUNGS: usize = 3;

/// What somebody says who uses what was built: of the first hop that the event does not get to.
pub fn complaint(lab: &Lab, report: &Report) -> String {
    let hops = lab
        .steps
        .iter()
        .filter_map(|step| step.probe.as_ref())
        .flat_map(|p| &p.hops);
    let status = |id: &str| report.checks().find(|(_, c)| c.id == id).map(|(_, c)| c.status);
    let mut missed = hops.filter(|hop| status(&hop.check.id) != Some(Status::Pass));
    match missed.next() {
        Some(hop) => hop
            .complaint
            .clone()
            .unwrap_or_else(|| format!("It does not work any more: {}.", hop.check.title)),
        None => "It works, and something is wrong all the same.".to_owned(),
    }
}

/// The `n`th hint of a drill for one of its faults, counted from 0, by what the account shows.
pub fn hint(report: &Report, fault: &Fault, n: usize) -> String {
    let Some((step, check)) = shown(report, fault) else {
        return "This one shows once the other one is fixed: `edemlab drill check` says whether it is.".to_owned();
    };
    match n {
        0 => where_to_look(step, check),
        1 => compare(check),
        _ => fix(step, check),
    }
}

/// The check by which a fault is seen: the first of its own that failed.
fn shown<'r>(report: &'r Report, fault: &Fault) -> Option<(&'r StepReport, &'r CheckReport)> {
    let mut checks = report.checks();
    checks.find(|(_, check)| check.status == Status::Fail && fault.fails.contains(&check.id))
}

fn where_to_look(step: &StepReport, check: &CheckReport) -> String {
    let chapter = format!("The chapter: edemlab guide {}", step.chapter);
    // A hop's step is the whole path.
    let reached = step.path.iter().take_while(|hop| hop.status == Status::Pass);
    let names: Vec<&str> = reached.map(|hop| hop.name.as_str()).collect();
    let next = step.path.get(names.len()).map(|hop: &PathStep| hop.name.as_str());
    match (names.last(), next) {
        (Some(last), Some(next)) => format!(
            "The event gets as far as “{}”, and not to “{}”. Look at what stands between the two.\n{chapter}",
            visible(last),
            visible(next)
        ),
        (None, Some(next)) => format!(
            "The event does not even get to “{}”. Look at what takes it in.\n{chapter}",
            visible(next)
        ),
        _ => format!(
            "Look at: {} ({}).\n{chapter}",
            step.title,
            check.id.split('.').next().unwrap_or_default()
        ),
    }
}

fn compare(check: &CheckReport) -> String {
    let mut lines = vec![
        format!("What should be so: {}", visible(&check.title)),
        format!("Expected: {}", styled(&visible(&check.expected))),
    ];
    lines.extend(check.evidence.iter().map(|line| format!("Seen: {}", visible(line))));
    lines.join("\n")
}

fn fix(step: &StepReport, check: &CheckReport) -> String {
    let found = check.found.as_deref().unwrap_or_default();
    let fix = check.fix.as_deref().unwrap_or_default();
    let commands = check
        .cli
        .iter()
        .map(|command| format!("\n{COMMAND}{}", cut(command, MAX_COMMAND)));
    let commands: String = commands.collect();
    let or = if commands.is_empty() { "" } else { "\nOr:" };
    format!(
        "Found: {}\nFix: {}{or}{commands}\nMore: edemlab guide {}",
        styled(&visible(found)),
        styled(&visible(fix)),
        step.chapter
    )
}

/// What was broken, and what gave it away.
pub fn solution(drill: &Drill, faults: &[&Fault], lab: &Lab) -> String {
    let mut lines = Vec::new();
    for fault in faults {
        lines.push(format!("It was: {} ({})", fault.deviation.title, fault.deviation.id));
        let first = fault.fails.iter().find_map(|id| lab.check(id).map(|check| (id, check)));
        match (shown(&drill.report, fault), first) {
            (Some((step, check)), _) => {
                let found = check.found.as_deref().unwrap_or(&check.title);
                lines.push(format!("  gave it away: {}: {}", check.id, visible(found)));
                lines.push(format!("  the chapter: edemlab guide {}", step.chapter));
            }
            (None, Some((id, check))) => lines.push(format!("  gave it away: {id}: {}", check.title)),
            (None, None) => {}
        }
    }
    lines.join("\n")
}

/// The checks that passed at the beginning, and do not now.
pub fn broken_besides<'r>(drill: &'r Drill, now: &'r Report) -> Vec<&'r CheckReport> {
    let passed = |id: &str| {
        drill
            .report
            .checks()
            .any(|(_, c)| c.id == id && c.status == Status::Pass)
    };
    let failed = now
        .checks()
        .map(|(_, check)| check)
        .filter(|c| c.status == Status::Fail);
    failed.filter(|check| passed(&check.id)).collect()
}

/// Whether nothing of a fault is left.
pub fn is_fixed(fault: &Fault, now: &Report) -> bool {
    let is_open = |check: &CheckReport| check.status != Status::Pass && fault.fails.contains(&check.id);
    !now.checks().any(|(_, check)| is_open(check))
}
