//! The lab hour of a class, as the room sees it: who needs help now, where everyone stands, what just turned green.
//!
//! Pure: [`Room`] is told what each look showed, and when. Who looks, waits and serves the page is the caller.

mod help;
mod history;
mod names;
mod pace;
mod page;
mod place;
mod progress;
mod view;

pub use help::{Help, Need};
pub use history::{LastRun, Stored, stored};
pub use names::{Named, names};
pub use pace::{LookPace, Outcome};
pub use page::page;
pub use place::{Place, Trouble};
pub use progress::{Failure, Progress, Setback, StepState, Turned};
pub use view::{Looking, shown};

use crate::report::Report;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::VecDeque;

/// What turned green is shown for so long, and no more of it than this.
const NEWS_FOR: TimeDelta = TimeDelta::minutes(15);
const MAX_NEWS: usize = 24;

/// What is known of the accounts of a class.
#[derive(Debug)]
pub struct Room {
    places: Vec<Place>,
    news: VecDeque<News>,
}

/// Something that just turned green.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The account.
    pub place: usize,
    /// The lab.
    pub lab: usize,
    /// What.
    pub turned: Turned,
    /// When it was seen.
    pub at: DateTime<Utc>,
}

impl Room {
    /// A room of so many accounts, in a class with so many labs, of which nothing is known yet.
    pub fn new(places: usize, labs: usize, now: DateTime<Utc>) -> Self {
        let place = || Place {
            labs: (0..labs).map(|_| None).collect(),
            active: now,
            looked: None,
            trouble: None,
        };
        Self {
            places: (0..places).map(|_| place()).collect(),
            news: VecDeque::new(),
        }
    }

    /// The accounts.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Takes in what was known of an account at an earlier time, before the room was opened again.
    pub fn recall(&mut self, place: usize, lab: usize, steps: &[String], report: &Report, at: DateTime<Utc>) {
        let known = &mut self.places[place];
        known.labs[lab] = Some(Progress::first(steps, report, at));
        known.active = at;
    }

    /// Takes in what a look at an account has shown. `moved`: something in the account is not as it was, whatever the checks
    /// say. Gives whether anything has changed.
    pub fn looked(
        &mut self,
        place: usize,
        lab: usize,
        steps: &[String],
        report: &Report,
        moved: bool,
        now: DateTime<Utc>,
    ) -> bool {
        let known = &mut self.places[place];
        known.looked = Some(now);
        let Some(progress) = &mut known.labs[lab] else {
            known.labs[lab] = Some(Progress::first(steps, report, now));
            // What is seen for the first time is no work that is under way.
            return false;
        };
        let (changed, turned) = progress.looked(steps, report, now);
        if changed || moved {
            known.active = now;
        }
        for turned in turned {
            self.news.push_front(News {
                place,
                lab,
                turned,
                at: now,
            });
        }
        self.news.truncate(MAX_NEWS);
        changed || moved
    }

    /// A look at an account has ended; in `trouble`, if anything stood in its way: what was known before stays. Gives whether
    /// that is news.
    pub fn ended(&mut self, place: usize, trouble: Option<&str>, now: DateTime<Utc>) -> bool {
        let known = &mut self.places[place];
        let before = known.trouble.take();
        let is_new = before.as_ref().map(|trouble| trouble.reason.as_str()) != trouble;
        known.trouble = trouble.map(|reason| Trouble {
            reason: reason.to_owned(),
            since: before.map_or(now, |before| before.since),
        });
        is_new
    }

    /// What just turned green, the latest first.
    pub fn news(&self, now: DateTime<Utc>) -> impl Iterator<Item = &News> {
        self.news.iter().filter(move |news| now - news.at <= NEWS_FOR)
    }

    /// Who needs help now, most urgently first.
    pub fn help(&self, now: DateTime<Utc>) -> Vec<Help<'_>> {
        help::needed(&self.places, now)
    }
}
