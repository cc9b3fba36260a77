//! A request of a query service: nested fields become `Name.member.1.Field`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What RFC 3986 leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The body of a call.
pub(super) fn body(operation: &str, version: &str, input: &Value) -> String {
    let mut fields = vec![format!("Action={operation}"), format!("Version={version}")];
    flatten("", input, &mut fields);
    fields.join("&")
}

/// Percent-encodes a value of a form, a query or a path.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

fn flatten(name: &str, value: &Value, into: &mut Vec<String>) {
    let below = |field: &str| match name {
        "" => field.to_owned(),
        name => format!("{name}.{field}"),
    };
    match value {
        Value::Null => {}
        Value::Object(fields) => fields
            .iter()
            .for_each(|(field, value)| flatten(&below(field), value, into)),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                flatten(&below(&format!("member.{}", number + 1)), item, into);
            }
        }
        Value::String(text) => into.push(format!("{name}={}", encode(text))),
        other => into.push(format!("{name}={}", encode(&other.to_string()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_are_numbered_from_one_and_texts_are_encoded() {
        let input = json!({"Arn": "a:b/c d", "Names": ["x", "y"], "Max": 3, "Marker": null, "Deep": {"On": true}});
        assert_eq!(
            body("Do", "2010-05-08", &input),
            "Action=Do&Version=2010-05-08&Arn=a%3Ab%2Fc%20d&Names.member.1=x&Names.member.2=y&Max=3&Deep.On=true"
        );
    }
}
