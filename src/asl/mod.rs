//! What a state machine's definition does, read from its text:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html>. Pure.

use serde_json::{Map, Value, json};

/// More states than this on one way are a loop.
const LONGEST: usize = 100;

/// The `Task` states, those inside `Parallel` and `Map` states too, each with the function that it calls.
pub(super) fn tasks(definition: &Value) -> Vec<Value> {
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

/// <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    JsonPath,
    Jsonata,
}

fn language(definition: &Value) -> Language {
    state_language(definition, Language::JsonPath)
}

fn state_language(state: &Value, of_machine: Language) -> Language {
    match state["QueryLanguage"].as_str() {
        Some("JSONata") => Language::Jsonata,
        Some(_) => Language::JsonPath,
        None => of_machine,
    }
}

fn task(name: &str, state: &Value, language: Language) -> Value {
    let resource = state["Resource"].as_str().unwrap_or_default();
    let arguments = match language {
        Language::JsonPath => &state["Parameters"],
        Language::Jsonata => &state["Arguments"],
    };
    let payload = &arguments["Payload"];
    json!({
        "Name": name,
        "Resource": resource,
        "FunctionName": called(resource, arguments).map(function_name),
        "FunctionArn": called(resource, arguments).filter(|function| function.starts_with("arn:")),
        "WaitsForToken": resource.ends_with(".waitForTaskToken"),
        "TokenField": field_with(payload, language, &["$$.Task.Token"], &["$states.context.Task.Token"]),
        "InputField": field_with(payload, language, &["$", "$$.Execution.Input"], &["$states.input", "$states.context.Execution.Input"]),
    })
}

/// The function that a task calls, as it is written: by its ARN as the resource, or by `lambda:invoke` with its name or
/// ARN.
fn called<'d>(resource: &'d str, arguments: &'d Value) -> Option<&'d str> {
    if resource.contains(":states:::lambda:invoke") {
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

/// What stands between `{%` and `%}`.
fn jsonata(text: &str) -> Option<&str> {
    Some(text.trim().strip_prefix("{%")?.strip_suffix("%}")?.trim())
}

/// The states that follow the first one that waits for a token, when the token is returned with `output`.
///
/// # Errors
/// When no state waits, or a choice cannot be decided by reading.
pub(super) fn walk(definition: &Value, output: &Value) -> Result<Vec<Value>, String> {
    let states = definition["States"].as_object().ok_or("the definition has no states")?;
    let waits = |name: &&String| {
        states[*name]["Resource"]
            .as_str()
            .is_some_and(|r| r.ends_with(".waitForTaskToken"))
    };
    let first = states
        .keys()
        .find(waits)
        .ok_or("no state of the definition waits for a task token")?;
    let of_machine = language(definition);
    let mut way = Vec::new();
    // What the data is once another task has answered is not known.
    let mut data = after_task(&states[first], state_language(&states[first], of_machine), output);
    let mut next = states[first]["Next"].as_str().map(str::to_owned);
    while let Some(name) = next.take() {
        if way.len() >= LONGEST {
            return Err(format!("the definition goes round in circles at {name}"));
        }
        let Some(state) = states.get(&name) else {
            return Err(format!("the definition has no state {name}"));
        };
        let language = state_language(state, of_machine);
        let kind = state["Type"].as_str().unwrap_or_default();
        let follows = state["Next"].as_str().map(str::to_owned);
        let mut step = json!({"Name": name, "Type": kind, "FunctionName": null, "Error": state["Error"]});
        match kind {
            "Choice" => match choose(state, language, data.as_ref()) {
                Choice::Next(chosen) => next = Some(chosen),
                Choice::Fails => step["Error"] = "States.Runtime".into(),
                Choice::NoMatch => step["Error"] = "States.NoChoiceMatched".into(),
                Choice::Unclear => return Err(format!("the condition of {name} cannot be decided by reading it")),
            },
            "Task" => {
                step["FunctionName"] = task(&name, state, language)["FunctionName"].take();
                data = None;
                next = follows;
            }
            "Wait" => next = follows,
            "Pass" if hands_on(state) => next = follows,
            // What these make of the data takes more than reading.
            "Pass" | "Parallel" | "Map" => {
                data = None;
                next = follows;
            }
            _ => {}
        }
        way.push(step);
    }
    Ok(way)
}

/// Whether a `Pass` state's output is its input.
fn hands_on(state: &Value) -> bool {
    ["Result", "Parameters", "InputPath", "OutputPath", "Output"]
        .iter()
        .all(|field| state.get(*field).is_none())
}

/// The data behind a task that answered `output`; nothing where it was transformed.
fn after_task(state: &Value, language: Language, output: &Value) -> Option<Value> {
    let transforms: &[&str] = match language {
        Language::JsonPath => &["ResultSelector", "OutputPath"],
        Language::Jsonata => &["Output"],
    };
    if transforms.iter().any(|field| !state[*field].is_null()) {
        return None;
    }
    match state["ResultPath"].as_str() {
        None | Some("$") => Some(output.clone()),
        Some(path) => {
            let mut data = output.clone();
            for name in names_of(path)?.into_iter().rev() {
                data = Value::Object(Map::from_iter([(name, data)]));
            }
            Some(data)
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Choice {
    Next(String),
    /// The execution fails at run time: a variable that is not there.
    Fails,
    NoMatch,
    Unclear,
}

fn choose(state: &Value, language: Language, data: Option<&Value>) -> Choice {
    let Some(data) = data else { return Choice::Unclear };
    for rule in state["Choices"].as_array().into_iter().flatten() {
        let holds = match language {
            Language::JsonPath => holds(rule, data),
            Language::Jsonata => rule["Condition"]
                .as_str()
                .and_then(jsonata)
                .map_or(Truth::Unclear, |c| condition(c, data)),
        };
        match holds {
            Truth::Yes => {
                return rule["Next"]
                    .as_str()
                    .map_or(Choice::Unclear, |next| Choice::Next(next.to_owned()));
            }
            Truth::No => {}
            Truth::Fails => return Choice::Fails,
            Truth::Unclear => return Choice::Unclear,
        }
    }
    state["Default"]
        .as_str()
        .map_or(Choice::NoMatch, |next| Choice::Next(next.to_owned()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    Yes,
    No,
    Fails,
    Unclear,
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// A choice rule of JSONPath:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>.
fn holds(rule: &Value, data: &Value) -> Truth {
    if let Some(inner) = rule["And"].as_array() {
        return inner
            .iter()
            .map(|r| holds(r, data))
            .find(|t| *t != Truth::Yes)
            .unwrap_or(Truth::Yes);
    }
    if let Some(inner) = rule["Or"].as_array() {
        return inner
            .iter()
            .map(|r| holds(r, data))
            .find(|t| *t != Truth::No)
            .unwrap_or(Truth::No);
    }
    if !rule["Not"].is_null() {
        return match holds(&rule["Not"], data) {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            other => other,
        };
    }
    let Some(names) = rule["Variable"].as_str().and_then(names_of) else {
        return Truth::Unclear;
    };
    let value = names.iter().try_fold(data, |value, name| value.get(name));
    if let Some(present) = rule["IsPresent"].as_bool() {
        return Truth::from(value.is_some() == present);
    }
    let Some(value) = value else { return Truth::Fails };
    let compared = rule
        .as_object()
        .into_iter()
        .flatten()
        .find_map(|(operator, operand)| compare(operator, value, operand));
    compared.map_or(Truth::Unclear, Truth::from)
}

/// A value of another type than the operator's is not equal, less or greater.
fn compare(operator: &str, value: &Value, operand: &Value) -> Option<bool> {
    let numbers = || Some((value.as_f64()?, operand.as_f64()?));
    let texts = || Some((value.as_str()?, operand.as_str()?));
    Some(match operator {
        "BooleanEquals" => value.is_boolean() && value == operand,
        "StringEquals" => value.is_string() && value == operand,
        "NumericEquals" => numbers().is_some_and(|(a, b)| a == b),
        "NumericLessThan" => numbers().is_some_and(|(a, b)| a < b),
        "NumericGreaterThan" => numbers().is_some_and(|(a, b)| a > b),
        "NumericLessThanEquals" => numbers().is_some_and(|(a, b)| a <= b),
        "NumericGreaterThanEquals" => numbers().is_some_and(|(a, b)| a >= b),
        "StringLessThan" => texts().is_some_and(|(a, b)| a < b),
        "StringGreaterThan" => texts().is_some_and(|(a, b)| a > b),
        "IsNull" => value.is_null() == operand.as_bool()?,
        "IsBoolean" => value.is_boolean() == operand.as_bool()?,
        "IsString" => value.is_string() == operand.as_bool()?,
        "IsNumeric" => value.is_number() == operand.as_bool()?,
        _ => return None,
    })
}

/// The names in a plain path such as `$.order.approved`.
fn names_of(path: &str) -> Option<Vec<String>> {
    let rest = path.trim().strip_prefix("$.")?;
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let names: Vec<&str> = rest.split('.').collect();
    names
        .iter()
        .all(|n| plain(n))
        .then(|| names.into_iter().map(str::to_owned).collect())
}

/// A condition of JSONata, where it is a field of the input or compares one with a constant.
fn condition(text: &str, data: &Value) -> Truth {
    let (left, right) = match text.split_once('=') {
        Some((left, right)) if !left.ends_with(['!', '<', '>']) => (left.trim(), Some(right.trim())),
        Some(_) => return Truth::Unclear,
        None => (text, None),
    };
    let left = left.trim_start_matches('(').trim_end_matches(')').trim();
    let right = right.map(|r| r.trim_start_matches('(').trim_end_matches(')').trim());
    let Some(names) = left
        .strip_prefix("$states.input")
        .and_then(|path| names_of(&format!("${path}")))
    else {
        return Truth::Unclear;
    };
    let value = names.iter().try_fold(data, |value, name| value.get(name));
    match right {
        // What is not there is equal to nothing.
        Some(constant) => match serde_json::from_str::<Value>(&constant.replace('\'', "\"")) {
            Ok(constant) => Truth::from(value == Some(&constant)),
            Err(_) => Truth::Unclear,
        },
        // A condition has to be a boolean, else the execution fails.
        None => value.and_then(Value::as_bool).map_or(Truth::Fails, Truth::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: &str = "arn:aws:states:::lambda:invoke.waitForTaskToken";
    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:ToSNS";

    fn machine(choice: Value) -> Value {
        json!({"StartAt": "W", "States": {
            "W": {"Type": "Task", "Resource": WAIT, "Next": "C", "Parameters": {
                "FunctionName": "arn:aws:lambda:eu-west-1:111122223333:function:Human:$LATEST",
                "Payload": {"taskToken.$": "$$.Task.Token", "input.$": "$"},
            }},
            "C": {"Type": "Choice", "Choices": [choice], "Default": "R"},
            "N": {"Type": "Task", "Resource": FUNCTION, "End": true},
            "R": {"Type": "Fail", "Error": "HumanRejected"},
        }})
    }

    fn ends(definition: &Value, approved: bool) -> Result<Value, String> {
        let way = walk(definition, &json!({"approved": approved}))?;
        Ok(way.last().map(|s| json!([s["Name"], s["Error"]])).unwrap_or_default())
    }

    #[test]
    fn a_choice_leads_where_its_condition_says() {
        let right = machine(json!({"Variable": "$.approved", "BooleanEquals": true, "Next": "N"}));
        assert_eq!(ends(&right, true), Ok(json!(["N", null])));
        assert_eq!(ends(&right, false), Ok(json!(["R", "HumanRejected"])));
        let reversed = machine(json!({"Not": {"Variable": "$.approved", "BooleanEquals": true}, "Next": "N"}));
        assert_eq!(ends(&reversed, true), Ok(json!(["R", "HumanRejected"])));
        let text = machine(json!({"Variable": "$.approved", "StringEquals": "true", "Next": "N"}));
        assert_eq!(ends(&text, true), Ok(json!(["R", "HumanRejected"])));
        let typo = machine(json!({"Variable": "$.aproved", "BooleanEquals": true, "Next": "N"}));
        assert_eq!(ends(&typo, true), Ok(json!(["C", "States.Runtime"])));
        let both = machine(json!({"And": [
            {"Variable": "$.approved", "IsPresent": true}, {"Variable": "$.approved", "BooleanEquals": true},
        ], "Next": "N"}));
        assert_eq!(ends(&both, true), Ok(json!(["N", null])));
    }

    #[test]
    fn jsonata_is_read_as_far_as_it_is_plain() {
        let with = |condition: &str| {
            let mut definition = machine(json!({"Condition": condition, "Next": "N"}));
            definition["QueryLanguage"] = "JSONata".into();
            ends(&definition, true)
        };
        for plain in [
            "{% $states.input.approved %}",
            "{% $states.input.approved = true %}",
            "{%($states.input.approved) = (true)%}",
        ] {
            assert_eq!(with(plain), Ok(json!(["N", null])), "{plain}");
        }
        assert_eq!(
            with("{% $states.input.approved = 'yes' %}"),
            Ok(json!(["R", "HumanRejected"]))
        );
        assert_eq!(
            with("{% $states.input.aproved = true %}"),
            Ok(json!(["R", "HumanRejected"]))
        );
        for hard in [
            "{% $not($states.input.approved) %}",
            "{% $states.input.approved != true %}",
        ] {
            assert!(with(hard).is_err(), "{hard}");
        }
    }

    #[test]
    fn tasks_are_told_in_both_languages_and_at_any_depth() {
        let inner = json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": FUNCTION, "End": true}}});
        let definition = json!({"QueryLanguage": "JSONata", "States": {
            "W": {"Type": "Task", "Resource": WAIT, "Arguments": {"FunctionName": "Human", "Payload": {
                "taskToken": "{% $states.context.Task.Token %}", "input": "{% $states.input %}",
            }}},
            "P": {"Type": "Parallel", "Branches": [inner]},
        }});
        let found = tasks(&definition);
        let waiting = found.iter().find(|t| t["Name"] == "W").unwrap();
        assert_eq!(waiting["TokenField"], "taskToken");
        assert_eq!(waiting["InputField"], "input");
        assert_eq!(waiting["FunctionName"], "Human");
        assert!(found.iter().any(|t| t["FunctionName"] == "ToSNS"));
        let classic = tasks(&machine(Value::Null));
        assert_eq!(
            (&classic[0]["TokenField"], &classic[0]["FunctionName"]),
            (&json!("taskToken"), &json!("Human"))
        );
    }

    #[test]
    fn a_token_that_is_only_a_text_is_no_token() {
        let mut definition = machine(Value::Null);
        definition["States"]["W"]["Parameters"]["Payload"] = json!({"taskToken": "$$.Task.Token"});
        assert_eq!(tasks(&definition)[0]["TokenField"], Value::Null);
    }
}
