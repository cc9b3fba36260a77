//! A course's texts for a reader who has no account at hand: the author's own sentences, evaluated on placeholders.
//!
//! Each resource is a document with all fields of its kind. A field reads as what the course gives it as an `example`, or
//! else as its description in capitals: `YOUR_STREAM_NAME`, as the book writes what a student replaces.

use super::fix::Fix;
use super::step::{Lab, Resource};
use super::vocabulary::Vocabulary;
use crate::expr::{Expr, Piece, Scope, Shape, Template, render_value};
use serde_json::{Map, Value, json};

/// What stands in place of an expression that has no value without an account.
const WITHOUT_VALUE: &str = "…";

/// The names of a lab, bound to placeholders.
pub struct Placeholders {
    /// One scope, or several where a resource has several examples.
    scopes: Vec<Scope>,
}

impl Placeholders {
    /// Those of `lab`, whose kinds are in `vocabulary`.
    pub fn new(lab: &Lab, vocabulary: &Vocabulary) -> Self {
        let examples = lab.resources.values().map(|resource| resource.examples.len());
        let count = examples.max().unwrap_or_default().max(1);
        Self {
            scopes: (0..count).map(|turn| scope(lab, vocabulary, turn)).collect(),
        }
    }

    /// `text` as a reader sees it. Where examples make several texts of it, all of them are there. An expression that has
    /// no value without an account reads "…".
    pub fn text(&self, text: &Template) -> String {
        let mut out = String::new();
        let mut seen: Vec<String> = Vec::new();
        for scope in &self.scopes {
            let one = read(text, scope).unwrap_or_else(|one| one);
            if seen.contains(&one) {
                continue;
            }
            if !seen.is_empty() {
                out.push_str(if out.ends_with(['.', ':']) { " Or: " } else { ", or " });
            }
            out.push_str(&one);
            seen.push(one);
        }
        out
    }

    /// The commands of a fix, of the first of several examples; none where one of them cannot be said without an account.
    pub fn commands(&self, fix: &Fix) -> Vec<String> {
        let (Some(cli), Some(scope)) = (&fix.cli, self.scopes.first()) else {
            return Vec::new();
        };
        let value = |expr: &Expr| match expr.evaluate(scope) {
            Ok(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Array(_))) => Ok(value),
            _ => Ok(WITHOUT_VALUE.into()),
        };
        cli.lines(value).unwrap_or_default()
    }

    /// As [`Placeholders::text`]; `None` where an expression has no value without an account.
    pub fn whole_text(&self, text: &Template) -> Option<String> {
        let whole = self.scopes.iter().all(|scope| read(text, scope).is_ok());
        whole.then(|| self.text(text))
    }
}

/// The text on one line; as an error, the same with gaps.
fn read(text: &Template, scope: &Scope) -> Result<String, String> {
    let mut out = String::new();
    let mut whole = true;
    for piece in text.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Expression(expr) => match expr.evaluate(scope) {
                Ok(value) => out.push_str(&render_value(&value)),
                Err(_) => {
                    out.push_str(WITHOUT_VALUE);
                    whole = false;
                }
            },
        }
    }
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    if whole { Ok(out) } else { Err(out) }
}

fn scope(lab: &Lab, vocabulary: &Vocabulary, turn: usize) -> Scope {
    let mut scope = Scope::default();
    scope.bind("account", &json!("YOUR_ACCOUNT"));
    scope.bind("region", &json!("YOUR_REGION"));
    scope.bind("partition", &json!("aws"));
    // What an error names is one thing of many: the function, the action.
    let facts = vocabulary.error.fields().into_iter();
    let facts: Map<_, _> = facts
        .map(|fact| (fact.to_owned(), format!("the {}", split_words(fact)).into()))
        .collect();
    scope.bind("error", &facts.into());
    for (name, resource) in &lab.resources {
        scope.bind(name, &document(resource, vocabulary, turn));
    }
    scope
}

fn document(resource: &Resource, vocabulary: &Vocabulary, turn: usize) -> Value {
    let Ok(kind) = vocabulary.kind(&resource.kind) else {
        return Value::Null;
    };
    let mut document = placeholder(&kind.shape, kind.noun, "");
    if let (Some(fields), false) = (document.as_object_mut(), resource.examples.is_empty()) {
        let example = &resource.examples[turn % resource.examples.len()];
        fields.extend(example.iter().map(|(name, value)| (name.clone(), value.value.clone())));
    }
    kind.shape.fill(&mut document);
    match resource.is_list {
        true => json!([document]),
        false => document,
    }
}

/// What has `shape`, with a readable text in each field. `owner` is what the field belongs to, in words.
fn placeholder(shape: &Shape, owner: &str, field: &str) -> Value {
    match shape {
        Shape::Any | Shape::Scalar | Shape::OneOf(_) => in_capitals(owner, field).into(),
        Shape::List(item) => json!([placeholder(item, owner, field)]),
        // Its keys are the student's.
        Shape::Map(_) => json!({}),
        Shape::Object(fields) => {
            let inner = split_words(field);
            let owner = match inner.as_str() {
                "" => owner,
                one_or_more => one_or_more.strip_suffix('s').unwrap_or(one_or_more),
            };
            let fields = fields.iter();
            fields
                .map(|(name, shape)| (name.clone(), placeholder(shape, owner, name)))
                .collect::<Map<_, _>>()
                .into()
        }
    }
}

/// `StreamName` of a "data stream" as `YOUR_STREAM_NAME`, `Name` of an "event bus" as `YOUR_EVENT_BUS_NAME`.
fn in_capitals(owner: &str, field: &str) -> String {
    let owner = owner.to_lowercase();
    let field = split_words(field);
    let says_whose = field.split(' ').any(|word| owner.split(' ').any(|of| of == word));
    let words = match says_whose {
        true => field,
        false => format!("{owner} {field}"),
    };
    format!("YOUR_{}", words.trim().replace(' ', "_").to_uppercase())
}

/// `EventBusName` as "event bus name".
fn split_words(field: &str) -> String {
    let mut out = String::new();
    let mut lower = false;
    for c in field.chars() {
        if (c.is_uppercase() && lower) || c == '_' {
            out.push(' ');
        }
        lower = c.is_lowercase();
        if c != '_' {
            out.extend(c.to_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{CourseFiles, Part, load};

    #[test]
    fn a_text_reads_as_its_author_wrote_it() {
        let vocabulary = crate::judge::vocabulary();
        let course = load(CourseFiles::embedded(), &vocabulary, Part::Checks).unwrap();
        let placeholders = Placeholders::new(course.lab("eventdriven").unwrap(), &vocabulary);
        let text = |text: &str| placeholders.text(&Template::compile(text).unwrap());
        for (source, expected) in [
            ("no values", "no values"),
            ("in {{ region }}", "in YOUR_REGION"),
            (
                "Topics → {{ topic.TopicName }} → **Edit**",
                "Topics → YOUR_TOPIC_NAME → **Edit**",
            ),
            ("VARIABLE = {{ topic.TopicArn }}", "VARIABLE = YOUR_TOPIC_ARN"),
            ("role {{ to_sns.Role }}", "role YOUR_FUNCTION_ROLE"),
            (
                "`--name {{ bus.Name }} --region {{ region }}`",
                "`--name YOUR_EVENT_BUS_NAME --region YOUR_REGION`",
            ),
            // What is made of a value, of each of several, and of a condition.
            (r#"{{ topic.TopicName + "-x" }}"#, "YOUR_TOPIC_NAME-x"),
            (
                "{{ machine.Tasks.map(t, t.Name) }}, {{ machine.Tasks.size() }}",
                "YOUR_TASK_NAME, 1",
            ),
            (
                r#"{{ found(topic) ? "Open " + topic.TopicName + "." : "Make one." }}"#,
                "Open YOUR_TOPIC_NAME.",
            ),
            ("{{ 1 + 1 }}", "2"),
            // What only a run or a student brings.
            ("the order {{ first }}", "the order …"),
            ("{{ to_sns.Environment.Variables.X }}", "…"),
        ] {
            assert_eq!(text(source), expected, "{source}");
            let whole = placeholders.whole_text(&Template::compile(source).unwrap());
            assert_eq!(whole.is_some(), !expected.contains('…'), "{source}");
        }
    }
}
