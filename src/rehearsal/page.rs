//! The page of a rehearsal: one file, in which nothing runs.

use super::outcome::Trial;
use super::record::Record;
use super::text::{reasons, unrecorded};
use super::timing::{hop_times, seconds};
use crate::course::Course;
use crate::report::html::{STYLE, document, environment, render};
use crate::report::view::minute;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> =
    LazyLock::new(|| environment(&[("rehearsal.html", include_str!("rehearsal.html"))]));

/// A trial in words.
#[derive(Serialize)]
struct Row<'r> {
    subject: &'r str,
    title: &'r str,
    status: &'static str,
    verdict: &'static str,
    deployed: String,
    settled: String,
    back: String,
    reasons: Vec<String>,
    at_first: Vec<&'r str>,
    not_back: Option<&'r str>,
    unrecorded: Option<String>,
    found: Vec<Found<'r>>,
}

/// What a check that should fail has said.
#[derive(Serialize)]
struct Found<'r> {
    check: &'r str,
    found: &'r str,
}

/// The rehearsal as a page of its own. `command` deletes what it has left.
pub fn page(record: &Record, course: &Course, command: &str) -> String {
    let title = format!("Rehearsal of {}", record.lab);
    let rows: Vec<Row<'_>> = record.trials.iter().map(row).collect();
    let hops = hop_times(record, course);
    let proposed: Vec<String> = hops.iter().filter_map(|hop| hop.proposed.clone()).collect();
    let otherwise = record.trials.iter().filter(|trial| !trial.is_as_expected()).count();
    let wanted = record.faults.len() + 1;
    let summary = match (record.trials.len(), otherwise) {
        (tried, _) if tried < wanted => format!("{tried} of {wanted} were tried. It is not finished."),
        (_, 0) => format!("All {wanted} showed what they should."),
        (_, count) => format!("{count} of {wanted} showed something else than they should."),
    };
    let cleaned = record.clean_up.as_ref();
    let left: Vec<String> = cleaned
        .iter()
        .flat_map(|c| &c.left)
        .map(|(thing, why)| format!("{}: {why}", thing.named()))
        .collect();
    let new: Vec<String> = cleaned.iter().flat_map(|c| &c.new).map(|thing| thing.named()).collect();
    let end = match cleaned {
        None => format!("It is not cleaned up: what it made may still be there, and cost. This deletes it: {command}"),
        Some(c) if c.is_clean() => format!(
            "Nothing of it is left: {} services were listed again at {}.",
            c.lists,
            minute(&c.at)
        ),
        Some(c) if !c.is_stack_gone => {
            format!(
                "The stack {} is still there, and may cost. This deletes it: {command}",
                record.stack
            )
        }
        Some(_) => format!("Something of it may be left. This deletes it: {command}"),
    };
    let place = match record.has_custom_endpoint {
        true => "not AWS itself, but another endpoint",
        false => "AWS",
    };
    let facts = vec![
        format!("account {}", record.account),
        record.region.clone(),
        place.to_owned(),
        format!("begun {}", minute(&record.begun)),
        format!("edemlab {}", record.tool),
    ];
    let parts = match record.parts.is_empty() {
        true => String::new(),
        false => format!("With {}.", record.parts.join(", ")),
    };
    let values = context! {
        title => &title, facts => facts, summary => summary, parts => parts, rows => Serde(&rows), hops => Serde(&hops), compared => Serde(&record.compared), proposed => proposed,
        end => end, left => left, new => new,
        unknown => cleaned.map(|c| c.unknown.clone()).unwrap_or_default(),
    };
    document(&title, &render(&TEMPLATES, "rehearsal.html", values), STYLE, None)
}

fn row(trial: &Trial) -> Row<'_> {
    let fails = |look: &&super::outcome::Look| trial.fails.contains(&look.check);
    let found = trial.checks.iter().filter(fails).filter_map(|look| {
        Some(Found {
            check: &look.check,
            found: look.found.as_deref()?,
        })
    });
    Row {
        subject: &trial.subject,
        title: &trial.title,
        status: if trial.is_as_expected() { "pass" } else { "fail" },
        verdict: match (&trial.not_deployed, trial.is_as_expected()) {
            (Some(_), _) => "not deployed",
            (None, true) => "as it should",
            (None, false) => "otherwise",
        },
        deployed: seconds(trial.deployed_in),
        settled: trial.settled_in.map(seconds).unwrap_or_else(|| "never".to_owned()),
        back: trial.back_in.map(seconds).unwrap_or_default(),
        reasons: reasons(trial),
        at_first: trial.at_first.iter().map(|one| one.says.as_str()).collect(),
        not_back: trial.not_back_by_update.as_deref(),
        unrecorded: unrecorded(trial),
        found: found.collect(),
    }
}
