//! What a learning management system's file looks like: which columns say who, which take a grade, and its rules.

use super::finding::Finding;
use super::number::Decimal;
use super::sheet::Sheet;

/// What stands where in a file.
#[derive(Debug)]
pub struct Layout {
    /// The columns that say who a row is about.
    pub keys: Vec<KeyColumn>,
    /// The columns that could take a lab's grade.
    pub columns: Vec<GradeColumn>,
    /// The rows of students: indices into the sheet's.
    pub rows: Vec<usize>,
    /// The column for a comment to the student.
    pub feedback: Option<usize>,
    /// The column that says whether a row's grade may be changed.
    pub locked: Option<usize>,
    /// The row that holds the highest grades.
    pub maxima: Option<usize>,
    /// Whether the file is about one lab only.
    pub single: bool,
    /// What the professor should know of this file.
    pub notes: Vec<String>,
    /// The system's rules.
    pub rules: LmsRules,
}

/// A column that says who a row is about.
#[derive(Debug)]
pub struct KeyColumn {
    /// Which column.
    pub column: usize,
    /// With what of a student it is compared.
    pub kind: KeyKind,
}

/// What an identifying column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// An identifier: it is the student's, letter for letter.
    Id,
    /// A user name: the student's identifier or e-mail address. Their case means nothing.
    Login,
    /// An e-mail address. Its case means nothing.
    Email,
}

/// A column that could take a grade.
#[derive(Debug)]
pub struct GradeColumn {
    /// Which column.
    pub index: usize,
    /// What it is called, as a lab might be.
    pub title: String,
    /// The highest grade.
    pub maximum: Maximum,
    /// Why it takes none.
    pub closed: Option<String>,
}

/// Where the highest grade of a column is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maximum {
    /// The file does not say.
    Unsaid,
    /// For all rows.
    Is(Decimal),
    /// Each row says it in this column.
    In(usize),
}

/// What a system does with a file.
#[derive(Debug)]
pub struct LmsRules {
    /// Its name.
    pub name: &'static str,
    /// Whether it refuses rows that are longer or shorter than the header.
    pub even: bool,
    /// Whether each column has to say its highest grade.
    pub maximum: bool,
    /// Whether a grade may be above the maximum, and what has to be known then.
    pub above: Result<&'static str, &'static str>,
    /// Cells that say that the system counts no grade here, with what that means. Compared without case.
    pub marks: &'static [(&'static str, &'static str, Stays)],
}

/// What a cell that holds a word instead of a grade means for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// No grade yet.
    Empty,
    /// The student is excused there.
    Excused,
    /// No grade can be written.
    Closed,
}

/// What a file lacks, with the columns that it has.
pub fn lacks(sheet: &Sheet, what: &str) -> Finding {
    let header = sheet.header();
    let names: Vec<&str> = header.values().map(str::trim).filter(|name| !name.is_empty()).collect();
    let shown = names.iter().take(12).copied().collect::<Vec<_>>().join(", ");
    let more = if names.len() > 12 { ", …" } else { "" };
    Finding::at(header.line, format!("{what}; its columns are: {shown}{more}"))
}
