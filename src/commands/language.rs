//! `edemlab explain language`: the check language's reference, laid out for a terminal. It needs no course, so that an
//! author can read it while the course has mistakes.

use super::common;
use crate::course::{ArgSpec, LANGUAGE, REFERENCE, UnknownName, VerbRole};
use crate::expr::Shape;
use crate::judge;
use crate::report::text::{styled, wrapped, wrapped_marks};
use colored::Colorize;
use std::fmt::Write;

/// Prints the reference, the one section whose heading is `part` (`kinds`, `a-check`), or the kind or verb of that name
/// (`dynamodb.table`).
pub fn run(part: Option<&str>) -> anyhow::Result<u8> {
    let width = common::width().clamp(40, 100);
    let out = match part {
        None => {
            let names: Vec<String> = sections().map(|(name, _)| name).collect();
            let list = format!(
                "Sections: {}. One of them: `edemlab explain {LANGUAGE} SECTION`. A kind's or verb's fields and arguments: \
                 `edemlab explain {LANGUAGE} NAME`.",
                names.join(", ")
            );
            format!("{}\n\n{}", wrapped_marks(&list, width, ""), laid_out(REFERENCE, width))
        }
        Some(name) => match vocabulary_entry(name, width) {
            Some(entry) => entry,
            None => laid_out(find(name)?, width),
        },
    };
    super::output::print(out.trim_end())
}

/// The kind or verb of this name: its arguments and the fields of its documents.
fn vocabulary_entry(name: &str, width: usize) -> Option<String> {
    let vocabulary = judge::vocabulary();
    let kind = vocabulary.kinds.iter().find(|kind| kind.name == name);
    let mut verbs = vocabulary.verbs.iter().filter(|verb| verb.name == name).peekable();
    if kind.is_none() && verbs.peek().is_none() {
        return None;
    }
    let mut out = String::new();
    if let Some(kind) = kind {
        let _ = writeln!(out, "{}: a kind of resource, {}", name.bold(), kind.noun);
        arguments(&mut out, kind.args, width);
        fields(&mut out, &kind.shape, width);
        if !kind.secret.is_empty() {
            let _ = writeln!(out, "{}", wrapped(&kind.secret.join(", "), width, "  secret      "));
        }
    }
    for verb in verbs {
        let role = match verb.role {
            VerbRole::Send => "sends the event",
            VerbRole::Await => "waits for the event",
            VerbRole::Evidence => "looks why a hop failed",
            VerbRole::Remove => "removes what the probe made",
        };
        let _ = writeln!(out, "{}: a verb, {role}", name.bold());
        arguments(&mut out, verb.args, width);
        fields(&mut out, &verb.shape, width);
    }
    Some(out)
}

fn arguments(out: &mut String, args: &[ArgSpec], width: usize) {
    let args = args.iter().map(|arg| match arg.required {
        true => format!("`{}`", arg.name),
        false => format!("`{}` (optional)", arg.name),
    });
    let args: Vec<String> = args.collect();
    if !args.is_empty() {
        let _ = writeln!(out, "{}", wrapped_marks(&args.join(", "), width, "  arguments   "));
    }
}

/// The fields of a document, those of a document in it indented.
fn fields(out: &mut String, shape: &Shape, width: usize) {
    if let Shape::Object(fields) = shape {
        out.push_str("  fields\n");
        fields
            .iter()
            .for_each(|(name, shape)| field(out, name, shape, 4, width));
    }
}

fn field(out: &mut String, name: &str, shape: &Shape, indent: usize, width: usize) {
    let mut inner = shape;
    let mut of = String::new();
    loop {
        inner = match inner {
            Shape::List(items) => {
                of.push_str(", a list");
                items
            }
            Shape::Map(values) => {
                of.push_str(", a map");
                values
            }
            _ => break,
        };
    }
    match inner {
        Shape::OneOf(words) => of.push_str(&format!(": {}", words.join(", "))),
        Shape::Any => of.push_str(", as AWS gives it"),
        _ => {}
    }
    let _ = writeln!(out, "{}", wrapped(&format!("{name}{of}"), width, &" ".repeat(indent)));
    if let Shape::Object(fields) = inner {
        fields
            .iter()
            .for_each(|(name, shape)| field(out, name, shape, indent + 2, width));
    }
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
        let sections: Vec<String> = sections().map(|(name, _)| name).collect();
        let vocabulary = judge::vocabulary();
        let kinds = vocabulary.kinds.iter().map(|kind| kind.name);
        let verbs = vocabulary.verbs.iter().map(|verb| verb.name);
        let names = sections.iter().map(String::as_str).chain(kinds).chain(verbs);
        UnknownName::new("section, kind or verb", wanted, names)
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
            let _ = writeln!(out, "{}", wrapped_marks(rest, width, first));
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
    let rest = rest.join(" · ");
    if textwrap::core::display_width(&first) < COLUMN {
        let pad = " ".repeat(COLUMN - textwrap::core::display_width(&first));
        let _ = writeln!(out, "{}", wrapped_marks(&rest, width, &format!("  {first}{pad}")));
    } else {
        let _ = writeln!(out, "  {first}");
        let _ = writeln!(out, "{}", wrapped_marks(&rest, width, &" ".repeat(COLUMN + 2)));
    }
}
