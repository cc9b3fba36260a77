//! A function's trigger: its state, what it says of its last try, and what it is set to wait for or to drop.

use super::facts::{ErrorFacts, ErrorSource};
use super::filter;
use super::function_log::cut;
use super::verb::{Args, Clue, Progress, Verb, VerbFn, may, needs, text};
use crate::account::services::LAMBDA;
use crate::account::{Account, CallError};
use crate::discover::event_source_mappings;
use futures::FutureExt;
use serde_json::Value;
use std::time::Duration;

/// The state of the trigger and what it says of its last try.
pub(super) const TRIGGER: Verb = Verb {
    name: "lambda.trigger",
    run: VerbFn::Evidence(|account, args, progress| trigger(account, args, progress).boxed()),
    args: &[needs("function"), needs("source"), may("event")],
    actions: &["lambda:ListEventSourceMappings", "lambda:GetFunctionConcurrency"],
    brings: || Value::Null,
    secret: &[],
};

/// What the facts call a trigger that reaches the function and gets no answer of success.
const CALL_FAILED: &str = "FunctionCallFailed";

/// Lambda calls the function this long after its batching window at the latest.
const WINDOW_SLACK: Duration = Duration::from_secs(10);

async fn trigger(account: &Account, args: &Args, progress: &Progress) -> Result<Clue, CallError> {
    let function = text(args, "function");
    // Asked for one function, AWS leaves out the triggers of its versions and aliases.
    let mappings = event_source_mappings(account, None).await?;
    let of_it: Vec<&Value> = mappings.iter().filter(|m| function_of(m) == function).collect();
    // An event that a later hop has sent has waited since then only.
    let waited = match progress.last_followed {
        Some(at) => at.elapsed(),
        None => (chrono::Utc::now() - progress.since).to_std().unwrap_or_default(),
    };
    let mut clue = judge(&of_it, text(args, "source"), args.get("event"), waited);
    let fails_to_call = clue.error.as_ref().is_some_and(|error| error.code == CALL_FAILED);
    if fails_to_call {
        match is_throttled(account, function).await {
            Ok(true) => {
                clue.found = Some(format!(
                    "the trigger cannot call function {function}: its reserved concurrency is 0, so nobody can"
                ));
                clue.error = Some(ErrorFacts::seen(ErrorSource::Trigger, "Throttled"));
                clue.terminal = true;
            }
            Ok(false) => {}
            Err(error) => clue
                .lines
                .push(format!("it is not known whether the function is throttled: {error}")),
        }
    }
    if let Some(error) = &mut clue.error {
        function.clone_into(&mut error.function);
    }
    Ok(clue)
}

/// Whether a function has a reserved concurrency of 0, by
/// [`GetFunctionConcurrency`](https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html): so the
/// console's button Throttle stops it.
async fn is_throttled(account: &Account, function: &str) -> Result<bool, CallError> {
    let path = format!("/2019-09-30/functions/{function}/concurrency");
    let answer = account
        .get(&LAMBDA, "lambda:GetFunctionConcurrency", &path, &[])
        .await?;
    Ok(answer["ReservedConcurrentExecutions"] == 0)
}

/// The name of the function that a mapping calls, whichever version or alias of it.
fn function_of(mapping: &Value) -> &str {
    let arn = mapping["FunctionArn"].as_str().unwrap_or_default();
    arn.split(':').nth(6).unwrap_or_default()
}

/// How much a trigger can explain: the one of several that may deliver explains most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hope {
    /// Nothing is wrong with it.
    Delivers,
    /// It will, later.
    Later,
    /// It does not, at present.
    Fails,
    /// It is off.
    Off,
}

/// What the triggers of a function say of an event that is missing.
fn judge(mappings: &[&Value], source: &str, event: Option<&Value>, waited: Duration) -> Clue {
    let name = source.rsplit('/').next().unwrap_or(source);
    let on_source = mappings.iter().filter(|m| m["StreamArn"] == source);
    let mut judged: Vec<(Hope, Clue)> = on_source.map(|m| judge_one(m, name, event, waited)).collect();
    judged.sort_by_key(|(hope, _)| *hope);
    let mut judged = judged.into_iter().map(|(_, clue)| clue);
    let Some(mut best) = judged.next() else {
        let others = mappings.iter().filter_map(|m| m["EventSourceArn"].as_str());
        return Clue {
            found: Some(format!("the function has no trigger on stream {name}")),
            error: Some(ErrorFacts::seen(ErrorSource::Trigger, "NoTrigger")),
            lines: others.map(|other| format!("it has one on {other}")).collect(),
            terminal: true,
            ..Clue::default()
        };
    };
    best.lines.extend(judged.flat_map(|other| other.lines));
    best
}

fn judge_one(mapping: &Value, name: &str, event: Option<&Value>, waited: Duration) -> (Hope, Clue) {
    let field = |field: &str| mapping[field].as_str().unwrap_or_default();
    let (state, result) = (field("State"), field("LastProcessingResult"));
    let mut lines = vec![format!("trigger on stream {name}: state {state}")];
    if !result.is_empty() {
        lines.push(format!("trigger's last result: {}", cut(result)));
    }
    // "User action" is what every trigger says that somebody made.
    if !["", "User action", "USER_INITIATED"].contains(&field("StateTransitionReason")) {
        lines.push(format!("why: {}", cut(field("StateTransitionReason"))));
    }
    let clue = |found: String| Clue {
        found: Some(found),
        lines: lines.clone(),
        ..Clue::default()
    };
    if ["Disabled", "Disabling", "Deleting"].contains(&state) {
        let off = Clue {
            error: Some(ErrorFacts::seen(ErrorSource::Trigger, "Disabled")),
            terminal: true,
            ..clue(format!("the trigger on stream {name} is {}", state.to_lowercase()))
        };
        return (Hope::Off, off);
    }
    if ["Creating", "Enabling", "Updating"].contains(&state) {
        let later = Clue {
            in_progress: true,
            ..clue(format!(
                "the trigger on stream {name} is still {}: check again in a minute",
                state.to_lowercase()
            ))
        };
        return (Hope::Later, later);
    }
    if let Some(dropped) = dropped(mapping, name, event) {
        return (Hope::Fails, Clue { lines, ..dropped });
    }
    let window = Duration::from_secs(mapping["MaximumBatchingWindowInSeconds"].as_u64().unwrap_or_default());
    if !window.is_zero() && waited < window + WINDOW_SLACK {
        let later = Clue {
            in_progress: true,
            ..clue(format!(
                "the trigger on stream {name} collects for up to {} s before it calls the function (its batch window): \
                 what it does after that is not known yet",
                window.as_secs()
            ))
        };
        return (Hope::Later, later);
    }
    let Some(problem) = result
        .strip_prefix("PROBLEM")
        .map(|why| why.trim_start_matches([':', ' ']))
    else {
        return (
            Hope::Delivers,
            Clue {
                lines,
                ..Clue::default()
            },
        );
    };
    if problem.to_lowercase().contains("internal lambda error") {
        let later = Clue {
            in_progress: true,
            ..clue(
                "Lambda reports an internal error of its own on the trigger: check again in a few minutes".to_owned(),
            )
        };
        return (Hope::Later, later);
    }
    // What it says is of its last try: it may be from before a fix, so that the event may still come.
    let failing = if problem.contains("Function call failed") {
        // The function's log says more, where there is one.
        Clue {
            error: Some(ErrorFacts::said(ErrorSource::Trigger, result).named(CALL_FAILED)),
            ..clue("the trigger calls the function, but the call fails (PROBLEM: Function call failed)".to_owned())
        }
    } else {
        Clue {
            error: Some(ErrorFacts::said(ErrorSource::Trigger, result).named("Problem")),
            ..clue(format!(
                "the trigger cannot read the stream or call the function: {}",
                cut(result)
            ))
        }
    };
    (Hope::Fails, failing)
}

/// The trigger's filter, where it drops the event or may do so.
fn dropped(mapping: &Value, name: &str, event: Option<&Value>) -> Option<Clue> {
    let filters = mapping["FilterCriteria"]["Filters"].as_array()?;
    let patterns: Vec<&str> = filters.iter().filter_map(|filter| filter["Pattern"].as_str()).collect();
    let passes = event.and_then(|event| {
        let key = event["key"].as_str().unwrap_or_default();
        filter::passes(&patterns, key, &event["data"])
    });
    if patterns.is_empty() || passes == Some(true) {
        return None;
    }
    let (drops, shown) = (passes == Some(false), cut(&patterns.join(" or ")));
    Some(Clue {
        found: Some(match drops {
            true => format!("the trigger on stream {name} has a filter that drops the event: {shown}"),
            false => format!("the trigger on stream {name} has a filter, which may drop the event: {shown}"),
        }),
        error: Some(ErrorFacts::said(ErrorSource::Trigger, &patterns.join(" or ")).named("Filtered")),
        terminal: drops,
        ..Clue::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SOURCE: &str = "arn:aws:kinesis:eu-west-1:1:stream/s";
    const LONG: Duration = Duration::from_secs(40);

    fn mapping(state: &str, result: &str) -> Value {
        json!({"EventSourceArn": SOURCE, "StreamArn": SOURCE, "State": state, "LastProcessingResult": result})
    }

    fn judged(mappings: &[Value]) -> Clue {
        judge(&mappings.iter().collect::<Vec<_>>(), SOURCE, None, LONG)
    }

    #[test]
    fn triggers_tell_their_story() {
        assert!(judged(&[]).terminal);
        assert!(judged(&[mapping("Disabled", "")]).terminal);
        assert!(!judged(&[mapping("Enabled", "OK")]).terminal);
        assert!(!judged(&[mapping("Enabled", "PROBLEM: Function call failed")]).terminal);
        assert!(judged(&[mapping("Creating", "")]).in_progress);
        let problem = judged(&[mapping("Enabled", "PROBLEM: Cannot access stream")]);
        assert!(
            !problem.terminal
                && problem
                    .found
                    .is_some_and(|found| found.contains("Cannot access stream"))
        );
        let internal = "PROBLEM: internal Lambda error. Please contact Lambda customer support.";
        let internal = judged(&[mapping("Enabled", internal)]);
        assert!(internal.in_progress && internal.error.is_none());
    }

    #[test]
    fn of_two_triggers_the_one_that_works_counts() {
        for order in [["Disabled", "Enabled"], ["Enabled", "Disabled"]] {
            let clue = judged(&order.map(|state| mapping(state, "OK")));
            assert!(
                !clue.terminal && clue.found.is_none() && clue.error.is_none(),
                "{clue:?}"
            );
            assert!(clue.lines.iter().any(|line| line.contains("Disabled")), "{clue:?}");
        }
        assert!(judged(&[mapping("Disabled", ""), mapping("Creating", "")]).in_progress);
        assert!(judged(&[mapping("Disabled", ""), mapping("Disabled", "")]).terminal);
    }

    #[test]
    fn a_window_is_waited_for_and_no_longer() {
        let mut slow = mapping("Enabled", "OK");
        slow["MaximumBatchingWindowInSeconds"] = 300.into();
        let clue = judged(&[slow.clone()]);
        assert!(clue.in_progress && clue.found.is_some_and(|found| found.contains("300 s")));
        slow["MaximumBatchingWindowInSeconds"] = 20.into();
        assert!(!judged(&[slow]).in_progress, "its time is over");
    }
}
