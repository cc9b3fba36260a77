//! The folder of a rehearsal: its record and its page, held by one process.

use super::record::{Record, SCHEMA};
use crate::private;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Why the folder of a rehearsal cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The system's.
    #[error("cannot {action} {}: {cause}", path.display())]
    File {
        /// "create", "read", "write", "lock".
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Another process is at it.
    #[error("another `edemlab rehearse` is at work in {}: wait for it, or name another folder with --out", .0.display())]
    Busy(PathBuf),
    /// What is there is no record.
    #[error(
        "{} is not the record of a rehearsal ({why}): name another folder with --out. If it was one, its stack may still stand: \
         --clean-up with a new folder finds it by its tag, and shows it",
        path.display()
    )]
    NoRecord {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// The folder of a rehearsal, held by one process.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// What of the path was not there before, the innermost folder first.
    made: Vec<PathBuf>,
    #[expect(dead_code, reason = "it is held by being kept")]
    lock: File,
}

impl Folder {
    /// The folder at `path`, made if it is not there.
    ///
    /// # Errors
    /// When it cannot be written, or another process holds it.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let made = path.ancestors().take_while(is_missing).map(Path::to_owned).collect();
        private::create_folder(path).map_err(file("create", path))?;
        let at = path.join("lock");
        let lock = private::options().open(&at).map_err(file("open", &at))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FolderError::Busy(path.to_owned())),
            Err(TryLockError::Error(cause)) => return Err(file("lock", &at)(cause)),
        }
        // A process that was killed while it wrote has left half a file beside the whole one.
        private::sweep(path).map_err(file("tidy", path))?;
        Ok(Self {
            path: path.to_owned(),
            made,
            lock,
        })
    }

    /// Whether a record is in the folder at `path`.
    pub fn has_record(path: &Path) -> bool {
        path.join("rehearsal.json").exists()
    }

    /// The record that is there, if there is one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(&self) -> Result<Option<Record>, FolderError> {
        let path = self.record();
        let content = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            content => content.map_err(file("read", &path))?,
        };
        let no_record = |why: String| FolderError::NoRecord {
            path: path.clone(),
            why,
        };
        let record: Record = serde_json::from_slice(&content).map_err(|error| no_record(unread(&error)))?;
        match record.schema == SCHEMA {
            true => Ok(Some(record)),
            false => Err(no_record(format!("it is of the format `{}`", record.schema))),
        }
    }

    /// Writes the record: whoever reads it sees this one or the one before.
    ///
    /// # Errors
    /// The system's.
    pub fn write(&self, record: &Record) -> Result<(), FolderError> {
        let text = serde_json::to_string_pretty(record).expect("a record has only text keys");
        let path = self.record();
        private::write(&path, text.as_bytes()).map_err(file("write", &path))
    }

    /// Writes the page.
    ///
    /// # Errors
    /// The system's.
    pub fn write_page(&self, page: &str) -> Result<PathBuf, FolderError> {
        let path = self.path.join("rehearsal.html");
        private::write(&path, page.as_bytes()).map_err(file("write", &path))?;
        Ok(path)
    }

    /// Where the recording of a trial is kept: one of an earlier run is replaced.
    ///
    /// # Errors
    /// When the folder for it cannot be made.
    pub fn recording(&self, subject: &str) -> Result<PathBuf, FolderError> {
        let folder = self.path.join("recordings");
        private::create_folder(&folder).map_err(file("create", &folder))?;
        let path = self.recording_of(subject);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file("replace", &path)(error)),
            _ => Ok(path),
        }
    }

    /// Where the recording of a trial is, if there is one.
    pub fn recording_of(&self, subject: &str) -> PathBuf {
        self.path.join("recordings").join(format!("{subject}.jsonl"))
    }

    /// Removes what this has written, and the folders that it has made if nothing else is in them: nothing was made.
    ///
    /// # Errors
    /// The system's.
    pub fn discard(&self) -> Result<(), FolderError> {
        for name in ["rehearsal.json", "rehearsal.html", "lock"] {
            let path = self.path.join(name);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(file("remove", &path)(error)),
                _ => {}
            }
        }
        for folder in &self.made {
            match std::fs::remove_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => break,
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(file("remove", folder)(error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Where the record is.
    pub fn record(&self) -> PathBuf {
        self.path.join("rehearsal.json")
    }
}

/// What serde says is of Rust's types; where it is helps.
fn unread(error: &serde_json::Error) -> String {
    match error.is_eof() {
        true => "it is cut off".to_owned(),
        false => format!(
            "line {}, column {} is not as it was written",
            error.line(),
            error.column()
        ),
    }
}

fn file<'p>(action: &'static str, path: &'p Path) -> impl Fn(io::Error) -> FolderError + 'p {
    move |cause| FolderError::File {
        action,
        path: path.to_owned(),
        cause,
    }
}
