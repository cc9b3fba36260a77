//! What grading here and grading on AWS have in common: the folder, who is due, and the end.

use super::common;
use crate::class::due::{Asked, Due};
use crate::class::folder::ClassFolder;
use crate::class::grade::{GradeOutcome, Work};
use crate::class::pages::{self, ClassPages, Common, StudentRemark};
use crate::class::privacy;
use crate::class::roster::{Access, Roster};
use crate::class::underway::{GradingLock, Underway, lock};
use crate::class::{self, Class, Counts, LabSummary, due, identifier};
use crate::cli::{Again, GradeArgs};
use crate::course::{Course, Lab};
use crate::judge::Options;
use crate::report::text::{visible, wrapped};
use crate::report::{Report, Verdict};
use chrono::Utc;
use std::fmt::Write;
use std::path::Path;

/// Lines of a list at most.
const MANY: usize = 20;

/// A problem of the class's folder that ends the command.
#[derive(Debug, thiserror::Error)]
pub(super) enum GradeProblem {
    #[error("another edemlab is grading into {0}: wait for it, or stop it first")]
    Busy(String),
    #[error("{dir} holds another course ({found}); choose another folder with --out")]
    OtherCourse { dir: String, found: String },
    #[error("a run of the stack `{stack}` is under way for {dir}: the same command with --fleet {stack} joins it")]
    FleetUnderWay { dir: String, stack: String },
    #[error(
        "{dir} holds {count} of {lab} that {how}: one class, one set of rules. Nothing was graded.\n\n  \
         Judge them again from what was seen, without any account: edemlab regrade {dir} (with the same --course), then run \
         this command again.\n  Or grade everyone again: the same command with --again all."
    )]
    OtherRules {
        dir: String,
        count: String,
        lab: String,
        how: String,
    },
    #[error(
        "the class in {dir} has these students under another spelling, so each would be listed twice. Nothing was \
         graded.{list}\n{}\nIf the new spelling is right, choose another folder with --out.",
        identifier::WAY_OUT
    )]
    Respelled { dir: String, list: String },
    #[error("this computer can grade at most {0} accounts in parallel; more are possible with --fleet")]
    TooManyAtOnce(u16),
}

/// Writes the pages and says what the professor should know; gives the exit code. `open` says what is still to be done.
pub(super) fn ended(folder: &ClassFolder, outcome: &GradeOutcome, open: Option<String>) -> anyhow::Result<u8> {
    let pages = pages::write(folder, Counts::Last)?;
    let absent = privacy::absent(folder)?;
    if !absent.is_empty() {
        super::output::note(&format!(
            "note: the folder keeps files of {}: edemlab class forget {} --absent removes them",
            match absent.len() {
                1 => "a student who is not on the roster any more".to_owned(),
                count => format!("{count} students who are not on the roster any more"),
            },
            shown(folder.path())
        ));
    }
    super::output::print(&summary(&pages, outcome, open.as_deref()))?;
    let determined = pages.overview.unknown.is_empty() && pages.overview.open == 0;
    Ok(if determined && open.is_none() { 0 } else { 3 })
}

/// The class's folder, for this process alone. It is saved once it is known that the class can be graded.
pub(super) fn folder_of(
    course: &Course,
    labs: &[&Lab],
    list: &Roster,
    args: &GradeArgs,
) -> anyhow::Result<(ClassFolder, GradingLock)> {
    if let Ok(before) = ClassFolder::open(&args.out) {
        let respelled = due::respelled(&before, list);
        if !respelled.is_empty() {
            return Err(GradeProblem::Respelled {
                dir: shown(&args.out),
                list: identifier::lines(&respelled, "in the roster", "in the class"),
            }
            .into());
        }
    }
    let class = class_of(course, labs, list, args)?;
    let lock = locked(&args.out)?;
    let mut folder = ClassFolder::of(&args.out, class);
    for entry in &list.students {
        if matches!(entry.access, Access::Awaited(_)) {
            folder.keep_graded(&entry.student, entry.account.as_deref())?;
        }
    }
    Ok((folder, lock))
}

/// The folder is this process's alone, for as long as this is kept.
pub(super) fn locked(folder: &Path) -> anyhow::Result<GradingLock> {
    lock(folder)?.ok_or_else(|| GradeProblem::Busy(shown(folder)).into())
}

/// Who is still to be graded, in what. Says whose report is made again because of a correction.
///
/// # Errors
/// When reports of other rules would stay beside the new ones.
pub(super) fn due<'a>(
    course: &'a Course,
    folder: &'a ClassFolder,
    labs: &'a [&'a Lab],
    list: &'a Roster,
    args: &'a GradeArgs,
) -> anyhow::Result<Vec<Work<'a>>> {
    // What the professor says of grades has to be right before an evening is spent on them.
    folder.adjustments()?;
    let underway = folder.go_on(Underway {
        labs: labs.iter().map(|l| l.id.clone()).collect(),
        again: args.again.iter().map(|a| format!("{a:?}")).collect(),
        only: args.only.clone(),
        started: now(),
    })?;
    let asked = Asked {
        labs,
        roster: list,
        files: &course.files,
        region: args.own.region.as_deref(),
        options: options(args),
        only: &args.only,
        since: &underway.started,
        again: &|report| args.again.iter().any(|again| is_again(*again, report)),
    };
    let due = Due::of(folder, &asked)?;
    if let Some(((lab, rules), count)) = due.mixed.iter().next() {
        // Nothing was begun: the next command is a run of its own.
        folder.done()?;
        return Err(GradeProblem::OtherRules {
            dir: shown(folder.path()),
            count: match count {
                1 => "1 report".to_owned(),
                count => format!("{count} reports"),
            },
            lab: visible(lab),
            how: match rules.tool.as_str() {
                env!("CARGO_PKG_VERSION") => "other checks of this lab judged".to_owned(),
                tool => format!(
                    "edemlab {} judged (this is {})",
                    visible(tool),
                    env!("CARGO_PKG_VERSION")
                ),
            },
        }
        .into());
    }
    folder.save()?;
    for (graded, joined, lab) in &due.shared {
        folder.share_runs(graded, joined, lab)?;
        super::output::note(&format!(
            "note: {} has joined the group of {}, and has its grade in {} now",
            short(&joined.id),
            short(&graded.id),
            visible(lab)
        ));
    }
    if !due.corrected.is_empty() {
        super::output::note("graded again, because the roster or the options changed:");
        for (student, lab, what) in due.corrected.iter().take(MANY) {
            super::output::note(&format!("  {}, {}: {what}", short(student), visible(lab)));
        }
        if due.corrected.len() > MANY {
            super::output::note(&format!("  … and {} more", due.corrected.len() - MANY));
        }
    }
    if !due.withdrawn.is_empty() {
        let few = due.withdrawn.iter().take(MANY).map(|id| short(id)).collect::<Vec<_>>();
        let more = if due.withdrawn.len() > MANY { ", …" } else { "" };
        super::output::note(&format!(
            "note: graded before, but the roster now names another account or none, so that grade does not count: {}{more}",
            few.join(", ")
        ));
    }
    Ok(due.work)
}

pub(super) fn is_again(again: Again, report: &Report) -> bool {
    match again {
        Again::All => true,
        Again::Unknown => report.is_unsettled(),
        Again::Failed => report.verdict == Verdict::Fail,
    }
}

/// What the professor should know now.
pub(super) fn summary(pages: &ClassPages, outcome: &GradeOutcome, open: Option<&str>) -> String {
    const FEW: usize = 5;
    let overview = &pages.overview;
    let mut out = format!(" {} graded", overview.graded);
    for (count, what) in [
        (overview.unknown.len(), "with something unknown"),
        (overview.open, "still to be graded"),
        (overview.partial, "judged in part, scaled to what was judged"),
        (overview.adjusted, "adjusted"),
        (overview.late, "late"),
        (overview.not_handed_in.len(), "not handed in"),
        (overview.excused, "excused"),
    ] {
        if count > 0 {
            let _ = write!(out, " · {count} {what}");
        }
    }
    let _ = write!(out, "\n stored now: {}", outcome.stored);
    out.push_str(open.unwrap_or_default());
    let said = |said: &StudentRemark| format!("{}  {}  {}", short(&said.student), said.lab, said.text);
    let common = |c: &Common| format!("{} × {} {}  {}", c.students, c.lab, c.check, c.title);
    list(
        &mut out,
        "could not be determined",
        overview.unknown.iter().map(said),
        MANY,
    );
    let missing = overview.not_handed_in.iter().map(|id| short(id));
    list(&mut out, "not handed in", missing, MANY);
    list(&mut out, "left in accounts", overview.leftovers.iter().map(said), MANY);
    list(
        &mut out,
        "most often",
        overview.failing.iter().take(FEW).map(common),
        FEW,
    );
    if overview.alike > 0 {
        let times = if overview.alike == 1 {
            "Some accounts share"
        } else {
            "Accounts share"
        };
        let text = format!(
            "{times} what should be each student's own (look, do not conclude): see \"Accounts that are alike\" in"
        );
        let _ = write!(out, "\n\n{}", wrapped(&text, common::width(), " "));
    }
    let _ = write!(out, "\n\n {}", shown(&pages.index));
    out
}

/// A heading and its lines, up to `most` of them.
pub(super) fn list(out: &mut String, title: &str, lines: impl ExactSizeIterator<Item = String>, most: usize) {
    let all = lines.len();
    if all > 0 {
        let _ = write!(out, "\n\n {title}");
        for line in lines.take(most) {
            let _ = write!(out, "\n{}", wrapped(&visible(&line), common::width(), "   "));
        }
        if all > most {
            let _ = write!(out, "\n   … and {} more", all - most);
        }
    }
}

/// A student's id where there is little room.
pub(super) fn short(id: &str) -> String {
    let id = visible(id);
    match id.char_indices().nth(32) {
        Some((at, _)) => format!("{}…", &id[..at]),
        None => id,
    }
}

pub(super) fn shown(path: &Path) -> String {
    visible(&path.display().to_string())
}

pub(super) fn now() -> String {
    Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// The class: labs that were graded in this folder before stay.
fn class_of(course: &Course, labs: &[&Lab], list: &Roster, args: &GradeArgs) -> anyhow::Result<Class> {
    let title = course.title();
    let edition = labs.first().map(|l| l.edition.clone()).unwrap_or_default();
    let before = match ClassFolder::open(&args.out) {
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
        return Err(GradeProblem::OtherCourse { dir, found }.into());
    }
    let graded = |lab: &&Lab| {
        let earlier = before.iter().flat_map(|b| &b.labs).any(|l| l.id == lab.id);
        earlier || labs.iter().any(|l| l.id == lab.id)
    };
    let summary = |lab: &Lab| {
        let of_before = before.iter().flat_map(|b| &b.labs).find(|of| of.id == lab.id);
        let now = LabSummary::of(lab, course);
        match of_before {
            Some(before) => now.with_terms_of(before),
            None => now,
        }
    };
    let class = Class {
        schema: class::SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        course: title,
        edition,
        labs: course.labs.values().filter(graded).map(summary).collect(),
        students: list.students.iter().map(|e| e.student.clone()).collect(),
        deadline: before.as_ref().and_then(|b| b.deadline.clone()),
    };
    let ids: Vec<&str> = labs.iter().map(|lab| lab.id.as_str()).collect();
    Ok(class.due_by(&args.deadline.terms(), &ids)?)
}

/// What is judged of everyone.
fn options(args: &GradeArgs) -> Options {
    Options {
        no_probe: args.no_probe,
        ..Options::default()
    }
}
