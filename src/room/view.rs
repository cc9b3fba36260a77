//! What the page is told: JSON on one line. Under pseudonyms it holds the course's own words, numbers and times, and nothing of
//! what a student named or an account answered.

use super::Room;
use super::help::{Help, Need};
use super::names::Named;
use super::place::Place;
use super::progress::{Progress, StepState, Turned};
use crate::class::{Class, LabSummary};
use crate::report::Points;
use crate::report::text::{cut, visible};
use crate::report::view::Mark;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// The name and version of this format.
const SCHEMA: &str = "edemlab/room/1";

/// Who needs help, at most: a list is read from the back of a room.
const MAX_HELP: usize = 12;

/// The longest text of what was found.
const MAX_FOUND: usize = 200;

/// What is in the way of an account, where nothing of it may be told.
const CLOSED: &str = "the account cannot be opened";

/// How the room is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Looking {
    /// Whether the names are pseudonyms.
    pub anonymous: bool,
    /// Students who have not handed in an account.
    pub not_handed_in: usize,
    /// A round, in seconds.
    pub every: u64,
}

#[derive(Serialize)]
struct RoomView<'r> {
    schema: &'static str,
    anonymous: bool,
    every: u64,
    accounts: usize,
    /// Those that have passed everything that was judged.
    through: usize,
    /// Those that have not been looked at yet.
    waiting: usize,
    closed: usize,
    not_handed_in: usize,
    labs: Vec<LabView<'r>>,
    help: Vec<HelpView<'r>>,
    /// How many more need help.
    more: usize,
    news: Vec<NewsView<'r>>,
    places: Vec<PlaceView<'r>>,
}

#[derive(Serialize)]
struct LabView<'r> {
    id: &'r str,
    title: &'r str,
    /// Accounts of which something is known.
    known: usize,
    through: usize,
    steps: Vec<StepView<'r>>,
    /// What has to be fixed first by most.
    common: Option<Common<'r>>,
}

#[derive(Serialize)]
struct StepView<'r> {
    id: &'r str,
    title: &'r str,
    passed: usize,
    failing: usize,
    unknown: usize,
    /// The accounts that are at this step.
    here: usize,
    judged: usize,
}

#[derive(Serialize)]
struct Common<'r> {
    title: &'r str,
    check: &'r str,
    count: usize,
}

#[derive(Serialize)]
struct HelpView<'r> {
    name: &'r str,
    number: usize,
    page: Option<String>,
    kind: &'static str,
    lab: Option<&'r str>,
    step: Option<&'r str>,
    title: Option<&'r str>,
    found: Option<String>,
    /// In milliseconds since 1970, as all times here.
    since: i64,
    /// How many others have to fix the same first.
    others: usize,
}

#[derive(Serialize)]
struct NewsView<'r> {
    name: &'r str,
    number: usize,
    lab: &'r str,
    step: bool,
    title: &'r str,
    at: i64,
}

#[derive(Serialize)]
struct PlaceView<'r> {
    name: &'r str,
    number: usize,
    id: Option<&'r str>,
    page: Option<&'r str>,
    looked: Option<i64>,
    /// When anything in it was last seen to have changed.
    active: i64,
    closed: Option<String>,
    labs: Vec<Option<ProgressView>>,
}

#[derive(Serialize)]
struct ProgressView {
    points: Points,
    through: bool,
    /// The mark, points earned and possible of each step; nothing where it was not judged.
    steps: Vec<Option<(&'static str, u32, u32)>>,
}

/// The room as the page reads it.
pub fn shown(room: &Room, class: &Class, names: &[Named], looking: &Looking, now: DateTime<Utc>) -> String {
    let help = room.help(now);
    let mut order: Vec<usize> = (0..room.places().len()).collect();
    order.sort_by_key(|at| names[*at].number);
    let all = || room.places().iter();
    let view = RoomView {
        schema: SCHEMA,
        anonymous: looking.anonymous,
        every: looking.every,
        accounts: room.places().len(),
        through: all().filter(|place| is_through(place)).count(),
        waiting: all()
            .filter(|place| place.looked.is_none() && place.trouble.is_none())
            .count(),
        closed: all().filter(|place| place.trouble.is_some()).count(),
        not_handed_in: looking.not_handed_in,
        labs: class
            .labs
            .iter()
            .enumerate()
            .map(|(at, lab)| lab_view(room, at, lab))
            .collect(),
        more: help.len().saturating_sub(MAX_HELP),
        help: help
            .iter()
            .take(MAX_HELP)
            .map(|help| help_view(room, class, names, looking, help))
            .collect(),
        news: room
            .news(now)
            .map(|news| {
                let (step, title) = match &news.turned {
                    Turned::Step(title) => (true, title),
                    Turned::Check(title) => (false, title),
                };
                NewsView {
                    name: &names[news.place].name,
                    number: names[news.place].number,
                    lab: &class.labs[news.lab].id,
                    step,
                    title,
                    at: news.at.timestamp_millis(),
                }
            })
            .collect(),
        places: order
            .into_iter()
            .map(|at| place_view(&room.places()[at], &names[at], looking))
            .collect(),
    };
    serde_json::to_string(&view).expect("plain data")
}

fn is_through(place: &Place) -> bool {
    let mut known = place.labs.iter().flatten().peekable();
    known.peek().is_some() && known.all(Progress::is_through)
}

fn lab_view<'r>(room: &'r Room, at: usize, lab: &'r LabSummary) -> LabView<'r> {
    let known = || room.places().iter().filter_map(|place| place.labs[at].as_ref());
    let steps = lab.steps.iter().enumerate().map(|(step, summary)| {
        let of = || known().filter_map(|progress| progress.steps.get(step).copied().flatten());
        let with = |mark: Mark| of().filter(|state| state.mark == mark).count();
        StepView {
            id: &summary.id,
            title: &summary.title,
            passed: with(Mark::Pass),
            failing: with(Mark::Fail),
            unknown: with(Mark::Unknown),
            here: known().filter(|progress| progress.at() == Some(step)).count(),
            judged: of().count(),
        }
    });
    let mut failures: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for failure in known().filter_map(|progress| progress.failure.as_ref()) {
        failures.entry(&failure.check).or_insert((&failure.title, 0)).1 += 1;
    }
    let common = failures.into_iter().max_by_key(|(_, (_, count))| *count);
    LabView {
        id: &lab.id,
        title: &lab.title,
        known: known().count(),
        through: known().filter(|progress| progress.is_through()).count(),
        steps: steps.collect(),
        // One alone is nothing in common.
        common: common
            .filter(|(_, (_, count))| *count > 1)
            .map(|(check, (title, count))| Common { title, check, count }),
    }
}

fn help_view<'r>(
    room: &'r Room,
    class: &'r Class,
    names: &'r [Named],
    looking: &Looking,
    help: &Help<'r>,
) -> HelpView<'r> {
    let (kind, check, title, found) = match help.need {
        Need::Stuck(failure) => (
            "stuck",
            Some(&failure.check),
            Some(&failure.title),
            failure.found.as_deref(),
        ),
        Need::Backwards(setback) => ("backwards", Some(&setback.check), Some(&setback.title), None),
        Need::Idle => ("idle", None, None, None),
    };
    let lab = help.lab.map(|lab| &class.labs[lab]);
    let same =
        |progress: &&Progress| progress.failure.as_ref().map(|failure| &failure.check) == check && check.is_some();
    let others = help.lab.map_or(0, |lab| {
        let all = room.places().iter().enumerate().filter(|(at, _)| *at != help.place);
        all.filter_map(|(_, place)| place.labs[lab].as_ref())
            .filter(same)
            .count()
    });
    let step = match check {
        Some(check) => check.split_once('.').map(|(step, _)| step),
        // Where somebody does nothing, the step at which they are.
        None => help.lab.and_then(|lab| {
            let at = room.places()[help.place].labs[lab].as_ref()?.at()?;
            Some(class.labs[lab].steps.get(at)?.id.as_str())
        }),
    };
    let title_of = |id: &str| {
        lab.and_then(|lab| lab.steps.iter().find(|step| step.id == id))
            .map(|step| step.title.as_str())
    };
    HelpView {
        name: &names[help.place].name,
        number: names[help.place].number,
        page: names[help.place].page.as_ref().map(|page| match (lab, step) {
            (Some(lab), Some(step)) => format!("{page}#{}.{step}", lab.id),
            _ => page.clone(),
        }),
        kind,
        lab: lab.map(|lab| lab.id.as_str()),
        step: step.and_then(title_of),
        title: title.map(String::as_str),
        // What was found has the names that a student gave to things.
        found: found.filter(|_| !looking.anonymous).map(|found| cut(found, MAX_FOUND)),
        since: help.since.timestamp_millis(),
        others,
    }
}

fn place_view<'r>(place: &'r Place, named: &'r Named, looking: &Looking) -> PlaceView<'r> {
    let closed = place.trouble.as_ref().map(|trouble| match looking.anonymous {
        true => CLOSED.to_owned(),
        false => visible(&trouble.reason),
    });
    PlaceView {
        name: &named.name,
        number: named.number,
        id: named.id.as_deref(),
        page: named.page.as_deref(),
        looked: place.looked.map(|at| at.timestamp_millis()),
        active: place.active.timestamp_millis(),
        closed,
        labs: place
            .labs
            .iter()
            .map(|known| known.as_ref().map(ProgressView::of))
            .collect(),
    }
}

impl ProgressView {
    fn of(progress: &Progress) -> Self {
        let step = |state: &Option<StepState>| state.map(|s| (s.mark.class(), s.points.earned, s.points.possible));
        Self {
            points: progress.points,
            through: progress.is_through(),
            steps: progress.steps.iter().map(step).collect(),
        }
    }
}
