//! The report of one check, and how it comes to say pass, fail or unknown.

use crate::account::{CallError, ErrorKind};
use crate::course::{Check, Compiled, Fix};
use crate::expr::{EvalError, Scope, Template};
use crate::report::text::MAX_COMMAND;
use crate::report::{CheckReport, DENIED, Status};

/// Names and values are the student's: a text of a report is cut at this many characters.
const MAX_TEXT_CHARS: usize = 2000;

/// How what stands for a text begins that has no value.
pub const NOT_SHOWN: &str = "(not shown: ";

/// A report of a check of which nothing is known yet.
pub(super) fn blank(check: &Check) -> CheckReport {
    CheckReport {
        id: check.id.clone(),
        title: check.title.clone(),
        status: Status::Unknown,
        points: 0,
        possible: check.points,
        optional: check.optional,
        expected: check.title.clone(),
        found: None,
        why: None,
        fix: None,
        cli: Vec::new(),
        evidence: Vec::new(),
        needs: Vec::new(),
        unrecognized: Vec::new(),
        seconds: 0.0,
    }
}

/// A check that was under way when the user stopped.
pub(super) fn interrupted(check: &Check) -> CheckReport {
    let mut report = blank(check);
    unknown(&mut report, "stopped before this was known".to_owned());
    report
}

pub(super) fn pass(report: &mut CheckReport) {
    report.status = Status::Pass;
    report.points = report.possible;
}

pub(super) fn unknown(report: &mut CheckReport, reason: String) {
    report.status = Status::Unknown;
    report.found = Some(reason);
}

pub(super) fn block(report: &mut CheckReport, by: Vec<String>) {
    report.status = Status::Blocked;
    report.needs = by;
}

pub(super) fn fail(report: &mut CheckReport, check: &Check, scope: &Scope) {
    report.status = Status::Fail;
    if let Some(expected) = &check.expected {
        report.expected = say(expected, scope);
    }
    report.found = check.found.as_ref().map(|t| say(t, scope));
    report.why = check.why.as_ref().map(|t| say(t, scope));
    report.fix = Some(say(&check.fix.console, scope));
    report.cli = commands(&check.fix, scope);
}

/// A text in its scope. Where it has no value, it says so: the verdict does not depend on it.
pub(super) fn say(text: &Compiled<Template>, scope: &Scope) -> String {
    said(text, scope).unwrap_or_else(|error| format!("{NOT_SHOWN}{}: {error})", text.place()))
}

/// A text in its scope.
///
/// # Errors
/// When an expression in it has no value.
pub(super) fn said(text: &Compiled<Template>, scope: &Scope) -> Result<String, EvalError> {
    let said = text.value.text(scope)?;
    Ok(said.trim().chars().take(MAX_TEXT_CHARS).collect())
}

/// The commands of a fix in their scope. Where one has no value there are none: half of a command is worse.
pub(super) fn commands(fix: &Fix, scope: &Scope) -> Vec<String> {
    let commands = fix.cli.as_ref().and_then(|cli| cli.said(scope).ok());
    let whole = |lines: &Vec<String>| lines.iter().all(|line| line.chars().count() <= MAX_COMMAND);
    commands.filter(whole).unwrap_or_default()
}

/// What the report says of a call that failed: with who was denied, since that is whom to give the permission.
pub(super) fn call_failure(error: &CallError) -> String {
    match error.kind {
        ErrorKind::Denied => format!("{}{DENIED}", error.action),
        _ => error.to_string(),
    }
}

/// Seconds to the hundredth: more is noise.
pub(super) fn round(seconds: f64) -> f64 {
    (seconds * 100.0).round() / 100.0
}
