//! The feedback of a class as a table for a mail merge: an address, a subject and a text each.

use super::folder::{ClassFolder, FolderError, file, file_name};
use super::{Student, cell};
use crate::report::text::{cut, visible};

/// The longest subject.
const MAX_SUBJECT: usize = 100;

/// The feedback of a class, ready to be merged into mails.
#[derive(Debug)]
pub struct Mails<'f> {
    /// The table, as CSV with a byte order mark: word processors need it.
    pub csv: String,
    /// How many mails it is.
    pub count: usize,
    /// Whose line in the roster has no address.
    pub without: Vec<&'f Student>,
}

/// Puts together what the pages' `feedback/` says, a row for each student who has an address and is not excused.
///
/// # Errors
/// When a file cannot be read.
pub fn mails(folder: &ClassFolder) -> Result<Mails<'_>, FolderError> {
    let class = folder.class();
    let subject = cut(&format!("{} {}", class.course, class.edition), MAX_SUBJECT);
    let mut rows = vec![["address", "subject", "text"].map(str::to_owned).to_vec()];
    let mut without = Vec::new();
    for student in class.students.iter().filter(|student| !student.excused) {
        if student.email.trim().is_empty() {
            without.push(student);
            continue;
        }
        let path = folder
            .path()
            .join("feedback")
            .join(format!("{}.md", file_name(&student.id)));
        let text = std::fs::read_to_string(&path).map_err(file("read", &path))?;
        rows.push(vec![cell::text(&student.email), cell::text(&subject), lines(&text)]);
    }
    Ok(Mails {
        count: rows.len() - 1,
        csv: format!("\u{feff}{}", cell::csv(rows.into_iter())),
        without,
    })
}

/// A text of several lines, each of which is harmless. It begins with a heading, so it is no formula.
fn lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}
