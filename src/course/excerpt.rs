//! The lines of a file that an `{{#include}}` asks for, as mdBook takes them.

use regex::Regex;
use std::sync::LazyLock;

/// What stands behind the file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Excerpt<'t> {
    /// From this line, counted from 0, up to the other.
    Lines(usize, usize),
    /// What stands between `ANCHOR: name` and `ANCHOR_END: name`.
    Anchor(&'t str),
}

static START: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"ANCHOR:\s*([\w_-]+)").expect("a pattern"));
static END: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"ANCHOR_END:\s*([\w_-]+)").expect("a pattern"));

impl<'t> Excerpt<'t> {
    /// `3`, `3:`, `:7`, `3:7` or `anchor`; all lines if there is nothing.
    pub(super) fn parse(text: Option<&'t str>) -> Self {
        let mut parts = text.unwrap_or_default().splitn(3, ':');
        let first = parts.next().unwrap_or_default();
        let start = match first.parse::<usize>() {
            Ok(line) => Some(line.saturating_sub(1)),
            Err(_) if first.is_empty() => None,
            Err(_) => return Self::Anchor(first),
        };
        let end = parts.next().map(str::parse::<usize>);
        match (start, end) {
            (Some(start), None) => Self::Lines(start, start.saturating_add(1)),
            (start, Some(Ok(end))) => Self::Lines(start.unwrap_or(0), end),
            (start, _) => Self::Lines(start.unwrap_or(0), usize::MAX),
        }
    }

    /// Those lines of `text`, without an end of the last one.
    pub(super) fn of(&self, text: &str) -> String {
        let lines: Vec<&str> = match self {
            Self::Lines(start, end) => text.lines().skip(*start).take(end.saturating_sub(*start)).collect(),
            Self::Anchor(anchor) => {
                let from = text
                    .lines()
                    .skip_while(|line| name(&START, line) != Some(anchor))
                    .skip(1);
                from.take_while(|line| name(&END, line) != Some(anchor))
                    .filter(|line| !is_mark(line))
                    .collect()
            }
        };
        lines.join("\n")
    }

    /// All of `text`, the other lines hidden as Rust's documentation does it.
    pub(super) fn shown_in(&self, text: &str) -> String {
        let mut out = Vec::new();
        let mut shown = false;
        for (number, line) in text.lines().enumerate() {
            match self {
                Self::Lines(start, end) => shown = (*start..*end).contains(&number),
                Self::Anchor(anchor) => {
                    match shown {
                        true if name(&END, line) == Some(anchor) => shown = false,
                        false if name(&START, line) == Some(anchor) => shown = true,
                        _ => {}
                    }
                    if is_mark(line) {
                        continue;
                    }
                }
            }
            out.push(if shown { line.to_owned() } else { format!("# {line}") });
        }
        out.join("\n")
    }
}

fn name<'l>(mark: &Regex, line: &'l str) -> Option<&'l str> {
    Some(mark.captures(line)?.get(1)?.as_str())
}

fn is_mark(line: &str) -> bool {
    START.is_match(line) || END.is_match(line)
}
