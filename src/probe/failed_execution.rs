//! How an execution went wrong, read off its history.

use super::function_log::{MAX_LINES, advice, cut, essence};
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
        fix: advice_for(at, &error, &said.message),
        lines,
        terminal: true,
        ..Clue::default()
    }
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

struct Said {
    message: String,
    trace: String,
}

/// A function's cause is JSON with the message and the trace of its error.
fn said(cause: &str) -> Said {
    let json: Value = serde_json::from_str(cause).unwrap_or_default();
    match json["errorMessage"].as_str() {
        Some(message) => {
            let lines = json["stackTrace"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            let trace: Vec<&str> = lines.collect();
            Said {
                message: essence(message),
                trace: trace.last().map_or_else(|| essence(message), |line| cut(line)),
            }
        }
        None => Said {
            message: essence(cause),
            trace: essence(cause),
        },
    }
}

fn advice_for(state: &str, error: &str, message: &str) -> Option<String> {
    let whole = format!("{error}: {message}");
    let edit = format!("Step Functions → the state machine → **Edit** → {state}");
    if whole.contains("lambda:InvokeFunction") {
        return Some(
            "IAM → Roles → the state machine's role → **Add permissions**: a policy that allows lambda:InvokeFunction on \
             both functions, for example AWSLambdaRole."
                .to_owned(),
        );
    }
    if whole.contains("Function not found") || error.contains("ResourceNotFound") {
        return Some(format!("{edit}: it calls a function that is not there. Choose yours."));
    }
    if whole.contains("cannot be assumed by Lambda") {
        return Some(
            "IAM → Roles → the functions' role → **Trust relationships** → Edit: the principal's service is \
             `lambda.amazonaws.com`."
                .to_owned(),
        );
    }
    if whole.contains("States.Runtime") && whole.contains("Invalid path") {
        return Some(format!(
            "{edit}: its path names a field that is not there. The approval's output is approved, customer and orderId."
        ));
    }
    if whole.contains("Task.Token") {
        return Some(format!(
            "{edit}: **Wait for callback with task token** has to be ticked."
        ));
    }
    advice(&whole, &format!("the function that {state} calls"))
}
