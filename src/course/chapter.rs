//! The chapters of the book, as far as a course depends on them: where `{{#check}}` stands, and which anchors there are.

use super::name::UnknownName;
use super::step::{Lab, Step};
use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use std::ops::Range;

/// Where the book's pages are, in a course.
pub const PAGES: &str = "book/src";

const OPEN_CHECK: &str = "{{#check";
const OPEN_ADVICE: &str = "{{#advice";

/// `{{#check NAME}}` or `{{#advice LAB}}`, on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// The step or check that it names, or the lab.
    pub name: String,
    /// The bytes of the whole directive.
    pub at: Range<usize>,
}

/// Every `{{#check}}` of a page, in order; those in code and those behind a `\` stand for themselves.
///
/// An `Err` is one that cannot be read, by its bytes: it is not alone on its line, or does not name one thing.
pub fn directives(text: &str) -> Vec<Result<Directive, Range<usize>>> {
    opened_by(OPEN_CHECK, text)
}

/// As [`directives`], every `{{#advice}}`.
pub fn advice_directives(text: &str) -> Vec<Result<Directive, Range<usize>>> {
    opened_by(OPEN_ADVICE, text)
}

fn opened_by(open: &str, text: &str) -> Vec<Result<Directive, Range<usize>>> {
    if !text.contains(open) {
        return Vec::new();
    }
    let code = code(text);
    text.match_indices(open)
        .map(|(at, _)| at)
        .filter(|at| !text[..*at].ends_with('\\') && !code.iter().any(|c| c.contains(at)))
        .map(|at| {
            let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
            let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
            let line = text[start..end].trim_end();
            let at = start..start + line.len();
            let inner = line.strip_prefix(open).and_then(|rest| rest.strip_suffix("}}"));
            match inner.map(|i| i.split_whitespace().collect::<Vec<_>>()).as_deref() {
                Some([name]) if !name.contains(['{', '}']) && inner.is_some_and(|i| i.starts_with(' ')) => {
                    Ok(Directive {
                        name: (*name).to_owned(),
                        at,
                    })
                }
                _ => Err(at),
            }
        })
        .collect()
}

/// The bytes of code blocks and code in a line.
fn code(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (event, at) in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) | Event::Code(_) => found.push(at),
            _ => {}
        }
    }
    found
}

/// Why a `{{#check}}` stands for nothing on its page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    /// It cannot be read.
    #[error("`{{{{#check NAME}}}}` is alone on its line and names one step or check")]
    Form,
    /// The page belongs to no step.
    #[error("`{{{{#check}}}}` belongs in the chapter of its step, but this page is not a step's chapter")]
    NoStep,
    /// A step or check of another chapter.
    #[error("`{name}` belongs in another chapter, `{page}`; here are: {here}")]
    Elsewhere {
        /// What was named.
        name: String,
        /// The page where it belongs, within the course.
        page: String,
        /// What can be named here.
        here: String,
    },
    /// An `{{#advice}}` that cannot be read.
    #[error("`{{{{#advice LAB}}}}` is alone on its line and names one lab")]
    AdviceForm,
    /// The advice of a lab that there is not, or that has none.
    #[error("lab `{0}` has no advice: name a lab with an `advice.yaml`")]
    NoAdvice(String),
    /// The name of nothing.
    #[error("{name}; here are: {here}")]
    Unknown {
        /// What was named, and what was probably meant.
        name: UnknownName,
        /// What can be named here.
        here: String,
    },
}

/// The lab whose advice an `{{#advice}}` shows.
///
/// # Errors
/// When it cannot be read, with its place, or there is no such lab or no advice.
pub fn advice_of<'l>(
    labs: impl IntoIterator<Item = &'l Lab>,
    directive: &Result<Directive, Range<usize>>,
) -> Result<&'l Lab, (Range<usize>, Misplaced)> {
    let Directive { name, at } = directive.as_ref().map_err(|at| (at.clone(), Misplaced::AdviceForm))?;
    let mut labs = labs.into_iter();
    let lab = labs.find(|lab| lab.id == *name && !lab.advice.is_empty());
    lab.ok_or_else(|| (at.clone(), Misplaced::NoAdvice(name.clone())))
}

/// The step that `name` is, or is a check of, among those of a page ([`steps_on`]).
///
/// # Errors
/// When there is none: says where it belongs, and what can be named here.
pub fn named<'c>(here: &[(&'c Lab, &'c Step)], name: &str) -> Result<(&'c Lab, &'c Step), Misplaced> {
    let is = |step: &Step| step.id == name || step.all_checks().any(|check| check.id == name);
    if let Some(place) = here.iter().find(|(_, step)| is(step)) {
        return Ok(*place);
    }
    let (lab, _) = here.first().ok_or(Misplaced::NoStep)?;
    let names: Vec<&str> = here
        .iter()
        .flat_map(|(_, step)| std::iter::once(&step.id).chain(step.all_checks().map(|check| &check.id)))
        .map(String::as_str)
        .collect();
    let list = names.join(", ");
    Err(match lab.steps.iter().find(|step| is(step)) {
        Some(step) => Misplaced::Elsewhere {
            name: name.to_owned(),
            page: page_of(&step.chapter),
            here: list,
        },
        None => Misplaced::Unknown {
            name: UnknownName::near("step or check", name, names.into_iter()),
            here: list,
        },
    })
}

/// An anchor of a page.
pub(super) struct Anchor {
    pub(super) id: String,
    pub(super) at: Range<usize>,
    /// Written by the author, not made of the heading's words.
    pub(super) given: bool,
}

/// The anchors that the page's own headings have.
pub(super) fn anchors(text: &str) -> Vec<Anchor> {
    let mut found = Vec::new();
    let mut heading: Option<(Range<usize>, Option<String>, String)> = None;
    for (event, at) in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { id, .. }) => heading = Some((at, id.map(|i| i.to_string()), String::new())),
            Event::Text(words) | Event::Code(words) => {
                if let Some((_, _, title)) = &mut heading {
                    title.push_str(&words);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((at, id, title)) = heading.take() {
                    let line = text[at.clone()].trim_end().len();
                    found.push(Anchor {
                        given: id.is_some(),
                        id: id.unwrap_or_else(|| slug(&title)),
                        at: at.start..at.start + line,
                    });
                }
            }
            _ => {}
        }
    }
    found
}

/// The anchor that mdBook makes of a heading's words.
fn slug(title: &str) -> String {
    let lower = title.trim().to_lowercase();
    let kept = lower.chars().filter_map(|c| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    });
    kept.collect()
}

/// The source of a step's chapter: `datastream/kinesis.html` is `book/src/datastream/kinesis.md`.
pub fn page_of(chapter: &str) -> String {
    format!("{PAGES}/{}.md", chapter.strip_suffix(".html").unwrap_or(chapter))
}

impl Step {
    /// The anchor of its check `id` (`step.check`) in its chapter.
    pub fn anchor<'i>(&self, id: &'i str) -> &'i str {
        id.split_once('.').map_or(id, |(_, check)| check)
    }
}

/// The steps whose chapter is the page at `path` within the course, each with its lab.
pub fn steps_on<'l>(labs: impl Iterator<Item = &'l Lab>, path: &str) -> Vec<(&'l Lab, &'l Step)> {
    labs.flat_map(|lab| lab.steps.iter().map(move |step| (lab, step)))
        .filter(|(_, step)| page_of(&step.chapter) == path)
        .collect()
}
