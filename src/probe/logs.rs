//! Await an event in a log group that EventBridge writes into.

use super::verb::{Args, Observation, Progress, Verb, VerbFn, needs, text};
use crate::account::services::LOGS;
use crate::account::{Account, CallError};
use futures::FutureExt;
use serde_json::{Value, json};

/// A log event since the probe began that has the text `contains` in it, by
/// [`FilterLogEvents`](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html).
pub(super) const EVENT: Verb = Verb {
    name: "logs.event",
    run: VerbFn::Await(|account, args, progress| event(account, args, progress).boxed()),
    args: &[needs("log_group"), needs("contains")],
    actions: &["logs:FilterLogEvents"],
    brings: || json!({"timestamp": null, "message": "any"}),
    secret: &[],
};

/// AWS may answer with empty pages before the one that has the event.
const MAX_PAGES: usize = 10;

async fn event(account: &Account, args: &Args, progress: &Progress) -> Result<Observation, CallError> {
    let (group, contains) = (text(args, "log_group"), text(args, "contains"));
    let mut input = json!({
        "logGroupName": group,
        "startTime": progress.since.timestamp_millis(),
        // A phrase within quotes is sought as it is.
        "filterPattern": format!("\"{contains}\""),
    });
    for _ in 0..MAX_PAGES {
        let mut page = match account.call(&LOGS, "FilterLogEvents", input.clone()).await {
            Ok(page) => page,
            Err(error) if error.code() == Some("ResourceNotFoundException") => {
                return Ok(Observation::Terminal(format!("log group {group} is not there")));
            }
            Err(error) => return Err(error),
        };
        let events = page["events"].as_array().into_iter().flatten();
        if let Some(found) = events
            .into_iter()
            .find(|e| e["message"].as_str().is_some_and(|m| m.contains(contains)))
        {
            let message = found["message"].as_str().unwrap_or_default();
            let message = serde_json::from_str(message).unwrap_or_else(|_| Value::from(message));
            return Ok(Observation::Arrived(
                json!({"timestamp": found["timestamp"], "message": message}),
            ));
        }
        match page["nextToken"].take() {
            Value::String(next) => input["nextToken"] = Value::from(next),
            _ => break,
        }
    }
    Ok(Observation::NotYet)
}
