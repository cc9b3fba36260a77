//! From YAML to a compiled step. Every mistake becomes a diagnostic, and reading goes on.

use super::argument::Compiled;
use super::fix;
use super::name::{arrival_of, closest};
use super::node::{Content, Node, YamlKey};
use super::prediction::{doubt, proof};
use super::reader::{Fields, Reader};
use super::step::{Action, Check, Example, Hop, HopSend, Note, Preference, Probe, Removal, Resource};
use std::ops::Range;
use std::time::Duration;

/// A step's file, read.
#[derive(Default)]
pub struct DecodedStep {
    pub resources: Vec<(Resource, Range<usize>)>,
    pub checks: Vec<Check>,
    /// The ids of checks that could not be read whole: they are there all the same.
    pub broken: Vec<String>,
    pub probe: Option<Probe>,
}

/// Reads a step's file.
pub fn step(reader: &Reader, step: &str, node: Node) -> DecodedStep {
    let mut decoded = DecodedStep::default();
    let Some(mut fields) = reader.fields(node, "a step") else {
        return decoded;
    };
    for (section, is_list) in [("find", false), ("list", true)] {
        if let Some(node) = fields.take(section) {
            match node.value {
                Content::Map(entries) => {
                    for (key, node) in entries {
                        if let Some(resource) = resource(reader, &key, node, is_list) {
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
                let check = check(reader, step, &mut fields, place, true, &mut decoded.broken);
                fields.finish();
                decoded.checks.extend(check);
            }
        }
    }
    if let Some(node) = fields.take("probe") {
        decoded.probe = probe(reader, step, node, &mut decoded.broken);
    }
    fields.finish();
    decoded
}

fn resource(reader: &Reader, key: &YamlKey, node: Node, is_list: bool) -> Option<Resource> {
    let mut fields = reader.fields(node, "a resource")?;
    let kind = fields.text("kind");
    let when = fields.take("when").and_then(|n| reader.expr(&n));
    let filter = fields.take("where").and_then(|n| reader.expr(&n));
    let with = reader.args(fields.take("with"));
    let mut preferences = |name: &'static str, what: &'static str| {
        let Some(node) = fields.take(name) else {
            return Vec::new();
        };
        if is_list {
            let message = format!("`list` takes all of a kind: `{name}` has nothing to choose");
            reader.report(node.at.clone(), message, "use `find`");
        }
        let nodes = reader.list(node, &format!("`{name}`")).into_iter();
        nodes.filter_map(|node| preference(reader, node, what)).collect()
    };
    let signs = preferences("signs", "a sign");
    let prefer = preferences("prefer", "a preference");
    let examples = fields.take("example").map(|node| examples(reader, node));
    fields.finish();
    Some(Resource {
        name: key.name.clone(),
        kind: kind?,
        is_list,
        when,
        filter,
        signs,
        prefer,
        with,
        examples: examples.unwrap_or_default(),
    })
}

/// A map of fields, or a list of such.
fn examples(reader: &Reader, node: Node) -> Vec<Example> {
    let nodes = match node.value {
        Content::List(items) => items,
        _ => vec![node],
    };
    let maps = nodes.into_iter().filter_map(|node| match node.value {
        Content::Map(entries) => Some(entries),
        _ => {
            reader.report(
                node.at,
                "`example` must be a map of fields, or a list of such",
                "not a map",
            );
            None
        }
    });
    let field = |(key, node): (YamlKey, Node)| {
        let value = Compiled {
            value: node.to_json(),
            file: reader.file.clone(),
            at: key.at.start,
        };
        (key.name, value)
    };
    maps.map(|entries| entries.into_iter().map(field).collect()).collect()
}

/// An expression, or `{ if: EXPRESSION, reason: words }`.
fn preference(reader: &Reader, node: Node, what: &'static str) -> Option<Preference> {
    if let Content::Map(_) = node.value {
        let mut fields = reader.fields(node, what)?;
        let holds = fields.require("if").and_then(|n| reader.expr(&n));
        let reason = fields.text("reason");
        fields.finish();
        return Some(Preference {
            holds: holds?,
            reason: reason?,
        });
    }
    let holds = reader.expr(&node)?;
    let reason = holds.value.source().to_owned();
    Some(Preference { holds, reason })
}

fn check(
    reader: &Reader,
    step: &str,
    fields: &mut Fields,
    place: Compiled<()>,
    expects: bool,
    broken: &mut Vec<String>,
) -> Option<Check> {
    let id = fields.text("id").map(|id| format!("{step}.{id}"));
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
    // Reading goes on after a condition that does not compile, for the mistakes behind it.
    let expect = expect.map(|node| reader.expr(&node));
    let expected = fields.template("expected");
    let found = fields.template("found");
    let why = fields.template("why");
    let mut ids = |field: &'static str| -> Vec<String> {
        let nodes = fields.take(field).map(|node| reader.list(node, "a list of checks"));
        let nodes = nodes.into_iter().flatten();
        nodes.filter_map(|node| reader.text(&node, "a check's id")).collect()
    };
    let (needs, first) = (ids("needs"), ids("first"));
    let proof = fields.take("proven-by").and_then(|n| proof(reader, n));
    let fix = fields.require("fix").and_then(|n| fix::read(reader, n));
    let (Some(title), Some(points), Some(fix), Some(expect)) =
        (title, points, fix, expect.map_or(Some(None), |e| e.map(Some)))
    else {
        broken.extend(id);
        return None;
    };
    Some(Check {
        id: id?,
        title,
        points,
        optional,
        expect,
        expected,
        found,
        why,
        fix,
        needs,
        first,
        proof,
        place,
    })
}

fn probe(reader: &Reader, step: &str, node: Node, broken: &mut Vec<String>) -> Option<Probe> {
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
            let hop = hop(reader, step, node, &hops, broken);
            hops.extend(hop);
        }
    }
    let through = fields.take("through").map(|node| {
        let nodes = reader.list(node, "`through`").into_iter();
        nodes
            .filter_map(|node| Some(reader.compiled(&node, reader.text(&node, "a step's id")?)))
            .collect()
    });
    let mut remove = Vec::new();
    if let Some(node) = fields.take("remove") {
        for node in reader.list(node, "`remove`") {
            remove.extend(removal(reader, step, node, &hops, broken));
        }
    }
    let note = fields
        .take("note")
        .and_then(|node| note(reader, step, node, &hops, broken));
    fields.finish();
    Some(Probe {
        values,
        through,
        hops,
        remove,
        note,
    })
}

fn hop(reader: &Reader, step: &str, node: Node, earlier: &[Hop], broken: &mut Vec<String>) -> Option<Hop> {
    let place = reader.compiled(&node, ());
    let at = node.at.clone();
    let mut fields = reader.fields(node, "a hop")?;
    let verb = |node: Option<Node>, what: &str| {
        let node = node?;
        Some((reader.text(&node, what)?, reader.compiled(&node, ())))
    };
    let send_verb = verb(fields.take("send"), "`send`");
    let mut send_with = reader.args(fields.take("event"));
    let again = fields.take("again").and_then(|n| reader.duration(&n, "`again`"));
    let await_verb = verb(fields.take("await"), "`await`");
    let mut await_with = reader.args(fields.take("with"));
    if await_verb.is_none() {
        // A hop that only sends has one set of arguments.
        send_with.append(&mut await_with);
    }
    let after = fields
        .take("after")
        .and_then(|node| hop_called(reader, step, &node, earlier, broken));
    let within = fields.take("within").and_then(|n| reader.duration(&n, "`within`"));
    let takes = fields.take("takes").map(|node| reader.list(node, "`takes`"));
    let takes = takes.into_iter().flatten();
    let takes = takes
        .filter_map(|node| reader.text(&node, "an id of `labs/aws-timings.yaml`"))
        .collect();
    let doubts = fields.take("doubted-by").map(|node| reader.list(node, "`doubted-by`"));
    let doubts = doubts.into_iter().flatten();
    let doubts = doubts.filter_map(|node| doubt(reader, node)).collect();
    let at_once = fields.flag("at-once");
    let mismatch = fields.template("mismatch");
    let label = fields.take("label").and_then(|n| reader.text(&n, "`label`"));
    let complaint = fields.take("complaint").and_then(|n| reader.text(&n, "`complaint`"));
    let mut looks = Vec::new();
    if let Some(node) = fields.take("evidence") {
        for node in reader.list(node, "`evidence`") {
            looks.extend(evidence(reader, node));
        }
    }
    let check = check(reader, step, &mut fields, place, false, broken);
    fields.finish();
    if send_verb.is_none() && await_verb.is_none() {
        reader.report(at.start..at.start + 1, "a hop must `send` or `await` something", "");
    }
    let check = check?;
    Some(Hop {
        after: after.or(earlier.len().checked_sub(1)),
        name: arrival_of(&check.id),
        label: label.unwrap_or_else(|| check.title.clone()),
        check,
        send: send_verb.map(|(verb, place)| HopSend {
            action: Action {
                verb,
                place,
                with: send_with,
            },
            again,
        }),
        mismatch,
        complaint,
        awaits: await_verb.map(|(verb, place)| Action {
            verb,
            place,
            with: await_with,
        }),
        within: within.unwrap_or(Duration::from_secs(60)),
        takes,
        doubts,
        at_once,
        evidence: looks,
    })
}

/// The place of the hop that is named. One that could not be read whole is no slip.
fn hop_called(reader: &Reader, step: &str, node: &Node, hops: &[Hop], broken: &[String]) -> Option<usize> {
    let name = reader.text(node, "`after`")?;
    let id = format!("{step}.{name}");
    let found = hops.iter().position(|hop| hop.check.id == id);
    if found.is_none() && !broken.contains(&id) {
        let ids = hops
            .iter()
            .filter_map(|hop| hop.check.id.split_once('.'))
            .map(|(_, id)| id);
        let label = closest(&name, ids).map(|near| format!("did you mean `{near}`?"));
        let message = format!("there is no hop `{name}` before this one");
        reader.report(node.at.clone(), message, label.unwrap_or_default());
    }
    found
}

/// `{ look: VERB, with: … }` in `evidence`.
fn evidence(reader: &Reader, node: Node) -> Option<Action> {
    let mut fields = reader.fields(node, "an evidence")?;
    let action = action(reader, &mut fields, "look");
    fields.finish();
    action
}

/// `{ remove: VERB, with: …, after: HOP }` in `remove`.
fn removal(reader: &Reader, step: &str, node: Node, hops: &[Hop], broken: &[String]) -> Option<Removal> {
    let mut fields = reader.fields(node, "a removal")?;
    let after = fields
        .take("after")
        .and_then(|node| hop_called(reader, step, &node, hops, broken));
    let action = action(reader, &mut fields, "remove");
    fields.finish();
    action.map(|action| Removal { action, after })
}

/// A text, or `{ text: TEXT, after: HOP }`, in `note`.
fn note(reader: &Reader, step: &str, node: Node, hops: &[Hop], broken: &[String]) -> Option<Note> {
    if !matches!(node.value, Content::Map(_)) {
        let text = reader.template(&node)?;
        return Some(Note { text, after: None });
    }
    let mut fields = reader.fields(node, "a note")?;
    let after = fields
        .take("after")
        .and_then(|node| hop_called(reader, step, &node, hops, broken));
    let text = fields.require("text").and_then(|node| reader.template(&node));
    fields.finish();
    text.map(|text| Note { text, after })
}

fn action(reader: &Reader, fields: &mut Fields, verb: &'static str) -> Option<Action> {
    let node = fields.require(verb);
    let with = reader.args(fields.take("with"));
    let node = node?;
    Some(Action {
        verb: reader.text(&node, "a verb")?,
        place: reader.compiled(&node, ()),
        with,
    })
}
