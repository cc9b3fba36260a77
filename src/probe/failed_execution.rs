//! How an execution went wrong, read off its history.

use super::facts::{ErrorFacts, ErrorSource};
use super::function_log::{MAX_LINES, cut, essence};
use super::task_token::parsed;
use super::verb::Clue;
use serde_json::Value;

/// What a history says of how an execution went wrong.
pub(super) fn describe(name: &str, status: &str, events: &[Value]) -> Clue {
    let states: Vec<&str> = events
        .iter()
        .filter_map(|e| e["stateEnteredEventDetails"]["name"].as_str())
        .collect();
    let mut lines = vec![format!("execution {name}: {status}, by way of {}", states.join(" → "))];
    let failure = events.iter().filter_map(failure).next_back();
    let Some((error, cause)) = failure.filter(|_| status != "RUNNING") else {
        return Clue {
            lines,
            ..Clue::default()
        };
    };
    let said = said(&cause);
    let at = states.last().copied().unwrap_or("its first state");
    if said.trace != said.message {
        lines.push(format!("cause: {}", cut(&said.trace)));
    }
    lines.truncate(MAX_LINES);
    Clue {
        found: Some(format!(
            "the execution failed in {at}: {}",
            cut(&format!("{error}: {}", said.message))
        )),
        error: Some(ErrorFacts {
            state: at.to_owned(),
            function: called(events).unwrap_or_else(|| format!("the function that {at} calls")),
            ..ErrorFacts::said(ErrorSource::Execution, &format!("{error}: {}", said.message)).named(&error)
        }),
        lines,
        terminal: true,
        ..Clue::default()
    }
}

/// What a history says of an execution that waits for a token which nobody has.
pub(super) fn without_token(events: &[Value], lines: Vec<String>) -> Clue {
    let at = last_state(events).unwrap_or("a state");
    let function = called(events).unwrap_or_else(|| format!("the function that {at} calls"));
    Clue {
        found: Some(format!(
            "the execution waits in {at}, but function {function} got no token: nobody can let it go on"
        )),
        error: Some(ErrorFacts {
            state: at.to_owned(),
            function,
            ..ErrorFacts::seen(ErrorSource::Execution, "NoToken")
        }),
        lines,
        terminal: true,
        ..Clue::default()
    }
}

/// The state that was entered last.
fn last_state(events: &[Value]) -> Option<&str> {
    let mut entered = events.iter().rev();
    entered.find_map(|e| e["stateEnteredEventDetails"]["name"].as_str())
}

/// Error and cause of an event that failed.
pub(super) fn failure(event: &Value) -> Option<(String, String)> {
    let kind = event["type"].as_str()?;
    if !kind.ends_with("Failed") && !kind.ends_with("TimedOut") && kind != "ExecutionAborted" {
        return None;
    }
    let details = event
        .as_object()?
        .iter()
        .find(|(name, _)| name.ends_with("EventDetails"))?
        .1;
    let field = |name: &str| details[name].as_str().unwrap_or_default().to_owned();
    let error = Some(field("error")).filter(|e| !e.is_empty());
    Some((error.unwrap_or_else(|| kind.to_owned()), field("cause")))
}

struct RaisedError {
    message: String,
    trace: String,
}

/// A function's cause is JSON with the message and the trace of its error.
fn said(cause: &str) -> RaisedError {
    let json: Value = serde_json::from_str(cause).unwrap_or_default();
    match json["errorMessage"].as_str() {
        Some(message) => {
            let lines = json["stackTrace"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            let trace: Vec<&str> = lines.collect();
            RaisedError {
                message: essence(message),
                trace: trace.last().map_or_else(|| essence(message), |line| cut(line)),
            }
        }
        None => RaisedError {
            message: essence(cause),
            trace: essence(cause),
        },
    }
}

/// The name of the function that the state which failed calls, where its history says so.
fn called(events: &[Value]) -> Option<String> {
    let entered = events
        .iter()
        .rposition(|e| e["type"].as_str().is_some_and(|t| t.ends_with("StateEntered")))?;
    function_in(&events[entered..])
}

/// The name of the function that the first of these events calls which calls one.
pub(super) fn function_in(events: &[Value]) -> Option<String> {
    let called = events.iter().find_map(|event| {
        let task = parsed(&event["taskScheduledEventDetails"]["parameters"]);
        let older = &event["lambdaFunctionScheduledEventDetails"]["resource"];
        task["FunctionName"].as_str().or(older.as_str()).map(str::to_owned)
    })?;
    // A partial ARN is the account and the name.
    let after = called
        .rsplit_once(":function:")
        .map_or(called.as_str(), |(_, name)| name);
    after.split(':').next().map(str::to_owned)
}
