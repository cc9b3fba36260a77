//! The chapters that `SUMMARY.md` lists: each is a page of the book, and not a file elsewhere.

use super::chapter::PAGES;
use super::diagnostics::Diagnostics;
use super::diagnostics::report;
use super::paths::{PathError, below};
use super::source::SourceFile;
use mdbook_markdown::pulldown_cmark::{Event, Parser, Tag};
use std::cell::RefCell;
use std::sync::Arc;

/// Why a link of `SUMMARY.md` is no chapter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`SUMMARY.md` cannot list `{link}`: {why}")]
pub struct ChapterError {
    link: String,
    why: NoChapter,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum NoChapter {
    #[error(transparent)]
    Path(#[from] PathError),
    #[error("a chapter is a file below `book/src` whose name ends with `.md`")]
    NoPage,
}

/// The path within the course of the chapter that a link of `SUMMARY.md` names, as mdBook reads it.
///
/// # Errors
/// When it is absolute, leads out of `book/src`, or is no page.
pub fn chapter_file(link: &str) -> Result<String, ChapterError> {
    let file = below(PAGES, link).map_err(NoChapter::from);
    let page = file.and_then(|file| {
        if file.ends_with(".md") {
            Ok(file)
        } else {
            Err(NoChapter::NoPage)
        }
    });
    page.map_err(|why| ChapterError {
        link: link.to_owned(),
        why,
    })
}

pub(super) fn lint(file: &Arc<SourceFile>, diagnostics: &RefCell<Diagnostics>) {
    for (event, at) in Parser::new(&file.text).into_offset_iter() {
        // Without an address it is a chapter that is not written yet.
        if let Event::Start(Tag::Link { dest_url, .. }) = event
            && !dest_url.is_empty()
            && let Err(error) = chapter_file(&dest_url.replace("%20", " "))
        {
            report(diagnostics, file, at, error.to_string(), "");
        }
    }
}
