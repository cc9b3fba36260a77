//! `edemlab book`: the preprocessor that mdBook runs. Its answer goes to standard output, all else to standard error.

use super::common;
use crate::book::Filler;
use crate::cli::BookCommand;
use crate::course::Part;
use crate::judge;
use anyhow::Context;
use mdbook_preprocessor::{MDBOOK_VERSION, parse_input};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

pub fn run(course: Option<PathBuf>, command: Option<BookCommand>) -> anyhow::Result<u8> {
    // What is filled in is Markdown: any renderer can do something with it.
    if let Some(BookCommand::Supports { .. }) = command {
        return Ok(0);
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        anyhow::bail!(
            "mdBook runs this while it builds a book\n\n  Build the book:  mdbook build book\n  Read it:         mdbook serve book"
        );
    }
    let (context, mut book) = parse_input(stdin.lock()).with_context(|| {
        format!("the input is not a book in mdBook's protocol; this is made for mdBook {MDBOOK_VERSION}")
    })?;
    // The course is the folder around the book, so that nothing is built in while an author writes.
    let folder = course.unwrap_or_else(|| context.root.join(".."));
    let course = common::course(Some(folder), Part::Everything)?;
    Filler::new(Arc::new(course), judge::vocabulary()).fill(&mut book)?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &book)?;
    out.flush()?;
    Ok(0)
}
