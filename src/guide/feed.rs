//! The latest that is known, for all who read along.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// One text that is replaced now and then.
#[derive(Debug, Default)]
pub struct Feed {
    latest: Mutex<(u64, Arc<str>)>,
    changed: Condvar,
}

impl Feed {
    /// Replaces it.
    pub fn publish(&self, text: &str) {
        let mut latest = self.lock();
        *latest = (latest.0 + 1, text.into());
        self.changed.notify_all();
    }

    /// Waits for a text that is newer than the one with the number `seen`; nothing when there is none within `patience`.
    pub(super) fn newer(&self, seen: u64, patience: Duration) -> Option<(u64, Arc<str>)> {
        let waited = self
            .changed
            .wait_timeout_while(self.lock(), patience, |latest| latest.0 == seen);
        let latest = match waited {
            Ok((latest, _)) => latest,
            Err(poisoned) => poisoned.into_inner().0,
        };
        (latest.0 != seen).then(|| latest.clone())
    }

    fn lock(&self) -> MutexGuard<'_, (u64, Arc<str>)> {
        // A text is replaced as a whole: there is no half of one.
        self.latest.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
