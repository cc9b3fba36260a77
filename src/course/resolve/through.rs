//! The steps that an event passes through, held against what its hops use.

use super::super::diagnostics::report;
use super::super::name::closest;
use super::super::step::{Hop, Probe, Step};
use super::{Resolver, names_in};
use std::collections::BTreeSet;

impl Resolver<'_> {
    /// A step that is not there, and one that is left out although a hop uses what it finds: when that changes, nobody
    /// would send another event.
    pub(super) fn through(&self, step: &Step, probe: &Probe) {
        let Some(through) = &probe.through else { return };
        for id in through {
            let near = closest(&id.value, self.lab.steps.iter().map(|s| s.id.as_str()));
            if self.lab.step(&id.value).is_none() && !self.may_be_unread(&id.value, near) {
                let label = near.map(|n| format!("did you mean `{n}`?")).unwrap_or_default();
                let message = format!("`{}` is not a step of this lab", id.value);
                report(
                    self.diagnostics,
                    &id.file,
                    id.at..id.at + id.value.len(),
                    message,
                    label,
                );
            }
        }
        let is_left_out = |other: &&Step| other.id != step.id && through.iter().all(|id| id.value != other.id);
        let left_out: Vec<&Step> = self.lab.steps.iter().filter(is_left_out).collect();
        for hop in &probe.hops {
            let used = used_by(hop);
            let of = left_out
                .iter()
                .find_map(|step| Some((step, step.finds.iter().find(|name| used.contains(*name))?)));
            if let Some((step, name)) = of {
                let place = &hop.check.place;
                let message = format!("hop `{}` uses `{name}`, which step `{}` finds", hop.check.id, step.id);
                let label = format!("add `{}` to the probe's `through`", step.id);
                report(self.diagnostics, &place.file, place.at..place.at + 1, message, label);
            }
        }
    }
}

/// The names in what a hop sends and looks for.
fn used_by(hop: &Hop) -> BTreeSet<String> {
    let actions = hop.send.iter().map(|send| &send.action).chain(&hop.awaits);
    actions.flat_map(|action| names_in(&action.with)).collect()
}
