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

/// Whether nothing is at work that an execution has set off, to judge by its whole history: each of its tasks has ended, or
/// waits for its token and its function has answered. Only what is known to be over then counts.
pub(super) fn is_at_rest(events: &[Value]) -> bool {
    let is_over = |scheduled: &Value| {
        let details = &scheduled["taskScheduledEventDetails"];
        let parameters = parsed(&details["parameters"]);
        // Called so, a function answers before it has run.
        let is_detached = parameters["InvocationType"]
            .as_str()
            .is_some_and(|how| how != "RequestResponse");
        let ends_with_its_task = match scheduled["type"].as_str() {
            Some("LambdaFunctionScheduled") => true,
            _ => details["resourceType"] == "dynamodb" || (details["resourceType"] == "lambda" && !is_detached),
        };
        ends_with_its_task
            && events
                .iter()
                .any(|e| ends(e) && scheduled_by(events, e) == Some(&scheduled["id"]))
    };
    let begins = |e: &&Value| {
        let kind = e["type"].as_str().unwrap_or_default();
        kind.ends_with("Scheduled") || kind == "MapRunStarted"
    };
    !events.is_empty() && events.iter().filter(begins).all(is_over)
}

/// Whether what a task called is over with this event. One that has timed out may go on.
fn ends(event: &Value) -> bool {
    match event["type"].as_str().unwrap_or_default() {
        "TaskSubmitted" => is_waiting(&event["taskSubmittedEventDetails"]),
        kind => [
            "TaskSucceeded",
            "TaskFailed",
            "TaskStartFailed",
            "TaskSubmitFailed",
            "LambdaFunctionSucceeded",
            "LambdaFunctionFailed",
            "LambdaFunctionStartFailed",
            "LambdaFunctionScheduleFailed",
        ]
        .contains(&kind),
    }
}

/// The id of the event that scheduled the task that an event belongs to.
fn scheduled_by<'e>(events: &'e [Value], event: &'e Value) -> Option<&'e Value> {
    let mut at = event;
    // Each event names an earlier one.
    for _ in 0..events.len() {
        if at["type"].as_str().is_some_and(|kind| kind.ends_with("Scheduled")) {
            return Some(&at["id"]);
        }
        at = events
            .iter()
            .find(|e| e["id"] == at["previousEventId"] && !e["id"].is_null())?;
    }
    None
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn scheduled(id: u32, before: u32, resource: &str, parameters: &str) -> Value {
        json!({"type": "TaskScheduled", "id": id, "previousEventId": before, "taskScheduledEventDetails": {
            "resourceType": "lambda", "resource": resource, "parameters": parameters}})
    }

    fn event(kind: &str, id: u32, before: u32) -> Value {
        json!({"type": kind, "id": id, "previousEventId": before,
            "taskSubmittedEventDetails": {"resourceType": "lambda", "resource": "invoke.waitForTaskToken"}})
    }

    #[test]
    fn a_function_at_work_is_not_at_rest() {
        let asks = || scheduled(2, 1, "invoke.waitForTaskToken", "{}");
        let asked = || vec![asks(), event("TaskStarted", 3, 2), event("TaskSubmitted", 4, 3)];
        let stopped = event("ExecutionAborted", 9, 0);
        assert!(!is_at_rest(&[]));
        assert!(!is_at_rest(&[asks(), stopped.clone()]), "its function runs");
        assert!(is_at_rest(&[asked(), vec![stopped.clone()]].concat()), "it waits");
        let notifies = scheduled(6, 5, "invoke", "{}");
        let goes_on = [asked(), vec![event("TaskSucceeded", 5, 4), notifies.clone()]].concat();
        assert!(!is_at_rest(&goes_on), "the next one runs");
        let over = [goes_on.clone(), vec![event("TaskFailed", 7, 6)]].concat();
        assert!(is_at_rest(&over));
        let timed_out = [goes_on, vec![event("TaskTimedOut", 7, 6)]].concat();
        assert!(!is_at_rest(&timed_out), "who is no longer waited for may go on");
        let detached = scheduled(2, 1, "invoke", "{\"InvocationType\": \"Event\"}");
        assert!(
            !is_at_rest(&[detached, event("TaskSucceeded", 3, 2)]),
            "it answers before it has run"
        );
    }

    #[test]
    fn of_two_tasks_at_once_one_at_work_is_enough() {
        let both = [scheduled(2, 1, "invoke", "{}"), scheduled(3, 1, "invoke", "{}")];
        let one = [both.to_vec(), vec![event("TaskSucceeded", 4, 2)]].concat();
        assert!(!is_at_rest(&one));
        assert!(is_at_rest(&[one, vec![event("TaskSucceeded", 5, 3)]].concat()));
    }
}
