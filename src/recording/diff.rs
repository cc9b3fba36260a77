//! Where the answers of two recordings differ in shape: fields, types, errors, the order of states.

use super::exchange::Exchange;
use super::format::Recording;
use super::shapes::{self, Shapes};
use super::vocabulary::Vocabulary;
use crate::course::CourseFiles;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The service and the operation.
    pub operation: String,
    /// What differs: the path of a field, or of what else.
    pub what: String,
    /// What the first recording has.
    pub recorded: String,
    /// What the other one has.
    pub other: String,
}

/// Each difference once, in the order of operations.
pub fn differences(recorded: &Recording, other: &Recording, files: &CourseFiles) -> Vec<Difference> {
    let of = |recording: &Recording| shapes_of(&recording.exchanges, &recording.vocabulary(files));
    let (recorded, other) = (of(recorded), of(other));
    let operations: BTreeSet<&String> = recorded.keys().chain(other.keys()).collect();
    let mut all = Vec::new();
    for operation in operations {
        match (recorded.get(operation), other.get(operation)) {
            (Some(recorded), Some(other)) => compare(operation, recorded, other, &mut all),
            (recorded, _) => {
                let (was_called, was_not) = ("called".to_owned(), "not called".to_owned());
                let (recorded, other) = match recorded {
                    Some(_) => (was_called, was_not),
                    None => (was_not, was_called),
                };
                all.push(Difference {
                    operation: operation.clone(),
                    what: "calls".to_owned(),
                    recorded,
                    other,
                });
            }
        }
    }
    all
}

fn shapes_of(exchanges: &[Exchange], vocabulary: &Vocabulary) -> BTreeMap<String, Shapes> {
    let mut exchanges = exchanges.to_vec();
    exchanges.sort_by_key(|exchange| exchange.at);
    shapes::of(&exchanges, vocabulary)
}

fn compare(operation: &str, recorded: &Shapes, other: &Shapes, all: &mut Vec<Difference>) {
    let mut add = |what: String, recorded: String, other: String| {
        all.push(Difference {
            operation: operation.to_owned(),
            what,
            recorded,
            other,
        });
    };
    if recorded.outcomes != other.outcomes {
        add("outcomes".to_owned(), list(&recorded.outcomes), list(&other.outcomes));
    }
    // Fields, types and states are those of successes.
    if !recorded.succeeded || !other.succeeded {
        return;
    }
    if recorded.content_types != other.content_types {
        add(
            "content type".to_owned(),
            list(&recorded.content_types),
            list(&other.content_types),
        );
    }
    let paths: BTreeSet<&String> = recorded.fields.keys().chain(other.fields.keys()).collect();
    for path in paths {
        let (here, there) = (recorded.fields.get(path), other.fields.get(path));
        // Below a field that one does not have, or a list that had nothing, there is nothing to compare.
        let has_parent =
            parent(path).is_none_or(|parent| recorded.fields.contains_key(parent) && other.fields.contains_key(parent));
        if here == there || !has_parent || is_empty_list(path, here, there) {
            continue;
        }
        let said = |types: Option<&BTreeSet<&'static str>>| types.map_or_else(|| "missing".to_owned(), list);
        let path = if path.is_empty() { "the body" } else { path };
        add(path.to_owned(), said(here), said(there));
    }
    let fields: BTreeSet<&String> = recorded.steps.keys().chain(other.steps.keys()).collect();
    for field in fields {
        let said = |shapes: &Shapes| {
            let steps = shapes.steps.get(field).into_iter().flatten();
            let steps: BTreeSet<String> = steps.map(|(from, to)| format!("{from} → {to}")).collect();
            if steps.is_empty() {
                "no change".to_owned()
            } else {
                list(&steps)
            }
        };
        if recorded.steps.get(field) != other.steps.get(field) {
            add(format!("{field}, order of states"), said(recorded), said(other));
        }
    }
}

/// The field that a field is part of.
fn parent(path: &str) -> Option<&str> {
    match path.strip_suffix("[]") {
        Some(list) => Some(list),
        None => path
            .rfind('.')
            .map(|at| &path[..at])
            .or((!path.is_empty()).then_some("")),
    }
}

/// Whether these are the items of a list that had none in one of the two, or names that a student chose.
fn is_empty_list(path: &str, here: Option<&BTreeSet<&str>>, there: Option<&BTreeSet<&str>>) -> bool {
    (here.is_none() || there.is_none()) && (path.ends_with("[]") || path.ends_with('*'))
}

fn list<T: AsRef<str>>(all: &BTreeSet<T>) -> String {
    let all: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
    all.join(", ")
}

/// The differences as text, for a terminal of this width. `other` names the other recording.
pub fn text(differences: &[Difference], other: &str, width: usize) -> String {
    let mut out = String::new();
    let mut operation = "";
    for difference in differences {
        if difference.operation != operation {
            operation = &difference.operation;
            let _ = writeln!(out, "{}{operation}", if out.is_empty() { "" } else { "\n" });
        }
        let line = format!(
            "{}: recorded {}; {other} {}",
            difference.what, difference.recorded, difference.other
        );
        let options = textwrap::Options::new(width)
            .initial_indent("  ")
            .subsequent_indent("      ");
        let _ = writeln!(out, "{}", textwrap::fill(&line, options));
    }
    let _ = match differences.len() {
        0 => write!(out, "no differences"),
        1 => write!(out, "\n1 difference"),
        count => write!(out, "\n{count} differences"),
    };
    out
}
