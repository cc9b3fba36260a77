//! What a lab's solution makes is known by what it costs while nobody uses it: by the program, or by the course's own word.

use super::diagnostics::Diagnostics;
use super::node::{Content, Node};
use super::reader::Reader;
use super::source::SourceFile;
use super::vocabulary::Vocabulary;
use indexmap::IndexMap;
use std::cell::RefCell;
use std::sync::Arc;

/// The `costs` of a lab: CloudFormation's name of a type, and what such a resource costs while nobody uses it.
pub(super) fn words(reader: &Reader, node: Option<Node>, vocabulary: &Vocabulary) -> IndexMap<String, String> {
    let Some(node) = node else {
        return IndexMap::new();
    };
    let Content::Map(entries) = node.value else {
        reader.report(
            node.at,
            "`costs` must be a map",
            "such as `AWS::SQS::Queue: nothing while nobody uses it`",
        );
        return IndexMap::new();
    };
    let mut words = IndexMap::new();
    for (key, value) in entries {
        if vocabulary.charged.contains(&key.name.as_str()) {
            let message = format!("it is known what `{}` costs while nobody uses it", key.name);
            reader.report(key.at, message, "leave this line out");
        } else if let Some(word) = reader.text(&value, "what it costs while nobody uses it") {
            words.insert(key.name, word);
        }
    }
    words
}

/// Holds the types in a solution against what is known. A custom resource is whatever its function makes of it.
pub(super) fn hold(
    solution: &Node,
    file: &Arc<SourceFile>,
    words: &IndexMap<String, String>,
    vocabulary: &Vocabulary,
    diagnostics: &RefCell<Diagnostics>,
) {
    let reader = Reader {
        file: file.clone(),
        diagnostics,
    };
    for (of, at) in types(solution) {
        let is_known = vocabulary.charged.contains(&of) || words.contains_key(of);
        if of.starts_with("AWS::") && !is_known {
            let message = format!("nothing says what `{of}` costs while nobody uses it");
            reader.report(
                at,
                message,
                "say it in `lab.yaml`: `costs: { TYPE: \"nothing while nobody uses it\" }`",
            );
        }
    }
}

/// The type of each resource of a template, with its place.
fn types(template: &Node) -> Vec<(&str, std::ops::Range<usize>)> {
    let entry = |node: &'_ Node, name: &str| -> Option<usize> {
        let Content::Map(entries) = &node.value else {
            return None;
        };
        entries.iter().position(|(key, _)| key.name == name)
    };
    let Content::Map(top) = &template.value else {
        return Vec::new();
    };
    let Some(Content::Map(resources)) = entry(template, "Resources").map(|at| &top[at].1.value) else {
        return Vec::new();
    };
    let of = resources.iter().filter_map(|(_, resource)| {
        let at = entry(resource, "Type")?;
        let Content::Map(fields) = &resource.value else {
            return None;
        };
        match &fields[at].1.value {
            Content::Scalar(serde_json::Value::String(of)) => Some((of.as_str(), fields[at].1.at.clone())),
            _ => None,
        }
    });
    of.collect()
}
