//! `edemlab rehearse`.

use clap::Args;
use std::path::PathBuf;

/// What `rehearse` takes.
#[derive(Debug, Args)]
pub struct RehearseArgs {
    /// The lab.
    pub lab: String,
    /// The folder of the rehearsal: its record, and its page (default: rehearsal-LAB in the current folder). One that was
    /// begun there goes on.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Make this part of the solution too: it costs, or takes hours.
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    pub with: Vec<String>,
    /// Leave out this part of the solution, as all are that --with does not name.
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    pub without: Vec<String>,
    /// Only these faults.
    #[arg(long = "fault", value_name = "ID", value_delimiter = ',', conflicts_with = "all")]
    pub faults: Vec<String>,
    /// Every fault that can be rehearsed, not only those that AWS shows best.
    #[arg(long)]
    pub all: bool,
    /// Where you read the lab's mails. AWS first sends one to confirm.
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Keep no recordings of what AWS answered. They hold no names, numbers or secrets.
    #[arg(long)]
    pub no_record: bool,
    /// Compare with the same rehearsal in the sandbox, as is done for one on AWS.
    #[arg(long)]
    pub compare: bool,
    /// Do it without a question.
    #[arg(long)]
    pub yes: bool,
    /// Delete what a rehearsal has left, and do nothing else.
    #[arg(long, conflicts_with_all = ["with", "without", "faults", "all", "email"])]
    pub clean_up: bool,
    /// How many seconds AWS may take until it shows what was deployed.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub settle: u64,
    /// How many seconds you may take to confirm a subscription by e-mail.
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    pub wait_for_mail: u64,
    /// The AWS region (default: AWS_REGION, then that of the profile).
    #[arg(long)]
    pub region: Option<String>,
    /// The AWS profile (default: AWS_PROFILE).
    #[arg(long, conflicts_with = "sandbox")]
    pub profile: Option<String>,
    /// Rehearse in the sandbox.
    #[arg(long)]
    pub sandbox: bool,
}
