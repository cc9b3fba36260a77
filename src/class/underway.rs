//! What is under way in a class's folder: the one process that grades, the run it is at, and what probes would leave
//! behind if it ended now.

use super::Student;
use super::folder::{ClassFolder, FolderError, file, file_name, json, read};
use crate::judge::CleanupRecord;
use crate::private;
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// What was asked for, so that the same command goes on where it was cut off.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Underway {
    /// The labs.
    pub labs: Vec<String>,
    /// Which of the finished ones were to be graded again.
    pub again: Vec<String>,
    /// Only these students; all when empty.
    pub only: Vec<String>,
    /// When it began, RFC 3339 in UTC.
    pub started: String,
}

/// A probe that has sent something, and where.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct PendingCleanup {
    /// The region.
    pub region: String,
    /// The account; nothing where it was not known, or in a note of an earlier version.
    #[serde(default)]
    pub account: Option<String>,
    /// What it leaves.
    #[serde(rename = "trace")]
    pub record: CleanupRecord,
}

/// Held by the process that grades into a folder.
#[derive(Debug)]
pub struct GradingLock(#[expect(dead_code, reason = "it is held by being kept")] File);

/// Keeps other processes from grading into the folder of a class; none when one is at it.
///
/// # Errors
/// When the folder cannot be written.
pub fn lock(folder: &Path) -> Result<Option<GradingLock>, FolderError> {
    let path = underway(folder);
    private::create_folder(&path).map_err(file("create", &path))?;
    let path = path.join("lock");
    let held = private::options().open(&path).map_err(file("open", &path))?;
    match held.try_lock() {
        Ok(()) => {
            // A process that was killed while it wrote has left half a file beside the whole one.
            private::sweep(folder).map_err(file("tidy", folder))?;
            Ok(Some(GradingLock(held)))
        }
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(cause)) => Err(file("lock", &path)(cause)),
    }
}

fn underway(folder: &Path) -> PathBuf {
    folder.join("underway")
}

impl ClassFolder {
    /// The run to go on with: the one that was cut off, if it asked for the same, else `asked`.
    ///
    /// # Errors
    /// When its file cannot be read or written.
    pub fn go_on(&self, asked: Underway) -> Result<Underway, FolderError> {
        let path = underway(self.path()).join("run.json");
        if let Some(before) = read::<Underway>(&path)? {
            let same = Underway {
                started: before.started.clone(),
                ..asked.clone()
            };
            if before == same {
                return Ok(before);
            }
        }
        self.write(&path, &json(&asked))?;
        Ok(asked)
    }

    /// Nothing is under way any more.
    ///
    /// # Errors
    /// When its file cannot be removed.
    pub fn done(&self) -> Result<(), FolderError> {
        self.remove(&underway(self.path()).join("run.json"))
    }

    /// Notes what a probe is about to leave.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn note_loose(&self, student: &Student, lab: &str, loose: &PendingCleanup) -> Result<(), FolderError> {
        let home = self.loose_home(student, lab);
        private::create_folder(&home).map_err(file("create", &home))?;
        let probe = loose.record.correlation_ids.first().map_or("probe", String::as_str);
        self.write(&home.join(format!("{}.json", file_name(probe))), &json(loose))
    }

    /// What probes that were cut off may have left in a student's account, with the file that says so.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn loose(&self, student: &Student, lab: &str) -> Result<Vec<(PathBuf, PendingCleanup)>, FolderError> {
        let home = self.loose_home(student, lab);
        let entries = match std::fs::read_dir(&home) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(file("read", &home))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(file("read", &home))?.path();
            if path.extension().is_some_and(|e| e == "json")
                && let Some(loose) = read(&path)?
            {
                found.push((path, loose));
            }
        }
        Ok(found)
    }

    /// It has been taken away.
    ///
    /// # Errors
    /// When its file cannot be removed.
    pub fn forget_loose(&self, path: &Path) -> Result<(), FolderError> {
        self.remove(path)
    }

    fn loose_home(&self, student: &Student, lab: &str) -> PathBuf {
        underway(self.path()).join(file_name(&student.id)).join(lab)
    }
}
