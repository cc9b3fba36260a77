//! Who is asking.

use serde::{Deserialize, Serialize};

/// Who is asking, from `GetCallerIdentity`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The account's twelve digits.
    pub account: String,
    /// The caller's ARN.
    pub arn: String,
    /// The caller's unique id.
    pub user_id: String,
}

impl Identity {
    pub(super) fn of(answer: &aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput) -> Self {
        let text = |field: Option<&str>| field.unwrap_or_default().to_owned();
        Self {
            account: text(answer.account()),
            arn: text(answer.arn()),
            user_id: text(answer.user_id()),
        }
    }

    /// The partition that the caller's ARN is of: `aws`, `aws-cn`, `aws-us-gov`.
    pub fn partition(&self) -> &str {
        self.arn.split(':').nth(1).unwrap_or("aws")
    }

    /// The caller as people say it: `user/lucia`, `assumed-role/voclabs/…`, `root`.
    pub fn who(&self) -> &str {
        self.arn.splitn(6, ':').nth(5).unwrap_or(&self.arn)
    }
}
