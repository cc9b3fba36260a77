//! Places for the accounts at work on one thread. An account that only waits for CloudTrail gives its own to the next one.

use std::rc::Rc;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Labs that may wait for CloudTrail, for each account at work. AWS lets an account ask twice a second, so that two labs wait for
/// two or three seconds; where CloudTrail is slow for everybody, no more than these are kept in memory, each with a connection or two.
pub const WAITING: usize = 4;

/// The places of one thread.
#[derive(Debug)]
pub(super) struct Places {
    at_work: Semaphore,
    waiting: Semaphore,
}

/// An account's place. It is free for another one when all labs of the account have given it up.
pub(super) type Place<'p> = Rc<SemaphorePermit<'p>>;

/// A lab that waits.
pub(super) struct Waiting<'p> {
    _permit: SemaphorePermit<'p>,
}

impl Places {
    /// Places for `at_once` accounts.
    pub(super) fn new(at_once: usize) -> Self {
        let at_once = at_once.clamp(1, Semaphore::MAX_PERMITS / WAITING);
        Self {
            at_work: Semaphore::new(at_once),
            waiting: Semaphore::new(at_once * WAITING),
        }
    }

    /// A place, once there is one.
    pub(super) async fn free(&self) -> Place<'_> {
        Rc::new(permit(&self.at_work).await)
    }

    /// Gives up a lab's share of `place`: from now on the lab waits. Where too many do, it keeps its share until one of them is done.
    pub(super) async fn give_up<'p>(&'p self, place: Place<'p>) -> Waiting<'p> {
        let waiting = Waiting {
            _permit: permit(&self.waiting).await,
        };
        drop(place);
        waiting
    }
}

async fn permit(places: &Semaphore) -> SemaphorePermit<'_> {
    places.acquire().await.expect("nobody closes it")
}
