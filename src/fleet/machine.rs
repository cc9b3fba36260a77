//! The state machine: starting a run, and what has become of it.

use super::contract::Run;
use crate::account::{Account, CallError};
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::operation::list_executions::builders::ListExecutionsFluentBuilder;
use aws_sdk_sfn::types::{ExecutionListItem, ExecutionStatus};
use serde_json::Value;

/// How an execution stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutionState {
    /// Whether it goes on.
    pub running: bool,
    /// Why it failed: error and cause.
    pub failed: Option<(String, String)>,
    /// AWS's word for it: `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`.
    pub status: String,
}

/// How many students a run has come by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StudentCounts {
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
    let asked = account.sfn().start_execution().state_machine_arn(machine);
    let answer = asked.name(&run.run).input(input).send().await;
    match answer.map_err(|error| CallError::from_sdk("states:StartExecution", &error)) {
        // It has ended already, or was written with a space more.
        Err(error) if error.code() == Some("ExecutionAlreadyExists") => named(account, machine, &run.run).await,
        Err(error) => Err(error),
        Ok(answer) => Ok(answer.execution_arn),
    }
}

async fn named(account: &Account, machine: &str, name: &str) -> Result<String, CallError> {
    let asked = account.sfn().list_executions().state_machine_arn(machine);
    let all = executions(asked).await?;
    let found = all.into_iter().find(|execution| execution.name == name);
    found.map(|execution| execution.execution_arn).ok_or_else(|| {
        let message = format!("the execution {name} no longer exists");
        CallError::other(LIST_EXECUTIONS, "NoExecution", message)
    })
}

const LIST_EXECUTIONS: &str = "states:ListExecutions";

/// Every execution that is asked for.
async fn executions(asked: ListExecutionsFluentBuilder) -> Result<Vec<ExecutionListItem>, CallError> {
    let all: Result<Vec<_>, _> = asked.into_paginator().items().send().collect().await;
    all.map_err(|error| CallError::from_sdk(LIST_EXECUTIONS, &error))
}

async fn described(account: &Account, execution: &str) -> Result<DescribeExecutionOutput, CallError> {
    let answer = account.sfn().describe_execution().execution_arn(execution).send().await;
    answer.map_err(|error| CallError::from_sdk("states:DescribeExecution", &error))
}

/// How an execution stands.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn state(account: &Account, execution: &str) -> Result<ExecutionState, CallError> {
    let answer = described(account, execution).await?;
    let failed = answer.error().or(answer.cause()).map(|_| {
        let or_empty = |text: Option<&str>| text.unwrap_or_default().to_owned();
        (or_empty(answer.error()), or_empty(answer.cause()))
    });
    Ok(ExecutionState {
        running: matches!(
            answer.status(),
            ExecutionStatus::Running | ExecutionStatus::PendingRedrive
        ),
        failed,
        status: answer.status().as_str().to_owned(),
    })
}

/// The map run of an execution, once it has begun.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn map_run(account: &Account, execution: &str) -> Result<Option<String>, CallError> {
    let answer = account.sfn().list_map_runs().execution_arn(execution).send().await;
    let answer = answer.map_err(|error| CallError::from_sdk("states:ListMapRuns", &error))?;
    Ok(answer.map_runs.into_iter().next().map(|run| run.map_run_arn))
}

/// How far a map run has come.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn counts(account: &Account, map_run: &str) -> Result<StudentCounts, CallError> {
    let answer = account.sfn().describe_map_run().map_run_arn(map_run).send().await;
    let answer = answer.map_err(|error| CallError::from_sdk("states:DescribeMapRun", &error))?;
    let Some(counts) = answer.item_counts else {
        return Ok(StudentCounts::default());
    };
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    let (waiting, at_work) = (count(counts.pending), count(counts.running));
    Ok(StudentCounts {
        waiting,
        at_work,
        done: count(counts.total).saturating_sub(waiting + at_work),
    })
}

/// The executions of a map run's children that did not succeed.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn failed_children(account: &Account, map_run: &str) -> Result<Vec<String>, CallError> {
    let mut found = Vec::new();
    for status in [
        ExecutionStatus::Failed,
        ExecutionStatus::TimedOut,
        ExecutionStatus::Aborted,
    ] {
        let asked = account
            .sfn()
            .list_executions()
            .map_run_arn(map_run)
            .status_filter(status);
        found.extend(
            executions(asked)
                .await?
                .into_iter()
                .map(|execution| execution.execution_arn),
        );
    }
    Ok(found)
}

/// Of a child: its student, and why it failed, in one sentence.
///
/// # Errors
/// When AWS refuses or does not answer.
pub async fn child(account: &Account, execution: &str) -> Result<Option<(String, String)>, CallError> {
    let answer = described(account, execution).await?;
    let input: Value = answer
        .input()
        .and_then(|input| serde_json::from_str(input).ok())
        .unwrap_or_default();
    let student = input["item"]["student"].as_str().map(str::to_owned);
    let (error, cause) = (answer.error().unwrap_or_default(), answer.cause().unwrap_or_default());
    Ok(student.map(|student| (student, why(answer.status().as_str(), error, cause))))
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
