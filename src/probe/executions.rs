//! Executions of a state machine and their histories, as the verbs read them.

use crate::account::{Account, CallError, too_many_pages};
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::primitives::DateTime as DateTimeOfAws;
use aws_sdk_sfn::types::{ExecutionListItem, ExecutionStatus, HistoryEvent};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// A page has up to 100 executions. More than this many pages of one minute are no lab's machine.
const MAX_PAGES: usize = 200;

/// Every execution that was started since a minute before `since`, whoever started it; those that were started, or
/// redriven, last come first. `since` is this computer's time. `None` for a machine whose executions cannot be listed: an
/// Express one.
///
/// # Errors
/// When AWS refuses a page, or does not answer, or gives out pages for ever.
pub(super) async fn recent(
    account: &Account,
    machine: &str,
    since: DateTime<Utc>,
) -> Result<Option<Vec<ExecutionListItem>>, CallError> {
    let since = (account.aws_time(since) - TimeDelta::minutes(1)).timestamp();
    let is_late = |time: &DateTimeOfAws| time.secs() >= since;
    let (mut found, mut token) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let page = account
            .sfn()
            .list_executions()
            .state_machine_arn(machine)
            .max_results(100)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| CallError::from_sdk("states:ListExecutions", &error));
        let page = match page {
            Ok(page) => page,
            Err(error) if error.answers() => return Ok(None),
            Err(error) => return Err(error),
        };
        // Behind a page of old ones are older ones. One that was redriven is listed by the time of that; a page without
        // any says nothing.
        let is_old = |e: &ExecutionListItem| !is_late(e.start_date()) && !e.redrive_date().is_some_and(is_late);
        let only_old = !page.executions.is_empty() && page.executions.iter().all(is_old);
        found.extend(page.executions.into_iter().filter(|e| is_late(e.start_date())));
        token = page.next_token;
        if token.is_none() || only_old {
            return Ok(Some(found));
        }
    }
    Err(too_many_pages("states:ListExecutions", MAX_PAGES))
}

/// What an execution was started with, how it stands, and what it gave.
///
/// # Errors
/// When AWS refuses or does not answer.
pub(super) async fn execution(account: &Account, arn: &str) -> Result<DescribeExecutionOutput, CallError> {
    let answer = account.sfn().describe_execution().execution_arn(arn).send().await;
    answer.map_err(|error| CallError::from_sdk("states:DescribeExecution", &error))
}

/// Stops an execution. One that has just ended by itself needs no stopping.
///
/// # Errors
/// When AWS refuses or does not answer.
pub(super) async fn stop(account: &Account, arn: &str, cause: &str) -> Result<(), CallError> {
    let asked = account.sfn().stop_execution().execution_arn(arn);
    let answer = asked.error("edemlab").cause(cause).send().await;
    match answer.map_err(|error| CallError::from_sdk("states:StopExecution", &error)) {
        Err(error) if error.code() != Some("ExecutionDoesNotExist") => match execution(account, arn).await {
            Ok(known) if *known.status() != ExecutionStatus::Running => Ok(()),
            _ => Err(error),
        },
        _ => Ok(()),
    }
}

/// The events of an execution, the oldest first, with AWS's field names: what tells where it is, and where it failed.
///
/// # Errors
/// When AWS refuses a page, or does not answer.
pub(super) async fn history(account: &Account, arn: &str) -> Result<Vec<Value>, CallError> {
    let asked = account.sfn().get_execution_history().execution_arn(arn);
    let events = asked.into_paginator().page_size(1000).items().send();
    let events: Result<Vec<HistoryEvent>, _> = events.collect().await;
    let events = events.map_err(|error| CallError::from_sdk("states:GetExecutionHistory", &error))?;
    Ok(events.iter().map(document).collect())
}

fn document(event: &HistoryEvent) -> Value {
    let mut document = json!({
        "type": event.r#type().as_str(), "id": event.id(), "previousEventId": event.previous_event_id(),
    });
    if let Some(details) = event.state_entered_event_details() {
        document["stateEnteredEventDetails"] = json!({"name": details.name()});
    }
    if let Some(details) = event.task_scheduled_event_details() {
        document["taskScheduledEventDetails"] = json!({"resourceType": details.resource_type(), "resource": details.resource(), "parameters": details.parameters()});
    }
    if let Some(details) = event.task_submitted_event_details() {
        document["taskSubmittedEventDetails"] =
            json!({"resourceType": details.resource_type(), "resource": details.resource()});
    }
    if let Some(details) = event.task_succeeded_event_details() {
        document["taskSucceededEventDetails"] = json!({"resource": details.resource(), "output": details.output()});
    }
    if let Some(details) = event.task_failed_event_details() {
        document["taskFailedEventDetails"] =
            json!({"resource": details.resource(), "error": details.error(), "cause": details.cause()});
    }
    if let Some(details) = event.task_timed_out_event_details() {
        document["taskTimedOutEventDetails"] =
            json!({"resource": details.resource(), "error": details.error(), "cause": details.cause()});
    }
    if let Some(details) = event.lambda_function_scheduled_event_details() {
        document["lambdaFunctionScheduledEventDetails"] = json!({"resource": details.resource()});
    }
    if let Some(details) = event.lambda_function_succeeded_event_details() {
        document["lambdaFunctionSucceededEventDetails"] = json!({"output": details.output()});
    }
    macro_rules! failures {
        ($($details:ident => $name:literal),* $(,)?) => {
            $(if let Some(details) = event.$details() {
                document[$name] = json!({"error": details.error(), "cause": details.cause()});
            })*
        };
    }
    failures! {
        activity_failed_event_details => "activityFailedEventDetails",
        activity_schedule_failed_event_details => "activityScheduleFailedEventDetails",
        activity_timed_out_event_details => "activityTimedOutEventDetails",
        task_start_failed_event_details => "taskStartFailedEventDetails",
        task_submit_failed_event_details => "taskSubmitFailedEventDetails",
        execution_failed_event_details => "executionFailedEventDetails",
        execution_aborted_event_details => "executionAbortedEventDetails",
        execution_timed_out_event_details => "executionTimedOutEventDetails",
        lambda_function_failed_event_details => "lambdaFunctionFailedEventDetails",
        lambda_function_schedule_failed_event_details => "lambdaFunctionScheduleFailedEventDetails",
        lambda_function_start_failed_event_details => "lambdaFunctionStartFailedEventDetails",
        lambda_function_timed_out_event_details => "lambdaFunctionTimedOutEventDetails",
        map_run_failed_event_details => "mapRunFailedEventDetails",
        evaluation_failed_event_details => "evaluationFailedEventDetails",
    }
    document
}
