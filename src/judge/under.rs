//! The hops of a probe under way: which are decided, which are waited for, what stands behind what.

use super::check::{blank, could_not_tell, pass};
use crate::course::{Hop, Probe};
use crate::report::{CheckReport, Status};
use std::time::Duration;
use tokio::time::Instant;

/// One hop under way.
pub(super) struct Under<'p> {
    pub hop: &'p Hop,
    pub report: CheckReport,
    /// Decided: passed, failed, blocked or unknown.
    pub done: bool,
    /// When it began to be what is waited for: everything before it has passed, and what it sends is sent.
    pub since: Option<Instant>,
    /// For how long it is waited for.
    pub within: Duration,
    /// Whether something that may still bring it was under way when the waiting ended.
    pub pending: bool,
    /// When its evidence is to be looked at next.
    pub next_clues: Option<Instant>,
    /// Seconds from the beginning to where it was seen.
    pub seen: Option<f64>,
    /// What looking for it last failed with.
    pub trouble: Option<String>,
    /// Whether it failed by waiting in vain: what it waited for may still come.
    pub late: bool,
    /// Why it is not known whether what it sent has arrived.
    pub lost: Option<String>,
}

/// All hops of a probe.
pub(super) struct Hops<'p>(pub Vec<Under<'p>>);

impl<'p> Hops<'p> {
    pub fn of(probe: &'p Probe) -> Self {
        let under = |hop: &'p Hop| Under {
            hop,
            report: blank(&hop.check),
            done: false,
            since: None,
            within: hop.within,
            pending: false,
            next_clues: None,
            seen: None,
            trouble: None,
            late: false,
            lost: None,
        };
        Self(probe.hops.iter().map(under).collect())
    }

    /// The hops before `index`, the nearest first.
    pub fn before(&self, index: usize) -> impl Iterator<Item = usize> + use<'_, 'p> {
        std::iter::successors(self.0[index].hop.after, |before| self.0[*before].hop.after)
    }

    /// Whether everything before it has passed.
    pub fn is_next(&self, index: usize) -> bool {
        let before = self.0[index].hop.after;
        !self.0[index].done && before.is_none_or(|b| self.0[b].report.status == Status::Pass && self.0[b].done)
    }

    /// Those that are waited for.
    pub fn waiting(&self) -> Vec<usize> {
        let waited = |index: &usize| self.is_next(*index) && self.0[*index].since.is_some();
        (0..self.0.len()).filter(waited).collect()
    }

    /// Whether the event may be there already: nothing between here and where it was last seen is still to be sent.
    pub fn may_be_seen(&self, index: usize) -> bool {
        let undecided = self.before(index).take_while(|before| !self.0[*before].done);
        let mut way = std::iter::once(index).chain(undecided);
        let reached = self.before(index).find(|before| self.0[*before].done);
        !self.0[index].done
            && way.all(|i| self.0[i].hop.send.is_none() || self.0[i].since.is_some())
            && reached.is_none_or(|i| self.0[i].report.status == Status::Pass)
    }

    /// Whoever is seen here has come by there. Where something is expected of what arrives, having come by is no proof.
    pub fn prove_before(&mut self, index: usize, seconds: f64) {
        let before: Vec<usize> = self.before(index).collect();
        for earlier in before {
            let earlier = &mut self.0[earlier];
            if !earlier.done && earlier.hop.check.expect.is_none() {
                pass(&mut earlier.report);
                earlier.done = true;
                earlier.seen = Some(seconds);
            }
        }
    }

    /// What comes behind a hop that did not pass is not reached.
    pub fn block_behind(&mut self, index: usize) {
        let by = self.0[index].report.clone();
        for behind in index + 1..self.0.len() {
            if !self.0[behind].done && self.before(behind).any(|before| before == index) {
                self.0[behind].block(&by);
            }
        }
    }
}

impl Under<'_> {
    pub fn unknown(&mut self, reason: String) {
        self.done = true;
        could_not_tell(&mut self.report, reason);
    }

    /// What comes after a hop that could not be told cannot be told either; after any other it is not reached.
    pub fn block(&mut self, by: &CheckReport) {
        if by.status == Status::Unknown {
            return self.unknown(by.found.clone().unwrap_or_default());
        }
        self.done = true;
        self.report.status = Status::Blocked;
        self.report.needs = vec![by.id.clone()];
    }
}
