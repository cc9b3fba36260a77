//! A class's pages: `index.html` for the professor, `students/ID.html` and `feedback/ID.md` for each student.

mod evidence;
mod index;
mod overview;
mod row;
mod shown;
mod student;
mod tally;

pub use overview::{Common, Overview, StudentRemark};

use super::alike::Gathered;
use super::folder::{ClassFolder, FolderError, file_name};
use super::{Counts, Student};
use crate::private;
use index::Index;
use row::StudentRow;
use std::path::{Path, PathBuf};
use tally::Tally;

/// Pages that were written.
#[derive(Debug)]
pub struct ClassPages {
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
pub fn write(folder: &ClassFolder, counts: Counts) -> Result<ClassPages, FolderError> {
    let class = folder.class();
    let students = subfolder(folder, "students")?;
    let feedback = subfolder(folder, "feedback")?;
    let mut tally = Tally::of(class);
    let mut index = Index::new(class, counts);
    let mut gathered = Gathered::of(class);
    for (place, student) in class.students.iter().enumerate() {
        let name = file_name(&student.id);
        let mut page = student::StudentPage::new(class, student);
        let mut row = StudentRow::new(student);
        for (lab_place, lab) in class.labs.iter().enumerate() {
            let grade = folder.grade(student, lab, counts)?;
            if let Some(report) = &grade.report {
                gathered.add(place, report);
            }
            let added = tally.add(place, lab_place, &grade);
            page.add(&grade, counts);
            row.add(lab_place, &grade, added);
        }
        folder.write(&students.join(format!("{name}.html")), page.html().as_bytes())?;
        folder.write(&feedback.join(format!("{name}.md")), page.markdown().as_bytes())?;
        row.finish();
        index.push(row);
    }
    let (path, alike) = (folder.path().join("index.html"), gathered.found());
    folder.write(&path, index.html(&tally, &alike).as_bytes())?;
    Ok(ClassPages {
        index: path,
        students: class.students.len(),
        overview: Overview::of(class, &tally, alike.len()),
    })
}

/// The page of one student, with their last runs.
///
/// # Errors
/// When a report cannot be read.
pub fn student_page(folder: &ClassFolder, student: &Student) -> Result<String, FolderError> {
    let class = folder.class();
    let mut page = student::StudentPage::new(class, student);
    for lab in &class.labs {
        page.add(&folder.grade(student, lab, Counts::Last)?, Counts::Last);
    }
    Ok(page.html())
}

/// The address of a student's page, below `students/`.
pub fn student_file(student: &Student) -> String {
    shown::link(&student.id, "", None)
}

fn subfolder(folder: &ClassFolder, name: &str) -> Result<PathBuf, FolderError> {
    let path: &Path = &folder.path().join(name);
    private::create_folder(path).map_err(|cause| FolderError::File {
        what: "create",
        path: path.to_owned(),
        cause,
    })?;
    Ok(path.to_owned())
}
