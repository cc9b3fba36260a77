//! What comes first: which failures can be fixed now, which follow from others, and which wait for what is still to come.

use crate::report::{CheckReport, Report, Status, StepReport};
use std::collections::{BTreeMap, BTreeSet};

/// How the checks of a report that did not pass depend on each other. Untaken extra credit stands in nobody's way.
pub struct Order<'r> {
    report: &'r Report,
    checks: BTreeMap<&'r str, &'r CheckReport>,
    /// The failure to fix first of each check that follows from one or waits for one, by their ids.
    roots: BTreeMap<&'r str, &'r CheckReport>,
}

impl<'r> Order<'r> {
    /// That of `report`.
    pub fn of(report: &'r Report) -> Self {
        let checks = report.checks().map(|(_, check)| (check.id.as_str(), check)).collect();
        let mut order = Self {
            report,
            checks,
            roots: BTreeMap::new(),
        };
        let open = report.checks().map(|(_, check)| check).filter(|check| is_open(check));
        let roots = open.filter_map(|check| {
            let root = order.first_behind(check, &mut BTreeSet::new())?;
            (root.id != check.id).then_some((check.id.as_str(), root))
        });
        order.roots = roots.collect();
        order
    }

    /// The failure behind `check` that needs nothing else; of several, what it needs first.
    fn first_behind(&self, check: &'r CheckReport, seen: &mut BTreeSet<&'r str>) -> Option<&'r CheckReport> {
        if !seen.insert(&check.id) {
            return None;
        }
        let mut needs = self.open_needs(check).peekable();
        match needs.peek() {
            None => (check.status == Status::Fail).then_some(check),
            Some(_) => needs.find_map(|need| self.first_behind(need, seen)),
        }
    }

    /// What has to pass before `check` can: those it needs that failed, or wait themselves.
    fn open_needs(&self, check: &'r CheckReport) -> impl Iterator<Item = &'r CheckReport> {
        let needs = check
            .needs
            .iter()
            .filter_map(|id| self.checks.get(id.as_str()).copied());
        needs.filter(move |need| need.id != check.id && is_open(need) && (check.optional || !need.optional))
    }

    /// The failure to fix first, of a check that follows from one or waits for one.
    pub fn root(&self, check: &CheckReport) -> Option<&'r CheckReport> {
        self.roots.get(check.id.as_str()).copied()
    }

    /// The check with this id.
    pub fn check(&self, id: &str) -> Option<&'r CheckReport> {
        self.checks.get(id).copied()
    }

    /// The failed checks that a failed check needs: it may be their consequence.
    pub fn failed_needs(&self, check: &'r CheckReport) -> impl Iterator<Item = &'r CheckReport> {
        self.open_needs(check).filter(|need| need.status == Status::Fail)
    }

    /// Whether there is anything of a step.
    pub fn is_begun(&self, step: &StepReport) -> bool {
        not_started(step).is_none()
    }

    /// The failures to fix now, in the course's order: of what is there, those that follow from nothing else. Where nothing
    /// that is there is wrong, the first of what is not begun.
    pub fn causes(&self) -> Vec<&'r CheckReport> {
        let started = |step: &&StepReport| not_started(step).is_none();
        let failed = |step: &'r StepReport| step.checks.iter().filter(|c| c.status == Status::Fail && !c.optional);
        let steps = || self.report.steps.iter();
        let causes: Vec<_> = steps()
            .filter(started)
            .flat_map(failed)
            .filter(|c| self.root(c).is_none())
            .collect();
        if !causes.is_empty() {
            return causes;
        }
        let next = steps().filter_map(not_started);
        let next: Vec<_> = next.collect();
        let can_begin = next.iter().find(|check| self.root(check).is_none()).or(next.first());
        // Whatever fails, there is something to begin with.
        let any = || steps().flat_map(failed).next();
        can_begin.copied().or_else(any).into_iter().collect()
    }

    /// The checks that count and failed or wait because of `cause`, in the course's order.
    pub fn followers(&self, cause: &CheckReport) -> Vec<&'r CheckReport> {
        let checks = self.report.checks().map(|(_, check)| check).filter(|c| !c.optional);
        checks
            .filter(|c| self.root(c).is_some_and(|root| root.id == cause.id))
            .collect()
    }

    /// Whether all that fails in a step waits for what other steps are still to bring: there is nothing to fix in it.
    pub fn waits(&self, step: &StepReport) -> bool {
        let mut failed = step.checks.iter().filter(|c| c.status == Status::Fail && !c.optional);
        step.status == Status::Fail && failed.all(|check| self.waits_for_others(step, check))
    }

    /// Whether nothing can be done about a check of a step yet: it waits for what another step is still to bring. Where an
    /// event was sent and got lost, that is a failure.
    pub fn waits_for_others(&self, step: &StepReport, check: &CheckReport) -> bool {
        let elsewhere = |root: &CheckReport| !step.checks.iter().any(|c| c.id == root.id);
        step.path.is_empty() && self.root(check).is_some_and(elsewhere)
    }

    /// What to fix now, and what failed because of it: nothing that waits for a step that is still to come, and of what is
    /// not begun only the first, where nothing else is wrong.
    pub fn to_fix(&self) -> Vec<&'r CheckReport> {
        let causes = self.causes();
        let now = self.report.checks().filter(|(step, check)| {
            let is_cause = causes.iter().any(|cause| cause.id == check.id);
            let fails_now = self.is_begun(step) && !self.waits_for_others(step, check);
            check.status == Status::Fail && !check.optional && (is_cause || fails_now)
        });
        now.map(|(_, check)| check).collect()
    }
}

/// Whether it failed or waits.
fn is_open(check: &CheckReport) -> bool {
    matches!(check.status, Status::Fail | Status::Blocked)
}

/// The check that says so, where nothing of a step is there: everything else waits for that. A step whose event was sent
/// is begun, whatever became of the event.
pub(super) fn not_started(step: &StepReport) -> Option<&CheckReport> {
    let of = |status: Status| step.checks.iter().filter(move |c| c.status == status);
    let waits = of(Status::Blocked).count();
    let nothing_sent = step.path.first().is_none_or(|stop| stop.status == Status::Blocked);
    (nothing_sent && waits > 0 && waits + of(Status::Fail).count() == step.checks.len())
        .then(|| of(Status::Fail).find(|c| !c.optional))
        .flatten()
}

/// The check that asks whether something that is there is the student's, of a step of which nothing else is there.
pub(super) fn unrecognized(step: &StepReport) -> Option<&CheckReport> {
    let mut asks = step.checks.iter().filter(|check| !check.unrecognized.is_empty());
    not_started(step).and_then(|_| asks.next())
}
