//! A class's grades as a learning management system imports them: Moodle's and Canvas's own files, filled; and a table
//! of our own, as CSV or as a workbook.

mod canvas;
mod columns;
mod csv;
pub mod encoding;
mod entry;
mod fill;
mod layout;
mod likeness;
mod moodle;
pub mod number;
mod scaled;
pub mod sheet;
mod students;
mod style;
mod table;
mod words;
mod worksheet;
mod xlsx;

pub use csv::csv;
pub use entry::{Entry, Outcome};
pub use fill::{Filled, Finding, Left, fill};
pub use table::Table;
pub use xlsx::{XlsxError, xlsx};

use number::{Decimal, Mark};
use sheet::SheetError;

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
pub enum Extra {
    /// They are cut.
    #[default]
    Cap,
    /// They are kept, where the learning management system takes them.
    Keep,
}

/// How grades become cells.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What full marks are. Else the file's own maximum, else 100.
    pub scale: Option<Decimal>,
    /// Points above the lab's own.
    pub extra: Extra,
    /// What could not be told counts as no points.
    pub unknown_as_zero: bool,
    /// How decimals are written, where the file does not say.
    pub decimal: Option<Mark>,
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
