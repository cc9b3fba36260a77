//! What is said of a step and of a check.

use super::mark::Mark;
use super::order::{not_started, unrecognized};
use super::{CheckView, Fixes, Line, Order, PathStepView, Place, StepView};
use crate::report::text::{MAX_COMMAND, cut, visible};
use crate::report::{CheckReport, Chosen, Report, Status, StepReport};
use std::collections::BTreeSet;

impl StepView {
    pub(super) fn of(order: &Order, report: &Report, step: &StepReport, checks: Vec<CheckView>) -> Self {
        let mark = Mark::of(order, step);
        let reason = |check: Option<&CheckReport>| visible(check.and_then(|c| c.found.as_deref()).unwrap_or_default());
        let points = match step.status {
            Status::Unknown if step.points.unknown == step.points.possible => format!("?/{}", step.points.possible),
            _ => format!("{}/{}", step.points.earned, step.points.possible),
        };
        let of = |status: Status| step.checks.iter().filter(move |c| c.status == status);
        let (mut stops, mut after_path, mut listed) = (Vec::new(), String::new(), Vec::new());
        let said = match mark {
            Mark::NotStarted => format!("{}: {}", mark.word(), reason(not_started(step))),
            Mark::Unrecognized => format!("{}: {}", mark.word(), reason(unrecognized(step))),
            Mark::Unknown => match of(Status::Unknown).next() {
                Some(check) if check.denied_action().is_some() => format!("unknown: {}", reason_in_brief(check)),
                check => format!("unknown: {}", reason(check)),
            },
            Mark::Blocked => {
                let needs = first_few(&obstacles(order, step));
                let about = match was_sent(step) {
                    true => joined(path(step), &mut stops),
                    false => about(report, step),
                };
                match of(Status::Pass).next() {
                    None if needs.is_empty() => reason(of(Status::Blocked).next()),
                    None => format!("not reached: needs {needs}"),
                    Some(_) if about.is_empty() => format!("the rest needs {needs}"),
                    Some(_) => {
                        after_path = format!("; the rest needs {needs}");
                        format!("{about}{after_path}")
                    }
                }
            }
            Mark::Pass | Mark::Fail | Mark::Extra if step.path.is_empty() => {
                listed = several(report, step);
                about(report, step)
            }
            Mark::Pass | Mark::Fail | Mark::Extra => joined(path(step), &mut stops),
        };
        Self {
            id: visible(&step.id),
            title: visible(&step.title),
            mark,
            points,
            said,
            listed,
            path: stops,
            after_path,
            checks,
        }
    }
}

impl PathStepView {
    /// `table ✓ 0.5 s`
    pub fn text(&self) -> String {
        let mark = self.mark.map(|m| format!(" {}", m.symbol())).unwrap_or_default();
        let gap = if self.when.is_empty() { "" } else { " " };
        format!("{}{mark}{gap}{}", self.name, self.when)
    }
}

impl CheckView {
    pub(super) fn of(
        order: &Order,
        report: &Report,
        step: &StepReport,
        check: &CheckReport,
        (place, fixes): (Place, &Fixes),
    ) -> Self {
        let points = match check.status {
            Status::Unknown => format!("?/{}", check.possible),
            _ => format!("{}/{}", check.points, check.possible),
        };
        Self {
            id: visible(&check.id),
            title: visible(&check.title),
            mark: Mark::of_check(order, step, check),
            points,
            possible: check.possible,
            optional: check.optional,
            place,
            brief: match check.status {
                Status::Unknown => reason_in_brief(check),
                Status::Fail if !check.optional => follow(order, check).map(|(brief, _)| brief).unwrap_or_default(),
                _ => String::new(),
            },
            lines: match check.status {
                Status::Pass => Vec::new(),
                Status::Fail => failure(order, step, check, fixes),
                Status::Unknown => unknown(report, check),
                Status::Blocked => vec![line("needs", &check.needs.join(", "))],
            },
        }
    }
}

fn line(label: &'static str, text: &str) -> Line {
    Line {
        label,
        text: visible(text),
        command: false,
        page: None,
    }
}

fn failure(order: &Order, step: &StepReport, check: &CheckReport, fixes: &Fixes) -> Vec<Line> {
    let mut lines = Vec::new();
    if check.expected != check.title {
        lines.push(line("expected", &check.expected));
    }
    lines.extend(check.found.iter().map(|found| line("found", found)));
    lines.extend(check.evidence.iter().map(|seen| line("seen", seen)));
    lines.extend(check.why.iter().map(|why| line("why", why)));
    let first: Vec<&str> = order.failed_needs(check).map(|need| need.id.as_str()).collect();
    if !first.is_empty() && step.path.is_empty() {
        lines.push(line("needs", &first.join(", ")));
    } else if !first.is_empty() {
        let whose = if first.len() == 1 { "its" } else { "their" };
        let text = format!("fix {}: this may be {whose} consequence", first.join(" and "));
        lines.push(line("first", &text));
    }
    lines.extend(ways_out(check, fixes));
    lines.extend(follow(order, check).map(|(_, text)| line("then", &text)));
    let anchor = check.id.split('.').nth(1).unwrap_or_default();
    let page = visible(&format!("{}#{anchor}", step.chapter));
    lines.push(Line {
        command: true,
        page: Some(page.clone()),
        ..line("guide", &format!("edemlab guide {page}"))
    });
    lines
}

/// How to fix it, and how else.
fn ways_out(check: &CheckReport, fixes: &Fixes) -> Vec<Line> {
    let commands = fixes
        .before
        .iter()
        .chain(&check.cli)
        .map(|command| cut(command, MAX_COMMAND));
    let commands: Vec<String> = commands.collect();
    let is_whole = check.cli.iter().all(|command| command.chars().count() <= MAX_COMMAND);
    let cli = (is_whole && !check.cli.is_empty()).then(|| Line {
        label: "",
        text: commands.join("\n"),
        command: true,
        page: None,
    });
    let clicks = check.fix.as_ref().map(|fix| line("", fix));
    let ways = if fixes.cli_first { [cli, clicks] } else { [clicks, cli] };
    let labels = ["fix", "or"];
    let ways = ways.into_iter().flatten().zip(labels);
    ways.map(|(way, label)| Line { label, ..way }).collect()
}

/// How many checks follow from a failure, and which: in a word, and in a sentence.
fn follow(order: &Order, check: &CheckReport) -> Option<(String, String)> {
    let followers = order.followers(check);
    let ids: Vec<&str> = followers.iter().map(|c| c.id.as_str()).collect();
    let (count, verb) = match ids.len() {
        0 => return None,
        1 => ("1 more".to_owned(), "follows"),
        n => (format!("{n} more"), "follow"),
    };
    let rest = if ids.len() > MAX_IDS { ", …" } else { "" };
    let text = format!("{count} {verb} from this: {}{rest}", first_few(&ids));
    Some((format!("{count} {verb}"), text))
}

/// What the checks of a step that wait wait for: of other steps, and what to fix first where that waits too.
fn obstacles<'r>(order: &Order<'r>, step: &'r StepReport) -> Vec<&'r str> {
    let own = |id: &str| step.checks.iter().any(|c| c.id == id);
    let open = step.checks.iter().filter(|c| !c.optional && c.status != Status::Pass);
    let needs = open
        .flat_map(|check| &check.needs)
        .filter_map(|id| match order.check(id) {
            Some(need) if need.status == Status::Pass => None,
            Some(need) => Some(order.root(need).unwrap_or(need).id.as_str()),
            // It was not judged.
            None => Some(id.as_str()),
        });
    needs.filter(|id| !own(id)).collect()
}

/// What is denied, without what to do about it; any other reason as it is.
fn reason_in_brief(check: &CheckReport) -> String {
    match check.denied_action() {
        Some(action) => visible(&format!("{action} is denied")),
        None => visible(check.found.as_deref().unwrap_or_default()),
    }
}

fn unknown(report: &Report, check: &CheckReport) -> Vec<Line> {
    let is_denied = check.denied_action().is_some();
    let unknown = || report.checks().map(|(_, c)| c).filter(|c| c.status == Status::Unknown);
    let mut lines = Vec::new();
    if is_denied {
        let mut actions: Vec<&str> = unknown().filter_map(CheckReport::denied_action).collect();
        let mut seen = BTreeSet::new();
        actions.retain(|action| seen.insert(*action));
        let who = caller(report);
        lines.push(line("reason", &format!("{who} may not call {}", actions.join(", "))));
    } else {
        lines.push(line("reason", check.found.as_deref().unwrap_or_default()));
    }
    let same = unknown().filter(|c| c.id != check.id);
    let same = same.filter(|c| match is_denied {
        true => c.denied_action().is_some(),
        false => c.found == check.found,
    });
    let same: Vec<&str> = same.map(|c| c.id.as_str()).collect();
    match same.len() {
        0 => {}
        few if few <= MAX_ALIKE => lines.push(line("also", &same.join(", "))),
        many => lines.push(line("also", &format!("{many} more checks"))),
    }
    if is_denied {
        let ask = "Ask for these permissions, then check again. A policy with all that a check of this lab needs:";
        lines.push(line("to do", ask));
        lines.push(Line {
            command: true,
            ..line("policy", &format!("edemlab policy {}", report.lab))
        });
    }
    lines.extend(check.evidence.iter().map(|seen| line("seen", seen)));
    lines
}

/// The account, the region and who checked: of an account that was never opened, little is known.
pub(super) fn facts(report: &Report) -> Vec<String> {
    let caller = visible(caller(report));
    let facts = [
        ("account ", grouped(&visible(&report.account))),
        ("", visible(&report.region)),
        ("as ", caller),
    ];
    let known = facts.into_iter().filter(|(_, fact)| !fact.is_empty());
    known.map(|(what, fact)| format!("{what}{fact}")).collect()
}

/// `user/student`, of the caller's ARN.
fn caller(report: &Report) -> &str {
    report.caller.splitn(6, ':').nth(5).unwrap_or(&report.caller)
}

/// `1234-5678-9012`, as the console shows an account.
fn grouped(account: &str) -> String {
    match (account.get(..4), account.get(4..8), account.get(8..)) {
        (Some(a), Some(b), Some(c)) if !c.is_empty() => format!("{a}-{b}-{c}"),
        _ => account.to_owned(),
    }
}

/// `2026-11-25 18:04 UTC`, for a time in RFC 3339.
pub fn minute(time: &str) -> String {
    match chrono::DateTime::parse_from_rfc3339(time) {
        Ok(time) => time.to_utc().format("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => visible(time),
    }
}

/// `0.4 s`, `41 s`, `2 min 10 s`.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 9.95 => format!("{:.1} s", s.max(0.0)),
        s if s < 59.5 => format!("{s:.0} s"),
        s => {
            let whole = s.round() as u64;
            format!("{} min {} s", whole / 60, whole % 60)
        }
    }
}

/// So many checks that are unknown for one reason are named.
const MAX_ALIKE: usize = 6;

/// More ids than this make nothing clearer.
const MAX_IDS: usize = 3;

fn first_few(ids: &[&str]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for id in ids {
        if !seen.contains(id) {
            seen.push(id);
        }
    }
    seen.truncate(MAX_IDS);
    visible(&seen.join(", "))
}

fn about(report: &Report, step: &StepReport) -> String {
    let chosen: Vec<&Chosen> = chosen(report, step).collect();
    match chosen.as_slice() {
        [one] if one.candidates > 1 => {
            format!("{} (1 of {}: {})", named(one), one.candidates, visible(&one.because))
        }
        all => all.iter().map(|one| named(one)).collect::<Vec<_>>().join(", "),
    }
}

/// The resources that a step is about, each in words, where they are more than one.
fn several(report: &Report, step: &StepReport) -> Vec<String> {
    let names: Vec<String> = chosen(report, step).map(named).collect();
    if names.len() > 1 { names } else { Vec::new() }
}

fn chosen<'r>(report: &'r Report, step: &'r StepReport) -> impl Iterator<Item = &'r Chosen> {
    step.about.iter().filter_map(|name| report.resources.get(name))
}

fn named(one: &Chosen) -> String {
    format!("{} {}", one.noun, visible(&one.name))
}

/// A path on one line, which is kept in `stops`.
fn joined(path: Vec<PathStepView>, stops: &mut Vec<PathStepView>) -> String {
    *stops = path;
    let stops: Vec<String> = stops.iter().map(PathStepView::text).collect();
    stops.join(" → ")
}

fn was_sent(step: &StepReport) -> bool {
    step.path.first().is_some_and(|stop| stop.status != Status::Blocked)
}

/// `sent ✓ → function ✓ 0.3 s → table ·`
fn path(step: &StepReport) -> Vec<PathStepView> {
    let sent = was_sent(step);
    let start = PathStepView {
        name: if sent { "sent" } else { "nothing sent" }.to_owned(),
        mark: sent.then_some(Mark::Pass),
        when: String::new(),
    };
    let stops = step.path.iter().map(|stop| PathStepView {
        name: visible(&stop.name),
        mark: Some(stop.status.into()),
        when: stop.seconds.map(|s| format!("{s:.1} s")).unwrap_or_default(),
    });
    std::iter::once(start).chain(stops).collect()
}
