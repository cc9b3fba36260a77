//! Who needs help now.

use super::place::Place;
use super::progress::{Failure, Progress, Setback};
use chrono::{DateTime, TimeDelta, Utc};

/// The same failure is a reason to go there after so long.
const STUCK_AFTER: TimeDelta = TimeDelta::minutes(5);

/// So is an account in which nothing has changed for so long.
const IDLE_AFTER: TimeDelta = TimeDelta::minutes(20);

/// A step back is shown for so long. After that it is a failure like others.
const SETBACK_FOR: TimeDelta = TimeDelta::minutes(15);

/// A step back counts as much as so long at the same failure: whoever has just broken something is helped soonest.
const SETBACK_WEIGHS: TimeDelta = TimeDelta::minutes(10);

/// Somebody who needs help.
#[derive(Debug, Clone, PartialEq)]
pub struct Help<'r> {
    /// The account.
    pub place: usize,
    /// The lab, where it is about one.
    pub lab: Option<usize>,
    /// Why.
    pub need: Need<'r>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Why somebody needs help.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Need<'r> {
    /// The same failure for a long time.
    Stuck(&'r Failure),
    /// Something that passed fails now.
    Backwards(&'r Setback),
    /// Nothing has changed for a long time.
    Idle,
}

impl Help<'_> {
    fn weight(&self, now: DateTime<Utc>) -> TimeDelta {
        let more = match self.need {
            Need::Backwards(_) => SETBACK_WEIGHS,
            Need::Stuck(_) | Need::Idle => TimeDelta::zero(),
        };
        now - self.since + more
    }
}

/// Who needs help now, most urgently first; each account once, for its most urgent reason.
pub(super) fn needed(places: &[Place], now: DateTime<Utc>) -> Vec<Help<'_>> {
    let all = places.iter().enumerate();
    let mut needed: Vec<Help> = all.filter_map(|(at, place)| of(at, place, now)).collect();
    needed.sort_by_key(|help| (std::cmp::Reverse(help.weight(now)), help.place));
    needed
}

fn of(at: usize, place: &Place, now: DateTime<Utc>) -> Option<Help<'_>> {
    // What is wrong in an account that cannot be looked at may have been put right since.
    if place.trouble.is_some() {
        return None;
    }
    let known = || {
        place
            .labs
            .iter()
            .enumerate()
            .filter_map(|(lab, known)| Some((lab, known.as_ref()?)))
    };
    let reasons = known().filter_map(|(lab, progress)| in_lab(at, lab, progress, now));
    let reason = reasons.max_by_key(|help| help.weight(now));
    let is_done = known().all(|(_, progress)| progress.is_through());
    let idle = (!is_done && now - place.active >= IDLE_AFTER).then(|| Help {
        place: at,
        lab: known().find(|(_, progress)| !progress.is_through()).map(|(lab, _)| lab),
        need: Need::Idle,
        since: place.active,
    });
    reason.or(idle)
}

fn in_lab(place: usize, lab: usize, progress: &Progress, now: DateTime<Utc>) -> Option<Help<'_>> {
    let help = |need, since| Help {
        place,
        lab: Some(lab),
        need,
        since,
    };
    let setback = progress
        .setback
        .as_ref()
        .filter(|setback| now - setback.at <= SETBACK_FOR);
    let stuck = progress
        .failure
        .as_ref()
        .filter(|failure| now - failure.since >= STUCK_AFTER);
    let setback = setback.map(|setback| help(Need::Backwards(setback), setback.at));
    let stuck = stuck.map(|failure| help(Need::Stuck(failure), failure.since));
    setback.into_iter().chain(stuck).max_by_key(|help| help.weight(now))
}
