//! Who observes while a lab is judged, and what they see.

use super::probe::CleanupRecord;
use futures::FutureExt;
use futures::future::LocalBoxFuture;

/// What happens meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A probe waits at a hop.
    Waiting {
        /// The step.
        step: String,
        /// What it waits for.
        what: String,
        /// Seconds so far.
        seconds: u64,
        /// Seconds at most.
        within: u64,
        /// Events sent so far.
        sent: usize,
    },
    /// The probe sends something.
    Sending {
        /// The step.
        step: String,
    },
    /// The probe takes away what it made.
    Removing {
        /// The step.
        step: String,
        /// What may still come, and is waited for so that it is taken away too.
        waits: Option<MayCome>,
        /// Whether the user has asked to stop.
        stopping: bool,
    },
}

/// What of a probe may still come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MayCome {
    /// What it is, in words.
    pub what: String,
    /// For how many seconds more it may come.
    pub seconds: u64,
}

/// Who observes while a lab is judged. A closure over events is an observer that saves nothing.
pub trait Observer {
    /// Something happens.
    fn on(&self, event: Event);

    /// A probe is about to send. What it would leave if it were cut off is saved first, so that a later run can take it
    /// away; where it cannot be saved, nothing is sent.
    ///
    /// # Errors
    /// Why it could not be saved.
    fn save(&self, _record: CleanupRecord) -> LocalBoxFuture<'_, Result<(), String>> {
        futures::future::ready(Ok(())).boxed_local()
    }
}

impl<F: Fn(Event)> Observer for F {
    fn on(&self, event: Event) {
        self(event);
    }
}
