//! The command line: what can be said, nothing of what is done.

mod access;
mod class;
mod cleanup;
mod costs;
mod deadline;
mod doctor;
mod drill;
mod fleet;
mod grade;
mod guide;
mod recording;
mod rehearse;
mod roster;
mod time;

pub use access::{AccessCommand, ListFormat, OwnAccount, RevokeArgs, SecretFile};
pub use class::Extra as ExtraCredit;
pub use class::{
    ClassCommand, Count, DiffArgs, DiffFormat, ExportArgs, ExportFormat, ForgetArgs, GradebookArgs, PurgeArgs, Target,
};
pub use cleanup::CleanupArgs;
pub use costs::{CostsArgs, CostsFormat};
pub use deadline::DeadlineArgs;
pub use doctor::{DoctorArgs, DoctorFormat};
pub use drill::{DrillArgs, DrillCommand};
pub use fleet::FleetCommand;
pub use grade::{Again, GradeArgs, RegradeArgs, RoomArgs};
pub use guide::{GuideArgs, WatchArgs, Watching};
pub use recording::RecordingCommand;
pub use rehearse::RehearseArgs;
pub use roster::{RosterAddArgs, RosterCommand, RosterNewArgs, VerifyArgs, VerifyFormat};

use crate::sandbox::AccountNumber;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Checks a serverless AWS lab step by step, follows a probe event through it, and says what to fix.
#[derive(Debug, Parser)]
#[command(name = "edemlab", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to use color in the output.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// A course folder, with `labs/` and `checks/`, instead of the built-in course. Only its regular files are read.
    #[arg(long, global = true, value_name = "DIR", env = "EDEMLAB_COURSE")]
    pub course: Option<PathBuf>,
}

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check what is ready on this computer before the first step: credentials, region, Python, tools.
    #[command(after_help = "Exit status: 0 everything needed is ready, 1 something needed is missing.")]
    Doctor(DoctorArgs),
    /// Check a lab in your account, and send a probe event through it.
    #[command(
        after_help = "Exit status: 0 everything passed, 1 something failed, 2 wrong usage or no account, \
                            3 nothing failed but something could not be determined."
    )]
    Check(CheckArgs),
    /// Say what of the labs stands in your account, in every region, and what it costs while nobody uses it.
    #[command(
        after_help = "Exit status: 0 everything is known, 1 it costs more than --fail-above, 2 wrong usage or no account, \
                            3 something could not be determined: the sum may be too low."
    )]
    Costs(CostsArgs),
    /// Delete what a lab has made: first a plan, then exactly that once you confirm it, then the proof.
    #[command(
        after_help = "Nothing is deleted before you type the account's number, or apply the plan with --plan FILE --yes.\n\
                            What carries the tag edemlab:keep stays. Ctrl-C stops; the same plan goes on.\n\
                            Exit status: 0 a plan was made, or nothing of it is left, 1 something is still there, \
                            2 wrong usage, no account, or a plan that is not true any more, 3 something could not be read."
    )]
    Cleanup(CleanupArgs),
    /// Check a lab repeatedly while you build it, and say what has changed.
    #[command(
        after_help = "Enter sends the event now. Ctrl-C ends: a probe that is on its way is cleaned up first.\n\
                            Exit status: 0 ended by you, 2 wrong usage, no account, or a course with mistakes."
    )]
    Watch(WatchArgs),
    /// Serve the guide to this computer, from this program alone. Scripts of a course do not run in it.
    Guide(GuideArgs),
    /// Practice in the sandbox: find and fix a fault that is not named.
    Drill(DrillArgs),
    /// Say what a lab's checks expect, why, and how to fix what they find; or, for authors, how checks are written.
    Explain {
        /// The lab, or `language` for the reference of the check language.
        lab: String,
        /// A step or a check: `kinesis` or `kinesis.on-demand`. With `language`, a section, a kind or a verb: `kinds`.
        #[arg(value_name = "STEP[.CHECK]")]
        part: Option<String>,
    },
    /// Write a lab's code and data into `labs/LAB/` of the current folder. Links are not followed.
    Files {
        /// The lab.
        lab: String,
        /// The folder in which `labs/` is created.
        #[arg(long, value_name = "DIR", default_value = ".", hide_default_value = true)]
        to: PathBuf,
        /// Replace files that you have changed.
        #[arg(long)]
        force: bool,
    },
    /// Print the least permissions that checking a lab needs, or saying what it costs, as an IAM policy.
    Policy(PolicyArgs),
    /// Get access to the students' accounts: the template of a role, and what each student does with it.
    #[command(subcommand)]
    Access(AccessCommand),
    /// The class's list of students.
    #[command(subcommand)]
    Roster(RosterCommand),
    /// Grade a class: every account of a roster, many at once.
    #[command(
        after_help = "Exit status: 0 everyone was graded, 2 wrong usage, roster or course, 3 something could not be \
                            determined or is not graded yet: run the same command again to continue."
    )]
    Grade(Box<GradeArgs>),
    /// Grade a class in the cloud: the stack in your own account that does it.
    #[command(subcommand)]
    Fleet(FleetCommand),
    /// Judge a class again from what was seen, without any account: after points or an expectation changed.
    #[command(after_help = "Exit status: 0 all were judged again, 3 some runs have no evidence.")]
    Regrade(RegradeArgs),
    /// What a class's folder keeps of people: forget a student, or what is old, or export it without names.
    #[command(subcommand)]
    Class(ClassCommand),
    /// Find every mistake in a course, with its place.
    Lint,
    /// Prove a lab's checks in the sandbox: the solution and its variants earn every point, each fault fails exactly its
    /// checks.
    Prove {
        /// The lab.
        lab: String,
        /// Only these faults or variants.
        #[arg(long = "fault", value_name = "ID")]
        faults: Vec<String>,
        /// Do not run the commands by which the lab's fixes fix its faults.
        #[arg(long)]
        no_fixes: bool,
    },
    /// Rehearse a lab in your own AWS account before the course: its solution and its faults, one after the other; then everything
    /// is deleted.
    #[command(
        after_help = "Nothing is made before you say yes. A run that was cut off goes on with the same command, and\n\
                            --clean-up deletes what it has left. Ctrl-C stops and cleans up; Ctrl-C again ends that too.\n\
                            Exit status: 0 AWS showed all that it should and nothing is left, 1 AWS showed something else, \
                            2 wrong usage, no account or no yes, 3 it could not go on, or something may be left."
    )]
    Rehearse(RehearseArgs),
    /// Make a class's pages: one for the class, and one and a feedback file for each student.
    Pages(PagesArgs),
    /// Make a graded class's gradebook: fill the file that Moodle or Canvas exported, or write a table.
    #[command(
        after_help = "Exit status: 0 every grade is written, 1 some are left out and listed, \
                            2 the file breaks a rule or the usage is wrong: nothing is written."
    )]
    Gradebook(Box<GradebookArgs>),
    /// What `check --record` has written: what it holds, that no name or secret is in it, and the same verdicts from it.
    #[command(subcommand)]
    Recording(RecordingCommand),
    /// Say who gained and who lost between two graded classes, and by which checks.
    Diff(DiffArgs),
    /// Fill a book's pages from the course's checks: mdBook runs this.
    Book {
        /// What mdBook asks, if it asks.
        #[command(subcommand)]
        command: Option<BookCommand>,
    },
    /// Run a local AWS, without an account.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Print the JSON Schema of a report.
    ReportSchema,
    /// Print the completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// What mdBook asks before it hands a book over.
#[derive(Debug, Subcommand)]
pub enum BookCommand {
    /// Whether a renderer can do something with the filled book: any can.
    Supports {
        /// The renderer, such as `html`.
        renderer: String,
    },
}

/// What `check` takes.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The lab.
    pub lab: String,
    /// Only these steps and what they need.
    #[arg(value_name = "STEP")]
    pub steps: Vec<String>,
    /// The format of the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Show everything that did not pass in full, not only what to fix first.
    #[arg(long)]
    pub all: bool,
    /// Say how to fix things as commands of the AWS CLI first, or in clicks in the console (default: in the sandbox
    /// commands, elsewhere clicks).
    #[arg(long, value_enum, value_name = "HOW")]
    pub fix_with: Option<FixWith>,
    /// Send nothing through what you built.
    #[arg(long)]
    pub no_probe: bool,
    /// Leave out a step.
    #[arg(long, value_name = "STEP")]
    pub skip: Vec<String>,
    /// Say which resource is yours: `--use stream=clicks`.
    #[arg(long = "use", value_name = "NAME=RESOURCE", value_parser = name_and_resource)]
    pub uses: Vec<(String, String)>,
    /// The AWS region (default: AWS_REGION, then that of the profile).
    #[arg(long)]
    pub region: Option<String>,
    /// The AWS profile (default: AWS_PROFILE).
    #[arg(long, conflicts_with = "sandbox")]
    pub profile: Option<String>,
    /// Check in the sandbox: started if needed, with the lab's solution in it if it is empty.
    #[arg(long)]
    pub sandbox: bool,
    /// Write what AWS was asked and answered into a new file, without names, numbers or secrets: for who reports a mistake
    /// in a verdict.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
}

/// What `policy` takes.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// The lab.
    pub lab: String,
    /// What they are for.
    #[arg(long = "for", value_enum, value_name = "COMMAND", default_value_t = PolicyFor::Check)]
    pub purpose: PolicyFor,
    /// Only permissions to read: no event can be sent through what the student built.
    #[arg(long)]
    pub no_probe: bool,
    /// Only in this account (default: in any).
    #[arg(long, value_name = "N")]
    pub account: Option<AccountNumber>,
    /// Only in this region (default: in any). Searching other regions for a lab is then denied.
    #[arg(long)]
    pub region: Option<String>,
}

/// For which command permissions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyFor {
    /// `edemlab check`.
    Check,
    /// `edemlab grade`: `check`, and when and by whom the lab was changed.
    Grade,
    /// `edemlab costs`.
    Costs,
    /// `edemlab cleanup`: these delete.
    Cleanup,
    /// `edemlab rehearse`: these make a stack, and delete it.
    Rehearsal,
}

/// What `pages` takes.
#[derive(Debug, Args)]
pub struct PagesArgs {
    /// The class's folder, as `edemlab grade` made it.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Which of several runs counts.
    #[arg(long, value_enum, default_value_t = Count::Last)]
    pub count: Count,
    /// Also write the feedback as a table for a mail merge, as CSV: address, subject, text.
    #[arg(long, value_name = "FILE")]
    pub mail: Option<PathBuf>,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// A page for a browser, in one file.
    Html,
    /// The report, `edemlab/report/1`.
    Json,
    /// JUnit XML.
    Junit,
}

/// In which way a report says first how to fix things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FixWith {
    /// As commands.
    Cli,
    /// In clicks.
    Console,
}

impl std::fmt::Display for FixWith {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cli => "cli",
            Self::Console => "console",
        })
    }
}

/// What to do with the sandbox.
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Start the sandbox, and return when it answers.
    Start {
        /// The port on 127.0.0.1 (default: a free one).
        #[arg(long)]
        port: Option<u16>,
        /// Stop it when this process ends.
        #[arg(long, value_name = "PID")]
        owner: Option<u32>,
    },
    /// Stop the sandbox and delete everything in it.
    Stop,
    /// Say whether the sandbox runs, and where.
    Status,
    /// Print the variables that point AWS's tools at the sandbox, with the keys they sign with: `eval "$(edemlab sandbox env)"`.
    ///
    /// The sandbox verifies every signature. Each of its accounts has a student with keys of its own; the secret of its root
    /// users is created at each start and is the same for all accounts. Anyone who has either can run code as you.
    Env {
        /// The account.
        #[arg(long, value_name = "N", default_value = DEFAULT_ACCOUNT)]
        account: AccountNumber,
        /// The region.
        #[arg(long, default_value = DEFAULT_REGION)]
        region: String,
        /// The keys of the account's root user instead of its student's.
        #[arg(long)]
        root: bool,
    },
    /// Show the mails that SNS would have sent, and the subscriptions that wait to be confirmed.
    Inbox {
        /// The account (default: that of the credentials in the environment, else the first).
        #[arg(long, value_name = "N")]
        account: Option<AccountNumber>,
        /// Only what comes from this region.
        #[arg(long)]
        region: Option<String>,
        /// Confirm the waiting subscriptions, as the click in the mail would.
        #[arg(long)]
        confirm: bool,
    },
    /// Deploy a lab's solution, or one of its faults or variants.
    Deploy {
        /// The lab.
        lab: String,
        /// The account.
        #[arg(long, value_name = "N", default_value = DEFAULT_ACCOUNT)]
        account: AccountNumber,
        /// The region.
        #[arg(long, default_value = DEFAULT_REGION)]
        region: String,
        /// A fault or variant of the lab.
        #[arg(long, value_name = "ID")]
        fault: Option<String>,
    },
}

/// The account of the sandbox by default.
pub const DEFAULT_ACCOUNT: &str = "000000000001";

/// The region of the sandbox by default.
pub const DEFAULT_REGION: &str = "eu-central-1";

fn name_and_resource(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, resource)) if !name.is_empty() && !resource.is_empty() => {
            Ok((name.to_owned(), resource.to_owned()))
        }
        _ => Err("write NAME=RESOURCE, for example stream=clicks".to_owned()),
    }
}
