//! The hops of a probe under way: which are decided, which are waited for, what stands behind what.

use super::super::verdict::{blank, block, pass, unknown};
use crate::course::{Hop, Probe};
use crate::probe::{Clue, ErrorFacts};
use crate::report::{CheckReport, Status};
use std::time::Duration;
use tokio::time::Instant;

/// Whether an event can be expected at a hop, as the account is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Nothing says that it cannot come.
    None,
    /// These checks have failed: it is waited for a short time only.
    FailedChecks(Vec<String>),
    /// Something is under way all the same: it is waited for as long as ever.
    Lifted,
}

/// One hop under way.
pub(super) struct HopState<'p> {
    pub hop: &'p Hop,
    pub report: CheckReport,
    /// Decided: passed, failed, blocked or unknown.
    pub done: bool,
    /// When it began to be what is waited for: everything before it has passed, and what it sends is sent.
    pub since: Option<Instant>,
    /// For how long it is waited for.
    pub within: Duration,
    /// Whether it can be expected at all.
    pub doubt: Doubt,
    /// Whether the event was sent once more since its evidence points at a failure.
    pub sent_more: bool,
    /// Whether something that may still bring it was under way when the waiting ended.
    pub in_progress: bool,
    /// When its evidence is looked at next.
    pub next_clues: Option<Instant>,
    /// Seconds from the beginning to where it was seen.
    pub seen: Option<f64>,
    /// What looking for it last failed with.
    pub trouble: Option<String>,
    /// Whether it failed by waiting in vain: what it waited for may still come.
    pub late: bool,
    /// Why it is not known whether what it sent has arrived.
    pub lost: Option<String>,
    /// Why it failed, where its evidence shows it.
    pub cause: Option<ErrorFacts>,
    /// What it sent was answered with nothing that decides, for this reason: a hop further down proves it.
    pub open: Option<String>,
}

impl<'p> HopState<'p> {
    fn new(hop: &'p Hop) -> Self {
        Self {
            hop,
            report: blank(&hop.check),
            done: false,
            since: None,
            within: hop.within,
            doubt: Doubt::None,
            sent_more: false,
            in_progress: false,
            next_clues: None,
            seen: None,
            trouble: None,
            late: false,
            lost: None,
            cause: None,
            open: None,
        }
    }

    /// The cause that was seen, in place of what the course says of any failure here.
    pub fn show_cause(&mut self, clue: &Clue) {
        if clue.found.is_some() {
            self.report.found.clone_from(&clue.found);
        }
        if clue.fix.is_some() {
            self.report.fix.clone_from(&clue.fix);
            self.report.cli.clear();
        }
        self.cause.clone_from(&clue.error);
    }

    /// The hop is undecidable for this reason.
    pub fn unknown(&mut self, reason: String) {
        self.done = true;
        unknown(&mut self.report, reason);
    }

    /// The hop is not reached, since these checks did not pass.
    pub fn block(&mut self, by: Vec<String>) {
        self.done = true;
        block(&mut self.report, by);
    }

    /// Whether it is decided, and did not pass.
    pub fn came_to_nothing(&self) -> bool {
        self.done && self.report.status != Status::Pass
    }
}

/// All hops of a probe.
pub(super) struct Hops<'p>(Vec<HopState<'p>>);

impl<'p> Hops<'p> {
    pub fn of(probe: &'p Probe) -> Self {
        Self(probe.hops.iter().map(HopState::new).collect())
    }

    /// The places of all hops in the list.
    pub fn indices(&self) -> std::ops::Range<usize> {
        0..self.0.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &HopState<'p>> {
        self.0.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut HopState<'p>> {
        self.0.iter_mut()
    }

    pub fn into_iter(self) -> impl Iterator<Item = HopState<'p>> {
        self.0.into_iter()
    }

    pub fn all_done(&self) -> bool {
        self.0.iter().all(|hop| hop.done)
    }

    /// The hops before `index`, the nearest first.
    fn before(&self, index: usize) -> impl Iterator<Item = usize> + use<'_, 'p> {
        std::iter::successors(self.0[index].hop.after, |before| self.0[*before].hop.after)
    }

    /// `index` and the hops before it, the nearest first.
    pub fn way_to(&self, index: usize) -> impl Iterator<Item = usize> + use<'_, 'p> {
        std::iter::once(index).chain(self.before(index))
    }

    /// The hops behind `index`.
    fn behind(&self, index: usize) -> impl Iterator<Item = usize> + use<'_, 'p> {
        let is_behind = move |other: &usize| self.before(*other).any(|before| before == index);
        self.indices().filter(is_behind)
    }

    /// Whether everything before it has passed.
    pub fn is_next(&self, index: usize) -> bool {
        let before = self.0[index].hop.after;
        !self.0[index].done && before.is_none_or(|b| self.0[b].report.status == Status::Pass && self.0[b].done)
    }

    /// The next hop that comes next and has not begun, or may begin together with the one before it.
    pub fn to_begin(&self, from: usize) -> Option<usize> {
        let may_begin = |index: usize| match (self.0[index].hop.at_once, self.0[index].hop.after) {
            (true, Some(before)) => !self.0[index].done && self.is_under_way(before),
            _ => self.is_next(index),
        };
        (from..self.0.len()).find(|index| may_begin(*index) && self.0[*index].since.is_none())
    }

    /// Whether it has begun, and may pass or has passed.
    fn is_under_way(&self, index: usize) -> bool {
        self.0[index].since.is_some() && !self.0[index].came_to_nothing()
    }

    /// Those that are waited for.
    pub fn waiting(&self) -> Vec<usize> {
        let waited = |index: &usize| self.is_next(*index) && self.0[*index].since.is_some();
        self.indices().filter(waited).collect()
    }

    /// Whether the event may be there already: nothing between here and where it was last seen is still to be sent.
    pub fn may_be_seen(&self, index: usize) -> bool {
        let undecided = self.before(index).take_while(|before| !self.0[*before].done);
        let mut path = std::iter::once(index).chain(undecided);
        let reached = self.before(index).find(|before| self.0[*before].done);
        // What becomes of it says nothing of the hop together with which it was sent.
        let waits_its_turn = self.0[index].hop.at_once && !self.is_next(index);
        !self.0[index].done
            && !waits_its_turn
            && path.all(|i| self.0[i].hop.send.is_none() || self.0[i].since.is_some())
            && reached.is_none_or(|i| self.0[i].report.status == Status::Pass)
    }

    /// Whether an event that `index` sent was seen there or further down.
    pub fn was_seen_from(&self, index: usize) -> bool {
        let awaited = |i: usize| self.0[i].hop.awaits.is_some() && self.0[i].seen.is_some();
        awaited(index) || self.behind(index).any(awaited)
    }

    /// Whoever is seen here has come by there. Where something is expected of what arrives, having come by is no proof.
    pub fn prove_before(&mut self, index: usize) {
        let seconds = self.0[index].seen.unwrap_or_default();
        let before: Vec<usize> = self.before(index).collect();
        for earlier in before {
            let earlier = &mut self.0[earlier];
            if !earlier.done && (earlier.hop.check.expect.is_none() || earlier.open.is_some()) {
                pass(&mut earlier.report);
                earlier.done = true;
                earlier.seen = Some(seconds);
            }
        }
    }

    /// What comes behind a hop that did not pass is not reached. What comes behind one that is unknown is unknown too.
    pub fn block_behind(&mut self, index: usize) {
        let by = self.0[index].report.clone();
        let behind: Vec<usize> = self.behind(index).collect();
        for hop in behind {
            let hop = &mut self.0[hop];
            match by.status {
                // What was sent together with it may have failed by itself: that follows from it all the same.
                _ if hop.done && !(hop.hop.at_once && hop.came_to_nothing()) => {}
                Status::Unknown => hop.unknown(by.found.clone().unwrap_or_default()),
                _ => hop.block(vec![by.id.clone()]),
            }
        }
    }
}

impl<'p> std::ops::Index<usize> for Hops<'p> {
    type Output = HopState<'p>;

    fn index(&self, index: usize) -> &HopState<'p> {
        &self.0[index]
    }
}

impl std::ops::IndexMut<usize> for Hops<'_> {
    fn index_mut(&mut self, index: usize) -> &mut Self::Output {
        &mut self.0[index]
    }
}
