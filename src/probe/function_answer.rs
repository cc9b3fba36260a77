//! What a function answered in an execution, without what Step Functions and the execution's own paths put around it. Pure.

use super::failed_execution::function_in;
use super::task_token::{is_waiting, parsed};
use serde_json::Value;

/// The last answer of the function `function` in a history, however its state passes it on. What a task token came back
/// with is nobody's answer.
pub(super) fn answer_of(events: &[Value], function: &str) -> Option<Value> {
    let answers = events.iter().enumerate().rev();
    let mut answers = answers.filter_map(|(at, event)| Some((at, output(event)?)));
    let (_, output) = answers.find(|(at, _)| caller(events, *at).as_deref() == Some(function))?;
    Some(unwrapped(output))
}

fn output(event: &Value) -> Option<Value> {
    let details = match event["type"].as_str()? {
        "LambdaFunctionSucceeded" => &event["lambdaFunctionSucceededEventDetails"],
        "TaskSucceeded" if !is_waiting(&event["taskSucceededEventDetails"]) => &event["taskSucceededEventDetails"],
        _ => return None,
    };
    Some(parsed(&details["output"]))
}

/// The function whose answer this event is: of its own branch, where several run at once.
fn caller(events: &[Value], succeeded: usize) -> Option<String> {
    let mut at = &events[succeeded];
    loop {
        let previous = at["previousEventId"]
            .as_i64()
            .filter(|id| Some(*id) < at["id"].as_i64())?;
        at = events.iter().find(|event| event["id"] == previous)?;
        if at["type"].as_str()?.ends_with("Scheduled") {
            return function_in(std::slice::from_ref(at));
        }
    }
}

/// A function's answer, out of the answer of an invocation wherever in `value` one is: its `StatusCode` says that there
/// was an answer, not which. See
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>.
pub fn unwrapped(value: Value) -> Value {
    match value {
        Value::Object(mut fields) if is_invocation(&fields) => {
            let payload = fields.remove("Payload").unwrap_or_default();
            // AWS's SDK integrations give it as a text.
            let read = payload.as_str().and_then(|text| serde_json::from_str(text).ok());
            unwrapped(read.unwrap_or(payload))
        }
        Value::Object(fields) => {
            let about_the_call = |name: &str| ["SdkHttpMetadata", "SdkResponseMetadata"].contains(&name);
            let own = fields.into_iter().filter(|(name, _)| !about_the_call(name));
            own.map(|(name, value)| (name, unwrapped(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(unwrapped).collect(),
        other => other,
    }
}

fn is_invocation(fields: &serde_json::Map<String, Value>) -> bool {
    fields.contains_key("Payload")
        && ["StatusCode", "ExecutedVersion", "SdkHttpMetadata"]
            .iter()
            .any(|name| fields.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// As Step Functions recorded it for a function that answered 500.
    fn invocation() -> Value {
        json!({
            "ExecutedVersion": "$LATEST", "StatusCode": 200, "SdkHttpMetadata": {"HttpStatusCode": 200},
            "Payload": {"statusCode": 500, "body": "no"},
        })
    }

    #[test]
    fn the_payload_is_the_answer_wherever_the_invocation_is() {
        let answer = json!({"statusCode": 500, "body": "no"});
        assert_eq!(unwrapped(invocation()), answer);
        assert_eq!(
            unwrapped(json!({"order": 1, "sent": invocation()})),
            json!({"order": 1, "sent": answer})
        );
        let mut as_text = invocation();
        as_text["Payload"] = answer.to_string().into();
        assert_eq!(unwrapped(as_text), answer);
    }

    #[test]
    fn an_answer_is_found_by_its_function_among_branches() {
        let scheduled = |id: i64, name: &str| {
            json!({"id": id, "previousEventId": 0, "type": "TaskScheduled", "taskScheduledEventDetails": {
                "resource": "invoke", "parameters": json!({"FunctionName": name}).to_string()}})
        };
        let succeeded = |id: i64, after: i64, output: &Value| {
            json!({"id": id, "previousEventId": after, "type": "TaskSucceeded",
                "taskSucceededEventDetails": {"resource": "invoke", "output": output.to_string()}})
        };
        let events = [
            scheduled(1, "arn:aws:lambda:eu-west-1:111122223333:function:Notify:$LATEST"),
            scheduled(2, "Store"),
            succeeded(3, 1, &invocation()),
            succeeded(4, 2, &json!({"StatusCode": 200, "Payload": {"statusCode": 200}})),
        ];
        assert_eq!(
            answer_of(&events, "Notify"),
            Some(json!({"statusCode": 500, "body": "no"}))
        );
        assert_eq!(answer_of(&events, "Store"), Some(json!({"statusCode": 200})));
        assert_eq!(answer_of(&events, "Other"), None);
    }
}
