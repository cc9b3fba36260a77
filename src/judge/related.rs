//! What a failed hop may follow from.

use super::Run;
use super::hop::needs;
use super::outcome::Needs;
use crate::course::{Check, Lab, Step, derived_from};
use crate::report::Status;
use std::collections::BTreeSet;

impl Run<'_> {
    /// A failed hop names the failed checks of what it mentions: mend those first, it may follow from them.
    pub(super) fn relate_failures(&self) {
        let mut done = self.done.borrow_mut();
        for hop in self
            .lab
            .steps
            .iter()
            .filter_map(|s| s.probe.as_ref())
            .flat_map(|p| &p.hops)
        {
            if done
                .get(&hop.check.id)
                .is_none_or(|report| report.status != Status::Fail)
            {
                continue;
            }
            let mine = needs(self.lab, hop);
            let related: Vec<String> = self
                .lab
                .steps
                .iter()
                .flat_map(|s| &s.checks)
                .filter(|check| done.get(&check.id).is_some_and(|r| r.status == Status::Fail))
                .filter(|check| {
                    concerns(self.lab, check)
                        .iter()
                        .any(|name| mine.names().contains(name.as_str()))
                })
                .map(|check| check.id.clone())
                .collect();
            if let Some(report) = done.get_mut(&hop.check.id) {
                report.needs = related;
            }
        }
    }
}

/// The checks that look, without sending anything, at what a step's probe needs, extra credit aside: while one of them
/// does not pass, an event would only find the same.
pub fn before_probe<'l>(lab: &'l Lab, step: &Step) -> Vec<&'l Check> {
    let wanted = probed_resources(step, lab);
    let checks = lab.steps.iter().flat_map(|s| s.checks.iter().map(move |c| (s, c)));
    checks
        .filter(|(of, check)| {
            !check.optional && (of.id == step.id || concerns(lab, check).iter().any(|n| wanted.contains(n)))
        })
        .map(|(_, check)| check)
        .collect()
}

/// The resources that a check is about: those it mentions, and those that these are derived from.
fn concerns(lab: &Lab, check: &Check) -> Vec<String> {
    let mut needs = Needs::default();
    check.expect.iter().for_each(|e| needs.add(lab, e.value.mentions()));
    let mut names: Vec<String> = needs.names().into_iter().map(str::to_owned).collect();
    for name in names.clone() {
        names.extend(derived_from(lab, &name));
    }
    names
}

/// The names of the resources that a step's probe sends into, looks at and expects something of.
pub fn probed_resources(step: &Step, lab: &Lab) -> BTreeSet<String> {
    let hops = step.probe.iter().flat_map(|p| &p.hops);
    hops.flat_map(|hop| needs(lab, hop).0).map(|(name, _)| name).collect()
}
