//! The mails that SNS would have sent from the sandbox, and the subscriptions whose readers have not confirmed yet.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::InboxError;
use super::running::Sandbox;
use super::{AccountNumber, http};

/// What is in an account's inbox. All of its texts are as whoever published them wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Inbox {
    /// What would have been delivered, oldest first. The sandbox keeps the last 200 of an account.
    pub mails: Vec<Mail>,
    /// What waits for a click. Nothing is sent to it before that.
    pub pending: Vec<Pending>,
}

/// One message to one reader.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// When it was published: RFC 3339 in UTC.
    pub sent: String,
    /// The address, or the telephone number.
    pub to: String,
    /// `email`, `email-json` or `sms`.
    pub protocol: String,
    /// The region of the topic.
    pub region: String,
    /// The topic.
    pub topic_arn: String,
    /// Its subject; AWS's own if the publisher gave none.
    pub subject: String,
    /// Its text.
    pub message: String,
}

/// A subscription that waits to be confirmed, or has just been.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// The address.
    pub endpoint: String,
    /// The region of the topic.
    pub region: String,
    /// The topic.
    pub topic_arn: String,
}

#[derive(Deserialize)]
struct Confirmed {
    confirmed: Vec<Pending>,
}

/// The answer is there at once; an emulator at work may let it wait.
const INBOX_TIMEOUT: Duration = Duration::from_secs(10);

impl Sandbox {
    /// The inbox of an account: of one region of it, if one is named.
    ///
    /// # Errors
    /// When the sandbox does not answer, or is of a version that has no inbox.
    pub async fn inbox(&self, account: &AccountNumber, region: Option<&str>) -> Result<Inbox, InboxError> {
        self.ask("GET", "/_edemlab/inbox", account, region).await
    }

    /// Confirms what is pending there, as a click in each of the mails would, and tells what that was.
    ///
    /// # Errors
    /// As [`Sandbox::inbox`].
    pub async fn confirm(&self, account: &AccountNumber, region: Option<&str>) -> Result<Vec<Pending>, InboxError> {
        let answer: Confirmed = self.ask("POST", "/_edemlab/inbox/confirm", account, region).await?;
        Ok(answer.confirmed)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        account: &AccountNumber,
        region: Option<&str>,
    ) -> Result<T, InboxError> {
        let mut path = format!("{path}?account={account}");
        if let Some(region) = region {
            path.push_str(&format!("&region={}", utf8_percent_encode(region, NON_ALPHANUMERIC)));
        }
        let answer = http::ask(self.port, &self.secret, method, &path, INBOX_TIMEOUT).await;
        let answer = answer.map_err(|cause| InboxError::Silent { cause })?;
        match serde_json::from_value(answer.body) {
            Ok(found) if answer.status == 200 => Ok(found),
            _ if self.outdated => Err(InboxError::Outdated),
            _ => Err(InboxError::Unexpected { status: answer.status }),
        }
    }
}
