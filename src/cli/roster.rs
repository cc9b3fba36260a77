//! What the verbs for a class's list of students take.

use super::{OwnAccount, SecretFile};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What is done with a roster.
#[derive(Debug, Subcommand)]
pub enum RosterCommand {
    /// Make a roster from what Moodle or Canvas exported: a gradebook or a list of participants, as CSV.
    #[command(after_help = "Exit status: 0 the roster is made, 2 the export cannot be used: nothing is written.")]
    New(RosterNewArgs),
    /// Put the accounts that students gave in a form (Microsoft, Google) into a roster.
    #[command(
        after_help = "Only cells of the column `account` change, and the roster as it was is kept beside it.\n\
                            Exit status: 0 everyone has an account, 1 some have none or their answer was not taken: they are \
                            listed, 2 the form or the roster cannot be used: nothing is written."
    )]
    Add(RosterAddArgs),
    /// Try every account: does it open, is it the right one, can it be read? Sends nothing.
    #[command(after_help = "Exit status: 0 all are ready, 1 some are not, 2 the roster is wrong.")]
    Verify(VerifyArgs),
}

/// What `roster verify` takes.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The roster, a CSV file.
    pub roster: PathBuf,
    /// A lab that will be graded; may be repeated (default: all labs of the course).
    #[arg(long = "lab", value_name = "LAB")]
    pub labs: Vec<String>,
    /// The format of the list.
    #[arg(long, value_enum, default_value_t = VerifyFormat::Text)]
    pub format: VerifyFormat,
    /// Accounts tried in parallel.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub at_once: u16,
    /// Where the class secret is.
    #[command(flatten)]
    pub secret: SecretFile,
    /// Whose credentials assume the roles.
    #[command(flatten)]
    pub own: OwnAccount,
}

/// What `roster new` takes.
#[derive(Debug, Args)]
pub struct RosterNewArgs {
    /// The file that Moodle or Canvas exported, as CSV; it stays as it is.
    #[arg(long, value_name = "EXPORT")]
    pub from: PathBuf,
    /// Where to write the roster, a file that is not there yet; `-` is standard output.
    #[arg(long, value_name = "FILE", default_value = "roster.csv")]
    pub out: PathBuf,
    /// The column that identifies students, by its header (default: the most suitable one that identifies all).
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
}

/// What `roster add` takes.
#[derive(Debug, Args)]
pub struct RosterAddArgs {
    /// The roster, a CSV file.
    pub roster: PathBuf,
    /// The form's answers, as CSV.
    #[arg(long, value_name = "FORM")]
    pub from: PathBuf,
    /// The column that says who answered, by its header (default: found by e-mail addresses or identifiers in it).
    #[arg(long, value_name = "COLUMN")]
    pub who: Option<String>,
    /// The column with the account number, by its header (default: found by the 12 digits in it).
    #[arg(long, value_name = "COLUMN")]
    pub account: Option<String>,
    /// Where the roster has another account, take the form's.
    #[arg(long)]
    pub replace: bool,
    /// Say what would change, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// How the result of `roster verify` is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerifyFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For a spreadsheet.
    Csv,
}
