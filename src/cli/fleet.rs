//! What the verbs for grading in the cloud take.

use clap::Subcommand;

/// What is done with a fleet.
#[derive(Debug, Subcommand)]
pub enum FleetCommand {
    /// Print the CloudFormation template of the stack that grades a class in your own account.
    Template,
}
