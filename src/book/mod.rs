//! The book's pages, made from the checks: what `{{#check STEP}}` and `{{#check STEP.CHECK}}` stand for.

mod entry;
mod markdown;
mod preprocessor;

pub use preprocessor::{BookError, Filler, NAME};

use crate::course::{Course, Directive, Lab, PAGES, Step, UnknownName, Vocabulary, directives, steps_on};
use std::fmt::Write;

/// A `{{#check}}` that stands for nothing, with its place.
#[derive(Debug, thiserror::Error)]
#[error("{path}:{line}: {why}")]
pub struct PageError {
    /// The page's path within the course.
    path: String,
    /// Its line, counted from 1.
    line: usize,
    /// What is wrong, and what would be right.
    why: Refusal,
}

/// Why a `{{#check}}` cannot be replaced.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Not on a line of its own.
    #[error("`{{{{#check NAME}}}}` stands on a line of its own, with the name of one step or check")]
    Form,
    /// The page belongs to no step.
    #[error("`{{{{#check {0}}}}}` belongs into the chapter of its step, and no `lab.yaml` says that this page is one")]
    NoStep(String),
    /// The name of nothing in this chapter.
    #[error("{0}")]
    Unknown(UnknownName),
    /// A step or check of another chapter.
    #[error("`{name}` is a check of another chapter, `{chapter}`; here are: {here}")]
    Elsewhere {
        /// What was named.
        name: String,
        /// The source of its chapter, within the book.
        chapter: String,
        /// The steps and checks of this chapter.
        here: String,
    },
}

/// The text of the page at `path` (below `book/src`, such as `datastream/kinesis.md`), with each `{{#check}}` replaced
/// by what the course says of it. All else stays as it is, also `{{#include}}`, which mdBook replaces later.
///
/// # Errors
/// A `{{#check}}` that stands for nothing.
pub fn page(course: &Course, vocabulary: &Vocabulary, path: &str, text: &str) -> Result<String, PageError> {
    let whole = format!("{PAGES}/{path}");
    let here = steps_on(course.labs.values(), &whole);
    let refuse = |at: usize, why| PageError {
        path: whole.clone(),
        line: text[..at].matches('\n').count() + 1,
        why,
    };
    let mut named = Vec::new();
    for found in directives(text) {
        let directive = found.map_err(|at| refuse(at.start, Refusal::Form))?;
        let target = target(course, &here, &directive.name).map_err(|why| refuse(directive.at.start, why))?;
        named.push((directive, target));
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for (Directive { name, at }, (lab, step)) in &named {
        out.push_str(&text[rest..at.start]);
        rest = at.end;
        let entry = entry::Writer { lab, vocabulary };
        if *name == step.id {
            entry.step(&mut out, step);
            let singly = |id: &str| named.iter().any(|(other, _)| other.name == id);
            for check in step.all_checks().filter(|check| !singly(&check.id)) {
                entry.check(&mut out, step, check);
            }
        } else if let Some(check) = step.all_checks().find(|check| check.id == *name) {
            entry.check(&mut out, step, check);
        }
    }
    out.push_str(&text[rest..]);
    Ok(out)
}

type Place<'c> = (&'c Lab, &'c Step);

/// The step that `name` is, or is a check of.
fn target<'c>(course: &'c Course, here: &[Place<'c>], name: &str) -> Result<Place<'c>, Refusal> {
    let Some((lab, _)) = here.first() else {
        return Err(Refusal::NoStep(name.to_owned()));
    };
    let is = |step: &Step| step.id == name || step.all_checks().any(|check| check.id == name);
    if let Some(place) = here.iter().find(|(_, step)| is(step)) {
        return Ok(*place);
    }
    let lab = course.labs.get(&lab.id).unwrap_or(lab);
    let known = names(here);
    match lab.steps.iter().find(|step| is(step)) {
        Some(step) => Err(Refusal::Elsewhere {
            name: name.to_owned(),
            chapter: format!("{}.md", step.chapter.trim_end_matches(".html")),
            here: known.join(", "),
        }),
        None => Err(Refusal::Unknown(UnknownName::new(
            "step or check",
            name,
            known.iter().map(String::as_str),
        ))),
    }
}

/// The steps and checks of a chapter, as they are named in it.
fn names(here: &[Place]) -> Vec<String> {
    let of = here.iter().flat_map(|(_, step)| {
        let checks = step.all_checks().map(|check| check.id.clone());
        std::iter::once(step.id.clone()).chain(checks)
    });
    of.collect()
}

/// "1 point", "4 points", with what is extra credit.
pub fn points(full: u32, extra: u32) -> String {
    let count = |n: u32| format!("{n} point{}", if n == 1 { "" } else { "s" });
    let mut out = String::new();
    if full > 0 || extra == 0 {
        out.push_str(&count(full));
    }
    if extra > 0 {
        let more = if out.is_empty() {
            count(extra)
        } else {
            format!(", and {extra}")
        };
        let _ = write!(out, "{more} extra");
    }
    out
}
