//! Why a stack is not as it should be.

use crate::account::CallError;

/// Why a stack could not be deployed or deleted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StackError {
    /// CloudFormation refused the call, mostly for a mistake in the template, or did not answer.
    #[error(transparent)]
    Call(#[from] CallError),

    /// The stack ended in a state that is no success.
    #[error("the stack {stack} ended as {status}{}", reasons.iter().map(|reason| format!("\n  {reason}")).collect::<String>())]
    Failed {
        /// Its name.
        stack: String,
        /// `ROLLBACK_COMPLETE` and the like.
        status: String,
        /// What CloudFormation says about each resource that failed, the first failure first.
        reasons: Vec<Reason>,
    },

    /// The stack did not end in time.
    #[error("the stack {stack} is still {status} after {seconds} s")]
    TimedOut {
        /// Its name.
        stack: String,
        /// Its last state.
        status: String,
        /// How long it was waited for.
        seconds: u64,
    },
}

/// One resource that CloudFormation could not make or delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Its name in the template.
    pub resource: String,
    /// Its type, such as `AWS::Kinesis::Stream`.
    pub kind: String,
    /// What CloudFormation says.
    pub message: String,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}): {}", self.resource, self.kind, self.message)
    }
}
