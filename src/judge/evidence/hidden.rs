//! Secrets in a report or in evidence, and how it is taken out of a text.

use super::public::Public;
use super::secret;
use super::source::Source;
use crate::account::CallError;
use crate::course::Lab;
use crate::probe::{Clue, ErrorFacts};
use crate::redact::{self, HIDDEN};
use crate::report::text::{MAX_COMMAND, cut, visible};
use serde_json::Value;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;

/// Shorter values are words that stand in every text.
const MIN_CHARS: usize = 5;

/// A value as it may stand in a line: as it is, escaped, on one line, and each of its lines by itself.
fn forms(value: &str) -> Vec<String> {
    let mut forms = vec![value.to_owned()];
    let escaped = Value::from(value).to_string();
    forms.push(escaped.trim_matches('"').to_owned());
    // As a report shows what the eye would not see.
    forms.push(crate::expr::shown::visible(value));
    if value.contains(char::is_whitespace) {
        forms.push(crate::expr::shown::visible(value.trim()));
        forms.push(value.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    if value.contains('\n') {
        forms.extend(
            value
                .lines()
                .map(str::trim)
                .filter(|l| l.len() >= PREFIX_CHARS)
                .map(str::to_owned),
        );
    }
    forms
}

/// One may be part of another.
fn longest_first(mut values: Vec<String>) -> Vec<String> {
    values.retain(|v| v.chars().count() >= MIN_CHARS && v != HIDDEN);
    values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    values.dedup();
    values
}

/// The secrets.
pub struct Hidden<'l> {
    lab: &'l Lab,
    values: Vec<String>,
    tokens: Vec<String>,
    public: Public,
    /// Texts that were looked through and have nothing of the form of a secret: documents say the same again and again.
    plain: RefCell<HashSet<String>>,
}

/// A text of more bytes is not kept: few are so long.
const MAX_PLAIN: usize = 256;

impl<'l> Hidden<'l> {
    /// Secrets: what is in the secret places of the `documents` that were found, where nothing in the course reads it by
    /// its name, and the `secrets` that the probes saw, since a function may log both. Each document has its kind.
    pub fn new(lab: &'l Lab, source: &dyn Source, documents: &[(&str, &Value)], secrets: Vec<String>) -> Self {
        let mut hidden = Self {
            lab,
            values: secrets.clone(),
            tokens: longest_first(secrets),
            public: Public::default(),
            plain: RefCell::default(),
        };
        hidden.public.text(source.region());
        source.candidates(&mut |candidate| hidden.public.candidate(candidate));
        documents
            .iter()
            .for_each(|(_, document)| hidden.public.document(document));
        for (kind, document) in documents {
            let one = std::slice::from_ref(*document);
            for document in document.as_array().map_or(one, Vec::as_slice) {
                secret::values(kind, document, &mut |names, value| {
                    if !hidden.may_show(names, value) {
                        hidden.values.extend(forms(value));
                    }
                });
            }
        }
        hidden.values = longest_first(std::mem::take(&mut hidden.values));
        hidden
    }

    /// Whether the value of a secret place may be shown: the lab reads it by its names, or it is what everybody sees
    /// anyway, the name of a resource or a text of the lab's own. Such values are compared without being named, and
    /// are kept so that the evidence is judged as the account was.
    fn may_show(&self, names: &[&str], value: &str) -> bool {
        self.public.is(value) || self.lab.holds_text(value) || self.lab.reads(names)
    }

    /// Cleans a text that may hold what a student wrote.
    pub fn text(&self, text: &mut String) {
        self.words(text);
        *text = visible(text);
    }

    /// Cleans a command, which may be longer than other texts.
    pub fn command(&self, text: &mut String) {
        self.words(text);
        *text = cut(text, MAX_COMMAND);
    }

    /// Cleans what one place had to say.
    pub fn clue(&self, clue: &mut Clue) {
        let facts = clue.error.iter_mut().flat_map(ErrorFacts::texts);
        let texts = clue
            .found
            .iter_mut()
            .chain(&mut clue.fix)
            .chain(&mut clue.lines)
            .chain(facts);
        texts.for_each(|text| self.text(text));
    }

    /// Cleans AWS's message, which may repeat what was sent.
    pub fn error(&self, error: &mut CallError) {
        self.words(&mut error.message);
    }

    /// Cleans every text in what a probe has seen.
    pub fn seen(&self, document: &mut Value) {
        each_text(document, &mut |text| self.words(text));
    }

    /// Takes tokens, credentials, and what is in a secret place and nothing reads by name, out of a document of this kind.
    pub fn document(&self, kind: &str, document: &mut Value) {
        secret::hide(kind, document, &|names, value| self.may_show(names, value));
        each_text(document, &mut |text| {
            self.tokens.iter().for_each(|token| hide(text, token));
            self.forms(text);
        });
    }

    /// Takes out values, tokens and what has the form of a credential or an address.
    fn words(&self, text: &mut String) {
        for value in &self.values {
            // What is a part of a name, or of the lab's own words, hides nothing by being replaced, and breaks them.
            let is_plain = || self.public.holds(value) || self.lab.writes(value);
            if text_holds(text, value) && (self.tokens.contains(value) || !is_plain()) {
                hide(text, value);
            }
        }
        self.forms(text);
    }

    fn forms(&self, text: &mut String) {
        if self.plain.borrow().contains(text) {
            return;
        }
        let public = |it: &str| self.public.holds(it) || self.lab.writes(it);
        match redact::text(text, &public) {
            Cow::Owned(cleaned) => *text = cleaned,
            Cow::Borrowed(_) if text.len() <= MAX_PLAIN => drop(self.plain.borrow_mut().insert(text.clone())),
            Cow::Borrowed(_) => {}
        }
    }
}

fn each_text(document: &mut Value, clean: &mut dyn FnMut(&mut String)) {
    match document {
        Value::String(text) => clean(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, clean)),
        Value::Object(fields) => fields.values_mut().for_each(|value| each_text(value, clean)),
        _ => {}
    }
}

/// Whether any of `value` may be in `text`.
fn text_holds(text: &str, value: &str) -> bool {
    text.contains(value) || value.get(..MIN_CHARS).is_none_or(|start| text.contains(start))
}

/// A long value is known by its beginning: a text that was cut may hold only that much of it.
const PREFIX_CHARS: usize = 24;

/// Takes a value out of a text, and what a cut has left of it.
fn hide(text: &mut String, value: &str) {
    if text.contains(value) {
        *text = text.replace(value, HIDDEN);
    }
    if let Some(beginning) = value.get(..PREFIX_CHARS).filter(|_| value.len() > PREFIX_CHARS) {
        while let Some(at) = text.find(beginning) {
            let rest = &text[at + beginning.len()..];
            let end = rest
                .find(|c: char| c.is_whitespace() || "\"'\\".contains(c))
                .unwrap_or(rest.len());
            text.replace_range(at..at + beginning.len() + end, HIDDEN);
        }
    }
    // A shorter one, or less of it, at the very end of what was cut.
    let whole = text.strip_suffix('…').map(str::trim_end).map(str::len);
    if let Some(end) = whole {
        let starts = value.char_indices().map(|(at, _)| at).filter(|at| *at >= MIN_CHARS);
        let left = starts.rev().find(|at| text[..end].ends_with(&value[..*at]));
        if let Some(length) = left {
            text.replace_range(end - length..end, HIDDEN);
        }
    }
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
            (format!("token {} …", &token[..9]), "token (hidden) …"),
            (format!("token {} …", &token[..3]), "token AQC …"),
        ] {
            let mut text = text;
            hide(&mut text, token);
            assert_eq!(text, left);
        }
    }
}
