//! A class's grades as a learning management system imports them: Moodle's and Canvas's own files, filled; and a table
//! of our own, as CSV or as a workbook.

mod canvas;
mod columns;
mod csv;
mod entry;
mod fill;
mod finding;
pub mod gradescope;
mod layout;
mod likeness;
mod lms;
mod moodle;
pub mod number;
mod options;
pub mod people;
mod remarks;
mod scaled;
pub mod sheet;
mod students;
mod style;
mod table;
pub(super) mod words;
mod worksheet;
mod xlsx;

pub use csv::csv;
pub use entry::{Earned, EntryOutcome, GradeEntry};
pub use fill::{Filled, fill};
pub use finding::Finding;
pub use options::{ExtraPoints, FillError, GradebookOptions, Lms};
pub use remarks::{GradeRemark, GradeRemarks, RemarkAbout};
pub use table::GradeTable;
pub use xlsx::{XlsxError, xlsx};
