//! What is said of a step, of a check and at the end.

use super::mark::{Mark, not_started};
use super::{CheckView, Line, PathStepView, StepView};
use crate::report::text::visible;
use crate::report::{CheckReport, Chosen, Report, Status, StepReport, Verdict};
use std::fmt::Write;

impl StepView {
    pub(super) fn of(report: &Report, step: &StepReport, checks: Vec<CheckView>) -> Self {
        let mark = Mark::of(step);
        let reason = |check: Option<&CheckReport>| visible(check.and_then(|c| c.found.as_deref()).unwrap_or_default());
        let points = match step.status {
            Status::Unknown if step.points.unknown == step.points.possible => format!("?/{}", step.points.possible),
            _ => format!("{}/{}", step.points.earned, step.points.possible),
        };
        let of = |status: Status| step.checks.iter().filter(move |c| c.status == status);
        let mut stops = Vec::new();
        let said = match mark {
            Mark::NotStarted => format!("not started: {}", reason(not_started(step))),
            Mark::Unknown => format!("unknown: {}", reason(of(Status::Unknown).next())),
            Mark::Blocked => {
                let needs: Vec<&str> = of(Status::Blocked).flat_map(|c| &c.needs).map(String::as_str).collect();
                format!("not reached: needs {}", first_few(&needs))
            }
            Mark::Pass | Mark::Fail | Mark::Extra if step.path.is_empty() => about(report, step),
            Mark::Pass | Mark::Fail | Mark::Extra => {
                stops = path(step);
                let stops: Vec<String> = stops.iter().map(PathStepView::text).collect();
                stops.join(" → ")
            }
        };
        Self {
            id: visible(&step.id),
            title: visible(&step.title),
            mark,
            points,
            said,
            path: stops,
            checks,
        }
    }
}

impl PathStepView {
    /// `table ✓ 0.5 s`
    fn text(&self) -> String {
        let mark = self.mark.map(|m| format!(" {}", m.symbol())).unwrap_or_default();
        let gap = if self.when.is_empty() { "" } else { " " };
        format!("{}{mark}{gap}{}", self.name, self.when)
    }
}

impl CheckView {
    pub(super) fn of(report: &Report, step: &StepReport, check: &CheckReport, in_summary: bool) -> Self {
        let optional = check.optional && check.status == Status::Fail;
        let points = match check.status {
            Status::Unknown => format!("?/{}", check.possible),
            _ => format!("{}/{}", check.points, check.possible),
        };
        Self {
            id: visible(&check.id),
            title: visible(&check.title),
            mark: if optional { Mark::Extra } else { check.status.into() },
            points,
            possible: check.possible,
            optional: check.optional,
            in_summary,
            lines: match check.status {
                Status::Pass => Vec::new(),
                Status::Fail => failure(report, step, check),
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
    }
}

fn failure(report: &Report, step: &StepReport, check: &CheckReport) -> Vec<Line> {
    let mut lines = Vec::new();
    if check.expected != check.title {
        lines.push(line("expected", &check.expected));
    }
    lines.extend(check.found.iter().map(|found| line("found", found)));
    lines.extend(check.evidence.iter().map(|seen| line("seen", seen)));
    lines.extend(check.why.iter().map(|why| line("why", why)));
    let first = causes(report, check);
    if !first.is_empty() {
        let whose = if first.len() == 1 { "its" } else { "their" };
        let text = format!("fix {}: this may be {whose} consequence", first.join(" and "));
        lines.push(line("first", &text));
    }
    lines.extend(check.fix.iter().map(|fix| line("fix", fix)));
    let anchor = check.id.split('.').nth(1).unwrap_or_default();
    lines.push(line("guide", &format!("{}#{anchor}", step.chapter)));
    lines
}

fn unknown(report: &Report, check: &CheckReport) -> Vec<Line> {
    let mut lines = vec![line("reason", check.found.as_deref().unwrap_or_default())];
    let others = report.checks().map(|(_, c)| c).filter(|c| c.id != check.id);
    let same = others.filter(|c| c.status == Status::Unknown && c.found == check.found);
    let same: Vec<&str> = same.map(|c| c.id.as_str()).collect();
    if !same.is_empty() {
        lines.push(line("the same holds for", &same.join(", ")));
    }
    lines.extend(check.evidence.iter().map(|seen| line("seen", seen)));
    lines
}

/// What to fix now: the failed checks of the summary, without extra credit.
pub fn to_fix(report: &Report) -> impl Iterator<Item = &CheckReport> {
    let next = next(report);
    let now = report.checks().filter(move |(step, _)| !is_later(step, next));
    now.map(|(_, check)| check)
        .filter(|c| c.status == Status::Fail && !c.optional)
}

/// Of what has not been begun, the first thing to do is enough.
pub(super) fn next(report: &Report) -> Option<&StepReport> {
    report.steps.iter().find(|step| not_started(step).is_some())
}

pub(super) fn is_later(step: &StepReport, next: Option<&StepReport>) -> bool {
    not_started(step).is_some() && next.is_some_and(|next| next.id != step.id)
}

/// The failed checks that a failed check needs: it may be their consequence.
pub fn causes<'a>(report: &'a Report, check: &CheckReport) -> Vec<&'a str> {
    let failed = report.checks().map(|(_, c)| c).filter(|c| c.status == Status::Fail);
    let needed = failed.filter(|c| check.needs.contains(&c.id));
    needed.map(|c| c.id.as_str()).collect()
}

/// The account, the region and who checked: of an account that was never opened, little is known.
pub(super) fn facts(report: &Report) -> Vec<String> {
    let caller = visible(report.caller.splitn(6, ':').nth(5).unwrap_or(&report.caller));
    let facts = [
        ("account ", grouped(&visible(&report.account))),
        ("", visible(&report.region)),
        ("as ", caller),
    ];
    let known = facts.into_iter().filter(|(_, fact)| !fact.is_empty());
    known.map(|(what, fact)| format!("{what}{fact}")).collect()
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

fn first_few(ids: &[&str]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for id in ids {
        if !seen.contains(id) {
            seen.push(id);
        }
    }
    seen.truncate(3);
    visible(&seen.join(", "))
}

fn about(report: &Report, step: &StepReport) -> String {
    let chosen = step.about.iter().filter_map(|name| report.resources.get(name));
    let chosen: Vec<&Chosen> = chosen.collect();
    let name = |one: &Chosen| format!("{} {}", one.noun, visible(&one.name));
    match chosen.as_slice() {
        [] => String::new(),
        [one] if one.candidates > 1 => {
            format!("{} (1 of {}: {})", name(one), one.candidates, visible(&one.because))
        }
        several => several.iter().map(|one| name(one)).collect::<Vec<_>>().join(", "),
    }
}

/// `sent ✓ → function ✓ 0.3 s → table ·`
fn path(step: &StepReport) -> Vec<PathStepView> {
    let sent = step.path.first().is_some_and(|s| s.status != Status::Blocked);
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

pub(super) fn summary(report: &Report) -> (String, Vec<String>) {
    let points = &report.points;
    let optional = report.checks().map(|(_, check)| check).filter(|check| check.optional);
    let extra = match optional.map(|check| check.points).sum() {
        0u32 => String::new(),
        extra => format!(", {extra} of them extra credit"),
    };
    let mut text = format!("{} of {} points{extra}.", points.earned, points.possible);
    if points.unknown > 0 {
        let unknown = match points.unknown {
            1 => "1 point could not be checked and is not deducted".to_owned(),
            n => format!("{n} points could not be checked and are not deducted"),
        };
        let _ = write!(text, " {unknown}.");
    }
    let mut steps: Vec<String> = Vec::new();
    match report.verdict {
        Verdict::Pass => text.push_str(" Everything is as it should be."),
        Verdict::Fail => {
            let failing = report.checks().map(|(_, c)| c);
            let failing: Vec<&CheckReport> = failing.filter(|c| c.status == Status::Fail && !c.optional).collect();
            steps.extend(failing.iter().filter_map(|c| c.id.split('.').next()).map(visible));
            steps.dedup();
            if let Some(first) = failing.first() {
                let _ = write!(text, " Start with {}, then:", visible(&first.id));
            }
        }
        Verdict::Unknown => text.push_str(" Everything that was checked passed."),
    }
    (text, steps)
}
