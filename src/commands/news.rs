//! What has changed since the last look, in a line each: a cause with its fix, and in one line what follows from it.

use super::common;
use crate::report::terminal::symbol;
use crate::report::text::{MAX_COMMAND, cut, visible, wrapped_marks};
use crate::report::view::{Fixes, Mark, Order};
use crate::report::{CheckReport, Report, StepReport};
use crate::watch::Change;
use colored::{ColoredString, Colorize};

/// A line, and what stands below it.
pub struct News {
    /// How it is now.
    pub mark: ColoredString,
    /// What has changed.
    pub text: String,
    /// The fix, ready to be shown.
    pub below: Vec<String>,
}

/// What `changes` of `now` are told as, in the order of the lab.
pub fn of(now: &Report, changes: &[Change<'_>], fixes: &Fixes) -> Vec<News> {
    let order = Order::of(now);
    let mut told: Vec<News> = Vec::new();
    let mut folded: Vec<(Mark, &str)> = Vec::new();
    for change in changes {
        let check = change.check;
        let mark = mark_of(now, &order, check);
        let Some(root) = follows_from(&order, mark, check) else {
            told.push(one(check, mark, fixes));
            continue;
        };
        if folded.contains(&(mark, root)) {
            continue;
        }
        folded.push((mark, root));
        let alike = changes.iter().map(|other| other.check);
        let alike = alike
            .filter(|other| mark_of(now, &order, other) == mark && follows_from(&order, mark, other) == Some(root));
        let alike: Vec<&CheckReport> = alike.collect();
        told.push(match alike.as_slice() {
            [_] => following(check, mark, root),
            several => several_following(several, mark, root),
        });
    }
    told
}

fn mark_of(now: &Report, order: &Order, check: &CheckReport) -> Mark {
    let of = |step: &&StepReport| step.checks.iter().any(|other| other.id == check.id);
    let step = now.steps.iter().find(of);
    step.map_or(check.status.into(), |step| Mark::of_check(order, step, check))
}

/// The failure to fix first of a check that fails or waits because of it, and says nothing of its own.
fn follows_from<'r>(order: &Order<'r>, mark: Mark, check: &CheckReport) -> Option<&'r str> {
    let silent = mark == Mark::Blocked && check.found.is_none();
    let root = order.root(check).filter(|_| silent || mark == Mark::Fail)?;
    Some(&root.id)
}

/// A check that follows from another: what was found, and no fix, which is that of the other.
fn following(check: &CheckReport, mark: Mark, root: &str) -> News {
    let title = visible(&check.title);
    let text = match (mark, &check.found) {
        (Mark::Fail, Some(found)) => format!("{}  {} (follows from {root})", check.id, visible(found)),
        (Mark::Fail, None) => format!("{}  {title} (follows from {root})", check.id),
        _ => format!("{}  {title}: waits for {root}", check.id),
    };
    News {
        mark: symbol(mark),
        text,
        below: Vec::new(),
    }
}

fn several_following(checks: &[&CheckReport], mark: Mark, root: &str) -> News {
    let ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
    let how = match mark {
        Mark::Fail => "follow from",
        _ => "wait for",
    };
    News {
        mark: symbol(mark),
        text: format!("{} checks {how} {root}: {}", ids.len(), ids.join(", ")),
        below: Vec::new(),
    }
}

/// A check that speaks for itself.
fn one(check: &CheckReport, mark: Mark, fixes: &Fixes) -> News {
    let title = visible(&check.title);
    let found = || visible(check.found.as_deref().unwrap_or_default());
    let text = match mark {
        Mark::Pass => format!("{}  {title}  {}/{}", check.id, check.points, check.possible),
        Mark::Fail | Mark::Extra if check.found.is_none() => format!("{}  {title}", check.id),
        Mark::Fail | Mark::Extra => format!("{}  {}", check.id, found()),
        Mark::Unknown => format!("{}  {title}: unknown: {}", check.id, found()),
        Mark::NotStarted => format!("{}  {title}: {}", check.id, mark.word()),
        Mark::Unrecognized => format!("{}  {title}: {}: {}", check.id, mark.word(), found()),
        Mark::Blocked if check.found.is_none() => {
            format!("{}  {title}: waits for {}", check.id, check.needs.join(", "))
        }
        Mark::Blocked => format!("{}  {title}: {}", check.id, found()),
    };
    let below = match mark {
        Mark::Fail | Mark::Extra => fix(check, fixes),
        _ => Vec::new(),
    };
    News {
        mark: symbol(mark),
        text,
        below,
    }
}

/// A fix as it is said here: commands, or clicks.
fn fix(check: &CheckReport, fixes: &Fixes) -> Vec<String> {
    let lead = "             fix  ";
    if fixes.cli_first && !check.cli.is_empty() {
        let commands = fixes.before.iter().chain(&check.cli);
        let commands = commands.map(|command| format!("               {}", cut(command, MAX_COMMAND).cyan()));
        return std::iter::once(lead.trim_end().to_owned()).chain(commands).collect();
    }
    let fix = check.fix.iter();
    fix.map(|fix| wrapped_marks(&visible(fix), common::width().clamp(40, 100), lead))
        .collect()
}
