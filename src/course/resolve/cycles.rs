//! A resource that depends on itself can never be looked for.

use super::super::diagnostics::{SourcePlace, report};
use super::{Resolver, depends_on};
use indexmap::IndexMap;
use std::collections::BTreeSet;

impl Resolver<'_> {
    /// Reports each resource that depends on itself.
    pub(super) fn cycles(&self, places: &IndexMap<String, SourcePlace>) {
        for name in self.lab.resources.keys() {
            let mut way = vec![name.clone()];
            if self.reaches(name, name, &mut way, &mut BTreeSet::new()) {
                let (file, at) = &places[name];
                let message = format!("`{name}` depends on itself: {}", way.join(" → "));
                report(self.diagnostics, file, at.clone(), message, "");
            }
        }
    }

    fn reaches(&self, from: &str, goal: &str, way: &mut Vec<String>, seen: &mut BTreeSet<String>) -> bool {
        for next in depends_on(self.lab, from) {
            way.push(next.clone());
            if next == goal || (seen.insert(next.clone()) && self.reaches(&next, goal, way, seen)) {
                return true;
            }
            way.pop();
        }
        false
    }
}
