//! `edemlab explain language`: the check language's reference, laid out for a terminal. It needs no course, so that an
//! author can read it while the course has mistakes.

use super::common;
use crate::course::{REFERENCE, UnknownName};
use crate::report::text::{styled, wrapped};
use colored::Colorize;
use std::fmt::Write;

/// Prints the reference, or the one section whose heading is `section` (`kinds`, `a-check`).
pub fn run(section: Option<&str>) -> anyhow::Result<u8> {
    let shown = match section {
        None => REFERENCE,
        Some(name) => find(name)?,
    };
    let mut out = laid_out(shown, common::width().clamp(40, 100));
    if section.is_none() {
        let names: Vec<String> = sections().map(|(name, _)| name).collect();
        let list = format!(
            "One section: edemlab explain language SECTION, one of {}",
            names.join(", ")
        );
        let _ = writeln!(out, "{list}");
    }
    super::output::print(out.trim_end())
}

/// The sections in their order, each with the name that the command line takes.
fn sections() -> impl Iterator<Item = (String, &'static str)> {
    REFERENCE.split("\n## ").skip(1).map(|section| {
        let heading = section.lines().next().unwrap_or_default();
        (name(heading), section)
    })
}

/// A heading as an argument: `` `labs/LAB/lab.yaml` `` is `lab.yaml`, `A check` is `a-check`.
fn name(heading: &str) -> String {
    let last = heading.trim_matches('`').rsplit('/').next().unwrap_or_default();
    last.to_lowercase().replace(' ', "-")
}

fn find(wanted: &str) -> Result<&'static str, UnknownName> {
    let found = sections().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.map(|(_, section)| section).ok_or_else(|| {
        let names: Vec<String> = sections().map(|(name, _)| name).collect();
        UnknownName::new("section", wanted, names.iter().map(String::as_str))
    })
}

/// Markdown as a terminal shows it: bold headings, code as it is, each row of a table as an entry with its first cell in
/// front.
fn laid_out(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    let mut code = false;
    // A section that is shown alone begins with its heading, without the marks.
    if !text.starts_with('#')
        && let Some(heading) = lines.next()
    {
        let _ = writeln!(out, "{}", styled(heading).bold());
    }
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            code = !code;
        } else if code {
            let _ = writeln!(out, "    {line}");
        } else if line.is_empty() {
            out.push('\n');
        } else if line.starts_with('#') {
            let _ = writeln!(out, "{}", styled(line.trim_start_matches(['#', ' '])).bold());
        } else if line.starts_with('|') {
            if !line.starts_with("|---") {
                row(&mut out, line, width);
            }
        } else {
            let mut whole = line.to_owned();
            while let Some(more) = lines.next_if(|more| continues(more)) {
                whole.push(' ');
                whole.push_str(more.trim_start());
            }
            let (first, rest) = match whole.strip_prefix("- ") {
                Some(rest) => ("- ", rest),
                None => ("", whole.as_str()),
            };
            let _ = writeln!(out, "{}", wrapped(&styled(rest), width, first));
        }
    }
    out
}

/// Whether a line goes on with the paragraph before it.
fn continues(line: &str) -> bool {
    !line.is_empty() && !line.starts_with(['#', '|', '-']) && !line.starts_with("```")
}

/// The first cell in front, the others behind it. A long first cell has a line of its own.
fn row(out: &mut String, line: &str, width: usize) {
    const COLUMN: usize = 18;
    let mut cells = line.trim_matches('|').split('|').map(str::trim);
    let first = styled(cells.next().unwrap_or_default());
    let rest: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
    // The head of a table that names its first column only.
    if rest.is_empty() {
        return;
    }
    let rest = styled(&rest.join(" · "));
    if textwrap::core::display_width(&first) < COLUMN {
        let pad = " ".repeat(COLUMN - textwrap::core::display_width(&first));
        let _ = writeln!(out, "{}", wrapped(&rest, width, &format!("  {first}{pad}")));
    } else {
        let _ = writeln!(out, "  {first}");
        let _ = writeln!(out, "{}", wrapped(&rest, width, &" ".repeat(COLUMN + 2)));
    }
}
