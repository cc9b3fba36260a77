//! In which order things are deleted, and what it means that one is not there.

use crate::account::CallError;

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
    /// What says what others may do.
    Policies,
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
