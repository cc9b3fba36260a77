//! Texts with `{{ CEL }}` in them.

use super::expression::{Expr, SyntaxError};
use super::{EvalError, Mentions, Scope, shown};
use std::ops::Range;

/// A text with expressions in it, compiled.
#[derive(Debug)]
pub struct Template {
    source: String,
    parts: Vec<TemplatePart>,
}

#[derive(Debug)]
pub(super) enum TemplatePart {
    Text(String),
    Expr { expr: Box<Expr>, at: usize },
}

/// A part of a text.
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    /// Text as it is written.
    Text(&'a str),
    /// An expression.
    Expression(&'a Expr),
}

/// What is wrong with a text, and where in it (bytes).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// What was expected.
    pub message: String,
    /// The place, as a range of bytes in the text.
    pub at: Range<usize>,
}

impl Template {
    /// Compiles `source`. A text without `{{` is itself.
    ///
    /// # Errors
    /// Every `{{` that is not closed and every expression that cannot be compiled.
    pub fn compile(source: &str) -> Result<Self, Vec<TemplateError>> {
        let mut parts = Vec::new();
        let mut errors = Vec::new();
        let mut rest = 0;
        while let Some(open) = source[rest..].find("{{").map(|i| rest + i) {
            if open > rest {
                parts.push(TemplatePart::Text(source[rest..open].to_owned()));
            }
            let Some(close) = source[open..].find("}}").map(|i| open + i) else {
                errors.push(TemplateError {
                    message: "`{{` is never closed: `}}` is missing".to_owned(),
                    at: open..open + 2,
                });
                return Err(errors);
            };
            let inner = &source[open + 2..close];
            let at = open + 2 + (inner.len() - inner.trim_start().len());
            match Expr::compile(inner.trim()) {
                Ok(expr) => parts.push(TemplatePart::Expr {
                    expr: Box::new(expr),
                    at,
                }),
                Err(found) => errors.extend(found.into_iter().map(|SyntaxError { message, at: r }| TemplateError {
                    message,
                    at: at + r.start..at + r.end,
                })),
            }
            rest = close + 2;
        }
        if rest < source.len() {
            parts.push(TemplatePart::Text(source[rest..].to_owned()));
        }
        if errors.is_empty() {
            Ok(Self {
                source: source.to_owned(),
                parts,
            })
        } else {
            Err(errors)
        }
    }

    /// The text as the author wrote it.
    pub fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn parts(&self) -> &[TemplatePart] {
        &self.parts
    }

    /// Its parts, in order: text as it is written, or an expression.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        self.parts.iter().map(|part| match part {
            TemplatePart::Text(text) => Piece::Text(text),
            TemplatePart::Expr { expr, .. } => Piece::Expression(expr),
        })
    }

    /// What its expressions mention, each with the offset of its expression in the text.
    pub fn mentions(&self) -> impl Iterator<Item = (usize, &Mentions)> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Text(_) => None,
            TemplatePart::Expr { expr, at } => Some((*at, expr.mentions())),
        })
    }

    /// The text in `scope`. A text that is one expression and nothing else keeps that expression's type.
    ///
    /// # Errors
    /// When one of its expressions has no value.
    pub fn value(&self, scope: &Scope) -> Result<serde_json::Value, EvalError> {
        if let [TemplatePart::Expr { expr, .. }] = self.parts.as_slice() {
            return expr.evaluate(scope);
        }
        let mut text = String::new();
        for part in &self.parts {
            match part {
                TemplatePart::Text(t) => text.push_str(t),
                TemplatePart::Expr { expr, .. } => text.push_str(&render_value(&expr.evaluate(scope)?)),
            }
        }
        Ok(serde_json::Value::String(text))
    }

    /// The text in `scope`, as a person reads it.
    ///
    /// # Errors
    /// When one of its expressions has no value.
    /// A value that an expression takes as it is from the account is in quotes where the eye would not see what is odd
    /// about it.
    pub fn text(&self, scope: &Scope) -> Result<String, EvalError> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                TemplatePart::Text(t) => text.push_str(t),
                TemplatePart::Expr { expr, .. } => text.push_str(&read(&expr.evaluate(scope)?, expr)),
            }
        }
        Ok(text)
    }
}

/// A value of `expr` as a person reads it.
fn read(value: &serde_json::Value, expr: &Expr) -> String {
    match value {
        serde_json::Value::String(text) if is_taken(expr.source()) && shown::is_odd(text) => shown::shown(text),
        serde_json::Value::String(text) => shown::visible(text),
        serde_json::Value::Array(list) if !list.is_empty() => {
            let items = list.iter().map(|item| match item {
                serde_json::Value::String(text) if shown::is_odd(text) => shown::shown(text),
                item => render_value(item),
            });
            items.collect::<Vec<_>>().join(", ")
        }
        other => render_value(other),
    }
}

/// Whether an expression only names a field, so that its value is nothing but what the account has.
fn is_taken(source: &str) -> bool {
    source.chars().all(|c| c.is_alphanumeric() || "._[]".contains(c)) && source.contains('.')
}

/// A value as a person reads it: lists with commas, nothing as "nothing".
pub fn render_value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "nothing".to_owned(),
        serde_json::Value::String(s) => s.clone(),
        serde_json::Value::Array(list) if list.is_empty() => "none".to_owned(),
        serde_json::Value::Array(list) => list.iter().map(render_value).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_and_values() {
        let mut scope = Scope::default();
        scope.bind("stream", &json!({"Name": "clicks", "Modes": ["a", "b"]}));
        let text = |s: &str| Template::compile(s).unwrap().text(&scope).unwrap();
        assert_eq!(text("plain"), "plain");
        assert_eq!(
            text("the stream {{ stream.Name }}: {{stream.Modes}}"),
            "the stream clicks: a, b"
        );
        let value = Template::compile("{{ stream.Modes }}").unwrap().value(&scope).unwrap();
        assert_eq!(value, json!(["a", "b"]));
    }

    #[test]
    fn an_open_brace_is_placed() {
        let errors = Template::compile("a {{ b").unwrap_err();
        assert_eq!(errors[0].at, 2..4);
    }
}
