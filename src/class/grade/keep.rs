//! Where runs are kept, and what probes may leave: a class's folder here, a bucket in a fleet.

use crate::account::CallError;
use crate::class::Student;
use crate::class::folder::{ClassFolder, FolderError};
use crate::class::premises::Premises;
use crate::class::underway::PendingCleanup;
use crate::judge::Judged;
use std::path::PathBuf;

/// Why something could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// In a folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// In a bucket.
    #[error(transparent)]
    Bucket(#[from] CallError),
    /// What is there is not what edemlab wrote.
    #[error("{0} is not what edemlab wrote")]
    Content(String),
}

/// Keeps runs and traces. Each is kept whole or not at all.
#[expect(async_fn_in_trait, reason = "an account is graded on one thread")]
pub trait RunStore {
    /// What names a trace that was noted.
    type Note: PartialEq;

    /// Keeps a run, and what it rests on.
    ///
    /// # Errors
    /// When it is not kept.
    async fn store(&self, student: &Student, judged: &Judged, premises: &Premises) -> Result<(), StoreError>;

    /// What probes that were cut off may have left in a student's account.
    ///
    /// # Errors
    /// When it is unknown.
    async fn loose(&self, student: &Student, lab: &str) -> Result<Vec<(Self::Note, PendingCleanup)>, StoreError>;

    /// Notes what a probe is about to leave.
    ///
    /// # Errors
    /// When it is not noted: then nothing may be sent.
    async fn note_loose(&self, student: &Student, lab: &str, loose: &PendingCleanup) -> Result<(), StoreError>;

    /// It has been taken away.
    ///
    /// # Errors
    /// When the note of it stays.
    async fn forget_loose(&self, note: Self::Note) -> Result<(), StoreError>;
}

impl RunStore for ClassFolder {
    type Note = PathBuf;

    async fn store(&self, student: &Student, judged: &Judged, premises: &Premises) -> Result<(), StoreError> {
        Ok(self.keep(student, &judged.report, &judged.evidence, Some(premises))?)
    }

    async fn loose(&self, student: &Student, lab: &str) -> Result<Vec<(PathBuf, PendingCleanup)>, StoreError> {
        Ok(ClassFolder::loose(self, student, lab)?)
    }

    async fn note_loose(&self, student: &Student, lab: &str, loose: &PendingCleanup) -> Result<(), StoreError> {
        Ok(ClassFolder::note_loose(self, student, lab, loose)?)
    }

    async fn forget_loose(&self, note: PathBuf) -> Result<(), StoreError> {
        Ok(ClassFolder::forget_loose(self, &note)?)
    }
}
