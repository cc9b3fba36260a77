//! From YAML to a compiled step. Every mistake becomes a diagnostic, and reading goes on.

use super::diagnostics::{Diagnostic, Diagnostics};
use super::node::{Content, Key, Node};
use super::source::SourceFile;
use super::step::{Action, Arg, Check, Compiled, Hop, HopSend, Preference, Probe, Resource};
use crate::expr::{Expr, Template};
use indexmap::IndexMap;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

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
    entries: Vec<(Key, Node)>,
    asked: Vec<&'static str>,
}

/// A step's file, read.
#[derive(Default)]
pub struct DecodedStep {
    pub resources: Vec<(Resource, Range<usize>)>,
    pub checks: Vec<Check>,
    pub probe: Option<Probe>,
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

    fn duration(&self, node: &Node, what: &str) -> Option<Duration> {
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

    fn compiled<T>(&self, node: &Node, value: T) -> Compiled<T> {
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

    fn arg(&self, node: &Node) -> Option<Arg> {
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

    fn args(&self, node: Option<Node>) -> IndexMap<String, Arg> {
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
        if node.is_none() {
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

    fn template(&mut self, name: &'static str) -> Option<Compiled<Template>> {
        let node = self.take(name)?;
        self.reader.template(&node)
    }

    fn flag(&mut self, name: &'static str) -> bool {
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
            let near = super::closest(&key.name, self.asked.iter().copied());
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

/// Reads a step's file.
pub fn step(reader: &Reader, step: &str, node: Node) -> DecodedStep {
    let mut decoded = DecodedStep::default();
    let Some(mut fields) = reader.fields(node, "a step") else {
        return decoded;
    };
    for (section, many) in [("find", false), ("list", true)] {
        if let Some(node) = fields.take(section) {
            match node.value {
                Content::Map(entries) => {
                    for (key, node) in entries {
                        if let Some(resource) = resource(reader, &key, node, many) {
                            decoded.resources.push((resource, key.at));
                        }
                    }
                }
                _ => reader.report(node.at, format!("`{section}` must be a map of names"), "not a map"),
            }
        }
    }
    if let Some(node) = fields.take("checks") {
        for node in reader.list(node, "`checks`") {
            let place = reader.compiled(&node, ());
            if let Some(mut fields) = reader.fields(node, "a check") {
                let check = check(reader, step, &mut fields, place, true);
                fields.finish();
                decoded.checks.extend(check);
            }
        }
    }
    if let Some(node) = fields.take("probe") {
        decoded.probe = probe(reader, step, node);
    }
    fields.finish();
    decoded
}

fn resource(reader: &Reader, key: &Key, node: Node, many: bool) -> Option<Resource> {
    let mut fields = reader.fields(node, "a resource")?;
    let kind = fields.text("kind");
    let when = fields.take("when").and_then(|n| reader.expr(&n));
    let only = fields.take("where").and_then(|n| reader.expr(&n));
    let with = reader.args(fields.take("with"));
    let mut prefer = Vec::new();
    if let Some(node) = fields.take("prefer") {
        if many {
            reader.report(
                node.at.clone(),
                "`list` takes all of a kind: nothing to prefer",
                "use `find`",
            );
        }
        for node in reader.list(node, "`prefer`") {
            prefer.extend(preference(reader, node));
        }
    }
    fields.finish();
    Some(Resource {
        name: key.name.clone(),
        kind: kind?,
        many,
        when,
        only,
        prefer,
        with,
    })
}

/// An expression, or `{ if: EXPRESSION, because: words }`.
fn preference(reader: &Reader, node: Node) -> Option<Preference> {
    if let Content::Map(_) = node.value {
        let mut fields = reader.fields(node, "a preference")?;
        let holds = fields.require("if").and_then(|n| reader.expr(&n));
        let because = fields.text("because");
        fields.finish();
        return Some(Preference {
            holds: holds?,
            because: because?,
        });
    }
    let holds = reader.expr(&node)?;
    let because = holds.value.source().to_owned();
    Some(Preference { holds, because })
}

fn check(reader: &Reader, step: &str, fields: &mut Fields, place: Compiled<()>, expects: bool) -> Option<Check> {
    let id = fields.text("id");
    let title = fields.text("title");
    let points = match fields.take("points").map(|n| (n.to_json().as_u64(), n.at)) {
        None => Some(0),
        Some((Some(points), _)) if points <= 1000 => Some(points as u32),
        Some((_, at)) => {
            reader.report(
                at,
                "`points` must be a whole number from 0 to 1000",
                "not such a number",
            );
            None
        }
    };
    let optional = fields.flag("optional");
    let expect = if expects {
        fields.require("expect")
    } else {
        fields.take("expect")
    };
    let expect = match expect {
        Some(node) => Some(reader.expr(&node)?),
        None => None,
    };
    let expected = fields.template("expected");
    let found = fields.template("found");
    let why = fields.template("why");
    let mut needs = Vec::new();
    if let Some(node) = fields.take("needs") {
        for node in reader.list(node, "`needs`") {
            needs.extend(reader.text(&node, "a check's id"));
        }
    }
    let fix = fields.require("fix").and_then(|n| reader.template(&n));
    Some(Check {
        id: format!("{step}.{}", id?),
        title: title?,
        points: points?,
        optional,
        expect,
        expected,
        found,
        why,
        fix: fix?,
        needs,
        place,
    })
}

fn probe(reader: &Reader, step: &str, node: Node) -> Option<Probe> {
    let mut fields = reader.fields(node, "a probe")?;
    let mut values = Vec::new();
    if let Some(node) = fields.take("let") {
        match node.value {
            Content::Map(entries) => {
                for (key, node) in entries {
                    values.extend(reader.expr(&node).map(|e| (key.name, e)));
                }
            }
            _ => reader.report(node.at, "`let` must be a map of names", "not a map"),
        }
    }
    let mut hops = Vec::new();
    if let Some(node) = fields.require("hops") {
        for node in reader.list(node, "`hops`") {
            hops.extend(hop(reader, step, node));
        }
    }
    let mut remove = Vec::new();
    if let Some(node) = fields.take("remove") {
        for node in reader.list(node, "`remove`") {
            remove.extend(action_in_list(reader, node, "remove"));
        }
    }
    fields.finish();
    Some(Probe { values, hops, remove })
}

fn hop(reader: &Reader, step: &str, node: Node) -> Option<Hop> {
    let place = reader.compiled(&node, ());
    let at = node.at.clone();
    let mut fields = reader.fields(node, "a hop")?;
    let send_verb = fields.take("send").and_then(|n| reader.text(&n, "`send`"));
    let mut send_with = reader.args(fields.take("event"));
    let again = fields.take("again").and_then(|n| reader.duration(&n, "`again`"));
    let await_verb = fields.take("await").and_then(|n| reader.text(&n, "`await`"));
    let mut await_with = reader.args(fields.take("with"));
    if await_verb.is_none() {
        // A hop that only sends has one set of arguments.
        send_with.append(&mut await_with);
    }
    let within = fields.take("within").and_then(|n| reader.duration(&n, "`within`"));
    let differs = fields.template("differs");
    let way = fields.take("way").and_then(|n| reader.text(&n, "`way`"));
    let mut evidence = Vec::new();
    if let Some(node) = fields.take("evidence") {
        for node in reader.list(node, "`evidence`") {
            evidence.extend(action_in_list(reader, node, "look"));
        }
    }
    let check = check(reader, step, &mut fields, place, false);
    fields.finish();
    if send_verb.is_none() && await_verb.is_none() {
        reader.report(at.start..at.start + 1, "a hop must `send` or `await` something", "");
    }
    let check = check?;
    Some(Hop {
        way: way.unwrap_or_else(|| check.title.clone()),
        check,
        send: send_verb.map(|verb| HopSend {
            action: Action { verb, with: send_with },
            again,
        }),
        differs,
        awaits: await_verb.map(|verb| Action { verb, with: await_with }),
        within: within.unwrap_or(Duration::from_secs(60)),
        evidence,
    })
}

/// `{ look: VERB, with: … }` in `evidence`, `{ remove: VERB, with: … }` in `remove`.
fn action_in_list(reader: &Reader, node: Node, verb: &'static str) -> Option<Action> {
    let mut fields = reader.fields(node, if verb == "look" { "an evidence" } else { "a removal" })?;
    let name = fields.text(verb);
    let with = reader.args(fields.take("with"));
    fields.finish();
    Some(Action { verb: name?, with })
}
