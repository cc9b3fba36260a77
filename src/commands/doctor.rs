//! `edemlab doctor`.

use super::common;
use super::live::Live;
use crate::account::Connection;
use crate::cli::{DoctorArgs, DoctorFormat};
use crate::doctor::{Findings, State, examine};
use crate::report::text::{styled, visible, wrapped};
use colored::{ColoredString, Colorize};
use std::fmt::Write;

/// The column in which the words begin.
const INDENT: usize = 16;

pub async fn run(args: DoctorArgs) -> anyhow::Result<u8> {
    let connection = Connection {
        region: args.region,
        profile: args.profile,
        ..Connection::default()
    };
    let live = Live::new(args.format != DoctorFormat::Text);
    live.show("doctor", "looking at this computer".to_owned());
    let findings = examine(&connection).await;
    live.clear();
    super::print(&match args.format {
        DoctorFormat::Text => text(&findings, common::width()),
        DoctorFormat::Json => serde_json::to_string_pretty(&findings)?,
    })?;
    Ok(u8::from(!findings.ready))
}

fn text(findings: &Findings, width: usize) -> String {
    let mut text = String::new();
    for item in &findings.items {
        let (sign, word) = said(item.state);
        // Styled after it is wrapped: the marks of a style have no width.
        let wrap = |label: &str, what: &str| {
            let first = format!("{:INDENT$}{label}", "");
            styled(&wrapped(&visible(what), width.max(INDENT + 20), &first))
        };
        let found = wrap("", &format!("{word}: {}", item.found));
        let name = format!("{:<1$}", item.name, INDENT - 3);
        let _ = writeln!(text, " {sign} {name}{}", found.trim_start());
        let mut line = |label: &str, what: &str| {
            let _ = writeln!(text, "{}", wrap(label, what));
        };
        line("for  ", item.needed_for);
        for fix in &item.fix {
            line("fix  ", fix);
        }
    }
    let ready = |id: &str| {
        findings
            .items
            .iter()
            .any(|item| item.id == id && item.state != State::Missing)
    };
    let missing: Vec<&str> = findings
        .items
        .iter()
        .filter(|i| i.state == State::Missing)
        .map(|i| i.name)
        .collect();
    text.push('\n');
    let mut end = |what: &str| {
        let _ = writeln!(text, "{}", styled(&wrapped(what, width, " ")));
    };
    if missing.is_empty() {
        end("All that is needed is ready. Begin with `edemlab guide`.");
    } else {
        end(&format!("Missing: {}.", missing.join(", ")));
        if ready("python") && ready("sandbox") {
            end("The sandbox works all the same: `edemlab check datastream --sandbox`");
        }
    }
    text.trim_end().to_owned()
}

fn said(state: State) -> (ColoredString, &'static str) {
    match state {
        State::Ready => ("✓".green(), "ready"),
        State::Warning => ("!".yellow(), "careful"),
        State::Missing => ("✗".red(), "missing"),
        State::Optional => ("–".dimmed(), "optional"),
        State::Unknown => ("?".yellow(), "unknown"),
    }
}
