//! `edemlab diff`.

use super::common;
use crate::class::folder::{ClassFolder, FolderError};
use crate::class::{Counts, Student, diff, diff_text};
use crate::cli::{DiffArgs, DiffFormat};
use crate::report::Report;
use std::cell::RefCell;

pub fn run(args: &DiffArgs) -> anyhow::Result<u8> {
    let (before, after) = (ClassFolder::open(&args.before)?, ClassFolder::open(&args.after)?);
    let broken = RefCell::new(None);
    let counts = args.count.into();
    let diff = diff::compare(graded(&before, counts, &broken), graded(&after, counts, &broken));
    if let Some(error) = broken.into_inner() {
        return Err(error.into());
    }
    let text = match args.format {
        DiffFormat::Text => diff_text::render(&diff, common::width()),
        DiffFormat::Json => diff.json(),
    };
    super::output::print(text.trim_end())
}

/// The reports of a class, until one cannot be read.
fn graded<'f>(
    folder: &'f ClassFolder,
    counts: Counts,
    broken: &'f RefCell<Option<FolderError>>,
) -> impl Iterator<Item = (Student, String, Report)> + 'f {
    let grades = folder
        .grades(counts)
        .map_while(|grade| grade.map_err(|error| *broken.borrow_mut() = Some(error)).ok());
    grades.filter_map(|grade| Some((grade.student.clone(), grade.lab.id.clone(), grade.report?)))
}
