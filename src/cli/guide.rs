//! What `watch` and `guide` take.

use super::time::interval;
use super::{FixWith, name_and_resource};
use clap::Args;
use std::time::Duration;

/// What `watch` takes.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// The lab.
    pub lab: String,
    /// How it watches.
    #[command(flatten)]
    pub watching: Watching,
}

/// Which account is watched, and how. Each of these needs a lab.
#[derive(Debug, Clone, Args)]
#[group(requires = "lab")]
pub struct Watching {
    /// How often to look while things change, for example `15s` or `2m`; at least 5s. Less often while nothing changes.
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = interval)]
    pub every: Duration,
    /// Say how to fix things as commands of the AWS CLI first, or in clicks in the console (default: in the sandbox
    /// commands, elsewhere clicks).
    #[arg(long, value_enum, value_name = "HOW")]
    pub fix_with: Option<FixWith>,
    /// Send nothing through what you built.
    #[arg(long)]
    pub no_probe: bool,
    /// Say which resource is yours: `--use stream=clicks`.
    #[arg(long = "use", value_name = "NAME=RESOURCE", value_parser = name_and_resource)]
    pub uses: Vec<(String, String)>,
    /// The AWS region (default: AWS_REGION, then that of the profile).
    #[arg(long)]
    pub region: Option<String>,
    /// The AWS profile (default: AWS_PROFILE).
    #[arg(long, conflicts_with = "sandbox")]
    pub profile: Option<String>,
    /// Watch the sandbox: started if needed, with the lab's solution in it if it is empty.
    #[arg(long)]
    pub sandbox: bool,
}

/// What `guide` takes.
#[derive(Debug, Args)]
pub struct GuideArgs {
    /// The page to show, as a report names it: `datastream/iam.html#write-table`.
    pub chapter: Option<String>,
    /// The port on 127.0.0.1 (default: a free one).
    #[arg(long)]
    pub port: Option<u16>,
    /// Open it in your browser.
    #[arg(long)]
    pub open: bool,
    /// Watch this lab in your account, and show in the pages what already passes.
    #[arg(long = "watch", value_name = "LAB")]
    pub lab: Option<String>,
    /// How it watches.
    #[command(flatten, next_help_heading = "With --watch")]
    pub watching: Watching,
}
