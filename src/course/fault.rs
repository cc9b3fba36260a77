//! What students do wrong: proof that a check can fail, and the text that the book shows.

use super::deviation::{Deviation, take};
use super::diagnostics::Diagnostics;
use super::node::{Node, YamlKey};
use super::reader::{Fields, Reader};
use super::source::SourceFile;
use std::cell::RefCell;
use std::sync::Arc;

/// One mistake.
#[derive(Debug)]
pub struct Fault {
    /// What was done.
    pub deviation: Deviation,
    /// The ids of the checks that fail.
    pub fails: Vec<String>,
    /// What the student sees.
    pub symptom: String,
    /// Why no commands of the course's fix it, where none do.
    pub unfixed: Option<String>,
    /// Whether a rehearsal on AWS shows it unless others are named.
    pub is_rehearsed: bool,
    /// Why no rehearsal on AWS can show it, where the course says so: see [`Lab::unrehearsed`](super::Lab::unrehearsed).
    pub unrehearsed: Option<String>,
}

/// Work that is right and looks unusual: proof that a check does not fail it.
#[derive(Debug)]
pub struct Variant {
    /// What was done.
    pub deviation: Deviation,
    /// The ids of the checks that fail all the same: extra credit that was not taken.
    pub fails: Vec<String>,
    /// The ids of the checks that are unknown.
    pub unknown: Vec<String>,
}

/// Reads `faults.yaml`: each fault with the places of the checks that it names.
pub(super) fn read_faults(
    file: &Arc<SourceFile>,
    node: Node,
    diagnostics: &RefCell<Diagnostics>,
) -> Vec<(Fault, Vec<YamlKey>)> {
    let reader = Reader {
        file: file.clone(),
        diagnostics,
    };
    let entries = entries(&reader, node, "a list of faults", "faults");
    entries.into_iter().filter_map(|node| fault(&reader, node)).collect()
}

/// Reads `variants.yaml`: each variant with the places of the checks that it names.
pub(super) fn read_variants(
    file: &Arc<SourceFile>,
    node: Node,
    diagnostics: &RefCell<Diagnostics>,
) -> Vec<(Variant, Vec<YamlKey>)> {
    let reader = Reader {
        file: file.clone(),
        diagnostics,
    };
    let entries = entries(&reader, node, "a list of variants", "variants");
    entries.into_iter().filter_map(|node| variant(&reader, node)).collect()
}

fn entries(reader: &Reader, node: Node, what: &'static str, name: &'static str) -> Vec<Node> {
    let Some(mut fields) = reader.fields(node, what) else {
        return Vec::new();
    };
    let list = fields.require(name);
    fields.finish();
    list.map(|node| reader.list(node, &format!("`{name}`")))
        .unwrap_or_default()
}

fn fault(reader: &Reader, node: Node) -> Option<(Fault, Vec<YamlKey>)> {
    let at = node.at.clone();
    let mut fields = reader.fields(node, "a fault")?;
    let deviation = take(reader, &mut fields, at);
    let named = fields
        .require("fails")
        .map(|node| checks(reader, node, "`fails`"))
        .unwrap_or_default();
    let symptom = fields.text("symptom");
    let unfixed = fields.take("unfixed").and_then(|n| reader.text(&n, "`unfixed`"));
    let is_rehearsed = fields.flag("rehearse");
    let unrehearsed = fields.take("unrehearsed");
    let unrehearsed = unrehearsed.and_then(|n| reader.text(&n, "`unrehearsed`"));
    fields.finish();
    let fault = Fault {
        deviation: deviation?,
        fails: names(&named),
        symptom: symptom?,
        unfixed,
        is_rehearsed,
        unrehearsed,
    };
    Some((fault, named))
}

fn variant(reader: &Reader, node: Node) -> Option<(Variant, Vec<YamlKey>)> {
    let at = node.at.clone();
    let mut fields = reader.fields(node, "a variant")?;
    let deviation = take(reader, &mut fields, at);
    let fails = take_checks(reader, &mut fields, "fails");
    let unknown = take_checks(reader, &mut fields, "unknown");
    fields.finish();
    let variant = Variant {
        deviation: deviation?,
        fails: names(&fails),
        unknown: names(&unknown),
    };
    Some((variant, fails.into_iter().chain(unknown).collect()))
}

fn take_checks(reader: &Reader, fields: &mut Fields, name: &'static str) -> Vec<YamlKey> {
    let node = fields.take(name);
    node.map(|node| checks(reader, node, &format!("`{name}`")))
        .unwrap_or_default()
}

fn checks(reader: &Reader, node: Node, what: &str) -> Vec<YamlKey> {
    let ids = reader.list(node, what).into_iter();
    ids.filter_map(|node| {
        let name = reader.text(&node, "a check's id")?;
        Some(YamlKey { name, at: node.at })
    })
    .collect()
}

fn names(keys: &[YamlKey]) -> Vec<String> {
    keys.iter().map(|key| key.name.clone()).collect()
}
