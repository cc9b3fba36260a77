//! Where a `Choice` leads, as far as reading it can decide.

use super::language::{Language, jsonata, names_of};
use serde_json::Value;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Next(String),
    /// The execution fails at run time: a variable that is not there.
    Fails,
    NoMatch,
    Unclear,
}

pub(super) fn choose(state: &Value, language: Language, data: Option<&Value>) -> Choice {
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
