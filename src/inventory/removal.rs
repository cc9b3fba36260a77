//! How things are deleted, and in which order.

use super::item::Item;
use crate::account::{Account, CallError};
use futures::future::BoxFuture;

/// How something is deleted.
#[derive(Clone, Copy)]
pub enum Removal {
    /// By calls of its own.
    ByCall {
        /// When.
        turn: Turn,
        /// The IAM actions that it needs.
        actions: &'static [&'static str],
        /// The calls. Where some of what they delete is gone already, they go on.
        delete: Delete,
    },
    /// AWS deletes it along with what it is part of.
    WithOwner,
}

/// Deletes one thing, or begins to.
pub type Delete = for<'a> fn(&'a Account, &'a Item) -> BoxFuture<'a, Result<(), CallError>>;

/// When something is deleted: what feeds others goes first, so that nothing is at work meanwhile, what others need goes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// What takes in, and what passes on.
    Entrance,
    /// What costs by the hour.
    Running,
    /// What works.
    Working,
    /// What is made of data.
    Derived,
    /// What holds data.
    Holding,
    /// What others are in.
    Around,
    /// What others have written.
    Traces,
    /// What may do something.
    Rights,
}

impl std::fmt::Debug for Removal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ByCall { turn, .. } => write!(f, "ByCall({turn:?})"),
            Self::WithOwner => f.write_str("WithOwner"),
        }
    }
}

/// AWS's codes for what is not there (any more).
const GONE: &[&str] = &[
    "ResourceNotFoundException",
    "ResourceNotFound",
    "NotFoundException",
    "NotFound",
    "NoSuchEntity",
    "NoSuchBucket",
    "RepositoryNotFoundException",
    "StateMachineDoesNotExist",
    "LoadBalancerNotFound",
    "TargetGroupNotFound",
    "ServiceNotFoundException",
    "ClusterNotFoundException",
];

/// A call after which something is not there: that it was not there before is as good.
pub(super) fn gone<T>(answer: Result<T, CallError>) -> Result<(), CallError> {
    match answer {
        Err(error) if error.code().is_some_and(|code| GONE.contains(&code)) => Ok(()),
        answer => answer.map(drop),
    }
}
