//! What is said to prove a check, held against what there is.

use super::super::diagnostics::report;
use super::super::name::closest;
use super::super::step::{Check, Hop, Proof};
use super::{LocalNames, Resolver, derived_from, names_in};
use std::collections::BTreeSet;

impl Resolver<'_> {
    /// A hop that is not there, a hop that is proved by another, and an event that need not pass through what the check
    /// is about.
    pub(super) fn proof(&self, check: &Check, proof: &Proof) {
        let say = |message: String, label: String| {
            let at = proof.place.at..proof.place.at + 1;
            report(self.diagnostics, &proof.place.file, at, message, label);
        };
        let probes = self.lab.steps.iter().filter_map(|step| step.probe.as_ref());
        let hops: Vec<&str> = probes.flat_map(|p| &p.hops).map(|hop| hop.check.id.as_str()).collect();
        if hops.contains(&check.id.as_str()) {
            return say(
                format!("hop `{}` is proved by its own event", check.id),
                "remove `proven-by`".to_owned(),
            );
        }
        // The hop may be one that could not be read.
        if self.unread.checks.contains(&proof.hop) || (hops.is_empty() && !self.diagnostics.borrow().is_empty()) {
            return;
        }
        if !hops.contains(&proof.hop.as_str()) {
            let near = closest(&proof.hop, hops.iter().copied());
            let label = near.map_or_else(
                || format!("there are: {}", hops.join(", ")),
                |n| format!("did you mean `{n}`?"),
            );
            return say(format!("`{}` is not a hop of this lab", proof.hop), label);
        }
        match &proof.through {
            Some(through) => self.expr(through, &LocalNames::new()),
            None => {
                let beside = self.beside_the_way(check, &proof.hop);
                if !beside.is_empty() {
                    let message = format!(
                        "check `{}` is about {}, which the event of `{}` need not pass through",
                        check.id,
                        beside.join(", "),
                        proof.hop
                    );
                    say(message, "say when it does: `{ hop: …, if: CONDITION }`".to_owned());
                }
            }
        }
    }

    /// A check that is not there, or is a hop itself: what casts doubt on an event is known before it is sent.
    pub(super) fn doubts(&self, hop: &Hop) {
        let checks = || {
            self.lab
                .steps
                .iter()
                .flat_map(|step| &step.checks)
                .map(|check| check.id.as_str())
        };
        for doubt in &hop.doubts {
            if let Some(when) = &doubt.when {
                self.expr(when, &LocalNames::new());
            }
            let near = closest(&doubt.check, checks());
            let is_unread = self.unread.checks.contains(&doubt.check) || self.may_be_unread(&doubt.check, near);
            if checks().any(|id| id == doubt.check) || is_unread {
                continue;
            }
            let message = format!("`{}` is not a check of this lab's steps", doubt.check);
            let label = near.map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
            let place = &doubt.place;
            report(self.diagnostics, &place.file, place.at..place.at + 1, message, label);
        }
    }

    /// Whether a name is that of one resource: a list is looked through, and no event passes through it.
    fn is_one(&self, name: &str) -> bool {
        self.lab.resources.get(name).is_some_and(|resource| !resource.is_list)
    }

    /// The resources that a check is about and that the probe of a hop does not name.
    fn beside_the_way(&self, check: &Check, hop: &str) -> Vec<String> {
        let of_step = self.lab.steps.iter().find(|step| {
            let mut hops = step.probe.iter().flat_map(|p| &p.hops);
            hops.any(|h| h.check.id == hop)
        });
        let mut on_the_way = BTreeSet::new();
        for hop in of_step
            .iter()
            .filter_map(|step| step.probe.as_ref())
            .flat_map(|p| &p.hops)
        {
            let actions = hop.send.iter().map(|send| &send.action).chain(&hop.awaits);
            on_the_way.extend(actions.flat_map(|action| names_in(&action.with)));
        }
        let mentioned = check.expect.iter().flat_map(|expect| expect.value.mentions().names());
        let mut about = Vec::new();
        for name in mentioned.map(|mention| mention.name.as_str()) {
            if !self.is_one(name) || on_the_way.contains(name) {
                continue;
            }
            match derived_from(self.lab, name) {
                derived if derived.is_empty() => about.push(name.to_owned()),
                derived => about.extend(derived),
            }
        }
        about.retain(|name| !on_the_way.contains(name));
        about.sort();
        about.dedup();
        about
    }
}
