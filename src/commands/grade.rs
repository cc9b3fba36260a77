//! `edemlab grade`.

use super::common::bearable;
use super::grade_live::Screen;
use super::grading::{GradeProblem, due, ended, folder_of, shown};
use super::{common, grade_fleet, grade_room, roster};
use crate::class::access::opened;
use crate::class::grade::{Closed, Limit, Plan, WAITING, grade_on_threads};
use crate::class::roster::{Entry, LabNames, Roster};
use crate::class::{self, Student};
use crate::cli::GradeArgs;
use crate::course::{Lab, Part, UnknownName};
use crate::fleet::ledger::Ledger;
use crate::report::text::visible;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread;
use tokio::runtime::Runtime;

/// Accounts at once, at most: each is a dozen calls to AWS.
const MOST_AT_ONCE: u64 = 64;

/// The same, when the user asks for it.
const MOST_ASKED: u16 = 512;

/// Connections and files that one account has open at its busiest, and two connections to CloudTrail for each of the labs that may
/// wait behind it.
const OPEN_FILES: u64 = 24 + 2 * WAITING as u64;

pub fn run(runtime: &Runtime, course: Option<PathBuf>, args: GradeArgs) -> anyhow::Result<u8> {
    grade_room::fits(&args)?;
    let course = common::course(course, Part::Checks)?;
    let labs = roster::labs(&course, &args.labs)?;
    let own = roster::connection(&args.own);
    let region = runtime.block_on(own.region()).unwrap_or_default();
    let mut list = roster::read(&args.roster, &course, &region)?;
    let names: Vec<LabNames> = labs.iter().copied().map(LabNames::of).collect();
    list.apply(&args.skip, &args.uses, &names)?;
    known_students(&list, &args.only)?;
    if let Some(stack) = &args.fleet {
        return runtime.block_on(grade_fleet::run(&course, &labs, &list, &args, own, stack));
    }
    if args.at_once.is_some_and(|n| n > MOST_ASKED) {
        return Err(GradeProblem::TooManyAtOnce(MOST_ASKED).into());
    }
    let student_access = runtime.block_on(roster::student_access(&args.roster, &list, own, &args.secret))?;
    if args.room.live {
        return runtime.block_on(grade_room::run(&course, &labs, &list, &args, &student_access));
    }
    let (folder, _lock) = folder_of(&course, &labs, &list, &args)?;
    if let Some(Ledger { stack, .. }) = Ledger::read(&args.out)? {
        let (dir, stack) = (shown(&args.out), visible(&stack));
        return Err(GradeProblem::FleetUnderWay { dir, stack }.into());
    }
    let work = due(&course, &folder, &labs, &list, &args)?;
    let plan = Plan {
        keep: &folder,
        at_once: args
            .at_once
            .map_or_else(|| bearable(OPEN_FILES, MOST_AT_ONCE), usize::from),
        limit: Limit::Account(args.limit),
        asks_trail: true,
        work,
    };
    let entries: BTreeMap<&str, &Entry> = list.students.iter().map(|e| (e.student.id.as_str(), e)).collect();
    let open = async |student: &Student, labs: &[&Lab]| {
        let entry = entries[student.id.as_str()];
        let admitted = student_access.admit(entry, args.own.region.as_deref(), labs).await;
        admitted.map(opened).map_err(|error| Closed(error.to_string()))
    };
    let screen = Screen::new(&folder.class().course, &labs, plan.work.len(), plan.at_once);
    let stop = {
        let _within = runtime.enter();
        common::interrupts()
    };
    let on = |event: class::grade::GradeEvent<'_>| screen.on(event);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let outcome = grade_on_threads(&plan, threads, runtime, open, &on, &stop, screen.redraw());
    screen.clear();
    let stopped = *stop.borrow() > 0;
    let whole = !stopped && outcome.lost == 0;
    if whole {
        folder.done()?;
    }
    let more = format!(" · cut off: {}; the same command goes on", outcome.lost);
    ended(&folder, &outcome, (!whole).then_some(more))
}

fn known_students(list: &Roster, only: &[String]) -> Result<(), UnknownName> {
    let ids = || list.students.iter().map(|e| e.student.id.as_str());
    match only.iter().find(|id| !ids().any(|known| known == *id)) {
        Some(id) => Err(UnknownName::new("student", id, ids().take(500))),
        None => Ok(()),
    }
}
