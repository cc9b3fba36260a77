//! A probe: events are sent, followed hop by hop, and taken away. A later hop that has seen one proves the earlier ones.

mod actions;
mod cleanup;
mod hops;
mod observe;
mod record;
mod run;
mod send;

pub use cleanup::clean_up_record;
pub use record::{CleanupAction, CleanupRecord};
pub(super) use run::{ProbeRun, Probed};
