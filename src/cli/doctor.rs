//! `edemlab doctor`.

use clap::{Args, ValueEnum};

/// What `doctor` takes.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// The region (default: AWS_REGION, then that of the profile).
    #[arg(long)]
    pub region: Option<String>,
    /// The profile of your AWS settings (default: AWS_PROFILE).
    #[arg(long)]
    pub profile: Option<String>,
    /// Check only what the sandbox needs, for those without an account.
    #[arg(long, conflicts_with_all = ["region", "profile"])]
    pub sandbox: bool,
    /// The format of the output.
    #[arg(long, value_enum, default_value_t = DoctorFormat::Text)]
    pub format: DoctorFormat,
}

/// How the result of `doctor` is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DoctorFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}
