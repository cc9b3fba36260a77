//! A class's pages: `index.html` for the professor, `students/ID.html` and `feedback/ID.md` for each student.

mod index;
mod overview;
mod row;
mod student;
mod tally;

use super::folder::{Folder, FolderError, file_name};
use super::{Counts, Grade};
use crate::private;
use index::Index;
pub use overview::{Common, Overview, Said};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use row::Row;
use std::path::{Path, PathBuf};
use tally::Tally;

/// Pages that were written.
#[derive(Debug)]
pub struct Pages {
    /// The page of the class.
    pub index: PathBuf,
    /// How many students have a page.
    pub students: usize,
    /// What they say, in a few words.
    pub overview: Overview,
}

/// Writes the pages of a class, with the runs that `counts` says. One report is in memory at a time.
///
/// # Errors
/// When a report cannot be read, or a page cannot be written.
pub fn write(folder: &Folder, counts: Counts) -> Result<Pages, FolderError> {
    let class = folder.class();
    let students = subfolder(folder, "students")?;
    let feedback = subfolder(folder, "feedback")?;
    let mut tally = Tally::of(class);
    let mut index = Index::new(class, counts);
    for (place, student) in class.students.iter().enumerate() {
        let name = file_name(&student.id);
        let mut page = student::Page::new(class, student);
        let mut row = Row::new(student);
        for (lab_place, lab) in class.labs.iter().enumerate() {
            let grade = folder.grade(student, lab, counts)?;
            let added = tally.add(place, lab_place, &grade);
            page.add(class, &grade, counts);
            row.add(lab_place, &grade, added);
        }
        folder.write(&students.join(format!("{name}.html")), page.html().as_bytes())?;
        folder.write(&feedback.join(format!("{name}.md")), page.markdown().as_bytes())?;
        row.finish();
        index.push(row);
    }
    let path = folder.path().join("index.html");
    folder.write(&path, index.html(&tally).as_bytes())?;
    Ok(Pages {
        index: path,
        students: class.students.len(),
        overview: Overview::of(class, &tally),
    })
}

fn subfolder(folder: &Folder, name: &str) -> Result<PathBuf, FolderError> {
    let path: &Path = &folder.path().join(name);
    private::create_folder(path).map_err(|cause| FolderError::File {
        what: "create",
        path: path.to_owned(),
        cause,
    })?;
    Ok(path.to_owned())
}

/// Why a student has no run that counts in a lab, in a few words. `None` where there is one.
fn absent(grade: &Grade) -> Option<&'static str> {
    match grade {
        Grade { report: Some(_), .. } => None,
        Grade { student, .. } if student.excused => Some("excused"),
        Grade { student, lab, .. } if !student.takes(&lab.id) => Some("not taken"),
        Grade { runs: 0, .. } => Some("not graded yet"),
        Grade { .. } => Some("no run in time"),
    }
}

/// The longest name that is shown. A roster's are shorter; what is longer is no name.
const LONGEST_NAME: usize = 80;

/// The address of a student's words, below `students/`: of all, of a lab, or of a step.
fn link(student: &str, lab: &str, step: Option<&str>) -> String {
    const PLAIN: AsciiSet = NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~')
        .remove(b'@');
    let plain = |text: &str| utf8_percent_encode(text, &PLAIN).to_string();
    let mut link = format!("{}.html", plain(&file_name(student)));
    if !lab.is_empty() {
        link.push_str(&format!("#{}", plain(lab)));
    }
    if let Some(step) = step {
        link.push_str(&format!(".{}", plain(step)));
    }
    link
}
