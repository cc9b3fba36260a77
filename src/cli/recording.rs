//! What the command line says of recordings.

use clap::Subcommand;
use std::path::PathBuf;

/// What to do with a recording.
#[derive(Debug, Subcommand)]
pub enum RecordingCommand {
    /// Say what a recording holds: operations, calls, errors, times.
    Show {
        /// The recording.
        file: PathBuf,
    },
    /// Say whether a recording is whole and holds no name or secret.
    #[command(after_help = "Exit status: 0 it is whole and holds none, 1 something is wrong, 2 it is no recording.")]
    Verify {
        /// The recording.
        file: PathBuf,
    },
    /// Judge the lab again from a recording, without any account, and compare the verdicts.
    #[command(after_help = "Exit status: 0 all verdicts are the same, 1 some differ, 2 it is no recording.")]
    Replay {
        /// The recording.
        file: PathBuf,
    },
    /// Say where the answers of a recording and those of the sandbox differ: fields, types, errors, order of states.
    #[command(
        after_help = "Without --with, the lab's solution is checked in a sandbox of its own.\n\
                            Exit status: 0 no differences, 1 some, 2 it is no recording."
    )]
    Diff {
        /// The recording.
        file: PathBuf,
        /// Compare with this recording instead.
        #[arg(long = "with", value_name = "FILE")]
        other: Option<PathBuf>,
    },
}
