//! A drill under way: what one command leaves for the next one.

use crate::private;
use crate::report::Report;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// How hard it is to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A check of the configuration shows it.
    Easy,
    /// Only the event that does not get through shows it.
    Hard,
    /// Two faults at once.
    Two,
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Easy => "easy",
            Self::Hard => "hard",
            Self::Two => "two",
        })
    }
}

/// A drill under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    schema: Schema,
    /// The lab.
    pub lab: String,
    /// How hard it is.
    pub level: Level,
    /// What the faults were chosen by.
    pub seed: u64,
    /// The account of the sandbox, twelve digits.
    pub account: String,
    /// The ids of the faults.
    pub faults: Vec<String>,
    /// When the student began.
    pub began: DateTime<Utc>,
    /// How many hints were given.
    pub hints: usize,
    /// When the sandbox was started that has the account.
    pub sandbox: DateTime<Utc>,
    /// What the account looked like at the beginning.
    pub report: Report,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Schema {
    #[serde(rename = "edemlab/drill/1")]
    One,
}

/// Why a drill is not read or kept.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file could not be read or written.
    #[error("{path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// What it holds is no drill of this version.
    #[error("{path} is no drill that this version of edemlab has begun ({cause}): delete it and begin another one")]
    Format {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: serde_json::Error,
    },
}

impl Drill {
    /// One that begins now, in `account` of the sandbox that was started at `sandbox`.
    pub fn new(level: Level, seed: u64, faults: Vec<String>, sandbox: DateTime<Utc>, report: Report) -> Self {
        Self {
            schema: Schema::One,
            lab: report.lab.clone(),
            level,
            seed,
            account: report.account.clone(),
            faults,
            began: Utc::now(),
            hints: 0,
            sandbox,
            report,
        }
    }

    /// The drill that `path` keeps; none where there is no such file.
    ///
    /// # Errors
    /// When the file cannot be read, or holds something else.
    pub fn read(path: &Path) -> Result<Option<Self>, RecordError> {
        let content = match std::fs::read(path) {
            Ok(content) => content,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(Self::file(path, cause)),
        };
        let read = serde_json::from_slice(&content);
        read.map(Some).map_err(|cause| RecordError::Format {
            path: path.to_owned(),
            cause,
        })
    }

    /// Keeps it in `path`, for this user alone.
    ///
    /// # Errors
    /// The system's.
    pub fn write(&self, path: &Path) -> Result<(), RecordError> {
        let content = serde_json::to_vec_pretty(self).expect("a drill is plain data");
        private::write(path, &content).map_err(|cause| Self::file(path, cause))
    }

    /// Forgets the drill that `path` keeps.
    ///
    /// # Errors
    /// The system's.
    pub fn remove(path: &Path) -> Result<(), RecordError> {
        match std::fs::remove_file(path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(Self::file(path, cause)),
            _ => Ok(()),
        }
    }

    fn file(path: &Path, cause: io::Error) -> RecordError {
        let path = path.to_owned();
        RecordError::File { path, cause }
    }
}
