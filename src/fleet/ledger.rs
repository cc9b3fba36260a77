//! A run that is under way, in the class's folder: enough to join it after whatever happened to this computer.

use super::contract::Run;
use crate::class::folder::{ClassFolder, FolderError, json, read};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is known of a run. Written when its list of students lies in the bucket, before it is started.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The stack.
    pub stack: String,
    /// Its region.
    pub region: String,
    /// Its account.
    pub account: String,
    /// The bucket's name.
    pub bucket: String,
    /// The state machine's ARN.
    pub machine: String,
    /// The run.
    pub run: Run,
    /// The execution's ARN, once it has been started.
    pub execution: Option<String>,
    /// The labs of each student whose reports are not here yet.
    pub open: BTreeMap<String, Vec<String>>,
}

impl Ledger {
    /// Its file.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join("underway").join("fleet.json")
    }

    /// The run that is under way in a class's folder, if any.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn read(folder: &Path) -> Result<Option<Self>, FolderError> {
        read(&Self::path(folder))
    }

    /// Keeps what is known now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &ClassFolder) -> Result<(), FolderError> {
        folder.write(&Self::path(folder.path()), &json(self))
    }

    /// The run has ended, and all of it is here.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn close(folder: &ClassFolder) -> Result<(), FolderError> {
        folder.remove(&Self::path(folder.path()))
    }

    /// A report has come.
    pub fn settle(&mut self, student: &str, lab: &str) {
        if let Some(labs) = self.open.get_mut(student) {
            labs.retain(|l| l != lab);
            if labs.is_empty() {
                self.open.remove(student);
            }
        }
    }
}
