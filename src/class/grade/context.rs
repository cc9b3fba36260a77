//! What grading has for everyone on one thread.

use super::places::Places;
use super::plan::{GradeEvent, GradeOutcome, Plan};
use crate::trail::Pace;
use std::cell::RefCell;
use tokio::sync::watch;

/// What grading has for everyone on one thread.
pub(super) struct Context<'c, 'a, K> {
    pub plan: &'c Plan<'a, K>,
    pub on: &'c dyn Fn(GradeEvent<'_>),
    /// How often the user has asked to stop.
    pub stop: watch::Receiver<u8>,
    pub outcome: &'c RefCell<GradeOutcome>,
    pub pace: &'c Pace,
    pub places: &'c Places,
}
