//! Whether the filter of a trigger lets a record through. Pure.
//!
//! See Lambda's [event filtering](https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html) and the
//! comparison operators of [EventBridge](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html),
//! from which it has its patterns.

use serde_json::{Map, Value, json};

/// What every record has and nobody knows before it is in the stream.
const UNFORESEEN: [&str; 10] = [
    "approximateArrivalTimestamp",
    "awsRegion",
    "encryptionType",
    "eventID",
    "eventName",
    "eventSourceARN",
    "eventVersion",
    "invokeIdentityArn",
    "kinesisSchemaVersion",
    "sequenceNumber",
];

/// Whether one of these patterns, each JSON as text, matches a record with this key and these data; `None` where that
/// cannot be known. Without patterns everything passes.
pub(super) fn passes(patterns: &[&str], key: &str, data: &Value) -> Option<bool> {
    if patterns.is_empty() {
        return Some(true);
    }
    let record = json!({"partitionKey": key, "data": data, "eventSource": "aws:kinesis"});
    any(patterns.iter().map(|pattern| {
        let pattern: Value = serde_json::from_str(pattern).ok()?;
        all(pattern
            .as_object()?
            .iter()
            .map(|(field, rule)| match UNFORESEEN.contains(&field.as_str()) {
                true => None,
                false => field_matches(field, rule, &record),
            }))
    }))
}

fn any(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(false);
    for one in each {
        match one {
            Some(true) => return one,
            None => known = None,
            Some(false) => {}
        }
    }
    known
}

fn all(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    any(each.map(|one| one.map(|holds| !holds))).map(|fails| !fails)
}

fn matches(pattern: &Map<String, Value>, record: &Value) -> Option<bool> {
    all(pattern.iter().map(|(field, rule)| field_matches(field, rule, record)))
}

fn field_matches(field: &str, rule: &Value, record: &Value) -> Option<bool> {
    match rule {
        Value::Array(each) if field == "$or" => any(each.iter().map(|one| matches(one.as_object()?, record))),
        Value::Object(deeper) => matches(deeper, record.get(field).unwrap_or(&Value::Null)),
        Value::Array(rules) => any(rules.iter().map(|rule| applies(rule, record.get(field)))),
        _ => None,
    }
}

/// Whether a rule holds of a field. Of a list it holds if it does of one of its items.
fn applies(rule: &Value, value: Option<&Value>) -> Option<bool> {
    if let Some(exists) = rule.get("exists").and_then(Value::as_bool) {
        let there = value.is_some_and(|value| !value.is_object());
        return Some(there == exists);
    }
    match value {
        Some(Value::Array(items)) => any(items.iter().map(|item| applies_to(rule, item))),
        Some(value) => applies_to(rule, value),
        None => Some(false),
    }
}

fn applies_to(rule: &Value, value: &Value) -> Option<bool> {
    let Value::Object(operator) = rule else {
        return Some(equal(rule, value));
    };
    let (name, operand) = operator.iter().next().filter(|_| operator.len() == 1)?;
    let text = value.as_str();
    match (name.as_str(), operand) {
        ("anything-but", Value::Object(_)) => applies_to(operand, value).map(|holds| !holds),
        ("anything-but", Value::Array(each)) => Some(!each.iter().any(|one| equal(one, value))),
        ("anything-but", one) => Some(!equal(one, value)),
        ("prefix" | "suffix" | "equals-ignore-case" | "wildcard", Value::Array(each)) => {
            any(each.iter().map(|one| applies_to(&json!({ name: one }), value)))
        }
        ("prefix", Value::String(start)) => Some(text.is_some_and(|text| text.starts_with(start))),
        ("suffix", Value::String(end)) => Some(text.is_some_and(|text| text.ends_with(end))),
        ("equals-ignore-case", Value::String(same)) => {
            Some(text.is_some_and(|text| text.to_lowercase() == same.to_lowercase()))
        }
        ("wildcard", Value::String(pattern)) => Some(text.is_some_and(|text| wildcard(pattern, text))),
        ("numeric", Value::Array(bounds)) => numeric(bounds, value),
        _ => None,
    }
}

/// Numbers are equal as numbers.
fn equal(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// Pairs of a comparison and a number, all of which must hold.
fn numeric(bounds: &[Value], value: &Value) -> Option<bool> {
    let Some(value) = value.as_f64() else {
        return Some(false);
    };
    all(bounds.chunks(2).map(|pair| {
        let [comparison, bound] = pair else { return None };
        let bound = bound.as_f64()?;
        match comparison.as_str()? {
            "=" => Some(value == bound),
            "<" => Some(value < bound),
            "<=" => Some(value <= bound),
            ">" => Some(value > bound),
            ">=" => Some(value >= bound),
            _ => None,
        }
    }))
}

/// `*` stands for any text.
fn wildcard(pattern: &str, text: &str) -> bool {
    let parts: Vec<String> = pattern.split('*').map(regex::escape).collect();
    regex::Regex::new(&format!("(?s)^{}$", parts.join(".*"))).is_ok_and(|form| form.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_lets_through_what_lambda_would() {
        let data = json!({"eventType": "Watch", "itemId": "edemlab", "eventValue": null, "n": 5, "tags": ["a", "b"]});
        for (pattern, expected) in [
            ("{}", Some(true)),
            (r#"{"data": {"eventType": ["Watch", "Play"]}}"#, Some(true)),
            (r#"{"data": {"eventType": ["Play"]}}"#, Some(false)),
            (r#"{"eventType": ["Watch"]}"#, Some(false)),
            (
                r#"{"data": {"eventType": [{"prefix": "Wa"}], "itemId": [{"suffix": "x"}]}}"#,
                Some(false),
            ),
            (r#"{"data": {"eventType": [{"anything-but": ["Watch"]}]}}"#, Some(false)),
            (
                r#"{"data": {"eventType": [{"anything-but": {"prefix": "S"}}]}}"#,
                Some(true),
            ),
            (
                r#"{"data": {"eventType": [{"equals-ignore-case": "WATCH"}]}}"#,
                Some(true),
            ),
            (r#"{"data": {"eventType": [{"wildcard": "W*h"}]}}"#, Some(true)),
            (r#"{"data": {"eventValue": [null]}}"#, Some(true)),
            (r#"{"data": {"n": [{"numeric": [">", 1, "<=", 5]}]}}"#, Some(true)),
            (r#"{"data": {"n": [5.0], "tags": ["b"]}}"#, Some(true)),
            (
                r#"{"data": {"other": [{"exists": false}], "deep": {"er": [{"exists": false}]}}}"#,
                Some(true),
            ),
            (r#"{"data": {"other": [{"exists": true}]}}"#, Some(false)),
            (
                r#"{"data": {"$or": [{"itemId": ["x"]}, {"eventType": ["Watch"]}]}}"#,
                Some(true),
            ),
            (r#"{"partitionKey": ["key"]}"#, Some(true)),
            (r#"{"sequenceNumber": ["1"]}"#, None),
            (
                r#"{"sequenceNumber": ["1"], "data": {"eventType": ["Play"]}}"#,
                Some(false),
            ),
            (r#"{"data": {"n": [{"cidr": "10.0.0.0/8"}]}}"#, None),
            ("no JSON", None),
        ] {
            assert_eq!(passes(&[pattern], "key", &data), expected, "{pattern}");
        }
        let (play, watch) = (
            r#"{"data": {"eventType": ["Play"]}}"#,
            r#"{"data": {"eventType": ["Watch"]}}"#,
        );
        assert_eq!(passes(&[play, watch], "key", &data), Some(true));
        assert_eq!(passes(&[], "key", &data), Some(true));
    }
}
