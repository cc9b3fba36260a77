//! What a failed hop may be the consequence of.

use super::graph::{Needs, concerns};
use crate::course::{Advice, Lab};
use crate::report::{CheckReport, Status};
use std::collections::BTreeMap;

/// A failed hop names the failed checks of what it mentions, also of what its own fix is about: fix those first, it may be
/// their consequence. Those that the advice on its error speaks of come before the others.
pub(super) fn relate_failures(lab: &Lab, advice: &BTreeMap<String, &Advice>, done: &mut BTreeMap<String, CheckReport>) {
    let failed =
        |done: &BTreeMap<String, CheckReport>, id: &str| done.get(id).is_some_and(|r| r.status == Status::Fail);
    let probes = lab.steps.iter().filter_map(|s| s.probe.as_ref());
    for hop in probes.flat_map(|p| &p.hops) {
        if !failed(done, &hop.check.id) {
            continue;
        }
        let needs = Needs::of_hop_and_fix(lab, hop);
        let mine = needs.names();
        let advice = advice.get(&hop.check.id);
        let named = advice
            .map(|advice| advice.when.value.mentions().texts())
            .unwrap_or_default();
        let is_named = |id: &str| named.contains(id);
        let checks = lab.steps.iter().flat_map(|s| &s.checks);
        let mut related: Vec<String> = checks
            .filter(|check| failed(done, &check.id))
            .filter(|check| is_named(&check.id) || concerns(lab, check).iter().any(|name| mine.contains(name.as_str())))
            .map(|check| check.id.clone())
            .collect();
        related.sort_by_key(|id| !is_named(id));
        if let Some(report) = done.get_mut(&hop.check.id) {
            report.needs = related;
        }
    }
}
