//! The book's pages, made from the course: what `{{#check STEP}}`, `{{#check STEP.CHECK}}` and `{{#advice LAB}}` stand for.

mod advice;
mod entry;
mod markdown;
mod points;
mod preprocessor;

pub use points::points;
pub use preprocessor::{BookError, Filler, NAME};

use crate::course::{
    Course, Directive, Misplaced, PAGES, Placeholders, Vocabulary, advice_directives, advice_of, directives, named,
    steps_on,
};

/// A `{{#check}}` or `{{#advice}}` that stands for nothing, with its place.
#[derive(Debug, thiserror::Error)]
#[error("{path}:{line}: {why}")]
pub struct PageError {
    /// The page's path within the course.
    path: String,
    /// Its line, counted from 1.
    line: usize,
    /// What is wrong, and what would be right.
    why: Misplaced,
}

/// The text of the page at `path` (below `book/src`, such as `datastream/kinesis.md`), with each `{{#check}}` and `{{#advice}}` replaced
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
    let mut found = Vec::new();
    for directive in directives(text) {
        let directive = directive.map_err(|at| refuse(at.start, Misplaced::Form))?;
        let target = named(&here, &directive.name).map_err(|why| refuse(directive.at.start, why))?;
        found.push((directive, target));
    }
    // What each stands for, by its place.
    let mut written = Vec::new();
    for directive in advice_directives(text) {
        let lab = advice_of(course.labs.values(), &directive).map_err(|(at, why)| refuse(at.start, why))?;
        if let Ok(Directive { at, .. }) = directive {
            written.push((at, advice::table(lab, vocabulary)));
        }
    }
    for (Directive { name, at }, (lab, step)) in &found {
        let mut out = String::new();
        let placeholders = Placeholders::new(lab, vocabulary);
        let entry = entry::Writer { lab, placeholders };
        if *name == step.id {
            entry.step(&mut out, step);
            let singly = |id: &str| found.iter().any(|(other, _)| other.name == id);
            for check in step.all_checks().filter(|check| !singly(&check.id)) {
                entry.check(&mut out, step, check);
            }
        } else if let Some(check) = step.all_checks().find(|check| check.id == *name) {
            entry.check(&mut out, step, check);
        }
        written.push((at.clone(), out));
    }
    written.sort_by_key(|(at, _)| at.start);
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for (at, instead) in &written {
        out.push_str(&text[rest..at.start]);
        out.push_str(instead);
        rest = at.end;
    }
    out.push_str(&text[rest..]);
    Ok(out)
}
