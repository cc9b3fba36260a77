//! A report as a student reads it in a terminal. Clear at 80 columns without colour; colour only repeats the symbols.

use super::text::{styled, visible, wrapped};
use super::{CheckReport, Chosen, Report, Status, StepReport, Verdict};
use colored::{ColoredString, Colorize};
use std::fmt::Write;

/// The report for a terminal of `width` columns. `command` is how the check was called, to be called again for a part.
pub fn render(report: &Report, width: usize, command: &str) -> String {
    let width = width.clamp(40, 100);
    let mut out = String::new();
    let title = format!(
        "{} · account {} · {} · as {}",
        report.lab,
        grouped(&report.account),
        report.region,
        visible(report.caller.splitn(6, ':').nth(5).unwrap_or(&report.caller))
    );
    let _ = writeln!(out, "{}\n", wrapped(&title, width, "").bold());
    let longest = report.steps.iter().map(|s| s.id.len()).max().unwrap_or_default();
    for step in &report.steps {
        step_line(&mut out, report, step, longest, width);
    }
    out.push('\n');
    let mut reasons: Vec<&str> = Vec::new();
    // Of what has not been begun, the first thing to do is enough.
    let next = report.steps.iter().find(|step| not_started(step).is_some());
    for (step, check) in report.checks() {
        let later = not_started(step).is_some() && next.is_some_and(|next| next.id != step.id);
        match check.status {
            Status::Fail if later => {}
            Status::Fail if check.optional => {
                let text = format!(
                    "{}  {} ({} points, extra credit)",
                    check.id,
                    visible(&check.title),
                    check.possible
                );
                let _ = writeln!(out, "{}\n", wrapped(&text, width, " + "));
            }
            Status::Fail => failure(&mut out, report, step, check, width),
            // One denied action makes many checks unknown: its reason is said once.
            Status::Unknown => {
                let reason = check.found.as_deref().unwrap_or_default();
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                    unknown(&mut out, report, check, width);
                }
            }
            Status::Pass | Status::Blocked => {}
        }
    }
    for note in report.leftovers.iter().chain(&report.notes) {
        let _ = writeln!(out, "{}\n", wrapped(&visible(note), width, " note  "));
    }
    last_lines(&mut out, report, width, command);
    out
}

/// `1234-5678-9012`, as the console shows an account.
fn grouped(account: &str) -> String {
    match (account.get(..4), account.get(4..8), account.get(8..)) {
        (Some(a), Some(b), Some(c)) if !c.is_empty() => format!("{a}-{b}-{c}"),
        _ => account.to_owned(),
    }
}

fn symbol(status: Status) -> ColoredString {
    match status {
        Status::Pass => "✓".green(),
        Status::Fail => "✗".red(),
        Status::Unknown => "?".yellow(),
        Status::Blocked => "·".dimmed(),
    }
}

/// Whether a step has not been begun: what it is about is not there, and everything else waits for that.
fn not_started(step: &StepReport) -> Option<&CheckReport> {
    let of = |status: Status| step.checks.iter().filter(move |c| c.status == status);
    let waits = of(Status::Blocked).count();
    (waits > 0 && waits + of(Status::Fail).count() == step.checks.len())
        .then(|| of(Status::Fail).find(|c| !c.optional))
        .flatten()
}

fn step_line(out: &mut String, report: &Report, step: &StepReport, longest: usize, width: usize) {
    let points = match step.status {
        Status::Unknown if step.points.unknown == step.points.possible => format!("?/{}", step.points.possible),
        _ => format!("{}/{}", step.points.earned, step.points.possible),
    };
    let (mark, said) = match (not_started(step), step.status) {
        (Some(check), _) => (
            "–".dimmed(),
            format!("not started: {}", visible(check.found.as_deref().unwrap_or_default())),
        ),
        (None, Status::Unknown) => {
            let reason = step
                .checks
                .iter()
                .find(|c| c.status == Status::Unknown)
                .and_then(|c| c.found.as_deref());
            (
                symbol(step.status),
                format!("could not tell: {}", visible(reason.unwrap_or_default())),
            )
        }
        (None, Status::Blocked) => {
            let blocked = step.checks.iter().filter(|c| c.status == Status::Blocked);
            let needs: Vec<&str> = blocked.flat_map(|c| &c.needs).map(String::as_str).collect();
            (symbol(step.status), format!("not reached: needs {}", first_few(&needs)))
        }
        (None, _) => (symbol(step.status), about(report, step)),
    };
    // Room for the longest step, its points and two gaps.
    let lead = format!(" {mark} {:<longest$}  {points:>5}   ", step.id);
    let bare = longest + 13;
    let indent = " ".repeat(bare);
    let options = textwrap::Options::new(width.saturating_sub(bare).max(20));
    let lines: Vec<_> = textwrap::wrap(&said, options);
    let text: Vec<String> = lines.iter().map(|l| l.to_string()).collect();
    let _ = writeln!(
        out,
        "{}",
        format!("{lead}{}", text.join(&format!("\n{indent}"))).trim_end()
    );
}

fn first_few(ids: &[&str]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for id in ids {
        if !seen.contains(id) {
            seen.push(id);
        }
    }
    seen.truncate(3);
    seen.join(", ")
}

fn about(report: &Report, step: &StepReport) -> String {
    if !step.way.is_empty() {
        return way(step);
    }
    let chosen: Vec<_> = step
        .about
        .iter()
        .filter_map(|name| report.resources.get(name))
        .collect();
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
fn way(step: &StepReport) -> String {
    let mut stops = vec!["sent ✓".to_owned()];
    for stop in &step.way {
        let seconds = stop.seconds.map(|s| format!(" {s:.1} s")).unwrap_or_default();
        let mark = match stop.status {
            Status::Pass => "✓",
            Status::Fail => "✗",
            Status::Unknown => "?",
            Status::Blocked => "·",
        };
        stops.push(format!("{} {mark}{seconds}", visible(&stop.name)));
    }
    if step.way.first().is_some_and(|s| s.status == Status::Blocked) {
        stops[0] = "nothing sent".to_owned();
    }
    stops.join(" → ")
}

fn failure(out: &mut String, report: &Report, step: &StepReport, check: &CheckReport, width: usize) {
    heading(out, check, width);
    let mut line = |label: &str, text: &str| {
        let label = format!("     {label:<10}");
        let _ = writeln!(out, "{}", wrapped(&styled(text), width, &label));
    };
    if check.expected != check.title {
        line("expected", &visible(&check.expected));
    }
    if let Some(found) = &check.found {
        line("found", &visible(found));
    }
    for seen in &check.evidence {
        line("seen", &visible(seen));
    }
    if let Some(why) = &check.why {
        line("why", &visible(why));
    }
    let first = report
        .checks()
        .map(|(_, c)| c)
        .filter(|c| c.status == Status::Fail && check.needs.contains(&c.id));
    let first: Vec<&str> = first.map(|c| c.id.as_str()).collect();
    if !first.is_empty() {
        line(
            "first",
            &format!("mend {}: this may follow from it", first.join(" and ")),
        );
    }
    if let Some(fix) = &check.fix {
        line("fix", &visible(fix));
    }
    let anchor = check.id.split('.').nth(1).unwrap_or_default();
    line("guide", &visible(&format!("{}#{anchor}", step.chapter)));
    out.push('\n');
}

fn heading(out: &mut String, check: &CheckReport, width: usize) {
    let points = match check.status {
        Status::Unknown => format!("?/{}", check.possible),
        _ => format!("{}/{}", check.points, check.possible),
    };
    let lead = format!("{}  ", check.id);
    let room = width.saturating_sub(3 + lead.chars().count() + points.len() + 2);
    let title = visible(&check.title);
    if title.chars().count() <= room {
        let gap = room - title.chars().count() + 2;
        let _ = writeln!(
            out,
            " {} {}{title}{}{points}",
            symbol(check.status),
            lead.bold(),
            " ".repeat(gap)
        );
    } else {
        let _ = writeln!(out, " {} {}{points}", symbol(check.status), lead.bold());
        let _ = writeln!(out, "{}", wrapped(&title, width, "     "));
    }
}

fn unknown(out: &mut String, report: &Report, check: &CheckReport, width: usize) {
    heading(out, check, width);
    let reason = check.found.as_deref().unwrap_or_default();
    let _ = writeln!(out, "{}", wrapped(&visible(reason), width, "     could not tell: "));
    let same: Vec<&str> = report
        .checks()
        .map(|(_, c)| c)
        .filter(|c| c.id != check.id && c.status == Status::Unknown && c.found == check.found)
        .map(|c| c.id.as_str())
        .collect();
    if !same.is_empty() {
        let _ = writeln!(out, "{}", wrapped(&same.join(", "), width, "     the same holds for: "));
    }
    for seen in &check.evidence {
        let _ = writeln!(out, "{}", wrapped(&visible(seen), width, "     seen      "));
    }
    out.push('\n');
}

fn last_lines(out: &mut String, report: &Report, width: usize, command: &str) {
    let points = &report.points;
    let mut text = format!("{} of {} points.", points.earned, points.possible);
    if points.unknown > 0 {
        let _ = write!(text, " {} could not be told and are not lost.", points.unknown);
    }
    match report.verdict {
        Verdict::Pass => text.push_str(" Everything is as it should be."),
        Verdict::Fail => {
            let failing = report.checks().map(|(_, c)| c);
            let failing: Vec<&CheckReport> = failing.filter(|c| c.status == Status::Fail && !c.optional).collect();
            let mut steps: Vec<&str> = failing.iter().filter_map(|c| c.id.split('.').next()).collect();
            steps.dedup();
            if let Some(first) = failing.first() {
                let _ = write!(text, " Start with {}, then:", first.id);
                let _ = writeln!(out, "{}", wrapped(&text, width, " "));
                // A command is copied: it stands on one line. Where that has no room for all steps, all are checked.
                let named = format!("{command} {}", steps.join(" "));
                let again = if textwrap::core::display_width(&named) + 3 > width {
                    command
                } else {
                    &named
                };
                let _ = writeln!(out, "   {}", again.cyan());
                return;
            }
        }
        Verdict::Unknown => text.push_str(" What could be told is right."),
    }
    let _ = writeln!(out, "{}", wrapped(&text, width, " "));
}
