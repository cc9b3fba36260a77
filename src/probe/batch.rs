//! What became of the other events of a batch: whether a missing one can still come.

use super::dynamodb::has_item;
use super::lambda::{log_time, runs};
use super::verb::{Args, Clue, Progress, Verb, VerbFn, may, needs, text};
use crate::account::{Account, CallError};
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use futures::future::try_join_all;
use serde_json::Value;

/// Whether the items of events that were sent together with a missing one are there, and the function is at rest. Lambda hands
/// over the records of one key in the order in which they came, and begins the next batch once the last one is done; see
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html>.
pub(super) const BATCH: Verb = Verb {
    name: "lambda.batch",
    run: VerbFn::Evidence(|account, args, progress| batch(account, args, progress).boxed()),
    args: &[
        needs("function"),
        may("logging"),
        needs("table"),
        needs("earlier"),
        needs("later"),
    ],
    actions: &["dynamodb:GetItem", "logs:FilterLogEvents"],
    brings: || Value::Null,
    secret: &[],
};

/// A function that has ended, and has not begun again for so long, has no other batch in hand.
const AT_REST: TimeDelta = TimeDelta::seconds(5);

async fn batch(account: &Account, args: &Args, progress: &Progress) -> Result<Clue, CallError> {
    let (earlier, later, runs) = tokio::try_join!(
        any_there(account, args, "earlier"),
        any_there(account, args, "later"),
        runs(account, args, progress)
    )?;
    let runs = runs.unwrap_or_default();
    // The log may be seconds behind: as long as it has no run that began after the events were sent, theirs may be at work.
    let sent = progress.last_followed.map(|at| log_time(account, at));
    let newest = runs.iter().map(|run| run.started).max();
    let newest = newest.filter(|started| Some(*started) >= sent && runs.iter().all(|run| run.ended));
    let Some(newest) = newest.and_then(DateTime::from_timestamp_millis) else {
        return Ok(Clue::default());
    };
    // One that came behind it was handed over behind it, or together with it.
    let is_passed_by = later;
    let is_left_behind = earlier && account.aws_time(Utc::now()) - newest >= AT_REST;
    let function = text(args, "function");
    let line = match (is_passed_by, is_left_behind) {
        (true, _) => format!("an event that came behind it is stored, and function {function} has ended"),
        (_, true) => format!(
            "an event that came before it is stored, and function {function} has ended and not begun again for {} s",
            AT_REST.num_seconds()
        ),
        _ => return Ok(Clue::default()),
    };
    Ok(Clue {
        lines: vec![line],
        terminal: true,
        ..Clue::default()
    })
}

/// Whether an item with one of the keys in this argument is there.
async fn any_there(account: &Account, args: &Args, name: &str) -> Result<bool, CallError> {
    let keys = args.get(name).and_then(Value::as_array).into_iter().flatten();
    let there = keys.map(|key| has_item(account, text(args, "table"), key));
    Ok(try_join_all(there).await?.contains(&true))
}
