//! One look at an account of a room: by the same code as grading, with what is learned told to the room, and kept in the class's
//! folder only where it says something else than the last run.

use super::room_accounts::Accounts;
use crate::account::CallCount;
use crate::class::folder::ClassFolder;
use crate::class::grade::{GradeEvent, Limit, Plan, RunStore, StoreError, Task, Work, grade};
use crate::class::premises::{LabRules, Premises};
use crate::class::underway::PendingCleanup;
use crate::class::{LabSummary, Student};
use crate::course::{Course, Lab, Step};
use crate::judge::{Judged, Options};
use crate::report::Report;
use crate::room::{LastRun, Outcome, Room, Stored, stored};
use crate::watch::{Watch, throttled};
use chrono::{DateTime, TimeDelta, Utc};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::sync::watch;

/// What the folder knows from before is this hour's, if it is no older.
const SAME_HOUR: TimeDelta = TimeDelta::hours(2);

/// The class, and all that is known of it.
pub(super) struct Looks<'a> {
    pub folder: &'a ClassFolder,
    pub labs: &'a [&'a Lab],
    /// The accounts, each with the students who share it.
    pub units: Vec<Vec<&'a Student>>,
    pub room: RefCell<Room>,
    accounts: Accounts<'a>,
    limit: Limit,
    rules: Vec<LabRules>,
    steps: Vec<Vec<String>>,
    seen: Vec<RefCell<Seen<'a>>>,
}

/// What is remembered of one account. It has a size that no number of looks changes.
#[derive(Default)]
struct Seen<'a> {
    watches: BTreeMap<String, Watch<'a>>,
    fingerprints: BTreeMap<String, BTreeMap<String, u64>>,
    look: LookState,
}

/// What this look has come to so far.
#[derive(Default)]
struct LookState {
    changed: bool,
    throttled: bool,
    trouble: Option<String>,
    kept: usize,
    reports: Vec<Report>,
}

/// A look that has ended.
pub(super) struct Looked {
    pub place: usize,
    pub outcome: Outcome,
    pub calls: CallCount,
    /// What stood in its way, if that is news; or that nothing does any more.
    pub news: Option<Option<String>>,
    /// Runs that the folder has now and did not have before.
    pub kept: usize,
    /// What an event has shown, where one was sent.
    pub sent: Vec<Report>,
}

/// Who is looked at, in what, and how.
pub(super) struct Class<'a> {
    pub course: &'a Course,
    pub folder: &'a ClassFolder,
    pub labs: &'a [&'a Lab],
    pub units: Vec<Vec<&'a Student>>,
    pub accounts: Accounts<'a>,
    pub limit: Limit,
}

impl<'a> Looks<'a> {
    pub fn new(class: Class<'a>) -> anyhow::Result<Self> {
        let now = Utc::now();
        let labs = class.labs;
        let steps: Vec<Vec<String>> = labs
            .iter()
            .map(|lab| lab.steps.iter().map(|s| s.id.clone()).collect())
            .collect();
        let looks = Self {
            room: RefCell::new(Room::new(class.units.len(), labs.len(), now)),
            seen: class.units.iter().map(|_| RefCell::default()).collect(),
            rules: labs
                .iter()
                .map(|lab| LabRules::now(&class.course.files, &lab.id))
                .collect(),
            steps,
            folder: class.folder,
            labs,
            units: class.units,
            accounts: class.accounts,
            limit: class.limit,
        };
        for place in 0..looks.units.len() {
            looks.recall(place, now)?;
        }
        Ok(looks)
    }

    /// A room that is opened again goes on where it was.
    fn recall(&self, place: usize, now: DateTime<Utc>) -> anyhow::Result<()> {
        let student = self.units[place][0];
        for (at, lab) in self.labs.iter().enumerate() {
            let Some(report) = self.folder.report(student, &lab.id)? else {
                continue;
            };
            let premises = self.folder.premises(student, &report)?;
            // What an event has proved, a look may not see.
            let is_look = premises.is_some_and(|premises| premises.options.no_probe);
            let started = DateTime::parse_from_rfc3339(&report.started).map(|at| at.to_utc());
            if let Ok(started) = started
                && is_look
                && !report.account.is_empty()
                && (TimeDelta::zero()..SAME_HOUR).contains(&(now - started))
            {
                self.room
                    .borrow_mut()
                    .recall(place, at, &self.steps[at], &report, started);
            }
        }
        Ok(())
    }

    fn place_of(&self, student: &Student) -> usize {
        let is_here = |unit: &Vec<&Student>| unit.iter().any(|one| one.id == student.id);
        self.units.iter().position(is_here).expect("only these are looked at")
    }

    fn lab_of(&self, id: &str) -> usize {
        self.labs
            .iter()
            .position(|lab| lab.id == id)
            .expect("only these are looked at")
    }

    /// What a look at one lab rests on.
    fn task(&self, student: &Student, at: usize, send: bool) -> Task<'a> {
        let (lab, entry) = (self.labs[at], self.accounts.entry(student));
        let options = Options {
            no_probe: !send,
            ..Options::default()
        };
        let options = entry.options(lab, &options);
        let premises = Premises::of(&entry, lab, self.rules[at].clone(), self.accounts.region, options);
        Task { lab, premises }
    }

    /// Looks at an account once; with `send` an event is then sent through each of its labs.
    pub async fn look(&self, place: usize, send: bool, stop: watch::Receiver<u8>) -> Looked {
        let mut calls = CallCount::new();
        self.seen[place].borrow_mut().look = LookState::default();
        self.round(place, false, stop.clone(), &mut calls).await;
        let mut sent = Vec::new();
        let is_open = self.seen[place].borrow().look.trouble.is_none();
        if send && is_open && *stop.borrow() == 0 {
            self.seen[place].borrow_mut().look.reports.clear();
            self.round(place, true, stop.clone(), &mut calls).await;
            sent = std::mem::take(&mut self.seen[place].borrow_mut().look.reports);
        }
        let mut seen = self.seen[place].borrow_mut();
        let look = std::mem::take(&mut seen.look);
        if look.trouble.is_some() {
            // Keys that have expired may have been replaced by the next time.
            self.accounts.close(self.units[place][0]);
        }
        let outcome = match &look {
            LookState { trouble: Some(_), .. } => Outcome::Unreachable,
            LookState { throttled: true, .. } => Outcome::Throttled,
            LookState { changed: true, .. } => Outcome::Changed,
            _ => Outcome::Same,
        };
        let is_news = self.room.borrow_mut().ended(place, look.trouble.as_deref(), Utc::now());
        Looked {
            place,
            outcome,
            calls,
            news: is_news.then_some(look.trouble),
            kept: look.kept,
            sent,
        }
    }

    async fn round(&self, place: usize, send: bool, stop: watch::Receiver<u8>, calls: &mut CallCount) {
        let student = self.units[place][0];
        let takes = |lab: &Lab| self.units[place].iter().any(|one| one.takes(&lab.id));
        let tasks = (0..self.labs.len()).filter(|at| takes(self.labs[*at]));
        let plan = Plan {
            keep: self,
            at_once: 1,
            limit: self.limit,
            // That is asked when the class is graded. A look again and again would only use up its rate.
            asks_trail: false,
            work: vec![Work {
                student,
                tasks: tasks.map(|at| self.task(student, at, send)).collect(),
            }],
        };
        let open = async |_: &Student, labs: &[&Lab]| self.accounts.open(student, labs).await;
        let failed = RefCell::new(None);
        let on = |event: GradeEvent<'_>| {
            if let GradeEvent::NotStored(_, error) = event {
                *failed.borrow_mut() = Some(error.to_string());
            }
        };
        grade(&plan, open, &on, stop).await;
        let mut seen = self.seen[place].borrow_mut();
        if let Some(error) = failed.into_inner() {
            seen.look.trouble = Some(format!("not stored: {error}"));
        }
        for (service, count) in self.accounts.take_calls(student) {
            *calls.entry(service).or_default() += count;
        }
    }

    /// Tells the room what a look has shown.
    fn tell(&self, student: &Student, judged: &Judged, sent: bool) {
        let (place, at) = (self.place_of(student), self.lab_of(&judged.report.lab));
        let lab = self.labs[at];
        let mut seen = self.seen[place].borrow_mut();
        let watch = seen
            .watches
            .entry(lab.id.clone())
            .or_insert_with(|| Watch::new(lab, false));
        if sent {
            let steps: Vec<&Step> = lab.steps.iter().filter(|step| step.probe.is_some()).collect();
            watch.sent(&steps, judged);
        } else {
            watch.looked(judged);
        }
        let Some(report) = watch.report() else { return };
        let before = seen.fingerprints.insert(lab.id.clone(), judged.fingerprints.clone());
        let moved = before.is_some_and(|before| before != judged.fingerprints);
        let mut room = self.room.borrow_mut();
        seen.look.changed |= room.looked(place, at, &self.steps[at], &report, moved, Utc::now());
        seen.look.throttled |= throttled(judged);
        if judged.report.resources.is_empty() {
            self.accounts.found_nothing(student, lab);
        }
        if sent {
            seen.look.reports.push(judged.report.clone());
        }
    }

    /// Keeps a look, if it says something else than the last run. Gives whether it does.
    fn keep(&self, student: &Student, judged: &Judged, premises: &Premises) -> Result<bool, StoreError> {
        let report = &judged.report;
        let class = self.folder.class();
        let sharing = class.sharing(student, &report.lab);
        let lasts: Vec<Option<Report>> = sharing
            .iter()
            .map(|one| self.folder.report(one, &report.lab))
            .collect::<Result<_, _>>()?;
        let lab = self.labs[self.lab_of(&report.lab)];
        let what = match lasts.first() {
            // Whoever has joined a group has no run yet.
            Some(Some(last)) if premises.options.no_probe && lasts.iter().all(Option::is_some) => {
                let before = self.folder.premises(sharing[0], last)?;
                let run = LastRun {
                    report: last,
                    premises: before.as_ref(),
                };
                stored(lab, Some(run), report, premises)
            }
            _ => Stored::Added,
        };
        if what != Stored::Already {
            self.folder.keep(student, report, &judged.evidence, Some(premises))?;
        }
        if what == Stored::Replaces {
            for (one, last) in sharing.iter().zip(lasts.iter().flatten()) {
                self.folder.remove_run(one, last)?;
            }
        }
        Ok(what != Stored::Already)
    }
}

impl RunStore for Looks<'_> {
    type Note = PathBuf;

    async fn store(&self, student: &Student, judged: &Judged, premises: &Premises) -> Result<(), StoreError> {
        let place = self.place_of(student);
        if let Some(reason) = &judged.evidence.unreachable {
            self.seen[place].borrow_mut().look.trouble = Some(reason.clone());
            // What was seen before says more; without that, the folder says why nothing was.
            if self.folder.report(student, &judged.report.lab)?.is_some() {
                return Ok(());
            }
            self.folder
                .keep(student, &judged.report, &judged.evidence, Some(premises))?;
            self.seen[place].borrow_mut().look.kept += 1;
            return Ok(());
        }
        self.tell(student, judged, !premises.options.no_probe);
        let kept = self.keep(student, judged, premises)?;
        self.seen[place].borrow_mut().look.kept += usize::from(kept);
        Ok(())
    }

    async fn loose(&self, student: &Student, lab: &str) -> Result<Vec<(PathBuf, PendingCleanup)>, StoreError> {
        RunStore::loose(self.folder, student, lab).await
    }

    async fn note_loose(&self, student: &Student, lab: &str, loose: &PendingCleanup) -> Result<(), StoreError> {
        RunStore::note_loose(self.folder, student, lab, loose).await
    }

    async fn forget_loose(&self, note: PathBuf) -> Result<(), StoreError> {
        RunStore::forget_loose(self.folder, note).await
    }
}

/// The labs of a class that a room is about.
pub(super) fn of_room(labs: &[LabSummary], looked_at: &[&Lab]) -> Vec<LabSummary> {
    let summary = |lab: &&Lab| labs.iter().find(|summary| summary.id == lab.id).cloned();
    looked_at.iter().filter_map(summary).collect()
}
