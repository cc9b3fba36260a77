//! Which steps are judged: those that were asked for, and those that say whether what they mention is there.

use super::Options;
use super::outcome::{Needs, known_step};
use crate::course::{Lab, Step, UnknownName, derived_from};
use std::collections::BTreeSet;

pub(super) fn steps<'l>(lab: &'l Lab, options: &Options) -> Result<Vec<&'l Step>, UnknownName> {
    let mut wanted = BTreeSet::new();
    for id in &options.steps {
        wanted.insert(known_step(lab, id)?.id.as_str());
    }
    for id in &options.skip {
        known_step(lab, id)?;
    }
    if wanted.is_empty() {
        wanted.extend(lab.steps.iter().map(|s| s.id.as_str()));
    } else {
        let mut open: Vec<&str> = wanted.iter().copied().collect();
        while let Some(id) = open.pop() {
            for needed in needed_by(lab, known_step(lab, id)?) {
                if wanted.insert(needed) {
                    open.push(needed);
                }
            }
        }
    }
    let skipped = |id: &str| options.skip.iter().any(|s| s == id);
    Ok(lab
        .steps
        .iter()
        .filter(|s| wanted.contains(s.id.as_str()) && !skipped(&s.id))
        .collect())
}

/// The steps whose `exists` checks a step's checks would be blocked by.
fn needed_by<'l>(lab: &'l Lab, step: &Step) -> BTreeSet<&'l str> {
    let mut needs = Needs::default();
    for check in &step.checks {
        if let Some(expect) = &check.expect {
            needs.add(lab, expect.value.mentions());
        }
    }
    for hop in step.probe.iter().flat_map(|p| &p.hops) {
        needs.0.extend(super::hop::needs(lab, hop).0);
    }
    let mut resources: BTreeSet<String> = BTreeSet::new();
    for (name, asked) in needs.0 {
        if asked {
            continue;
        }
        // What is derived (an access of a role to a table) stands for what it is derived from.
        resources.extend(derived_from(lab, &name));
        resources.insert(name);
    }
    lab.steps
        .iter()
        .filter(|other| {
            other.checks.iter().any(|c| {
                resources
                    .iter()
                    .any(|r| lab.exists_check(r).is_some_and(|e| e.id == c.id))
            })
        })
        .map(|s| s.id.as_str())
        .collect()
}
