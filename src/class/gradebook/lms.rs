//! The layout of a file, by the system that it is of.

use super::finding::Finding;
use super::layout::Layout;
use super::options::Lms;
use super::sheet::Sheet;
use super::{canvas, moodle, worksheet};

impl Layout {
    /// The layout of a file.
    ///
    /// # Errors
    /// What keeps it from being one of this system's.
    pub fn of(lms: Lms, sheet: &mut Sheet, name: &str) -> Result<Self, Vec<Finding>> {
        match lms {
            Lms::Moodle => moodle::layout(sheet),
            Lms::MoodleWorksheet => worksheet::layout(sheet, name),
            Lms::Canvas => canvas::layout(sheet),
        }
    }
}
