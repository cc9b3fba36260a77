//! What several pages show alike.

use super::super::Grade;
use super::super::folder::file_name;
use crate::report::text::cut;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Why a student has no run that counts in a lab, in a few words. `None` where there is one.
pub(super) fn absent(grade: &Grade) -> Option<&'static str> {
    match grade {
        Grade { report: Some(_), .. } => None,
        Grade { student, .. } if student.excused => Some("excused"),
        Grade { student, lab, .. } if !student.takes(&lab.id) => Some("not taken"),
        Grade { student, .. } if student.not_handed_in => Some("not handed in"),
        Grade { runs: 0, .. } => Some("not graded yet"),
        Grade { .. } => Some("no run in time"),
    }
}

/// The longest name that is shown. A roster's are shorter; what is longer is no name.
pub(super) const MAX_NAME: usize = 80;

/// The address of a student's words, below `students/`: of all, of a lab, or of a step.
pub(super) fn link(student: &str, lab: &str, step: Option<&str>) -> String {
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

/// A student's name as it is shown; where the roster has none, the id.
pub(super) fn shown_name(name: &str, id: &str) -> String {
    cut(if name.is_empty() { id } else { name }, MAX_NAME)
}
