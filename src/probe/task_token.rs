//! Task tokens in the history of an execution.

use serde_json::Value;

/// The task token that an execution waits for, once the function that took it has answered.
pub(super) fn waits(events: &[Value], field: &str) -> Option<String> {
    token(&waiting_payload(events)?, field)
}

/// Whether an execution waits for a token that is not in what its function was given.
pub(super) fn waits_in_vain(events: &[Value], field: &str) -> bool {
    waiting_payload(events).is_some_and(|payload| token(&payload, field).is_none())
}

/// What the function was given, and has answered, of the task that waits now.
fn waiting_payload(events: &[Value]) -> Option<Value> {
    let scheduled = events
        .iter()
        .rposition(|e| e["type"] == "TaskScheduled" && is_waiting(&e["taskScheduledEventDetails"]))?;
    let after = &events[scheduled..];
    let submitted = after.iter().any(|e| e["type"] == "TaskSubmitted");
    let over = after.iter().any(|e| {
        ["TaskSucceeded", "TaskFailed", "TaskTimedOut"]
            .iter()
            .any(|t| e["type"] == *t)
    });
    let parameters = events[scheduled]["taskScheduledEventDetails"]["parameters"].as_str()?;
    let mut parameters: Value = serde_json::from_str(parameters).ok()?;
    (submitted && !over).then(|| parameters["Payload"].take())
}

pub(super) fn is_waiting(details: &Value) -> bool {
    details["resource"]
        .as_str()
        .is_some_and(|r| r.ends_with(".waitForTaskToken"))
}

/// The token in a payload: in this field, or under the course's name, else the text that is as long as only a token is.
fn token(payload: &Value, field: &str) -> Option<String> {
    let named = payload[field].as_str().or_else(|| payload["taskToken"].as_str());
    let long = || {
        payload
            .as_object()?
            .values()
            .filter_map(Value::as_str)
            .find(|t| t.len() > 100)
    };
    named.or_else(long).map(str::to_owned)
}

/// What in the payloads of an execution may be a token: by its name, or because it is as long as only a token is. Its
/// function may have said it.
pub(super) fn tokens(events: &[Value]) -> Vec<String> {
    let parameters = events
        .iter()
        .map(|e| parsed(&e["taskScheduledEventDetails"]["parameters"]));
    let fields = parameters.flat_map(|p| p["Payload"].as_object().cloned().unwrap_or_default());
    fields
        .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
        .filter(|(name, text)| name.to_lowercase().contains("token") || text.len() > 100)
        .map(|(_, text)| text)
        .collect()
}

/// JSON that is written as text; `null` where it is none.
pub(super) fn parsed(text: &Value) -> Value {
    text.as_str()
        .and_then(|t| serde_json::from_str(t).ok())
        .unwrap_or(Value::Null)
}
