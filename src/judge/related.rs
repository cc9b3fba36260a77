//! What a failed hop may follow from.

use super::Run;
use super::hop::needs;
use super::outcome::Needs;
use crate::course::derived_from;
use crate::report::Status;

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
                    self.concerns(check)
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

    /// The resources that a check is about: those it mentions, and those that these are derived from.
    fn concerns(&self, check: &crate::course::Check) -> Vec<String> {
        let mut needs = Needs::default();
        check
            .expect
            .iter()
            .for_each(|e| needs.add(self.lab, &e.value.mentions()));
        let mut names: Vec<String> = needs.names().into_iter().map(str::to_owned).collect();
        for name in names.clone() {
            names.extend(derived_from(self.lab, &name));
        }
        names
    }
}
