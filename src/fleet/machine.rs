//! The state machine: starting a run, and what has become of it.

use super::contract::Run;
use crate::account::services::STATES;
use crate::account::{Account, CallError};
use serde_json::{Value, json};

/// How an execution stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Whether it goes on.
    pub running: bool,
    /// Why it failed: error and cause.
    pub failed: Option<(String, String)>,
    /// AWS's word for it: `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`.
    pub status: String,
}

/// How many students a run has come by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Not begun.
    pub waiting: u64,
    /// At work.
    pub at_work: u64,
    /// Done, in whatever way.
    pub done: u64,
}

/// Starts the execution of `run`, once: whoever starts it again gets the same; gives its ARN.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn start(account: &Account, machine: &str, run: &Run) -> Result<String, CallError> {
    let input = serde_json::to_string(run).expect("plain data");
    let asked = json!({"stateMachineArn": machine, "name": run.run, "input": input});
    match account.call(&STATES, "StartExecution", asked).await {
        // It has ended already, or was written with a space more.
        Err(error) if error.code() == Some("ExecutionAlreadyExists") => named(account, machine, &run.run).await,
        Err(error) => Err(error),
        Ok(answer) => text(&answer, "executionArn", "states:StartExecution"),
    }
}

async fn named(account: &Account, machine: &str, name: &str) -> Result<String, CallError> {
    let all = account
        .list(
            &STATES,
            "ListExecutions",
            json!({"stateMachineArn": machine}),
            "executions",
        )
        .await?;
    let found = all.iter().find(|execution| execution["name"] == name);
    match found {
        Some(execution) => text(execution, "executionArn", "states:ListExecutions"),
        None => Err(CallError::other(
            "states:ListExecutions",
            "NoExecution",
            format!("there is no execution {name} any more"),
        )),
    }
}

/// How an execution stands.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn state(account: &Account, execution: &str) -> Result<State, CallError> {
    let asked = json!({"executionArn": execution});
    let answer = account.call(&STATES, "DescribeExecution", asked).await?;
    let status = text(&answer, "status", "states:DescribeExecution")?;
    let said = |field: &str| answer[field].as_str().map(str::to_owned);
    let failed = said("error").or_else(|| said("cause")).map(|_| {
        let or_empty = |field| said(field).unwrap_or_default();
        (or_empty("error"), or_empty("cause"))
    });
    Ok(State {
        running: matches!(status.as_str(), "RUNNING" | "PENDING_REDRIVE"),
        failed,
        status,
    })
}

/// The map run of an execution, once it has begun.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn map_run(account: &Account, execution: &str) -> Result<Option<String>, CallError> {
    let asked = json!({"executionArn": execution});
    let answer = account.call(&STATES, "ListMapRuns", asked).await?;
    Ok(answer["mapRuns"][0]["mapRunArn"].as_str().map(str::to_owned))
}

/// How far a map run has come.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn counts(account: &Account, map_run: &str) -> Result<Counts, CallError> {
    let asked = json!({"mapRunArn": map_run});
    let answer = account.call(&STATES, "DescribeMapRun", asked).await?;
    let counts = &answer["itemCounts"];
    let of = |name: &str| counts[name].as_u64().unwrap_or_default();
    let (waiting, at_work) = (of("pending"), of("running"));
    Ok(Counts {
        waiting,
        at_work,
        done: of("total").saturating_sub(waiting + at_work),
    })
}

/// The executions of a map run's children that did not succeed.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn failed_children(account: &Account, map_run: &str) -> Result<Vec<String>, CallError> {
    let mut found = Vec::new();
    for status in ["FAILED", "TIMED_OUT", "ABORTED"] {
        let asked = json!({"mapRunArn": map_run, "statusFilter": status});
        let page = account.list(&STATES, "ListExecutions", asked, "executions").await?;
        found.extend(
            page.iter()
                .filter_map(|e| e["executionArn"].as_str().map(str::to_owned)),
        );
    }
    Ok(found)
}

/// Of a child: its student, and why it failed, in one sentence.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn child(account: &Account, execution: &str) -> Result<Option<(String, String)>, CallError> {
    let asked = json!({"executionArn": execution});
    let answer = account.call(&STATES, "DescribeExecution", asked).await?;
    let input: Value = answer["input"]
        .as_str()
        .and_then(|input| serde_json::from_str(input).ok())
        .unwrap_or_default();
    let said = |field: &str| answer[field].as_str().unwrap_or_default().to_owned();
    let student = input["item"]["student"].as_str().map(str::to_owned);
    Ok(student.map(|student| (student, why(&said("status"), &said("error"), &said("cause")))))
}

/// An error of Step Functions as a sentence. A function's cause is JSON with its message.
pub fn why(status: &str, error: &str, cause: &str) -> String {
    let function: Option<Value> = serde_json::from_str(cause).ok();
    let message = function
        .as_ref()
        .and_then(|f| f["errorMessage"].as_str())
        .unwrap_or(cause);
    match (error, message) {
        ("Sandbox.Timedout" | "States.Timeout", _) => {
            "the function was cut off by its time limit before it had finished".to_owned()
        }
        ("Lambda.TooManyRequestsException" | "TooManyRequestsException", _) => {
            "Lambda answered \"slow down\" until all retries were used up: run it again, with a smaller --at-once"
                .to_owned()
        }
        ("", "") => format!("its execution ended as {status}"),
        ("", message) => message.to_owned(),
        (error, "") => error.to_owned(),
        (error, message) => format!("{error}: {message}"),
    }
}

fn text(answer: &Value, field: &str, action: &str) -> Result<String, CallError> {
    answer[field]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| CallError::other(action, "NoAnswer", format!("the answer has no {field}")))
}
