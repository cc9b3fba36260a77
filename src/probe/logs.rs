//! Await an event in a log group that EventBridge writes into.

use super::log_events::log_events;
use super::verb::{Args, Observation, Progress, Verb, VerbFn, needs, text};
use crate::account::{Account, CallError};
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
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

async fn event(account: &Account, args: &Args, progress: &Progress) -> Result<Observation, CallError> {
    let (group, contains) = (text(args, "log_group"), text(args, "contains"));
    let has_it = |event: &FilteredLogEvent| event.message().is_some_and(|message| message.contains(contains));
    let events = log_events(account, group, progress.since, Some(contains), |events| {
        events.iter().any(has_it)
    })
    .await?;
    let Some(events) = events else {
        return Ok(Observation::Terminal(format!("log group {group} is not there")));
    };
    Ok(events
        .iter()
        .find(|event| has_it(event))
        .map_or(Observation::NotYet, |found| {
            let message = found.message().unwrap_or_default();
            let message = serde_json::from_str(message).unwrap_or_else(|_| Value::from(message));
            Observation::Arrived(json!({"timestamp": found.timestamp(), "message": message}))
        }))
}
