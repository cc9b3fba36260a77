//! Taking fields out of YAML: what is missing, unknown or of the wrong kind becomes a diagnostic, and reading goes on.

use super::argument::{Arg, Compiled};
use super::diagnostics::{Diagnostic, Diagnostics};
use super::node::{Content, Node, YamlKey};
use super::source::SourceFile;
use crate::expr::{Expr, Template};
use indexmap::IndexMap;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// Fields that had another name, each with what it is called now.
const RENAMED: [(&str, &str); 4] = [
    ("because", "reason"),
    ("looks", "symptom"),
    ("differs", "mismatch"),
    ("way", "label"),
];

/// One file while it is read.
pub struct Reader<'a> {
    pub file: Arc<SourceFile>,
    pub diagnostics: &'a RefCell<Diagnostics>,
}

/// The fields of a map while they are taken out of it.
pub struct Fields<'r, 'a> {
    reader: &'r Reader<'a>,
    what: &'static str,
    at: Range<usize>,
    entries: Vec<(YamlKey, Node)>,
    asked: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    pub fn report(&self, at: Range<usize>, message: impl Into<String>, label: impl Into<String>) {
        self.diagnostics.borrow_mut().add(Diagnostic {
            file: self.file.clone(),
            at,
            message: message.into(),
            label: label.into(),
        });
    }

    pub fn fields<'r>(&'r self, node: Node, what: &'static str) -> Option<Fields<'r, 'a>> {
        match node.value {
            Content::Map(entries) => Some(Fields {
                reader: self,
                what,
                at: node.at,
                entries,
                asked: Vec::new(),
            }),
            _ => {
                self.report(node.at, format!("{what} must be a map of fields"), "not a map");
                None
            }
        }
    }

    pub fn list(&self, node: Node, what: &str) -> Vec<Node> {
        match node.value {
            Content::List(items) => items,
            _ => {
                self.report(node.at, format!("{what} must be a list"), "not a list");
                Vec::new()
            }
        }
    }

    pub fn text(&self, node: &Node, what: &str) -> Option<String> {
        match &node.value {
            Content::Scalar(serde_json::Value::String(s)) => Some(s.clone()),
            Content::Scalar(serde_json::Value::Number(n)) => Some(n.to_string()),
            _ => {
                self.report(node.at.clone(), format!("{what} must be a text"), "not a text");
                None
            }
        }
    }

    pub fn duration(&self, node: &Node, what: &str) -> Option<Duration> {
        let text = self.text(node, what)?;
        let parsed = text
            .strip_suffix("ms")
            .map(|n| (n, 1))
            .or_else(|| text.strip_suffix('s').map(|n| (n, 1000)))
            .or_else(|| text.strip_suffix('m').map(|n| (n, 60_000)))
            .and_then(|(n, unit)| Some(Duration::from_millis(n.trim().parse::<u64>().ok()?.checked_mul(unit)?)));
        if parsed.is_none() {
            self.report(
                node.at.clone(),
                format!("{what} is not a duration"),
                "write `60s`, `500ms` or `2m`",
            );
        }
        parsed
    }

    pub fn compiled<T>(&self, node: &Node, value: T) -> Compiled<T> {
        Compiled {
            value,
            file: self.file.clone(),
            at: node.at.start,
        }
    }

    pub fn expr(&self, node: &Node) -> Option<Compiled<Expr>> {
        // `expect: true` is a YAML truth value and a CEL literal alike.
        let source = match &node.value {
            Content::Scalar(serde_json::Value::Bool(b)) => b.to_string(),
            _ => self.text(node, "an expression")?,
        };
        match Expr::compile(&source) {
            Ok(expr) => Some(self.compiled(node, expr)),
            Err(errors) => {
                for error in errors {
                    let at = node.inside(&self.file, &source, &error.at);
                    self.report(at, format!("not an expression: {}", error.message), "");
                }
                None
            }
        }
    }

    pub fn template(&self, node: &Node) -> Option<Compiled<Template>> {
        let source = self.text(node, "this")?;
        match Template::compile(&source) {
            Ok(template) => Some(self.compiled(node, template)),
            Err(errors) => {
                for error in errors {
                    let at = node.inside(&self.file, &source, &error.at);
                    self.report(at, error.message, "");
                }
                None
            }
        }
    }

    pub fn arg(&self, node: &Node) -> Option<Arg> {
        Some(match &node.value {
            Content::Scalar(serde_json::Value::String(_)) => Arg::Text(self.template(node)?),
            Content::Scalar(v) => Arg::Plain(v.clone()),
            Content::List(items) => Arg::List(items.iter().filter_map(|i| self.arg(i)).collect()),
            Content::Map(entries) => Arg::Map(
                entries
                    .iter()
                    .filter_map(|(k, v)| Some((k.name.clone(), self.arg(v)?)))
                    .collect(),
            ),
        })
    }

    pub fn args(&self, node: Option<Node>) -> IndexMap<String, Arg> {
        let Some(node) = node else { return IndexMap::new() };
        match self.arg(&node) {
            Some(Arg::Map(entries)) => entries,
            Some(_) => {
                self.report(node.at, "`with` must be a map of arguments", "not a map");
                IndexMap::new()
            }
            None => IndexMap::new(),
        }
    }
}

impl<'r, 'a> Fields<'r, 'a> {
    pub fn take(&mut self, name: &'static str) -> Option<Node> {
        self.asked.push(name);
        let index = self.entries.iter().position(|(key, _)| key.name == name)?;
        Some(self.entries.remove(index).1)
    }

    pub fn require(&mut self, name: &'static str) -> Option<Node> {
        let node = self.take(name);
        // One mistake, one message: `finish` says what the field that is there is called now.
        let renamed = || {
            let mut before = RENAMED.iter().filter(|(_, now)| *now == name);
            before.any(|(before, _)| self.entries.iter().any(|(key, _)| key.name == *before))
        };
        if node.is_none() && !renamed() {
            let first_line = self.reader.file.text[self.at.start..]
                .lines()
                .next()
                .unwrap_or_default();
            self.reader.report(
                self.at.start..self.at.start + first_line.len(),
                format!("{} has no `{name}`", self.what),
                format!("add `{name}:`"),
            );
        }
        node
    }

    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let node = self.require(name)?;
        self.reader.text(&node, &format!("`{name}`"))
    }

    pub fn template(&mut self, name: &'static str) -> Option<Compiled<Template>> {
        let node = self.take(name)?;
        self.reader.template(&node)
    }

    pub fn flag(&mut self, name: &'static str) -> bool {
        match self.take(name).map(|n| (n.value, n.at)) {
            None => false,
            Some((Content::Scalar(serde_json::Value::Bool(b)), _)) => b,
            Some((_, at)) => {
                self.reader
                    .report(at, format!("`{name}` is true or false"), "not a truth value");
                false
            }
        }
    }

    /// What is left is not known.
    pub fn finish(self) {
        for (key, _) in &self.entries {
            if let Some((_, now)) = RENAMED
                .iter()
                .find(|(before, now)| *before == key.name && self.asked.contains(now))
            {
                let message = format!("`{}` of {} is called `{now}` now", key.name, self.what);
                self.reader.report(key.at.clone(), message, format!("write `{now}`"));
                continue;
            }
            let near = super::name::closest(&key.name, self.asked.iter().copied());
            self.reader.report(
                key.at.clone(),
                format!("{} has no field `{}`", self.what, key.name),
                near.map_or_else(
                    || format!("there are: {}", self.asked.join(", ")),
                    |n| format!("did you mean `{n}`?"),
                ),
            );
        }
    }
}
