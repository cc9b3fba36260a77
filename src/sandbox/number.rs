//! Twelve digits that are an account, and its keys.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The number of an AWS account: 12 digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountNumber(pub(super) String);

/// A text that is no account number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an AWS account number has 12 digits, but this is {0:?}")]
pub struct NoAccountNumber(String);

impl AccountNumber {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountNumber {
    type Err = NoAccountNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.into()))
        } else {
            Err(NoAccountNumber(text.into()))
        }
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An access key. Its secret is never part of a debug output.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxKeys {
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    pub(super) secret_access_key: String,
}

impl SandboxKeys {
    /// `AWS_SECRET_ACCESS_KEY`.
    pub fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }
}

impl fmt::Debug for SandboxKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxKeys")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}
