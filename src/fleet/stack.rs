//! The stack of `edemlab fleet template` in the professor's own account.

use crate::account::{Account, CallError};
use crate::stack;
use std::time::Duration;

/// What a fleet's stack made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// The bucket's name.
    pub bucket: String,
    /// The state machine's ARN.
    pub machine: String,
}

/// Why a stack cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// There is none.
    #[error(
        "there is no stack `{name}` in {region}: deploy what `edemlab fleet template` prints, or name another stack or --region"
    )]
    Missing {
        /// The stack.
        name: String,
        /// Where it was looked for.
        region: String,
    },
    /// It is not whole.
    #[error("the stack `{name}` is not ready ({status}): wait for it, or see its events in CloudFormation")]
    NotReady {
        /// The stack.
        name: String,
        /// CloudFormation's status.
        status: String,
    },
    /// It is of another template.
    #[error(
        "the stack `{name}` was not made from `edemlab fleet template`: it has no output {missing}; name the right stack, or deploy the \
         template again"
    )]
    Other {
        /// The stack.
        name: String,
        /// What it lacks.
        missing: &'static str,
    },
    /// AWS refused, or did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Stack {
    /// The stack called `name`, in the account's region. One call.
    ///
    /// # Errors
    /// When there is none, or it is not of our template.
    pub async fn find(account: &Account, name: &str) -> Result<Self, StackError> {
        // It is not waited for.
        let stack = stack::Stack::new(account, name, Duration::ZERO);
        let Some(state) = stack.state().await? else {
            return Err(StackError::Missing {
                name: name.to_owned(),
                region: account.region().to_owned(),
            });
        };
        let status = state.status;
        let ready = status.ends_with("_COMPLETE") && !status.starts_with("DELETE") && status != "ROLLBACK_COMPLETE";
        if !ready {
            return Err(StackError::NotReady {
                name: name.to_owned(),
                status,
            });
        }
        let output = |key: &'static str| {
            let found = state.outputs.get(key).cloned();
            found.ok_or_else(|| StackError::Other {
                name: name.to_owned(),
                missing: key,
            })
        };
        Ok(Self {
            bucket: output("Bucket")?,
            machine: output("Machine")?,
            name: name.to_owned(),
        })
    }
}
