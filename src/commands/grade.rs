//! `edemlab grade`.

use super::grade_live::Screen;
use super::{common, roster};
use crate::account::Account;
use crate::class::access::Doors;
use crate::class::folder::Folder;
use crate::class::grade::{Closed, Outcome, Plan, Work, grade};
use crate::class::roster::{Entry, Roster};
use crate::class::underway::Underway;
use crate::class::{self, Class, Counts, Grade, LabSummary, Student, pages};
use crate::cli::{Again, GradeArgs};
use crate::course::{Course, Lab, Part, UnknownName};
use crate::judge::Options;
use crate::report::text::visible;
use crate::report::{Report, Status, Verdict};
use chrono::Utc;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Accounts at once, at most: each is a dozen calls to AWS.
const MOST_AT_ONCE: u64 = 64;

/// Connections and files that one account has open at its busiest.
const OPEN_FILES: u64 = 24;

/// A problem of the class's folder that ends the command.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("another edemlab grades into {0} now; wait for it, or end it first")]
    Busy(String),
    #[error("{dir} holds another course ({found}); choose another folder with --out")]
    OtherCourse { dir: String, found: String },
}

pub async fn run(course: Option<PathBuf>, args: GradeArgs) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Checks)?;
    let labs = roster::labs(&course, &args.labs)?;
    let own = roster::connection(&args.own);
    let region = own.region().await.unwrap_or_default();
    let list = roster::read(&args.roster, &course, &region)?;
    known_students(&list, &args.only)?;
    let doors = roster::doors(&list, own, &args.secret).await?;

    let folder = folder(&course, &labs, &list, &args)?;
    let Some(_lock) = folder.lock()? else {
        return Err(Refused::Busy(shown(&args.out)).into());
    };
    let underway = folder.go_on(Underway {
        labs: labs.iter().map(|l| l.id.clone()).collect(),
        again: args.again.iter().map(|a| format!("{a:?}")).collect(),
        only: args.only.clone(),
        started: now(),
    })?;
    let work = work(&folder, &labs, &args, &underway)?;
    let plan = Plan {
        folder: &folder,
        options: Options {
            no_probe: args.no_probe,
            ..Options::default()
        },
        at_once: args.at_once.map_or_else(bearable, usize::from),
        limit: args.limit,
        work,
    };
    let entries: BTreeMap<&str, &Entry> = list.students.iter().map(|e| (e.student.id.as_str(), e)).collect();
    let open = async |student: &Student| open(&doors, entries[student.id.as_str()], &labs, &args).await;
    let screen = Screen::new(&plan, &labs);
    let stop = common::interrupts();
    let on = |event: class::grade::Event<'_>| screen.on(event);
    let outcome = tokio::select! {
        outcome = grade(&plan, open, &on, stop.clone()) => outcome,
        never = screen.redraw() => match never {},
    };
    screen.clear();
    let stopped = *stop.borrow() > 0;
    if !stopped && outcome.lost == 0 {
        folder.done()?;
    }
    pages::write(&folder, Counts::Last)?;
    let (text, told) = summary(&folder, &labs, &outcome, stopped)?;
    super::print(text.trim_end())?;
    Ok(if told && !stopped && outcome.lost == 0 { 0 } else { 3 })
}

fn known_students(list: &Roster, only: &[String]) -> Result<(), UnknownName> {
    let ids = || list.students.iter().map(|e| e.student.id.as_str());
    match only.iter().find(|id| !ids().any(|known| known == *id)) {
        Some(id) => Err(UnknownName::new("student", id, ids().take(500))),
        None => Ok(()),
    }
}

/// The class's folder: labs that were graded there before stay.
fn folder(course: &Course, labs: &[&Lab], list: &Roster, args: &GradeArgs) -> anyhow::Result<Folder> {
    let title = course.title();
    let edition = labs.first().map(|l| l.edition.clone()).unwrap_or_default();
    let before = match Folder::open(&args.out) {
        Ok(folder) => Some(folder.class().clone()),
        Err(class::folder::FolderError::NotAClass(_)) => None,
        Err(error) => return Err(error.into()),
    };
    if let Some(before) = &before
        && (before.course != title || before.edition != edition)
    {
        let (dir, found) = (
            shown(&args.out),
            visible(&format!("{} {}", before.course, before.edition)),
        );
        return Err(Refused::OtherCourse { dir, found }.into());
    }
    let graded = |lab: &&Lab| {
        let earlier = before.iter().flat_map(|b| &b.labs).any(|l| l.id == lab.id);
        earlier || labs.iter().any(|l| l.id == lab.id)
    };
    let class = Class {
        schema: class::SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        course: title,
        edition,
        labs: course.labs.values().filter(graded).map(LabSummary::of).collect(),
        students: list.students.iter().map(|e| e.student.clone()).collect(),
        deadline: args.deadline.clone().or_else(|| before.and_then(|b| b.deadline)),
    };
    Ok(Folder::create(&args.out, class)?)
}

/// Who is still to be graded, in what.
fn work<'a>(
    folder: &'a Folder,
    labs: &[&'a Lab],
    args: &GradeArgs,
    underway: &Underway,
) -> anyhow::Result<Vec<Work<'a>>> {
    let mut work = Vec::new();
    for student in &folder.class().students {
        let asked = args.only.is_empty() || args.only.contains(&student.id);
        if student.excused || !asked {
            continue;
        }
        let mut open = Vec::new();
        for lab in labs.iter().filter(|lab| student.takes(&lab.id)) {
            let again = match folder.report(student, &lab.id)? {
                None => true,
                // This very run has been cut off, and had come by here.
                Some(report) if report.started >= underway.started => false,
                Some(report) => args.again.iter().any(|again| is_again(*again, &report)),
            };
            if again {
                open.push(*lab);
            }
        }
        if !open.is_empty() {
            work.push(Work { student, labs: open });
        }
    }
    Ok(work)
}

fn is_again(again: Again, report: &Report) -> bool {
    match again {
        Again::All => true,
        Again::Unknown => report.points.unknown > 0 || report.verdict == Verdict::Unknown,
        Again::Failed => report.verdict == Verdict::Fail,
    }
}

async fn open(doors: &Doors, entry: &Entry, labs: &[&Lab], args: &GradeArgs) -> Result<Account, Closed> {
    let closed = |error: &dyn std::fmt::Display| Closed(error.to_string());
    let found;
    let region = match (&entry.region, &args.own.region) {
        (None, None) => {
            found = doors.find_region(entry, labs).await.map_err(|e| closed(&e))?;
            found.region.as_str()
        }
        (Some(region), _) | (None, Some(region)) => region,
    };
    let (account, _) = doors.enter(entry, Some(region)).await.map_err(|e| closed(&e))?;
    Ok(account)
}

/// As many accounts at once as this computer has open files for.
fn bearable() -> usize {
    #[cfg(unix)]
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    let files = None;
    let bearable = files.unwrap_or(u64::MAX) / OPEN_FILES;
    usize::try_from(bearable.clamp(4, MOST_AT_ONCE)).unwrap_or(4)
}

/// What the professor should know now, and whether everything could be told.
fn summary(folder: &Folder, labs: &[&Lab], outcome: &Outcome, stopped: bool) -> anyhow::Result<(String, bool)> {
    const FEW: usize = 5;
    let mut graded = 0;
    let mut open = 0;
    let mut untold: Vec<String> = Vec::new();
    let mut failing: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut leftovers = Vec::new();
    for grade in folder.grades(Counts::Last) {
        let Grade {
            student, lab, report, ..
        } = grade?;
        if student.excused || !student.takes(&lab.id) || !labs.iter().any(|l| l.id == lab.id) {
            continue;
        }
        let Some(report) = report else {
            open += 1;
            continue;
        };
        graded += 1;
        let who = || format!("{}  {}", short(&student.id), lab.id);
        leftovers.extend(report.leftovers.iter().map(|left| format!("   {}  {left}", who())));
        let mut reason = None;
        for (_, check) in report.checks() {
            match check.status {
                Status::Fail if !check.optional => {
                    let seen = failing.entry(format!("{} {}", lab.id, check.id)).or_default();
                    seen.0 += 1;
                    seen.1.clone_from(&check.title);
                }
                Status::Unknown if !check.optional => reason = reason.or_else(|| check.found.clone()),
                _ => {}
            }
        }
        if let Some(reason) = reason {
            untold.push(format!("   {}  {reason}", who()));
        }
    }
    let excused = folder.class().students.iter().filter(|s| s.excused).count();
    let mut out = format!(" {graded} graded");
    let mut part = |count: usize, what: &str| {
        if count > 0 {
            let _ = write!(out, " · {count} {what}");
        }
    };
    part(untold.len(), "could not be told");
    part(open, "still to be graded");
    part(excused, "excused");
    let _ = write!(out, "\n stored now: {}", outcome.stored);
    if stopped || outcome.lost > 0 {
        let _ = write!(
            out,
            " · cut off: {}; the same command goes on",
            outcome.lost.max(usize::from(stopped))
        );
    }
    let width = common::width();
    let list = |title: &str, lines: &[String], out: &mut String| {
        if !lines.is_empty() {
            let _ = write!(out, "\n\n {title}\n");
            for line in lines.iter().take(20) {
                let _ = writeln!(
                    out,
                    "{}",
                    crate::report::text::wrapped(&visible(line.trim()), width, "   ")
                );
            }
            if lines.len() > 20 {
                let _ = writeln!(out, "   … and {} more", lines.len() - 20);
            }
            out.truncate(out.trim_end().len());
        }
    };
    list("could not be told", &untold, &mut out);
    list("left in accounts", &leftovers, &mut out);
    let mut failing: Vec<_> = failing.into_iter().collect();
    failing.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(&b.0)));
    let failing: Vec<String> = failing
        .into_iter()
        .take(FEW)
        .map(|(id, (count, title))| format!("{count} × {id}  {title}"))
        .collect();
    list("most often", &failing, &mut out);
    let _ = write!(out, "\n\n {}", shown(&folder.path().join("index.html")));
    Ok((out, untold.is_empty() && open == 0))
}

/// A student's id where there is little room.
fn short(id: &str) -> String {
    let id = visible(id);
    match id.char_indices().nth(32) {
        Some((at, _)) => format!("{}…", &id[..at]),
        None => id,
    }
}

fn shown(path: &Path) -> String {
    visible(&path.display().to_string())
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
