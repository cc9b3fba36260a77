//! `edemlab cleanup`.

use clap::Args;
use std::path::PathBuf;

/// What `cleanup` takes.
#[derive(Debug, Args)]
pub struct CleanupArgs {
    /// The lab.
    pub lab: String,
    /// The file of the plan: made, or with --yes applied (default: cleanup-LAB-ACCOUNT.json in the current folder).
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Delete exactly what the plan in --plan says, without a question.
    #[arg(long, requires = "plan", conflicts_with = "also")]
    pub yes: bool,
    /// Delete this too, by its name or ARN: what the checks do not judge, holds what is not the lab's, or shows no sign of it.
    #[arg(long, value_name = "NAME")]
    pub also: Vec<String>,
    /// Look in one region only, not in every region that the account uses.
    #[arg(long)]
    pub here: bool,
    /// How many seconds something may take to go, or be in use.
    #[arg(long, value_name = "SECONDS", default_value_t = 1200)]
    pub wait: u64,
    /// Say which resource is yours: `--use stream=clicks`.
    #[arg(long = "use", value_name = "NAME=RESOURCE", value_parser = super::name_and_resource)]
    pub uses: Vec<(String, String)>,
    /// The AWS region to begin with (default: AWS_REGION, then that of the profile).
    #[arg(long)]
    pub region: Option<String>,
    /// The AWS profile (default: AWS_PROFILE).
    #[arg(long, conflicts_with = "sandbox")]
    pub profile: Option<String>,
    /// Clean up in the sandbox.
    #[arg(long)]
    pub sandbox: bool,
}
