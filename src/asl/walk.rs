//! The way through a definition once a task token is returned.

use super::choice::{Choice, choose};
use super::language::{Language, language, names_of, state_language};
use super::task::task;
use serde_json::{Map, Value, json};

/// The error of an execution in which a path leads nowhere.
const RUNTIME_ERROR: &str = "States.Runtime";

/// More states than this on one path are a loop.
const MAX_STATES: usize = 100;

/// The states that follow the first one that waits for a token, when the token is returned with `output`.
///
/// # Errors
/// When no state waits, or a choice cannot be decided by reading.
pub fn walk(definition: &Value, output: &Value) -> Result<Vec<Value>, String> {
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
    let mut path = Vec::new();
    let waiting = &states[first];
    // What the data is once another task has answered is not known.
    let mut data = match after_task(waiting, state_language(waiting, of_machine), output) {
        After::Data(data) => Some(data),
        After::Unclear => None,
        After::Fails => {
            return Ok(vec![json!({
                "Name": first, "Type": waiting["Type"], "FunctionName": null, "Error": RUNTIME_ERROR,
            })]);
        }
    };
    let mut next = waiting["Next"].as_str().map(str::to_owned);
    while let Some(name) = next.take() {
        if path.len() >= MAX_STATES {
            return Err(format!("the definition loops at {name}"));
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
                Choice::Fails => step["Error"] = RUNTIME_ERROR.into(),
                Choice::NoMatch => step["Error"] = "States.NoChoiceMatched".into(),
                Choice::Unclear => return Err(format!("the condition of {name} cannot be decided by reading it")),
            },
            "Task" => {
                let mut task = task(&name, state, language);
                for field in ["FunctionName", "FunctionRegion", "FunctionAccount"] {
                    step[field] = task[field].take();
                }
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
        path.push(step);
    }
    Ok(path)
}

/// Whether a `Pass` state's output is its input.
fn hands_on(state: &Value) -> bool {
    ["Result", "Parameters", "InputPath", "OutputPath", "Output"]
        .iter()
        .all(|field| state.get(*field).is_none())
}

/// The data behind a task.
#[derive(Debug, PartialEq)]
enum After {
    Data(Value),
    /// Telling it takes more than reading.
    Unclear,
    /// The execution fails at run time: a path that leads nowhere.
    Fails,
}

/// The data behind a task that answered `output`. Of the state's own input nothing is known.
fn after_task(state: &Value, language: Language, output: &Value) -> After {
    if language == Language::Jsonata {
        return match state["Output"].is_null() {
            true => After::Data(output.clone()),
            false => After::Unclear,
        };
    }
    let selected = match &state["ResultSelector"] {
        Value::Null => output.clone(),
        selector => match select(selector, output) {
            After::Data(selected) => selected,
            other => return other,
        },
    };
    let (data, is_whole) = match state["ResultPath"].as_str() {
        None | Some("$") => (selected, true),
        Some(path) => {
            let Some(names) = names_of(path) else {
                return After::Unclear;
            };
            let names = names.into_iter().rev();
            (names.fold(selected, |data, name| json!({ name: data })), false)
        }
    };
    match state["OutputPath"].as_str() {
        None | Some("$") => After::Data(data),
        Some(path) => match at(path, &data) {
            // What is not there may be in the input.
            After::Fails if !is_whole => After::Unclear,
            other => other,
        },
    }
}

/// What a `ResultSelector` makes of an output.
fn select(selector: &Value, output: &Value) -> After {
    let mut selected = Map::new();
    for (name, value) in selector.as_object().into_iter().flatten() {
        match (name.strip_suffix(".$"), value.as_str()) {
            (Some(name), Some(path)) => match at(path, output) {
                After::Data(found) => drop(selected.insert(name.to_owned(), found)),
                other => return other,
            },
            (None, _) if !value.is_object() => drop(selected.insert(name.clone(), value.clone())),
            _ => return After::Unclear,
        }
    }
    After::Data(selected.into())
}

/// What is at a path.
fn at(path: &str, data: &Value) -> After {
    if path == "$" {
        return After::Data(data.clone());
    }
    let Some(names) = names_of(path) else {
        return After::Unclear;
    };
    let found = names.iter().try_fold(data, |value, name| value.get(name));
    found.map_or(After::Fails, |found| After::Data(found.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asl::tasks;

    const WAIT: &str = "arn:aws:states:::lambda:invoke.waitForTaskToken";
    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:Notify";

    fn machine(choice: Value) -> Value {
        json!({"StartAt": "W", "States": {
            "W": {"Type": "Task", "Resource": WAIT, "Next": "C", "Parameters": {
                "FunctionName": "arn:aws:lambda:eu-west-1:111122223333:function:Ask:$LATEST",
                "Payload": {"taskToken.$": "$$.Task.Token", "input.$": "$"},
            }},
            "C": {"Type": "Choice", "Choices": [choice], "Default": "R"},
            "N": {"Type": "Task", "Resource": FUNCTION, "End": true},
            "R": {"Type": "Fail", "Error": "Rejected"},
        }})
    }

    fn ends(definition: &Value, approved: bool) -> Result<Value, String> {
        let path = walk(definition, &json!({"approved": approved}))?;
        Ok(path.last().map(|s| json!([s["Name"], s["Error"]])).unwrap_or_default())
    }

    #[test]
    fn a_choice_leads_where_its_condition_says() {
        let right = machine(json!({"Variable": "$.approved", "BooleanEquals": true, "Next": "N"}));
        assert_eq!(ends(&right, true), Ok(json!(["N", null])));
        assert_eq!(ends(&right, false), Ok(json!(["R", "Rejected"])));
        let reversed = machine(json!({"Not": {"Variable": "$.approved", "BooleanEquals": true}, "Next": "N"}));
        assert_eq!(ends(&reversed, true), Ok(json!(["R", "Rejected"])));
        let text = machine(json!({"Variable": "$.approved", "StringEquals": "true", "Next": "N"}));
        assert_eq!(ends(&text, true), Ok(json!(["R", "Rejected"])));
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
            Ok(json!(["R", "Rejected"]))
        );
        assert_eq!(with("{% $states.input.aproved = true %}"), Ok(json!(["R", "Rejected"])));
        for hard in [
            "{% $not($states.input.approved) %}",
            "{% $states.input.approved != true %}",
        ] {
            assert!(with(hard).is_err(), "{hard}");
        }
    }

    #[test]
    fn a_token_comes_back_without_what_an_invocation_is_wrapped_in() {
        let with = |field: &str, value: Value| {
            let mut definition = machine(json!({"Variable": "$.approved", "BooleanEquals": true, "Next": "N"}));
            definition["States"]["W"][field] = value;
            ends(&definition, true)
        };
        let fails = Ok(json!(["W", "States.Runtime"]));
        assert_eq!(with("OutputPath", json!("$.Payload")), fails);
        assert_eq!(
            with("ResultSelector", json!({"approved.$": "$.Payload.approved"})),
            fails
        );
        assert_eq!(with("OutputPath", json!("$")), Ok(json!(["N", null])));
        assert_eq!(
            with("ResultSelector", json!({"approved.$": "$.approved"})),
            Ok(json!(["N", null]))
        );
        assert!(with("ResultSelector", json!({"approved.$": "States.StringToJson($.a)"})).is_err());
        let mut beside = machine(json!({"Variable": "$.approved", "BooleanEquals": true, "Next": "N"}));
        beside["States"]["W"]["ResultPath"] = "$.approval".into();
        beside["States"]["W"]["OutputPath"] = "$.detail".into();
        assert!(ends(&beside, true).is_err(), "the order's detail may be there");
    }

    #[test]
    fn a_functions_region_and_account_are_read_off_its_arn() {
        for (called, region, account) in [
            (FUNCTION, json!("eu-west-1"), json!("111122223333")),
            ("111122223333:function:Notify", json!(null), json!("111122223333")),
            ("Notify:live", json!(null), json!(null)),
        ] {
            let definition = json!({"States": {"T": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": called},
            }}});
            let task = &tasks(&definition)[0];
            assert_eq!(
                (&task["FunctionRegion"], &task["FunctionAccount"]),
                (&region, &account),
                "{called}"
            );
        }
    }

    #[test]
    fn tasks_are_found_in_both_languages_and_at_any_depth() {
        let inner = json!({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": FUNCTION, "End": true}}});
        let definition = json!({"QueryLanguage": "JSONata", "States": {
            "W": {"Type": "Task", "Resource": WAIT, "Arguments": {"FunctionName": "Ask", "Payload": {
                "taskToken": "{% $states.context.Task.Token %}", "input": "{% $states.input %}",
            }}},
            "P": {"Type": "Parallel", "Branches": [inner]},
        }});
        let found = tasks(&definition);
        let waiting = found.iter().find(|t| t["Name"] == "W").unwrap();
        assert_eq!(waiting["TokenField"], "taskToken");
        assert_eq!(waiting["InputField"], "input");
        assert_eq!(waiting["FunctionName"], "Ask");
        assert!(found.iter().any(|t| t["FunctionName"] == "Notify"));
        let classic = tasks(&machine(Value::Null));
        assert_eq!(
            (&classic[0]["TokenField"], &classic[0]["FunctionName"]),
            (&json!("taskToken"), &json!("Ask"))
        );
    }

    #[test]
    fn a_token_that_is_only_a_text_is_no_token() {
        let mut definition = machine(Value::Null);
        definition["States"]["W"]["Parameters"]["Payload"] = json!({"taskToken": "$$.Task.Token"});
        assert_eq!(tasks(&definition)[0]["TokenField"], Value::Null);
    }
}
