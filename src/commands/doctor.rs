//! `edemlab doctor`.

use super::common;
use super::live::LiveLine;
use crate::account::Connection;
use crate::cli::{DoctorArgs, DoctorFormat};
use crate::course::{Course, CourseFiles, Lab, Part};
use crate::doctor::{Findings, Readiness, Uses, examine, examine_sandbox};
use crate::report::text::{visible, with_commands};
use colored::{ColoredString, Colorize};
use std::fmt::Write;
use std::path::PathBuf;

/// The column in which the words begin: beside the name, or in a narrow terminal below it.
const BESIDE: usize = 16;
const BELOW: usize = 5;
const NARROW: usize = 60;

pub async fn run(course: Option<PathBuf>, args: DoctorArgs) -> anyhow::Result<u8> {
    let connection = Connection {
        region: args.region,
        profile: args.profile,
        ..Connection::default()
    };
    let live = LiveLine::new(args.format != DoctorFormat::Text);
    live.show("doctor", "looking at this computer".to_owned());
    let findings = if args.sandbox {
        examine_sandbox().await
    } else {
        examine(&connection, &uses(&common::course(course, Part::Checks)?)).await
    };
    live.clear();
    let next = match args.sandbox {
        true => format!("edemlab check {} --sandbox", a_lab()),
        false => "edemlab guide".to_owned(),
    };
    super::output::print(&match args.format {
        DoctorFormat::Text => text(&findings, &next, common::width()),
        DoctorFormat::Json => serde_json::to_string_pretty(&findings)?,
    })?;
    Ok(u8::from(!findings.ready))
}

/// The services of each lab: a kind is named after its service.
fn uses(course: &Course) -> Vec<Uses> {
    let kinds = |lab: &Lab| {
        let kinds = lab
            .resources
            .values()
            .filter_map(|resource| resource.kind.split_once('.'));
        kinds.map(|(service, _)| service.to_owned()).collect()
    };
    let labs = course.labs.iter();
    labs.map(|(id, lab)| Uses {
        lab: id.clone(),
        services: kinds(lab),
    })
    .collect()
}

fn text(findings: &Findings, next: &str, width: usize) -> String {
    let indent = if width < NARROW { BELOW } else { BESIDE };
    let mut text = String::new();
    for item in &findings.items {
        let (sign, word) = said(item.state);
        let wrap = |label: &str, what: &str| {
            let first = format!("{:indent$}{label}", "");
            with_commands(&visible(what), width.max(indent + 20), &first)
        };
        let found = wrap("", &format!("{word}: {}", item.found));
        let _ = match indent {
            BELOW => writeln!(text, " {sign} {}\n{found}", item.name),
            _ => writeln!(text, " {sign} {:<2$}{}", item.name, found.trim_start(), BESIDE - 3),
        };
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
            .any(|item| item.id == id && item.state != Readiness::Missing)
    };
    let missing: Vec<&str> = findings
        .items
        .iter()
        .filter(|i| i.state == Readiness::Missing)
        .map(|i| i.name)
        .collect();
    text.push('\n');
    let mut end = |what: &str| {
        let _ = writeln!(text, "{}", with_commands(what, width, " "));
    };
    if missing.is_empty() {
        end(&format!("Everything needed is ready. Begin with `{next}`."));
    } else {
        end(&format!("Missing: {}.", missing.join(", ")));
        if ready("python") && ready("sandbox") {
            end(&format!(
                "The sandbox works all the same: `edemlab check {} --sandbox`",
                a_lab()
            ));
        }
    }
    text.trim_end().to_owned()
}

fn said(state: Readiness) -> (ColoredString, &'static str) {
    match state {
        Readiness::Ready => ("✓".green(), "ready"),
        Readiness::Warning => ("!".yellow(), "careful"),
        Readiness::Missing => ("✗".red(), "missing"),
        Readiness::Optional => ("–".dimmed(), "optional"),
        Readiness::Unknown => ("?".yellow(), "unknown"),
    }
}

/// A lab that everybody has, for an example.
fn a_lab() -> &'static str {
    CourseFiles::embedded_labs().next().unwrap_or("LAB")
}
