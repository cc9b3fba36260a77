//! What configuration lets one expect of an event: which hop proves it, and which failure casts doubt on a hop.

use super::argument::Compiled;
use super::diagnostics::{Diagnostics, report};
use super::node::{Content, Node};
use super::reader::Reader;
use super::step::{Doubt, Hop, Lab, Probe, Proof};
use crate::expr::Expr;
use std::cell::RefCell;

/// A hop, or `{ hop: STEP.HOP, if: CONDITION }`.
pub(super) fn proof(reader: &Reader, node: Node) -> Option<Proof> {
    let (hop, through, place) = named(reader, node, "`proven-by`", "hop")?;
    Some(Proof { hop, through, place })
}

/// A check's id, or `{ check: STEP.CHECK, if: CONDITION }`.
pub(super) fn doubt(reader: &Reader, node: Node) -> Option<Doubt> {
    let (check, when, place) = named(reader, node, "`doubted-by`", "check")?;
    Some(Doubt { check, when, place })
}

/// An id, or a map of the id under `key` and of `if`: the id, the condition, and where it was written.
fn named(
    reader: &Reader,
    node: Node,
    what: &'static str,
    key: &'static str,
) -> Option<(String, Option<Compiled<Expr>>, Compiled<()>)> {
    let place = reader.compiled(&node, ());
    if let Content::Map(_) = node.value {
        let mut fields = reader.fields(node, what)?;
        let id = fields.text(key);
        let condition = fields.require("if").and_then(|n| reader.expr(&n));
        fields.finish();
        return Some((id?, Some(condition?), place));
    }
    Some((reader.text(&node, what)?, None, place))
}

/// A fault that fails the check and lets the event through refutes a doubt that holds always.
pub(super) fn refuted(lab: &Lab, diagnostics: &RefCell<Diagnostics>) {
    for probe in lab.steps.iter().filter_map(|step| step.probe.as_ref()) {
        for (index, hop) in probe.hops.iter().enumerate() {
            for doubt in hop.doubts.iter().filter(|doubt| doubt.when.is_none()) {
                let stops = |fails: &[String]| way_to(probe, index).any(|hop| fails.contains(&hop.check.id));
                let refutes = |fails: &[String]| fails.contains(&doubt.check) && !stops(fails);
                let Some(fault) = lab.faults.iter().find(|fault| refutes(&fault.fails)) else {
                    continue;
                };
                let message = format!(
                    "`{}` fails in fault `{}`, and its event comes to `{}` all the same",
                    doubt.check, fault.deviation.id, hop.check.id
                );
                let label = "say when it does not: `{ check: …, if: CONDITION }`";
                let place = &doubt.place;
                report(diagnostics, &place.file, place.at..place.at + 1, message, label);
            }
        }
    }
}

/// A hop, and those before it.
fn way_to(probe: &Probe, index: usize) -> impl Iterator<Item = &Hop> {
    std::iter::successors(Some(index), |index| probe.hops[*index].after).map(|index| &probe.hops[index])
}
