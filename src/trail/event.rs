//! One event of CloudTrail, as far as it is read.

use super::who::{Who, text};
use crate::report::Change;
use chrono::DateTime;
use serde::Deserialize;
use serde_json::Value;

/// A call that somebody made.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub id: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// The service: `lambda.amazonaws.com`.
    pub source: String,
    /// The call, without the version of the API that Lambda puts behind it.
    pub name: String,
    /// What it was about: names and ARNs.
    pub names: Vec<String>,
    /// The event bus that it names.
    pub bus: Option<String>,
    pub who: Who,
}

/// The event itself, of which little is read: the rest is not kept.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    #[serde(default)]
    error_code: Value,
    #[serde(default)]
    request_parameters: Value,
    #[serde(default)]
    user_identity: Value,
    #[serde(default, rename = "sourceIPAddress")]
    source: Value,
    #[serde(default)]
    recipient_account_id: Value,
}

/// Calls that CloudTrail has among those that write, and that change nothing of the work: they run it.
const RUNS: [&str; 15] = [
    "StartExecution",
    "StartSyncExecution",
    "StopExecution",
    "SendTaskSuccess",
    "SendTaskFailure",
    "SendTaskHeartbeat",
    "Invoke",
    "InvokeAsync",
    "PutEvents",
    "Publish",
    "CreateLogStream",
    "PutLogEvents",
    "TestInvokeMethod",
    "AssumeRole",
    "ConfirmSubscription",
];

impl Event {
    /// The event, where it is a change of somebody's: no read, no error, and no housekeeping of a service.
    pub fn of(shown: &Value) -> Option<Self> {
        // Known without reading the event itself, which is long.
        let name = without_version(shown["EventName"].as_str()?);
        let read = shown["ReadOnly"].as_str() == Some("true");
        let changes = !read && !RUNS.contains(&name) && !is_tagging(name);
        changes
            .then(|| Self::any(shown))?
            .filter(|event| !event.who.is_housekeeping)
    }

    /// Any event that did what it says.
    pub fn any(shown: &Value) -> Option<Self> {
        let whole: Whole = serde_json::from_str(shown["CloudTrailEvent"].as_str()?).ok()?;
        if !whole.error_code.is_null() {
            return None;
        }
        let seconds = shown["EventTime"].as_f64()?;
        let at = DateTime::from_timestamp_millis((seconds * 1000.0) as i64)?;
        let names = shown["Resources"].as_array().into_iter().flatten();
        Some(Self {
            id: text(&shown["EventId"]),
            at: at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            source: text(&shown["EventSource"]),
            name: without_version(shown["EventName"].as_str()?).to_owned(),
            names: names.map(|one| text(&one["ResourceName"])).collect(),
            bus: whole.request_parameters["eventBusName"].as_str().map(str::to_owned),
            who: Who::of(&whole.user_identity, &whole.source, &whole.recipient_account_id),
        })
    }

    /// As a report says it. `account` is the other one from which the session was opened.
    pub fn change(&self, account: Option<&str>) -> Change {
        let shown = |text: &str| crate::report::text::cut(&crate::redact::text(text, &|_| false), MAX_SHOWN);
        Change {
            at: self.at.clone(),
            event: shown(&self.name),
            by: shown(&self.who.by),
            account: account.or(self.who.account.as_deref()).map(&shown),
        }
    }
}

/// Whether a call only sets or takes away tags: `TagResource`, `AddTagsToStream`, `PutBucketTagging`.
fn is_tagging(name: &str) -> bool {
    let begins = ["Tag", "Untag", "AddTags", "RemoveTags"];
    begins.iter().any(|word| name.starts_with(word)) || name.ends_with("Tagging")
}

/// The longest name of a call or caller that is shown.
const MAX_SHOWN: usize = 100;

/// `UpdateFunctionCode20150331v2` → `UpdateFunctionCode`.
fn without_version(name: &str) -> &str {
    let digits = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (front, _) = name
        .rsplit_once('v')
        .filter(|(_, version)| version.parse::<u8>().is_ok())
        .unwrap_or((name, ""));
    match front.len().checked_sub(8).and_then(|at| front.split_at_checked(at)) {
        Some((front, date)) if digits(date) => front,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(name: &str, read: &str, more: Value) -> Value {
        let mut whole =
            json!({"userIdentity": {"type": "IAMUser", "userName": "student", "accountId": "111122223333"}});
        whole
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().cloned().unwrap());
        json!({"EventId": "1", "EventName": name, "ReadOnly": read, "EventTime": 1_773_355_267, "EventSource": "lambda.amazonaws.com",
               "Resources": [{"ResourceName": "store"}], "CloudTrailEvent": whole.to_string()})
    }

    #[test]
    fn a_change_is_what_somebody_did_and_what_did_not_fail() {
        let event = Event::of(&shown("UpdateFunctionCode20150331v2", "false", json!({}))).unwrap();
        let change = event.change(None);
        assert_eq!(
            (change.event.as_str(), change.by.as_str()),
            ("UpdateFunctionCode", "user/student")
        );
        assert_eq!(change.at, "2026-03-12T22:41:07.000Z");
        let dropped = [
            shown("GetFunction20150331", "true", json!({})),
            shown(
                "UpdateFunctionCode20150331v2",
                "false",
                json!({"errorCode": "AccessDenied"}),
            ),
            shown("StartExecution", "false", json!({})),
            shown("TagResource20170331v2", "false", json!({})),
            shown("PutBucketTagging", "false", json!({})),
            shown(
                "UpdateTable",
                "false",
                json!({"userIdentity": {"type": "AWSService", "invokedBy": "dynamodb.amazonaws.com"}}),
            ),
            json!({"EventName": "CreateTable"}),
        ];
        for one in dropped {
            assert_eq!(Event::of(&one), None, "{one}");
        }
    }

    #[test]
    fn a_name_loses_its_version_and_nothing_else() {
        for (name, expected) in [
            ("CreateFunction20150331", "CreateFunction"),
            ("TagResource20170331v2", "TagResource"),
            ("CreateStack", "CreateStack"),
            ("20150331", ""),
            ("Mové1234567", "Mové1234567"),
        ] {
            assert_eq!(without_version(name), expected);
        }
    }
}
