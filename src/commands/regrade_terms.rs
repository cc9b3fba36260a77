//! `edemlab regrade --deadline --late --extensions`: other terms for work that was graded, and what they change.

use super::grading::{GradeProblem, list, short, shown};
use super::roster;
use crate::class::folder::{ClassFolder, FolderError};
use crate::class::gradebook::number::Decimal;
use crate::class::{Class, Counts, due, identifier};
use crate::cli::RegradeArgs;
use crate::course::Course;
use crate::report::text::visible;
use anyhow::bail;

/// Lines of a list at most.
const MANY: usize = 40;

/// The class of a folder with the terms that are said.
pub(super) fn said(course: &Course, folder: &ClassFolder, args: &RegradeArgs, labs: &[&str]) -> anyhow::Result<Class> {
    let mut class = folder.class().clone();
    if let Some(file) = &args.extensions {
        let list = roster::read(file, course, "")?;
        let respelled = due::respelled(folder, &list);
        if !respelled.is_empty() {
            return Err(GradeProblem::Respelled {
                dir: shown(&args.dir),
                list: identifier::lines(&respelled, "in the roster", "in the class"),
            }
            .into());
        }
        if !list.has_extensions {
            bail!("{} has no column `extension`: nothing was changed", shown(file));
        }
        for student in &mut class.students {
            match list.students.iter().find(|entry| entry.student.id == student.id) {
                Some(entry) => student.extension.clone_from(&entry.student.extension),
                None => super::output::note(&format!(
                    "note: {} is not in {}: their extension stays as it is",
                    short(&student.id),
                    shown(file)
                )),
            }
        }
    }
    Ok(class.due_by(&args.deadline.terms(), labs)?)
}

/// What other terms have changed, grade by grade; empty where nothing was said anew. Both are held against the same runs.
pub(super) fn told(folder: &ClassFolder, now: Class) -> Result<String, FolderError> {
    let of = |class: &Class| (class.late_terms(), extensions(class));
    let (before, after) = (of(folder.class()), of(&now));
    if before == after {
        return Ok(String::new());
    }
    let before = folder.class().clone();
    let (old, new) = (
        ClassFolder::of(folder.path(), before),
        ClassFolder::of(folder.path(), now),
    );
    let mut changed = Vec::new();
    for (was, is) in old.grades(Counts::Last).zip(new.grades(Counts::Last)) {
        let (was, is) = (was?, is?);
        let points = |grade: &crate::class::Grade| -> Option<Decimal> {
            let counts = grade.adjusted().is_none() && grade.points().is_some();
            counts.then(|| grade.earned())
        };
        if points(&was) != points(&is) {
            let text = |points: Option<Decimal>| points.map_or("unknown".to_owned(), |points| points.to_string());
            changed.push(format!(
                "{}  {}  {} → {}: {}",
                short(&is.student.id),
                visible(&is.lab.id),
                text(points(&was)),
                text(points(&is)),
                is.late_text().unwrap_or_else(|| "there is no deadline".to_owned())
            ));
        }
    }
    let mut out = String::new();
    let terms = after.0.into_iter().chain(after.1);
    list(&mut out, "late work", terms.collect::<Vec<_>>().into_iter(), MANY);
    match changed.is_empty() {
        true => out.push_str("\n\n no grade changes by that"),
        false => list(&mut out, "other grades by that", changed.into_iter(), MANY),
    }
    Ok(out)
}

/// Who has more time.
fn extensions(class: &Class) -> Vec<String> {
    let extended = class.students.iter().filter_map(|student| {
        let extension = student.extension.as_ref()?;
        Some(format!("{}: {}", short(&student.id), extension.text()))
    });
    extended.collect()
}
