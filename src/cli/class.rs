//! What the verbs for a graded class take.

use crate::class::Counts;
use crate::class::gradebook::number::{Decimal, DecimalSign};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What `gradebook` takes.
#[derive(Debug, Args)]
pub struct GradebookArgs {
    /// The class's folder, as `edemlab grade` made it.
    pub dir: PathBuf,
    /// What the gradebook is for.
    #[arg(long = "for", value_enum, value_name = "WHAT")]
    pub target: Target,
    /// The file that Moodle or Canvas exported; it stays as it is.
    #[arg(long, value_name = "FILE")]
    pub fill: Option<PathBuf>,
    /// Where to write the grades; `-` is standard output (default: beside the filled file, or in the class's folder).
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Only this lab; may be repeated.
    #[arg(long = "lab", value_name = "LAB")]
    pub labs: Vec<String>,
    /// The column of a lab: `--column 'datastream=Lab 1 (1234)'`.
    #[arg(long = "column", value_name = "LAB=HEADER")]
    pub columns: Vec<String>,
    /// Full marks (default: what the file says, else 100).
    #[arg(long, value_name = "N")]
    pub scale: Option<Decimal>,
    /// Which of several runs counts.
    #[arg(long, value_enum, default_value_t = Count::Last)]
    pub count: Count,
    /// Extra credit: cut to full marks, or kept where the LMS takes it.
    #[arg(long, value_enum, default_value_t = Extra::Cap)]
    pub extra: Extra,
    /// Count what could not be determined as no points, and a student who was never graded as zero.
    #[arg(long)]
    pub unknown_as_zero: bool,
    /// Give zero to students who have not handed in: whose line of the roster names no account.
    #[arg(long)]
    pub missing_as_zero: bool,
    /// The decimal sign, where the file does not show it.
    #[arg(long, value_enum)]
    pub decimal: Option<DecimalMark>,
    /// Add a column for the points of each step (csv, xlsx).
    #[arg(long)]
    pub steps: bool,
}

/// What `diff` takes.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The class's folder before.
    pub before: PathBuf,
    /// The class's folder after.
    pub after: PathBuf,
    /// Which of several runs counts.
    #[arg(long, value_enum, default_value_t = Count::Last)]
    pub count: Count,
    /// The format of the differences.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
}

/// What is done with what a class's folder keeps of people.
#[derive(Debug, Subcommand)]
pub enum ClassCommand {
    /// Remove a student from everything that was written of a class, history and evidence too.
    #[command(
        after_help = "Without --yes, it says what would go and asks for the student's identifier. What is kept elsewhere is named.\n\
                            Exit status: 0 it is removed, or was only shown, 2 there is no such student, or it could not be removed."
    )]
    Forget(ForgetArgs),
    /// Remove all runs from before a day, with their evidence; whoever has none left is forgotten.
    #[command(after_help = "Without --yes, it says what goes, and asks.")]
    Purge(PurgeArgs),
    /// Write what a class has achieved, check by check, without a word that says who: for colleagues and papers.
    Export(ExportArgs),
}

/// What `class forget` takes.
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// The class's folder, as `edemlab grade` made it.
    pub dir: PathBuf,
    /// The student's identifier, as in the roster.
    #[arg(required_unless_present = "absent")]
    pub student: Option<String>,
    /// Everybody whose files are here and who is not in the class any more, in place of one student.
    #[arg(long, conflicts_with = "student")]
    pub absent: bool,
    /// Remove it without a question.
    #[arg(long)]
    pub yes: bool,
    /// Where the class secret is.
    #[command(flatten)]
    pub secret: super::SecretFile,
}

/// What `class purge` takes.
#[derive(Debug, Args)]
pub struct PurgeArgs {
    /// The class's folder, as `edemlab grade` made it.
    pub dir: PathBuf,
    /// The first day of which the runs stay, in this computer's time.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub before: chrono::NaiveDate,
    /// Remove it without a question.
    #[arg(long)]
    pub yes: bool,
}

/// What `class export` takes.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The class's folder, as `edemlab grade` made it.
    pub dir: PathBuf,
    /// Without names, identifiers, addresses, accounts, resources and times: nothing else is written.
    #[arg(long, required = true)]
    pub anonymous: bool,
    /// The format.
    #[arg(long, value_enum, default_value_t = ExportFormat::Csv)]
    pub format: ExportFormat,
    /// Which of several runs counts.
    #[arg(long, value_enum, default_value_t = Count::Last)]
    pub count: Count,
}

/// What a gradebook is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// Moodle's gradebook, exported as plain text (CSV).
    Moodle,
    /// The offline grading worksheet of a Moodle assignment.
    MoodleWorksheet,
    /// Canvas's gradebook.
    Canvas,
    /// A table of all students, as CSV.
    Csv,
    /// The same, as a workbook.
    Xlsx,
    /// The results of a Gradescope autograder, a file a student.
    Gradescope,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// For a spreadsheet or a statistics program.
    Csv,
    /// `edemlab/class-export/1`.
    Json,
}

/// Which of several runs counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Count {
    /// The last.
    Last,
    /// The one with the most points.
    Best,
    /// The last before the deadline.
    Deadline,
}

impl From<Count> for Counts {
    fn from(count: Count) -> Self {
        match count {
            Count::Last => Self::Last,
            Count::Best => Self::Best,
            Count::Deadline => Self::Deadline,
        }
    }
}

/// What happens to extra credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Extra {
    /// Cut to full marks.
    Cap,
    /// Kept.
    Keep,
}

/// The sign before decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DecimalMark {
    /// `8,5`; a CSV of our own then has semicolons, as Excel reads it in Spain.
    Comma,
    /// `8.5`
    Dot,
}

impl From<DecimalMark> for DecimalSign {
    fn from(mark: DecimalMark) -> Self {
        match mark {
            DecimalMark::Comma => Self::Comma,
            DecimalMark::Dot => Self::Dot,
        }
    }
}

/// How differences are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people.
    Text,
    /// `edemlab/diff/1`.
    Json,
}

fn day(text: &str) -> Result<chrono::NaiveDate, String> {
    text.parse().map_err(|_| "write a day as 2026-12-01".to_owned())
}
