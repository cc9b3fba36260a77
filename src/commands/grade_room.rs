//! `edemlab grade --live`: the class is looked at again and again, and its page is served while it changes.

use super::common::{self, bearable};
use super::grading::{folder_of, short, shown};
use super::live::LiveLine;
use super::room_accounts::Accounts;
use super::room_keys::{Order, orders};
use super::room_looks::{Class as Looked, Looks, of_room};
use super::room_page::{RoomPage, counted};
use crate::account::partition::Partition;
use crate::class::access::StudentAccess;
use crate::class::grade::{GradeOutcome, Limit};
use crate::class::roster::{self, Entry, LabNames, Roster};
use crate::class::{Class, Student};
use crate::cli::GradeArgs;
use crate::course::{Course, Lab};
use crate::fleet::ledger::Ledger;
use crate::report::text::{visible, wrapped};
use crate::report::{Report, Status};
use crate::room::LookPace;
use colored::{ColoredString, Colorize};
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Accounts that are looked at at the same time, unless the user says otherwise: a look is some seconds of waiting for AWS, and a
/// round has time.
const AT_ONCE: u64 = 8;

/// The same, when the user asks for more.
const MOST_AT_ONCE: u64 = 64;

/// Connections and files that one look has open at its busiest.
const OPEN_FILES: u64 = 48;

/// How often the page and the line in the terminal move on by themselves.
const TICK: Duration = Duration::from_secs(1);

/// What the line in the terminal calls the present rate is that of so long.
const LATELY: Duration = Duration::from_secs(60);

/// Accounts that are named in a line of their own, when many cannot be opened at once.
const FEW: usize = 6;

/// What does not go together with `--live`.
#[derive(Debug, thiserror::Error)]
pub(super) enum RoomProblem {
    #[error("--live looks from this computer, and --fleet grades on AWS: omit one of the two")]
    Fleet,
    #[error(
        "--live looks at every account again and again, so there is nothing for --again to choose: omit one of the two"
    )]
    Again,
    #[error("--live sends no event by itself, only where you ask for it (p): omit --no-probe")]
    NoProbe,
    #[error(
        "nobody in {0} can be looked at: no line names a way into an account of a student who takes these labs. Fill the column \
         `account` or `credentials`, for example with `edemlab roster add`"
    )]
    Nobody(String),
}

/// Refuses what does not go together.
///
/// # Errors
/// When something does not.
pub(super) fn fits(args: &GradeArgs) -> Result<(), RoomProblem> {
    match args {
        _ if !args.room.live => Ok(()),
        GradeArgs { fleet: Some(_), .. } => Err(RoomProblem::Fleet),
        GradeArgs { no_probe: true, .. } => Err(RoomProblem::NoProbe),
        args if !args.again.is_empty() => Err(RoomProblem::Again),
        _ => Ok(()),
    }
}

pub(super) async fn run(
    course: &Course,
    labs: &[&Lab],
    list: &Roster,
    args: &GradeArgs,
    access: &StudentAccess,
) -> anyhow::Result<u8> {
    let (folder, _lock) = folder_of(course, labs, list, args)?;
    if let Some(Ledger { stack, .. }) = Ledger::read(&args.out)? {
        let (dir, stack) = (shown(&args.out), visible(&stack));
        return Err(super::grading::GradeProblem::FleetUnderWay { dir, stack }.into());
    }
    // What the professor says of grades has to be right before an hour is spent on them.
    folder.adjustments()?;
    let entries: BTreeMap<&str, &Entry> = list.students.iter().map(|e| (e.student.id.as_str(), e)).collect();
    let units = units(folder.class(), &entries, labs, &args.only);
    if units.is_empty() {
        return Err(RoomProblem::Nobody(shown(&args.roster)).into());
    }
    folder.save()?;
    let class = Class {
        labs: of_room(&folder.class().labs, labs),
        ..folder.class().clone()
    };
    let page = RoomPage::open(&folder, &class, &units, &args.room)?;
    let names: Vec<LabNames> = course.labs.values().map(LabNames::of).collect();
    let partition = Partition::of_region(access.default_region().unwrap_or_default()).id;
    let read_again = || {
        let mut roster = roster::read(&args.roster, &names, partition).ok()?;
        let chosen: Vec<LabNames> = labs.iter().copied().map(LabNames::of).collect();
        roster.apply(&args.skip, &args.uses, &chosen).ok()?;
        Some(roster)
    };
    let looks = Looks::new(Looked {
        course,
        folder: &folder,
        labs,
        units,
        accounts: Accounts::new(access, args.own.region.as_deref(), list, &read_again),
        limit: Limit::Account(args.limit),
    })?;
    // Until there is something to end in order, Ctrl-C ends the program.
    let stop = common::interrupts();
    page.serve(&args.room)?;
    let at_once = args.at_once.map_or_else(
        || bearable(OPEN_FILES, AT_ONCE),
        |n| usize::from(n).min(bearable(OPEN_FILES, MOST_AT_ONCE)),
    );
    let live = LiveLine::new(false);
    let mut hour = Hour {
        looks: &looks,
        page: &page,
        live: &live,
        paces: looks.units.iter().map(|_| LookPace::new(args.room.every)).collect(),
        next: looks.units.iter().map(|_| Some(Instant::now())).collect(),
        asked: BTreeSet::new(),
        outcome: GradeOutcome::default(),
        calls: looks.units.iter().map(|_| 0).collect(),
        recent: VecDeque::new(),
        looks_made: 0,
        closed: 0,
        began: Instant::now(),
    };
    hour.pass(at_once, stop).await;
    live.clear();
    let ((all, most), looks_made) = (hour.rates(), hour.looks_made);
    super::output::note(&format!(
        "{looks_made} looks at {}; requests a second: {all:.1} to all, {most:.1} to the busiest account",
        counted(looks.units.len())
    ));
    let outcome = hour.outcome;
    super::grading::ended(&folder, &outcome, None)
}

/// The accounts that can be looked at, each with those who share it.
fn units<'c>(
    class: &'c Class,
    entries: &BTreeMap<&str, &Entry>,
    labs: &[&Lab],
    only: &[String],
) -> Vec<Vec<&'c Student>> {
    let mut units = class.by_account();
    units.retain(|unit| {
        let is_open = entries.get(unit[0].id.as_str()).is_some_and(|entry| entry.is_open());
        let takes = unit.iter().any(|one| labs.iter().any(|lab| one.takes(&lab.id)));
        let is_named = only.is_empty() || unit.iter().any(|one| only.contains(&one.id));
        is_open && takes && is_named && !unit[0].excused && !unit[0].not_handed_in
    });
    units
}

/// The hour that passes.
struct Hour<'h> {
    looks: &'h Looks<'h>,
    page: &'h RoomPage<'h>,
    live: &'h LiveLine,
    paces: Vec<LookPace>,
    /// When each account is looked at next; nothing while it is.
    next: Vec<Option<Instant>>,
    /// Accounts through which an event is to be sent.
    asked: BTreeSet<usize>,
    outcome: GradeOutcome,
    /// Requests that each account was sent.
    calls: Vec<u64>,
    /// Those of the last minute, and when they had been sent.
    recent: VecDeque<(Instant, u64)>,
    looks_made: u64,
    /// Accounts that cannot be opened, and were named.
    closed: usize,
    began: Instant,
}

impl Hour<'_> {
    async fn pass(&mut self, at_once: usize, stop: watch::Receiver<u8>) {
        let mut ending = stop.clone();
        let looks = self.looks;
        let mut running = FuturesUnordered::new();
        let mut orders = orders();
        let mut tick = tokio::time::interval(TICK);
        loop {
            let stopped = *stop.borrow() > 0;
            while !stopped
                && running.len() < at_once
                && let Some(place) = self.due()
            {
                self.next[place] = None;
                running.push(looks.look(place, self.asked.remove(&place), stop.clone()));
            }
            if stopped && running.is_empty() {
                break;
            }
            tokio::select! {
                Some(looked) = running.next() => self.looked(looked, *stop.borrow() > 0),
                Some(order) = orders.recv() => self.order(&order),
                _ = tick.tick() => self.page.publish(&looks.room.borrow()),
                _ = ending.wait_for(|asked| *asked > 0), if !stopped => {
                    self.live.tick("ending what is under way · Ctrl-C again ends it now".to_owned());
                    continue;
                }
            }
            self.state(*stop.borrow() > 0);
        }
        self.page.publish(&looks.room.borrow());
    }

    /// The account that is looked at next: one through which an event is to be sent, else the one that has waited longest.
    fn due(&self) -> Option<usize> {
        let waiting = || {
            self.next
                .iter()
                .enumerate()
                .filter_map(|(place, at)| Some((place, (*at)?)))
        };
        let asked = waiting().find(|(place, _)| self.asked.contains(place));
        let now = Instant::now();
        let due = waiting().filter(|(_, at)| *at <= now).min_by_key(|(_, at)| *at);
        asked.or(due).map(|(place, _)| place)
    }

    fn looked(&mut self, looked: super::room_looks::Looked, stopped: bool) {
        let place = looked.place;
        self.looks_made += 1;
        let calls = looked.calls.values().map(|count| u64::from(*count)).sum::<u64>();
        self.calls[place] += calls;
        self.recent.push_back((Instant::now(), calls));
        let pause = self.paces[place].after(looked.outcome, &looked.calls, Instant::now());
        self.next[place] = Some(Instant::now() + pause);
        self.outcome.stored += looked.kept;
        let name = short(&self.looks.units[place][0].id);
        if stopped {
            return;
        }
        match looked.news {
            Some(Some(reason)) => {
                self.closed += 1;
                match self.closed {
                    1..=FEW => self.say(&"?".yellow(), &format!("{name}: {reason}; trying again, more slowly")),
                    count if count == FEW + 1 => {
                        self.say(&"?".yellow(), "more accounts cannot be opened: the page names them")
                    }
                    _ => {}
                }
            }
            Some(None) => {
                self.closed = self.closed.saturating_sub(1);
                self.say(&"✓".green(), &format!("{name}: the account can be opened again"));
            }
            None => {}
        }
        for report in &looked.sent {
            let (passed, text) = arrived(report);
            let mark = if passed { "✓".green() } else { "✗".red() };
            self.say(&mark, &format!("{name}: {text}"));
        }
        if looked.kept > 0 {
            self.page.show_students(&self.looks.units[place]);
        }
        self.page.publish(&self.looks.room.borrow());
    }

    /// Does what the user has entered.
    fn order(&mut self, order: &Order) {
        let found = match order {
            Order::Probe(who) => self.page.find(who, &self.looks.units),
            Order::Unknown(text) => {
                let text = format!(
                    "`{}` is none of the keys: p and a student's id or number, then Enter, sends an event",
                    visible(text)
                );
                return self.say(&"?".yellow(), &text);
            }
        };
        match found {
            Some(place) => {
                self.asked.insert(place);
                let name = short(&self.looks.units[place][0].id);
                self.say(
                    &"→".normal(),
                    &format!("{name}: is looked at now, and an event is sent through it"),
                );
            }
            None => {
                let (Order::Probe(who) | Order::Unknown(who)) = order;
                let text = match who.as_str() {
                    "" => "whose account? Write the student's id, or the number on the page, then Enter".to_owned(),
                    who => format!(
                        "nobody here is `{}`: write the id of the roster, or the number on the page",
                        visible(who)
                    ),
                };
                self.say(&"?".yellow(), &text);
            }
        }
    }

    /// The one line of state.
    fn state(&mut self, stopped: bool) {
        if stopped {
            return;
        }
        self.recent.retain(|(at, _)| at.elapsed() < LATELY);
        let room = self.looks.room.borrow();
        let places = room.places();
        let waiting = places
            .iter()
            .filter(|place| place.looked.is_none() && place.trouble.is_none())
            .count();
        let closed = places.iter().filter(|place| place.trouble.is_some()).count();
        let help = room.help(chrono::Utc::now()).len();
        let mut parts = vec![match waiting {
            0 => counted(places.len()),
            waiting => format!("{} of {} accounts looked at", places.len() - waiting, places.len()),
        }];
        parts.push(format!("{help} need help"));
        if closed > 0 {
            parts.push(format!("{closed} cannot be opened"));
        }
        parts.push(format!("{:.1} calls/s", self.recently()));
        parts.push("p ID sends an event · Ctrl-C ends".to_owned());
        self.live.tick(parts.join(" · "));
    }

    /// Requests a second of late, to all accounts.
    fn recently(&self) -> f64 {
        let calls: u64 = self.recent.iter().map(|(_, calls)| calls).sum();
        calls as f64 / self.began.elapsed().clamp(LATELY / 6, LATELY).as_secs_f64()
    }

    /// Requests a second since the beginning: to all accounts, and to the one that was sent the most.
    fn rates(&self) -> (f64, f64) {
        let seconds = self.began.elapsed().as_secs_f64().max(1.0);
        let most = self.calls.iter().copied().max().unwrap_or_default();
        (self.calls.iter().sum::<u64>() as f64 / seconds, most as f64 / seconds)
    }

    /// A line with the time of day.
    fn say(&self, mark: &ColoredString, text: &str) {
        let time = chrono::Local::now().format("%H:%M:%S");
        let lead = format!(" {time}  {mark} ");
        self.live
            .line(&wrapped(&visible(text), common::width().clamp(40, 100), &lead));
    }
}

/// Whether the events of a lab have arrived, in words.
fn arrived(report: &Report) -> (bool, String) {
    let lab = &report.lab;
    let points = format!("{} of {} points", report.points.earned, report.points.possible);
    let hops = || report.steps.iter().filter(|step| !step.path.is_empty());
    let lost = hops()
        .flat_map(|step| &step.checks)
        .find(|check| !matches!(check.status, Status::Pass) && !check.optional);
    match (hops().next(), lost) {
        (None, _) => (false, format!("{lab}: no event was sent, {points}")),
        (Some(_), None) => (true, format!("{lab}: the event arrived, {points}")),
        (Some(_), Some(check)) => {
            let found = check
                .found
                .as_deref()
                .map(|found| format!(": {found}"))
                .unwrap_or_default();
            let what = match check.status {
                Status::Unknown => "could not be determined",
                Status::Blocked => "not reached",
                Status::Fail | Status::Pass => "failed",
            };
            (false, format!("{lab}: {} {what}{found}; {points}", check.title))
        }
    }
}
