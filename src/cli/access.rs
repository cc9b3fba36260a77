//! What the command line says of the ways into the accounts of a class.

use crate::sandbox::AccountNumber;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What lets a professor into the students' accounts.
#[derive(Debug, Subcommand)]
pub enum AccessCommand {
    /// Print the CloudFormation template of the role that a student makes.
    Template {
        /// A lab that the role is for; may be repeated (default: all labs of the course).
        #[arg(long = "lab", value_name = "LAB")]
        labs: Vec<String>,
        /// Only permissions to read: no event can be sent through what the student built.
        #[arg(long)]
        no_probe: bool,
        /// Your account, which may assume the role (default: that of your credentials).
        #[arg(long, value_name = "N")]
        account: Option<AccountNumber>,
        /// Whose credentials assume the roles.
        #[command(flatten)]
        own: OwnAccount,
    },
    /// Print what each student of a roster opens or runs once: it contains an identifier of their own.
    Link {
        /// The roster, a CSV file.
        roster: PathBuf,
        /// The URL of the template in S3: prints links to the console instead of AWS CLI commands.
        #[arg(long, value_name = "URL")]
        template_url: Option<String>,
        /// The format of the list.
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
        /// Write a message for each student into this folder, ready to send.
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
        /// Where the class secret is.
        #[command(flatten)]
        secret: SecretFile,
        /// The region of the stack, for students whose line names none (default: your own).
        #[arg(long)]
        region: Option<String>,
    },
    /// After the course: try whose account still opens, and print what to ask of these students.
    #[command(
        after_help = "Exit status: 0 none opens any more, 1 some still open, 2 the roster is wrong, 3 some are not known."
    )]
    Revoke(RevokeArgs),
}

/// What `access revoke` takes.
#[derive(Debug, Args)]
pub struct RevokeArgs {
    /// The roster, a CSV file.
    pub roster: PathBuf,
    /// Write a message for each student whose account still opens into this folder, ready to send.
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
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

/// The professor's own credentials, with which roles are assumed.
#[derive(Debug, Args)]
pub struct OwnAccount {
    /// Your own AWS profile (default: AWS_PROFILE).
    #[arg(long)]
    pub profile: Option<String>,
    /// The region, where the roster names none (`region`, `region.LAB`); by default it is found for each lab.
    #[arg(long)]
    pub region: Option<String>,
}

/// Where the secret of a class is.
#[derive(Debug, Args)]
pub struct SecretFile {
    /// The class secret, from which external IDs are derived (default: `edemlab/class-secret` in your folder of
    /// settings).
    #[arg(long = "secret", value_name = "FILE", env = "EDEMLAB_CLASS_SECRET_FILE")]
    pub file: Option<PathBuf>,
}

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    Text,
    /// For a spreadsheet.
    Csv,
}
