//! What a student wrote is made harmless before it is part of a report, and values that no check names stay hidden.

use super::{Outcome, Run};
use crate::course::Lab;
use crate::probe::{Clue, VERBS};
use crate::report::Report;
use crate::report::text::visible;
use regex::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// Shorter values are words that stand in every text.
const SHORTEST: usize = 5;

impl Run<'_> {
    /// Remembers the secret fields of what a verb brought back.
    pub(super) fn keep_secret(&self, verb: &str, document: &Value) {
        let secret = VERBS.iter().filter(|v| v.name == verb).flat_map(|v| v.secret);
        let mut open: Vec<&Value> = secret.map(|field| &document[*field]).collect();
        while let Some(value) = open.pop() {
            match value {
                Value::String(text) => self.secrets.borrow_mut().push(text.clone()),
                Value::Array(items) => open.extend(items),
                Value::Object(fields) => open.extend(fields.values()),
                _ => {}
            }
        }
    }

    /// What nobody may read: the values of environment variables that nothing in the course names, and what the probe
    /// keeps secret, since a function may log both.
    pub(super) fn hidden(&self) -> Hidden<'_> {
        let tokens = longest_first(self.secrets.borrow().clone());
        let mut values = tokens.clone();
        for cell in self.outcomes.values() {
            if let Some(Outcome::Found { document, .. }) = cell.get() {
                let document = document.value();
                let documents = document
                    .as_array()
                    .map_or(std::slice::from_ref(document), Vec::as_slice);
                for variables in documents
                    .iter()
                    .filter_map(|d| d["Environment"]["Variables"].as_object())
                {
                    let undeclared = variables.iter().filter(|(name, _)| !self.lab.names(name));
                    values.extend(undeclared.filter_map(|(_, v)| v.as_str()).map(str::to_owned));
                }
            }
        }
        Hidden {
            lab: self.lab,
            values: longest_first(values),
            tokens,
        }
    }
}

/// One may be part of another.
fn longest_first(mut values: Vec<String>) -> Vec<String> {
    values.retain(|v| v.chars().count() >= SHORTEST);
    values.sort_by_key(|v| std::cmp::Reverse(v.len()));
    values
}

/// What stands for what is hidden.
const HIDDEN: &str = "(hidden)";

/// What nobody may read.
pub(super) struct Hidden<'l> {
    lab: &'l Lab,
    values: Vec<String>,
    tokens: Vec<String>,
}

impl Hidden<'_> {
    /// Cleans a text that may hold what a student wrote.
    pub fn text(&self, text: &mut String) {
        self.values.iter().for_each(|value| hide(text, value));
        *text = visible(&CREDENTIALS.replace_all(text, "$name(hidden)"));
    }

    /// Cleans what one place had to say.
    pub fn clue(&self, clue: &mut Clue) {
        let texts = clue.found.iter_mut().chain(&mut clue.fix).chain(&mut clue.lines);
        texts.for_each(|text| self.text(text));
    }

    /// Takes tokens out of every text in a document.
    pub fn tokens(&self, document: &mut Value) {
        match document {
            Value::String(text) => self.tokens.iter().for_each(|token| hide(text, token)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.tokens(item)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.tokens(value)),
            _ => {}
        }
    }

    /// Takes tokens, and the values of variables that nothing names, out of a resource's document.
    pub fn document(&self, document: &mut Value) {
        if let Some(variables) = document
            .pointer_mut("/Environment/Variables")
            .and_then(Value::as_object_mut)
        {
            for (name, value) in variables.iter_mut() {
                if !self.lab.names(name) {
                    *value = HIDDEN.into();
                }
            }
        }
        self.tokens(document);
    }
}

/// A long value is known by its beginning: a text that was cut may hold only that much of it.
const BEGINNING: usize = 24;

/// Takes a value out of a text, and what a cut has left of it.
fn hide(text: &mut String, value: &str) {
    if text.contains(value) {
        *text = text.replace(value, HIDDEN);
    }
    let Some(beginning) = value.get(..BEGINNING).filter(|_| value.len() > BEGINNING) else {
        return;
    };
    while let Some(at) = text.find(beginning) {
        let rest = &text[at + beginning.len()..];
        let end = rest
            .find(|c: char| c.is_whitespace() || "\"'\\".contains(c))
            .unwrap_or(rest.len());
        text.replace_range(at..at + beginning.len() + end, HIDDEN);
    }
}

/// What follows the name of a credential, as `NAME=value`, `"name": "value"` and the like: a function may log those of
/// its role, or a task's token.
static CREDENTIALS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?<name>(?:secret[_ ]?access[_ ]?key|session[_ ]?token|security[_ ]?token|task[_ ]?token|password|passwd)["']?\s*(?:[:=]|=>)\s*["']?)[^\s"',;})\]]+"#,
    )
    .expect("a fixed expression")
});

/// Cleans every text of a report that may hold what a student wrote.
pub(super) fn clean(report: &mut Report, hidden: &Hidden) {
    let clean = |text: &mut String| hidden.text(text);
    for check in report.steps.iter_mut().flat_map(|s| &mut s.checks) {
        clean(&mut check.expected);
        [&mut check.found, &mut check.why, &mut check.fix]
            .into_iter()
            .flatten()
            .for_each(clean);
        check.evidence.iter_mut().for_each(clean);
    }
    for chosen in report.resources.values_mut() {
        chosen.name = visible(&chosen.name);
        chosen.because = visible(&chosen.because);
    }
    report.notes.iter_mut().for_each(clean);
    report.leftovers.iter_mut().for_each(clean);
    report.caller = visible(&report.caller);
}

#[cfg(test)]
mod tests {
    use super::hide;

    #[test]
    fn a_value_is_hidden_also_where_it_was_cut() {
        let token = "AQC8AAAAKgAAAAMAAAAAAAAAAabcdefghijklmnop";
        for (text, left) in [
            (format!("token {token} end"), "token (hidden) end"),
            (format!("token {} …", &token[..30]), "token (hidden) …"),
            (format!("('{token}')"), "('(hidden)')"),
        ] {
            let mut text = text;
            hide(&mut text, token);
            assert_eq!(text, left);
        }
    }
}
