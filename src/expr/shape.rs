//! The shape of a document: which fields it always has. Serves `lint` (an unknown field is an author's mistake) and
//! discovery (a field that AWS leaves out is filled in).

use indexmap::IndexMap;
use serde_json::Value;

/// What a value looks like.
#[derive(Debug, Default, Clone, PartialEq)]
pub enum Shape {
    /// Nothing is known of it.
    #[default]
    Any,
    /// A text, number or truth value, or `null`.
    Scalar,
    /// One of these words, or `null`.
    OneOf(Vec<String>),
    /// A list of values of one shape.
    List(Box<Shape>),
    /// A map with keys that are the student's, such as environment variables.
    Map(Box<Shape>),
    /// A document with AWS's own field names.
    Object(IndexMap<String, Shape>),
}

impl Shape {
    /// Reads a shape off a sample: `null` is a scalar, `[x]` a list of `x`, `{"*": x}` a map of `x`, `"any"` anything.
    pub fn of(sample: &Value) -> Self {
        match sample {
            Value::String(s) if s == "any" => Self::Any,
            Value::Array(items) => Self::List(Box::new(items.first().map_or(Self::Any, Self::of))),
            Value::Object(map) => match map.get("*") {
                Some(inner) => Self::Map(Box::new(Self::of(inner))),
                None => Self::Object(map.iter().map(|(k, v)| (k.clone(), Self::of(v))).collect()),
            },
            _ => Self::Scalar,
        }
    }

    /// Gives `value` every field of this shape: `null`, `[]` and `{}` where it has none.
    pub fn fill(&self, value: &mut Value) {
        match self {
            Self::Any | Self::Scalar | Self::OneOf(_) => {}
            Self::List(inner) => {
                if value.is_null() {
                    *value = Value::Array(Vec::new());
                }
                if let Value::Array(items) = value {
                    items.iter_mut().for_each(|item| inner.fill(item));
                }
            }
            Self::Map(inner) => {
                if value.is_null() {
                    *value = Value::Object(serde_json::Map::new());
                }
                if let Value::Object(map) = value {
                    map.values_mut().for_each(|item| inner.fill(item));
                }
            }
            Self::Object(fields) => {
                if value.is_null() {
                    *value = Value::Object(serde_json::Map::new());
                }
                if let Value::Object(map) = value {
                    for (name, shape) in fields {
                        shape.fill(map.entry(name.clone()).or_insert(Value::Null));
                    }
                }
            }
        }
    }

    /// The fields of an object, for a message.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::Object(fields) => fields.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// What JSON calls a value, in words.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a document",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn missing_fields_are_filled_to_any_depth() {
        let shape =
            Shape::of(&json!({"Name": null, "Mode": {"Kind": null}, "Tags": {"*": null}, "Keys": [{"A": null}]}));
        let mut value = json!({"Keys": [{}]});
        shape.fill(&mut value);
        assert_eq!(
            value,
            json!({"Keys": [{"A": null}], "Name": null, "Mode": {"Kind": null}, "Tags": {}})
        );
    }
}
