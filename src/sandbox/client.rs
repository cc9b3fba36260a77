//! An account of the sandbox, reached with given keys: no setting of the user's environment or files has a say.

use crate::account::{Account, CallError, ErrorKind};

use super::error::ApiError;
use super::number::{AccountNumber, SandboxKeys};

pub(super) fn account(endpoint: &str, keys: &SandboxKeys, region: &str) -> Account {
    Account::loopback(endpoint, region, &keys.access_key_id, keys.secret_access_key())
}

/// What is useful of a call's error.
pub(super) fn refused(account: &AccountNumber, error: CallError) -> ApiError {
    let message = match &error.kind {
        ErrorKind::Unreachable | ErrorKind::TimedOut => {
            "it did not answer (`edemlab sandbox status` shows whether it still runs)".to_owned()
        }
        ErrorKind::Other(_) if !error.message.is_empty() => error.message.clone(),
        ErrorKind::Other(_) => "no reason given".to_owned(),
        _ => error.to_string(),
    };
    ApiError {
        code: error.code().map(str::to_owned),
        action: error.action,
        account: account.to_string(),
        message,
    }
}
