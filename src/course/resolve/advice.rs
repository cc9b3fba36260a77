//! What a lab's advice mentions, held against what there is.

use super::{LocalNames, OF_ADVICE, Resolver};
use crate::expr::Shape;

impl Resolver<'_> {
    /// An unknown resource, hop, field of `error`, or id or outcome of a check in the lab's advice.
    pub(super) fn advice(&self) {
        // The checks that look; a hop's own outcome is what advice is about.
        let checks = self.lab.steps.iter().flat_map(|step| &step.checks);
        let ids = checks.map(|check| &check.id).chain(self.unread.checks);
        let checks = ids.map(|id| (id.clone(), self.vocabulary.status.clone())).collect();
        let probes = self.lab.steps.iter().filter_map(|step| step.probe.as_ref());
        let hops = probes.flat_map(|probe| &probe.hops).map(|hop| &hop.check.id);
        let hops = hops.chain(self.unread.checks).cloned();
        let [error, hop, outcomes] = OF_ADVICE.map(str::to_owned);
        let local: LocalNames = vec![
            (error, self.vocabulary.error.clone()),
            (hop, Shape::OneOf(hops.collect())),
            (outcomes, Shape::Object(checks)),
        ];
        for advice in &self.lab.advice {
            self.expr(&advice.when, &local);
            for text in advice.found.iter().chain(advice.fix.texts()) {
                self.template(text, &local);
            }
        }
    }
}
