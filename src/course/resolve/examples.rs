//! What a resource's `example` says, held against the fields of its kind.

use super::Resolver;
use crate::course::diagnostics::report;
use crate::course::name::{closest, some_of};
use crate::expr::Shape;
use serde_json::Value;

/// What is wrong, and what would be right.
type Mistake = (String, String);

impl Resolver<'_> {
    /// A field in an `example` that no document of the kind has, and a word that a field never is.
    pub(super) fn examples(&self) {
        for resource in self.lab.resources.values() {
            let Ok(kind) = self.vocabulary.kind(&resource.kind) else {
                continue;
            };
            for (name, example) in resource.examples.iter().flatten() {
                let whole = Value::Object([(name.clone(), example.value.clone())].into_iter().collect());
                if let Some((message, label)) = mistake(&kind.shape, &whole) {
                    let at = example.at..example.at + name.len();
                    report(self.diagnostics, &example.file, at, message, label);
                }
            }
        }
    }
}

/// The first field or word of `value` that does not have this shape.
fn mistake(shape: &Shape, value: &Value) -> Option<Mistake> {
    match (shape, value) {
        (Shape::List(inner), Value::Array(items)) => items.iter().find_map(|item| mistake(inner, item)),
        (Shape::Map(inner), Value::Object(map)) => map.values().find_map(|value| mistake(inner, value)),
        (Shape::Object(fields), Value::Object(map)) => map.iter().find_map(|(name, value)| match fields.get(name) {
            Some(shape) => mistake(shape, value),
            None => {
                let known: Vec<String> = fields.keys().cloned().collect();
                Some((format!("there is no field `{name}` here"), instead(name, &known)))
            }
        }),
        (Shape::OneOf(words), Value::String(word)) if !words.contains(word) => {
            Some((format!("this is never `{word}`"), instead(word, words)))
        }
        _ => None,
    }
}

fn instead(name: &str, known: &[String]) -> String {
    match closest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", some_of(known)),
    }
}
