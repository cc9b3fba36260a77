//! `edemlab regrade --deadline --late --extensions`: other terms for work that was graded, and what they change.

use super::grading::{list, short, shown};
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
            bail!(
                "the class has these students under another spelling. Nothing was changed.{}\n{}",
                identifier::lines(&respelled, "in the roster", "in the class"),
                identifier::WAY_OUT
            );
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

/// The grades of a folder, before or after.
pub(super) struct Grades(Vec<Counted>);

/// What counts of one student in one lab.
struct Counted {
    student: String,
    lab: String,
    /// The points that were judged; none where they are not known, or the professor has set them.
    judged: Option<u32>,
    /// Those that count.
    counted: Option<Decimal>,
    why: Option<String>,
}

impl Grades {
    /// Those of a class in its folder.
    pub fn of(folder: &ClassFolder) -> Result<Self, FolderError> {
        let grades = folder.grades(Counts::Last).map(|grade| {
            let grade = grade?;
            let judged = grade.points().filter(|_| grade.adjusted().is_none());
            Ok(Counted {
                student: grade.student.id.clone(),
                lab: grade.lab.id.clone(),
                judged,
                counted: judged.map(|_| grade.earned()),
                why: grade.late_text(),
            })
        });
        grades.collect::<Result<_, _>>().map(Self)
    }
}

/// What another deadline, policy or extension, or other dates of the work, have changed, grade by grade. Where other points were
/// judged, that is said elsewhere.
pub(super) fn told(before: (&Class, &Grades), after: (&Class, &Grades)) -> String {
    let changed = before.1.0.iter().zip(&after.1.0).filter_map(|(was, is)| {
        let text = |points: Option<Decimal>| points.map_or("unknown".to_owned(), |points| points.to_string());
        (was.judged == is.judged && was.counted != is.counted).then(|| {
            format!(
                "{}  {}  {} → {}: {}",
                short(&is.student),
                visible(&is.lab),
                text(was.counted),
                text(is.counted),
                is.why.as_deref().unwrap_or("there is no deadline")
            )
        })
    });
    let changed: Vec<String> = changed.collect();
    let terms = |class: &Class| [class.late_terms(), extensions(class)].concat();
    let (was, is) = (terms(before.0), terms(after.0));
    let mut out = String::new();
    if was != is {
        list(&mut out, "late work", is.into_iter(), MANY);
        if changed.is_empty() {
            out.push_str("\n\n no grade changes by that");
        }
    }
    list(&mut out, "other grades by the deadline", changed.into_iter(), MANY);
    out
}

/// Who has more time.
fn extensions(class: &Class) -> Vec<String> {
    let extended = class.students.iter().filter_map(|student| {
        let extension = student.extension.as_ref()?;
        Some(format!("{}: {}", short(&student.id), extension.text()))
    });
    extended.collect()
}
