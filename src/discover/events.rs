//! `events.bus`, and `events.rule`: the rules of a bus with their targets and what they match.

use super::kind::{Args, Candidate, Description, Kind, MAX_CONCURRENT_CALLS, candidates, text};
use super::time;
use crate::account::services::EVENTBRIDGE;
use crate::account::{Account, CallError, Requires};
use crate::course::{ArgSpec, KindSpec};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

/// [`ListEventBuses`](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html), the
/// `default` one too. The rules of a bus cost one call a bus.
pub(super) const BUS: Kind = Kind {
    spec: || {
        KindSpec::new(
            "events.bus",
            "event bus",
            &json!({
                "Name": null, "Arn": null, "Description": null, "CreationTime": null,
                "Rules": [{"Name": null, "Arn": null, "EventPattern": null, "State": null}],
            }),
        )
        .described(&["Rules"])
    },
    actions: &["events:ListEventBuses"],
    list: |account, _| buses(account).boxed(),
    describe: Some(Description {
        actions: &["events:ListRules"],
        look: |account, bus| async move { Ok(json!({"Rules": rules_of(account, &bus.name).await?})) }.boxed(),
        created_at: None,
    }),
};

/// The rules of the bus `bus`, each with its targets. With an `event`, `Matches` says whether the rule's pattern
/// matches it, by AWS's own
/// [`TestEventPattern`](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html): a
/// pattern can be written in many ways.
pub(super) const RULE: Kind = Kind {
    spec: || {
        KindSpec::new(
            "events.rule",
            "rule",
            &json!({
                "Name": null, "Arn": null, "EventBusName": null, "EventPattern": null, "State": null,
                "ScheduleExpression": null, "Description": null, "ManagedBy": null,
                "Targets": [{
                    "Id": null, "Arn": null, "RoleArn": null, "Input": null, "InputPath": null, "InputTransformer": "any",
                }],
                "Matches": null,
            }),
        )
        .args(const { &[ArgSpec::required("bus"), ArgSpec::optional("event")] })
    },
    actions: &[
        "events:ListRules",
        "events:ListTargetsByRule",
        "events:TestEventPattern",
    ],
    list: rules,
    describe: None,
};

async fn buses(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let mut buses = account
        .list(&EVENTBRIDGE, "ListEventBuses", json!({}), "EventBuses")
        .await?;
    buses
        .iter_mut()
        .for_each(|bus| time::readable(bus, &["CreationTime", "LastModifiedTime"]));
    let mut buses = candidates(buses, "Name", "Arn", "CreationTime");
    buses.iter_mut().for_each(|bus| bus.aws_default = bus.name == "default");
    Ok(buses)
}

/// The rules of a bus, as they are listed.
pub(super) async fn rules_of(account: &Account, bus: &str) -> Result<Vec<Value>, CallError> {
    let rules = account
        .once("events:ListRules", bus, || async {
            let input = json!({"EventBusName": bus});
            Ok(account.list(&EVENTBRIDGE, "ListRules", input, "Rules").await?.into())
        })
        .await?;
    Ok(rules.as_array().cloned().unwrap_or_default())
}

fn rules<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let rules = rules_with_targets(account, text(args, "bus"), args.get("event")).await?;
        Ok(candidates(rules, "Name", "Arn", ""))
    }
    .boxed()
}

/// The documents of [`RULE`].
pub(crate) async fn rules_with_targets(
    account: &Account,
    bus: &str,
    event: Option<&Value>,
) -> Result<Vec<Value>, CallError> {
    stream::iter(rules_of(account, bus).await?)
        .map(|mut rule| async move {
            let (targets, matches) = tokio::try_join!(targets(account, &rule), matches(account, &rule, event))?;
            rule["Targets"] = targets.into();
            rule["Matches"] = matches;
            Ok(rule)
        })
        .buffered(MAX_CONCURRENT_CALLS)
        .try_collect()
        .await
}

async fn targets(account: &Account, rule: &Value) -> Result<Vec<Value>, CallError> {
    let input = json!({"Rule": rule["Name"], "EventBusName": rule["EventBusName"]});
    account.list(&EVENTBRIDGE, "ListTargetsByRule", input, "Targets").await
}

/// Whether the rule's pattern matches the event; nothing for a rule without a pattern, which runs by the clock.
async fn matches(account: &Account, rule: &Value, event: Option<&Value>) -> Result<Value, CallError> {
    let (Some(event), Some(pattern)) = (event, rule["EventPattern"].as_str()) else {
        return Ok(Value::Null);
    };
    let answer = account
        .eventbridge()
        .test_event_pattern()
        .event_pattern(pattern)
        .event(event.to_string())
        .customize()
        .interceptor(Requires("Result"))
        .send()
        .await
        .map_err(|error| CallError::from_sdk("events:TestEventPattern", &error));
    match answer {
        Ok(answer) => Ok(Value::Bool(answer.result())),
        Err(error) if error.answers() => Ok(Value::Bool(false)),
        Err(error) => Err(error),
    }
}
