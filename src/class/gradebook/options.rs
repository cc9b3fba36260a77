//! How a file is filled, and why it was not.

use super::finding::Finding;
use super::number::{Decimal, DecimalSign};
use super::sheet::SheetError;

/// A file of a learning management system that can be filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lms {
    /// Moodle's gradebook, exported as plain text.
    Moodle,
    /// The offline grading worksheet of an assignment in Moodle.
    MoodleWorksheet,
    /// Canvas's gradebook.
    Canvas,
}

/// What happens to points above a lab's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExtraPoints {
    /// They are cut.
    #[default]
    Cap,
    /// They are kept, where the learning management system takes them.
    Keep,
}

/// How grades become cells.
#[derive(Debug, Clone, Default)]
pub struct GradebookOptions {
    /// What full marks are. Else the file's own maximum, else 100.
    pub scale: Option<Decimal>,
    /// Points above the lab's own.
    pub extra: ExtraPoints,
    /// What could not be determined counts as no points.
    pub unknown_as_zero: bool,
    /// A student who has not handed in gets zero.
    pub missing_as_zero: bool,
    /// How decimals are written, where the file does not say.
    pub decimal: Option<DecimalSign>,
    /// Which column belongs to which lab, as the professor says: the lab's id and the column's header.
    pub columns: Vec<(String, String)>,
}

/// A file was not filled.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// It cannot be read as CSV.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// It breaks a rule of the learning management system, or does not fit the class.
    #[error("{} problem{}", .0.len(), if .0.len() == 1 { "" } else { "s" })]
    Problems(Vec<Finding>),
}
