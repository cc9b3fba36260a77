//! A report as a student reads it in a terminal. Clear at 80 columns without color; color only repeats the symbols.

use super::Report;
use super::text::{styled, wrapped};
use super::view::{CheckView, Mark, ReportView, StepView};
use colored::{ColoredString, Colorize};
use std::fmt::Write;

/// The report for a terminal of `width` columns. `command` is how the check was called, to be called again for a part.
pub fn render(report: &Report, width: usize, command: &str) -> String {
    let width = width.clamp(40, 100);
    let words = ReportView::of(report);
    let mut out = String::new();
    let title = format!("{} · {}", words.lab, words.facts.join(" · "));
    let _ = writeln!(out, "{}\n", wrapped(&title, width, "").bold());
    let longest = words.steps.iter().map(|s| s.id.len()).max().unwrap_or_default();
    for step in &words.steps {
        step_line(&mut out, step, longest, width);
    }
    out.push('\n');
    for check in words.steps.iter().flat_map(|s| &s.checks).filter(|c| c.in_summary) {
        render_check(&mut out, check, width);
    }
    for note in &words.notes {
        let _ = writeln!(out, "{}\n", wrapped(note, width, " note  "));
    }
    last_lines(&mut out, &words, width, command);
    out
}

fn symbol(mark: Mark) -> ColoredString {
    let symbol = mark.symbol();
    match mark {
        Mark::Pass => symbol.green(),
        Mark::Fail => symbol.red(),
        Mark::Unknown => symbol.yellow(),
        Mark::Blocked | Mark::NotStarted => symbol.dimmed(),
        Mark::Extra => symbol.normal(),
    }
}

fn step_line(out: &mut String, step: &StepView, longest: usize, width: usize) {
    // Room for the longest step, its points and two gaps.
    let lead = format!(" {} {:<longest$}  {:>5}   ", symbol(step.mark), step.id, step.points);
    let bare = longest + 13;
    let indent = " ".repeat(bare);
    let options = textwrap::Options::new(width.saturating_sub(bare).max(20));
    let lines: Vec<_> = textwrap::wrap(&step.said, options);
    let text: Vec<String> = lines.iter().map(|l| l.to_string()).collect();
    let _ = writeln!(
        out,
        "{}",
        format!("{lead}{}", text.join(&format!("\n{indent}"))).trim_end()
    );
}

fn render_check(out: &mut String, check: &CheckView, width: usize) {
    if check.mark == Mark::Extra {
        let text = format!(
            "{}  {} ({} points, extra credit)",
            check.id, check.title, check.possible
        );
        let _ = writeln!(out, "{}\n", wrapped(&text, width, " + "));
        return;
    }
    heading(out, check, width);
    for line in &check.lines {
        let label = match line.label {
            short if short.len() < 10 => format!("     {short:<10}"),
            long => format!("     {long}: "),
        };
        let _ = writeln!(out, "{}", wrapped(&styled(&line.text), width, &label));
    }
    out.push('\n');
}

fn heading(out: &mut String, check: &CheckView, width: usize) {
    let lead = format!("{}  ", check.id);
    let points = &check.points;
    let room = width.saturating_sub(3 + lead.chars().count() + points.len() + 2);
    let title = &check.title;
    if title.chars().count() <= room {
        let gap = room - title.chars().count() + 2;
        let _ = writeln!(
            out,
            " {} {}{title}{}{points}",
            symbol(check.mark),
            lead.bold(),
            " ".repeat(gap)
        );
    } else {
        let _ = writeln!(out, " {} {}{points}", symbol(check.mark), lead.bold());
        let _ = writeln!(out, "{}", wrapped(title, width, "     "));
    }
}

fn last_lines(out: &mut String, words: &ReportView, width: usize, command: &str) {
    let _ = writeln!(out, "{}", wrapped(&words.summary, width, " "));
    if !words.again.is_empty() {
        // A command is copied: it stands on one line. Where that has no room for all steps, all are checked.
        let named = words.command(command);
        let again = if textwrap::core::display_width(&named) + 3 > width {
            command
        } else {
            &named
        };
        let _ = writeln!(out, "   {}", again.cyan());
    }
}
