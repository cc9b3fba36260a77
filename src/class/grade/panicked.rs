//! A panic in the work on one account.

use futures::FutureExt;
use std::panic::AssertUnwindSafe;

/// A mistake of ours that one account has brought to light. Its own message may hold what a student wrote, or a secret: it is
/// in no report. Rust prints it by itself, in a fleet's function to the function's log.
#[derive(Debug, thiserror::Error)]
#[error(
    "edemlab failed while it looked at this account: this is a bug in edemlab and says nothing about the student's work. Grade \
     this student again with --again unknown; if it fails again, report the message that was printed"
)]
pub(super) struct Panicked;

/// Ends at a panic in `work`, which thereby costs its own account and no other. What a probe has sent stays noted, so that the next
/// run takes it away.
pub(super) async fn unless_it_panics<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    // Nothing of it is used again: all that others see too is behind locks, and whole.
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_| Panicked)
}
