//! The tasks of a definition, and the functions that they call.

use super::language::{Language, jsonata, language, state_language};
use serde_json::{Value, json};

/// The `Task` states, those inside `Parallel` and `Map` states too, each with the function that it calls.
pub fn tasks(definition: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    collect(definition, language(definition), &mut found);
    found
}

fn collect(definition: &Value, language: Language, found: &mut Vec<Value>) {
    for (name, state) in definition["States"].as_object().into_iter().flatten() {
        let language = state_language(state, language);
        if state["Type"] == "Task" {
            found.push(task(name, state, language));
        }
        let branches = state["Branches"].as_array().into_iter().flatten();
        for inner in branches.chain([&state["ItemProcessor"], &state["Iterator"]]) {
            collect(inner, language, found);
        }
    }
}

pub(super) fn task(name: &str, state: &Value, language: Language) -> Value {
    let resource = state["Resource"].as_str().unwrap_or_default();
    let arguments = match language {
        Language::JsonPath => &state["Parameters"],
        Language::Jsonata => &state["Arguments"],
    };
    let payload = &arguments["Payload"];
    // Given by a path or an expression, they are not known before it runs.
    let seconds = |name: &str| state[name].as_u64();
    json!({
        "Name": name,
        "Resource": resource,
        "Function": called(resource, arguments),
        "FunctionName": called(resource, arguments).map(function_name),
        "FunctionArn": called(resource, arguments).filter(|function| function.starts_with("arn:")),
        "FunctionRegion": called(resource, arguments).and_then(function_region),
        "FunctionAccount": called(resource, arguments).and_then(function_account),
        "WaitsForToken": resource.ends_with(".waitForTaskToken"),
        "TimeoutSeconds": seconds("TimeoutSeconds"),
        "HeartbeatSeconds": seconds("HeartbeatSeconds"),
        "Payload": (!payload.is_null()).then(|| payload.to_string()),
        "TokenField": field_with(payload, language, &["$$.Task.Token"], &["$states.context.Task.Token"]),
        "InputField": field_with(payload, language, &["$", "$$.Execution.Input"], &["$states.input", "$states.context.Execution.Input"]),
    })
}

/// The function that a task calls, as it is written: by its ARN as the resource, or by `lambda:invoke` with its name or
/// ARN.
fn called<'d>(resource: &'d str, arguments: &'d Value) -> Option<&'d str> {
    if resource.contains(":states:::") && resource.contains(":lambda:invoke") {
        return arguments["FunctionName"].as_str();
    }
    let is_function = resource.contains(":lambda:") && resource.contains(":function:");
    is_function.then_some(resource)
}

/// The plain name in a function's name, partial or whole ARN, with or without a version or alias; see
/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>.
fn function_name(text: &str) -> String {
    let after = text.rsplit_once(":function:").map_or(text, |(_, name)| name);
    after.split(':').next().unwrap_or_default().to_owned()
}

/// The region in a function's whole ARN.
fn function_region(text: &str) -> Option<&str> {
    let (service, _) = text.split_once(":function:")?;
    service.strip_prefix("arn:")?.split(':').nth(2)
}

/// The account in a function's partial or whole ARN.
fn function_account(text: &str) -> Option<&str> {
    let (service, _) = text.split_once(":function:")?;
    service.rsplit(':').next()
}

/// The field of a payload that is given one of these values.
fn field_with(payload: &Value, language: Language, paths: &[&str], expressions: &[&str]) -> Option<String> {
    payload.as_object()?.iter().find_map(|(name, value)| {
        let text = value.as_str()?;
        match language {
            Language::JsonPath => {
                let name = name.strip_suffix(".$")?;
                paths.contains(&text.trim()).then(|| name.to_owned())
            }
            Language::Jsonata => expressions.contains(&jsonata(text)?).then(|| name.to_owned()),
        }
    })
}
