//! Executions of a state machine: await one, its waiting task and its end; say where it failed; stop what still runs.

use super::executions::{self, execution, history, recent};
use super::failed_execution::{describe, without_token};
use super::function_answer::{answer_of, unwrapped};
use super::task_token::{is_at_rest, is_waiting, parsed, tokens, waits, waits_in_vain};
use super::verb::{Args, Clue, Observation, Progress, Removed, Verb, VerbFn, may, needs, text};
use crate::account::{Account, CallError};
use aws_sdk_sfn::types::{ExecutionListItem, ExecutionStatus};
use futures::future::{join_all, try_join_all};
use futures::{FutureExt, TryFutureExt};
use serde_json::{Value, json};
use std::time::Duration;

/// An execution whose input holds the text `contains`: EventBridge names executions as it likes.
pub(super) const EXECUTION: Verb = Verb {
    name: "states.execution",
    run: VerbFn::Await(|account, args, progress| started(account, args, progress).boxed()),
    args: &[needs("machine"), needs("contains")],
    actions: &["states:ListExecutions", "states:DescribeExecution"],
    brings: || json!({"executionArn": null, "name": null, "status": null}),
    secret: &[],
};

/// For each text of `contains`, an execution with it in its input that waits for a task token. The tokens come from
/// [`TaskScheduled`](https://docs.aws.amazon.com/step-functions/latest/apireference/API_TaskScheduledEventDetails.html)
/// in the history, so that no log has to be there: from the payload's `field`, where that is known.
pub(super) const WAITING: Verb = Verb {
    name: "states.waiting",
    run: VerbFn::Await(|account, args, progress| waiting(account, args, progress).boxed()),
    args: &[needs("machine"), needs("contains"), may("field")],
    actions: &[
        "states:ListExecutions",
        "states:DescribeExecution",
        "states:GetExecutionHistory",
    ],
    brings: || json!({"Tasks": [{"executionArn": null, "TaskToken": null}], "Tokens": [null]}),
    secret: &["Tokens"],
};

/// The task of the execution `execution` that waited has got its token back.
pub(super) const RESUMED: Verb = Verb {
    name: "states.resumed",
    run: VerbFn::Await(|account, args, _| resumed(account, args).boxed()),
    args: &[needs("execution")],
    actions: &["states:GetExecutionHistory"],
    brings: || json!({"type": null, "output": "any"}),
    secret: &[],
};

/// The execution `execution` has ended. `answer` is what the function `function` answered in it, or else the execution's
/// output: as the function said it, without what `lambda:invoke` wraps around it.
pub(super) const ENDED: Verb = Verb {
    name: "states.ended",
    run: VerbFn::Await(|account, args, _| ended(account, args).boxed()),
    args: &[needs("execution"), may("function")],
    actions: &["states:DescribeExecution", "states:GetExecutionHistory"],
    brings: || json!({"status": null, "error": null, "cause": null, "output": "any", "text": null, "answer": null}),
    secret: &[],
};

/// In which state the execution with the (first) text of `contains` in its input failed, and why; or that it waits for a
/// token that its function was never given: in the payload's `field`, where that is known.
pub(super) const HISTORY: Verb = Verb {
    name: "states.history",
    run: VerbFn::Evidence(|account, args, progress| history_clue(account, args, progress).boxed()),
    args: &[needs("machine"), needs("contains"), may("field")],
    actions: &[
        "states:ListExecutions",
        "states:DescribeExecution",
        "states:GetExecutionHistory",
    ],
    brings: || Value::Null,
    secret: &[],
};

/// Stops every execution with one of `contains` in its input that still runs, also one that starts late.
pub(super) const REMOVE: Verb = Verb {
    name: "states.executions",
    run: VerbFn::Remove {
        what: |args| {
            let name = text(args, "machine").rsplit(':').next().unwrap_or_default();
            format!("its executions of state machine {name}")
        },
        attempt: |account, args, progress| stop(account, args, progress).boxed(),
        sweep: |account, args, progress| sweep(account, args, progress).boxed(),
    },
    args: &[needs("machine"), needs("contains")],
    actions: &[
        "states:ListExecutions",
        "states:DescribeExecution",
        "states:GetExecutionHistory",
        "states:StopExecution",
    ],
    brings: || Value::Null,
    secret: &[],
};

/// Executions whose tokens are looked up so that they can be hidden: no log that is quoted holds more.
const MAX_HISTORIES: usize = 50;

/// An order that was accepted this long ago has started an execution or never will.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(20);

/// An execution of this probe.
#[derive(Debug, Clone)]
struct Execution {
    arn: String,
    name: String,
    status: String,
    /// Which of the texts its input contains.
    contains: String,
}

/// The executions since the probe began whose input has one of these texts, the newest first. `None` for a machine
/// whose executions cannot be listed: an Express one.
async fn executions(
    account: &Account,
    args: &Args,
    progress: &Progress,
    texts: &[String],
) -> Result<Option<Vec<Execution>>, CallError> {
    let Some(recent) = recent(account, text(args, "machine"), progress.since).await? else {
        return Ok(None);
    };
    let ours = try_join_all(recent.iter().map(|e| ours(account, e, texts))).await?;
    Ok(Some(ours.into_iter().flatten().collect()))
}

async fn ours(account: &Account, listed: &ExecutionListItem, texts: &[String]) -> Result<Option<Execution>, CallError> {
    let arn = listed.execution_arn();
    // What an execution was started with does not change: asked once.
    let input = account
        .once("input of execution", arn, || async {
            Ok(Value::from(execution(account, arn).await?.input()))
        })
        .await?;
    let input = input.as_str().unwrap_or_default();
    Ok(texts
        .iter()
        .find(|text| input.contains(text.as_str()))
        .map(|text| Execution {
            name: listed.name().to_owned(),
            status: listed.status().as_str().to_owned(),
            contains: text.clone(),
            arn: arn.to_owned(),
        }))
}

fn wanted(args: &Args) -> Vec<String> {
    match args.get("contains") {
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => vec![text(args, "contains").to_owned()],
    }
}

/// What is said of a machine whose executions cannot be listed.
fn express() -> Observation {
    Observation::Terminal(
        "the state machine is of type Express: it cannot wait for a person, and its executions cannot be listed"
            .to_owned(),
    )
}

async fn started(account: &Account, args: &Args, progress: &Progress) -> Result<Observation, CallError> {
    let Some(found) = executions(account, args, progress, &wanted(args)).await? else {
        return Ok(express());
    };
    Ok(found.first().map_or(Observation::NotYet, |e| {
        Observation::Arrived(json!({"executionArn": e.arn, "name": e.name, "status": e.status}))
    }))
}

async fn waiting(account: &Account, args: &Args, progress: &Progress) -> Result<Observation, CallError> {
    let texts = wanted(args);
    let Some(found) = executions(account, args, progress, &texts).await? else {
        return Ok(express());
    };
    let running = found.iter().filter(|e| e.status == "RUNNING");
    let waits = join_all(
        running.map(|e| history(account, &e.arn).map_ok(move |events| (e, waits(&events, text(args, "field"))))),
    )
    .await;
    let mut tasks = Vec::new();
    for result in waits {
        if let (execution, Some(token)) = result? {
            tasks.push((execution, token));
        }
    }
    let each: Option<Vec<_>> = texts
        .iter()
        .map(|text| tasks.iter().find(|(e, _)| e.contains == *text))
        .collect();
    Ok(each.map_or(Observation::NotYet, |each| {
        let tokens: Vec<&String> = each.iter().map(|(_, token)| token).collect();
        let tasks: Vec<Value> = each
            .iter()
            .map(|(e, token)| json!({"executionArn": e.arn, "TaskToken": token}))
            .collect();
        Observation::Arrived(json!({"Tasks": tasks, "Tokens": tokens}))
    }))
}

async fn resumed(account: &Account, args: &Args) -> Result<Observation, CallError> {
    let events = history(account, text(args, "execution")).await?;
    let back = events.iter().find_map(|e| {
        let details = match e["type"].as_str()? {
            "TaskSucceeded" => &e["taskSucceededEventDetails"],
            "TaskFailed" => &e["taskFailedEventDetails"],
            "TaskTimedOut" => &e["taskTimedOutEventDetails"],
            _ => return None,
        };
        is_waiting(details).then(|| json!({"type": e["type"], "output": parsed(&details["output"])}))
    });
    Ok(back.map_or(Observation::NotYet, Observation::Arrived))
}

async fn ended(account: &Account, args: &Args) -> Result<Observation, CallError> {
    let answer = execution(account, text(args, "execution")).await?;
    if *answer.status() == ExecutionStatus::Running {
        return Ok(Observation::NotYet);
    }
    let output = answer.output();
    let function = text(args, "function");
    let said = match (function, answer.status()) {
        ("", _) => None,
        (function, ExecutionStatus::Succeeded) => {
            answer_of(&history(account, text(args, "execution")).await?, function)
        }
        _ => None,
    };
    let said = said.or_else(|| output.map(|output| unwrapped(parsed(&output.into()))));
    Ok(Observation::Arrived(json!({
        "status": answer.status().as_str(), "error": answer.error(), "cause": answer.cause(),
        "output": parsed(&output.into()), "text": output.unwrap_or_default(),
        "answer": said.map(|said| said.to_string()).unwrap_or_default(),
    })))
}

async fn history_clue(account: &Account, args: &Args, progress: &Progress) -> Result<Clue, CallError> {
    let texts = wanted(args);
    let Some(found) = executions(account, args, progress, &texts).await? else {
        return Ok(Clue::default());
    };
    // The first text of `contains` is the one to describe.
    let Some(described) = found.iter().position(|e| e.contains == texts[0]) else {
        return Ok(Clue {
            lines: vec!["no execution of the state machine has this event in its input".to_owned()],
            ..Clue::default()
        });
    };
    let events = history(account, &found[described].arn).await?;
    let mut clue = describe(&found[described].name, &found[described].status, &events);
    if found[described].status == "RUNNING" && waits_in_vain(&events, text(args, "field")) {
        clue = without_token(&events, clue.lines);
    }
    clue.secrets = tokens(&events);
    Ok(clue)
}

async fn stop(account: &Account, args: &Args, progress: &Progress) -> Result<Removed, CallError> {
    let texts = wanted(args);
    let Some(found) = executions(account, args, progress, &texts).await? else {
        return Ok(Removed::default());
    };
    let mut stopped = 0;
    for execution in found.iter().filter(|e| e.status == "RUNNING") {
        executions::stop(account, &execution.arn, "a probe started it, and the probe is over").await?;
        stopped += 1;
    }
    let seen = |text: &&String| found.iter().any(|e| e.contains == **text);
    let all = texts.iter().filter(seen).count() == texts.len();
    let all_came = !progress.repeated && (progress.arrived || (all && progress.sent <= 1));
    // What runs no more starts nothing. A function that was at work when its execution was stopped goes on.
    let may_be = progress.may_arrive && all_came && all && progress.sent <= 1 && !progress.unanswered;
    let at_rest = may_be && are_at_rest(account, &found).await;
    Ok(Removed {
        count: stopped,
        settles_after: (!all_came).then_some(SETTLE_TIMEOUT),
        at_rest,
        ..Removed::default()
    })
}

/// Whether that is seen of every one of them.
async fn are_at_rest(account: &Account, found: &[Execution]) -> bool {
    let histories = try_join_all(found.iter().map(|e| history(account, &e.arn))).await;
    histories.is_ok_and(|histories| histories.iter().all(|events| is_at_rest(events)))
}

/// The tokens of all recent executions: a function's log, which is quoted where something failed, has those of other
/// orders too.
async fn sweep(account: &Account, args: &Args, progress: &Progress) -> Result<Removed, CallError> {
    if progress.arrived {
        return Ok(Removed::default());
    }
    let recent = recent(account, text(args, "machine"), progress.since)
        .await?
        .unwrap_or_default();
    let arns = recent.iter().map(ExecutionListItem::execution_arn);
    let histories = try_join_all(arns.take(MAX_HISTORIES).map(|arn| history(account, arn))).await?;
    Ok(Removed {
        secrets: histories.iter().flat_map(|events| tokens(events)).collect(),
        ..Removed::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheduled() -> Value {
        json!({"type": "TaskScheduled", "taskScheduledEventDetails": {
            "resource": "invoke.waitForTaskToken", "parameters": "{\"Payload\": {\"taskToken\": \"T\"}}",
        }})
    }

    #[test]
    fn a_task_waits_once_its_function_has_answered_and_until_its_token_is_back() {
        let event = |kind: &str| json!({"type": kind});
        assert_eq!(waits(&[scheduled()], ""), None);
        assert_eq!(
            waits(&[scheduled(), event("TaskSubmitted")], "taskToken"),
            Some("T".to_owned())
        );
        assert_eq!(
            waits(&[scheduled(), event("TaskSubmitted"), event("TaskSucceeded")], ""),
            None
        );
    }

    #[test]
    fn a_functions_error_is_told_with_its_state() {
        let events = [
            json!({"type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "Ask"}}),
            json!({"type": "TaskFailed", "taskFailedEventDetails": {
                "error": "KeyError", "cause": "{\"errorMessage\": \"'taskTokn'\", \"errorType\": \"KeyError\", \"stackTrace\": [\"  File \\\"/var/task/index.py\\\", line 9\"]}",
            }}),
        ];
        let clue = describe("e", "FAILED", &events);
        assert_eq!(
            clue.found.as_deref(),
            Some("the execution failed in Ask: KeyError: 'taskTokn'")
        );
        assert!(clue.terminal && clue.error.is_some(), "{clue:?}");
    }
}
