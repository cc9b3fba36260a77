//! What `drill` takes.

use crate::drill::Level;
use clap::{Args, Subcommand};

/// What `drill` takes: a lab, to begin, or what to do with the drill under way.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true
)]
pub struct DrillArgs {
    /// The lab.
    #[arg(required = true)]
    pub lab: Option<String>,
    /// How hard it is to find.
    #[arg(long, value_enum, default_value_t = Level::Easy)]
    pub level: Level,
    /// The number of a drill, to do the same one again (default: any).
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// What to do with the drill under way.
    #[command(subcommand)]
    pub command: Option<DrillCommand>,
}

/// What to do with the drill under way.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum DrillCommand {
    /// Say what the customer said, and how to look around.
    Show,
    /// Give a hint: where to look, then what to compare, then the fix.
    Hint,
    /// Say whether it is found and fixed, and what is broken besides.
    #[command(
        after_help = "Exit status: 0 fixed, 1 not yet, 2 no drill is under way, 3 something could not be determined."
    )]
    Check,
    /// Give up: say what was broken.
    End,
}
