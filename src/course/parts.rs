//! The `parts` of a lab: read, and held against its steps, checks and template.

use super::name::closest;
use super::node::{Node, YamlKey};
use super::reader::Reader;
use super::solution_part::SolutionPart;
use super::step::Lab;
use serde_json::Value;
use std::ops::Range;

/// A part as it was written: what it names has a place.
pub(super) struct Written {
    part: SolutionPart,
    at: Range<usize>,
    steps: Vec<YamlKey>,
    checks: Vec<YamlKey>,
}

/// The `parts` of a lab.
pub(super) fn read(reader: &Reader, node: Option<Node>) -> Vec<Written> {
    let nodes = node.map(|node| reader.list(node, "`parts`")).unwrap_or_default();
    nodes.into_iter().filter_map(|node| part(reader, node)).collect()
}

fn part(reader: &Reader, node: Node) -> Option<Written> {
    let at = node.at.clone();
    let mut fields = reader.fields(node, "a part of the solution")?;
    let (id, title) = (fields.text("id"), fields.text("title"));
    let parameter = fields.text("parameter");
    let (with, without) = (fields.text("with"), fields.text("without"));
    let steps = names(reader, fields.require("steps"), "`steps`");
    let checks = names(reader, fields.take("checks"), "`checks`");
    let (minutes, costs) = (fields.text("minutes"), fields.text("costs"));
    fields.finish();
    let Ok(minutes) = minutes?.parse() else {
        reader.report(at, "`minutes` is a whole number", "such as 180");
        return None;
    };
    let of = |keys: &[YamlKey]| keys.iter().map(|key| key.name.clone()).collect();
    let part = SolutionPart {
        id: id?,
        title: title?,
        parameter: parameter?,
        with: with?,
        without: without?,
        steps: of(&steps),
        checks: of(&checks),
        minutes,
        costs: costs?,
    };
    Some(Written {
        part,
        at,
        steps,
        checks,
    })
}

fn names(reader: &Reader, node: Option<Node>, what: &str) -> Vec<YamlKey> {
    let nodes = node.map(|node| reader.list(node, what)).unwrap_or_default();
    let key = |node: Node| {
        let name = reader.text(&node, "an id")?;
        Some(YamlKey { name, at: node.at })
    };
    nodes.into_iter().filter_map(key).collect()
}

/// Holds the parts against the lab, and takes them into it. Checks are held only where all of them could be read.
pub(super) fn hold(reader: &Reader, lab: &mut Lab, written: Vec<Written>, all_are_read: bool) {
    for one in written {
        let steps: Vec<&str> = lab.steps.iter().map(|step| step.id.as_str()).collect();
        let checks: Vec<&str> = lab.checks().map(|(_, check)| check.id.as_str()).collect();
        if all_are_read {
            known(reader, &one.steps, &steps, "a step");
            known(reader, &one.checks, &checks, "a check");
        }
        if let Some(why) = lab.solution.as_ref().and_then(|solution| unfit(&one.part, solution)) {
            reader.report(one.at, why, "the parameter that leaves this part out");
        }
        lab.parts.push(one.part);
    }
}

fn known(reader: &Reader, named: &[YamlKey], there: &[&str], what: &str) {
    for key in named.iter().filter(|key| !there.contains(&key.name.as_str())) {
        let near = closest(&key.name, there.iter().copied());
        let label = near.map_or("no such one".to_owned(), |n| format!("did you mean `{n}`?"));
        reader.report(
            key.at.clone(),
            format!("`{}` is not {what} of this lab", key.name),
            label,
        );
    }
}

/// Why a template has no such parameter.
fn unfit(part: &SolutionPart, solution: &Value) -> Option<String> {
    let parameter = &solution["Parameters"][&part.parameter];
    if parameter.is_null() {
        return Some(format!("`solution.yaml` has no parameter `{}`", part.parameter));
    }
    let allowed = parameter["AllowedValues"].as_array()?;
    let refused = [&part.with, &part.without]
        .into_iter()
        .find(|value| !allowed.iter().any(|one| one == value.as_str()))?;
    Some(format!("the parameter `{}` does not allow `{refused}`", part.parameter))
}
