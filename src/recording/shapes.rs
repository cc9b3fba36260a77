//! The shape of an operation's answers: which fields of which types, which errors, which states follow each other.

use super::exchange::{Answer, Exchange};
use super::vocabulary::{Vocabulary, words};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Stands for a name that a student chose.
const ANY: &str = "*";

/// The shapes of all answers to one operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shapes {
    /// The types of each field.
    pub fields: BTreeMap<String, BTreeSet<&'static str>>,
    /// The statuses, each with the error's code.
    pub outcomes: BTreeSet<String>,
    /// The types of bodies.
    pub content_types: BTreeSet<String>,
    /// Which state of a field followed which, of one resource.
    pub steps: BTreeMap<String, BTreeSet<(String, String)>>,
    /// Whether a success is among the answers.
    pub succeeded: bool,
}

/// The shapes of all operations of these exchanges.
pub fn of(exchanges: &[Exchange], vocabulary: &Vocabulary) -> BTreeMap<String, Shapes> {
    let mut all: BTreeMap<String, Shapes> = BTreeMap::new();
    // The last state of a field of what one request asks for.
    let mut last: BTreeMap<(String, String), String> = BTreeMap::new();
    for exchange in exchanges {
        let Some(answer) = &exchange.answer else { continue };
        let operation = format!("{} {}", exchange.service, exchange.operation);
        let shapes = all.entry(operation.clone()).or_default();
        let code = exchange.error_code().map(|code| format!(" {code}")).unwrap_or_default();
        shapes.outcomes.insert(format!("{}{code}", answer.status));
        if answer.status >= 400 {
            continue;
        }
        shapes.succeeded = true;
        // What a student has built answers as it likes.
        if exchange.service == super::http::WEB || exchange.operation.ends_with("/invocations") {
            continue;
        }
        shapes.content_types.extend(answer.content_type().map(str::to_owned));
        let mut states = Vec::new();
        let mut walk = Walk {
            vocabulary,
            fields: &mut shapes.fields,
            states: &mut states,
        };
        walk.body(answer);
        let asked = format!("{operation} {} {}", exchange.request.path, exchange.request.body);
        for (field, state) in states {
            let before = last.insert((asked.clone(), field.clone()), state.clone());
            if let Some(before) = before.filter(|before| *before != state) {
                shapes.steps.entry(field).or_default().insert((before, state));
            }
        }
    }
    all
}

struct Walk<'w> {
    vocabulary: &'w Vocabulary,
    fields: &'w mut BTreeMap<String, BTreeSet<&'static str>>,
    states: &'w mut Vec<(String, String)>,
}

impl Walk<'_> {
    fn body(&mut self, answer: &Answer) {
        if answer.body.trim_start().starts_with('<') {
            if let Ok(document) = roxmltree::Document::parse(&answer.body) {
                self.element("", document.root_element());
            }
        } else if let Ok(value) = serde_json::from_str(&answer.body) {
            self.value("", &value);
        } else if !answer.body.is_empty() {
            self.note("", "text");
        }
    }

    fn note(&mut self, path: &str, of_type: &'static str) {
        self.fields.entry(path.to_owned()).or_default().insert(of_type);
    }

    fn value(&mut self, path: &str, value: &Value) {
        match value {
            Value::Null => self.note(path, "null"),
            Value::Bool(_) => self.note(path, "boolean"),
            Value::Number(_) => self.note(path, "number"),
            Value::String(text) => self.text(path, text),
            Value::Array(items) => {
                self.note(path, "list");
                items.iter().for_each(|item| self.value(&format!("{path}[]"), item));
            }
            Value::Object(fields) => {
                self.note(path, "object");
                for (name, value) in fields {
                    self.value(&self.below(path, name), value);
                }
            }
        }
    }

    fn below(&self, path: &str, name: &str) -> String {
        let is_known = self.vocabulary.is_member(name);
        let name = if is_known { name } else { ANY };
        match path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    fn element(&mut self, path: &str, element: roxmltree::Node<'_, '_>) {
        let name = element.tag_name().name();
        let path = match path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        let children = element.children().filter(roxmltree::Node::is_element);
        let mut is_leaf = true;
        for child in children {
            is_leaf = false;
            self.element(&path, child);
        }
        match (is_leaf, element.text()) {
            (false, _) => self.note(&path, "element"),
            (true, Some(text)) => self.text(&path, text),
            (true, None) => self.note(&path, "empty"),
        }
    }

    fn text(&mut self, path: &str, text: &str) {
        let is_time = text.len() > 10 && text.as_bytes()[4] == b'-' && text[..4].bytes().all(|b| b.is_ascii_digit());
        self.note(path, if is_time { "text of a time" } else { "text" });
        let name = path.rsplit(['.', ']']).next().unwrap_or_default().to_ascii_lowercase();
        let is_state = name.ends_with("status") || name.ends_with("state");
        if is_state && !path.contains("[]") && words(text).all(|word| self.vocabulary.has(word)) {
            self.states.push((path.to_owned(), text.to_owned()));
        }
    }
}
