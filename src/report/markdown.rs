//! A report as Markdown that reads well before and after it is rendered. What is not plain words stands as code: no
//! kind of Markdown finds a link, a picture or HTML in there.

use super::text::{StyledPiece, pieces};
use super::view::{CheckView, ReportView};
use std::fmt::Write;

/// The report, under a heading of the second level. `command` is how the check was called.
pub fn section(words: &ReportView, command: &str) -> String {
    let mut out = format!("## {}\n\n", inert(&words.title));
    let facts: Vec<String> = words
        .facts
        .iter()
        .chain([&words.started])
        .map(|fact| inert(fact))
        .collect();
    let _ = writeln!(out, "Lab {} · {}\n", inert(&words.lab), facts.join(" · "));
    let _ = writeln!(out, "**{}**\n", inert(&words.summary));
    if !words.again.is_empty() {
        let _ = writeln!(out, "{}\n", code(&words.command(command)));
    }
    for step in &words.steps {
        let said = if step.said.is_empty() {
            String::new()
        } else {
            format!(": {}", marked(&step.said))
        };
        let _ = writeln!(
            out,
            "- {} {} {}{said}",
            step.mark.symbol(),
            inert(&step.id),
            inert(&step.points)
        );
    }
    out.push('\n');
    for check in words.steps.iter().flat_map(|s| &s.checks).filter(|c| c.in_summary()) {
        render_check(&mut out, check);
    }
    for note in &words.notes {
        let _ = writeln!(out, "Note: {}\n", marked(note));
    }
    out
}

fn render_check(out: &mut String, check: &CheckView) {
    let extra = if check.optional { ", extra credit" } else { "" };
    let _ = writeln!(
        out,
        "### {} {} {} ({}{extra})\n",
        check.mark.symbol(),
        code(&check.id),
        marked(&check.title),
        inert(&check.points)
    );
    for line in &check.lines {
        let text = if line.command {
            let commands: Vec<String> = line.text.lines().map(code).collect();
            // The first of two spaces and a line break is Markdown's hard break.
            commands.join("  \n  ")
        } else {
            marked(&line.text)
        };
        let _ = writeln!(out, "- **{}:** {text}", line.label);
    }
    if !check.lines.is_empty() {
        out.push('\n');
    }
}

/// A text with the two marks that a course's texts use.
pub fn marked(text: &str) -> String {
    let mut out = String::new();
    for StyledPiece {
        text,
        bold,
        code: is_code,
    } in pieces(text)
    {
        let rendered = if is_code { code(&text) } else { inert(&text) };
        let bare = rendered.trim();
        // Two neighbours that are code would make one fence.
        if out.ends_with('`') && rendered.starts_with('`') {
            out.push(' ');
        }
        if bold && !is_code && !bare.is_empty() {
            let (before, after) = (rendered.starts_with(' '), rendered.ends_with(' '));
            let space = |so| if so { " " } else { "" };
            let _ = write!(out, "{}**{bare}**{}", space(before), space(after));
        } else {
            out.push_str(&rendered);
        }
    }
    out
}

/// A text in which nothing comes alive: words that are more than letters stand as code.
pub fn inert(text: &str) -> String {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    let close = |out: &mut String, open: &mut Vec<&str>| {
        if !open.is_empty() {
            let whole = open.join(" ");
            // A sentence's own signs stay outside.
            let bare = whole.trim_end_matches([',', '.', ':', ';']);
            let bare = if bare.is_empty() { &whole } else { bare };
            out.push_str(&code(bare));
            out.push_str(&whole[bare.len()..]);
            open.clear();
        }
    };
    for (n, word) in text.split(' ').enumerate() {
        if !is_plain(word) {
            if n > 0 && open.is_empty() {
                out.push(' ');
            }
            open.push(word);
            continue;
        }
        close(&mut out, &mut open);
        if n > 0 {
            out.push(' ');
        }
        out.push_str(word);
    }
    close(&mut out, &mut open);
    out
}

/// Whether a word means itself in every kind of Markdown, wherever on a line it stands but at its start.
fn is_plain(word: &str) -> bool {
    let core = word.trim_end_matches(['+', '.', ',', ':', ';', '?', ')', '…', '\'', '"']);
    let core = core.trim_start_matches(['(', '\'', '"', '“', '«']);
    // A time, a number, a date, an account.
    let digits = core.chars().all(|c| c.is_ascii_digit() || ".:-/,%".contains(c)) && !core.contains("//");
    // `and/or`, `on-demand`, `function's`: letters with one of these between them.
    let letters = core
        .split(['-', '/', '\'', '’'])
        .all(|part| !part.is_empty() && part.chars().all(char::is_alphanumeric));
    let sign = ["→", "·", "–", "…", "✓", "✗", "?", "×"].contains(&core);
    core.is_empty() || digits || letters || sign
}

/// Code, with a fence that is longer than any in it.
pub fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let gap = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{gap}{text}{gap}{fence}")
}
