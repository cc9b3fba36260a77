//! `edemlab explain`: the course's own words, without an account.

use super::{common, language};
use crate::course::{Check, LANGUAGE, Lab, Part, Placeholders, Step, UnknownName};
use crate::judge;
use crate::report::text::{wrapped, wrapped_marks};
use colored::Colorize;
use std::fmt::Write;
use std::path::PathBuf;

pub fn run(course: Option<PathBuf>, lab: &str, part: Option<&str>) -> anyhow::Result<u8> {
    if lab == LANGUAGE {
        return language::run(part);
    }
    let course = common::course(course, Part::Everything)?;
    let lab = course.lab(lab)?;
    let width = common::width().clamp(40, 100);
    let mut out = String::new();
    match part {
        None => {
            let _ = writeln!(out, "{}\n", wrapped(&lab.title, width, "").bold());
            for step in &lab.steps {
                overview(&mut out, step);
            }
            let _ = writeln!(out, "\nMore: edemlab explain {} STEP", lab.id);
        }
        Some(part) => {
            let placeholders = Placeholders::new(lab, &judge::vocabulary());
            let (step, check) = find(lab, part)?;
            let _ = writeln!(out, "{}\n", format!("{}: {}", step.id, step.title).bold());
            for one in step.all_checks().filter(|c| check.is_none_or(|wanted| wanted == c.id)) {
                explain(&mut out, lab, &placeholders, one, width);
            }
        }
    }
    super::output::print(out.trim_end())
}

fn find<'l>(lab: &'l Lab, part: &'l str) -> Result<(&'l Step, Option<&'l str>), UnknownName> {
    let id = part.split('.').next().unwrap_or(part);
    let step = lab
        .step(id)
        .ok_or_else(|| UnknownName::new("step", id, lab.steps.iter().map(|s| s.id.as_str())))?;
    if part == id {
        return Ok((step, None));
    }
    match step.all_checks().any(|c| c.id == part) {
        true => Ok((step, Some(part))),
        false => Err(UnknownName::new(
            "check",
            part,
            step.all_checks().map(|c| c.id.as_str()),
        )),
    }
}

fn overview(out: &mut String, step: &Step) {
    let (points, _) = step.points();
    let _ = writeln!(out, "{:<13}{points:>3} points  {}", step.id.bold(), step.title);
    for check in step.all_checks() {
        let _ = writeln!(out, "             {:>3}         {}", check.points, check.title);
    }
}

fn explain(out: &mut String, lab: &Lab, placeholders: &Placeholders, check: &Check, width: usize) {
    let extra = if check.optional { ", extra credit" } else { "" };
    let unit = if check.points == 1 { "point" } else { "points" };
    let _ = writeln!(out, "{} ({} {unit}{extra})", check.id.bold(), check.points);
    let _ = writeln!(out, "{}", wrapped(&check.title, width, "  "));
    let line = |out: &mut String, label: &str, text: &str| {
        let _ = writeln!(out, "{}", wrapped_marks(text, width, &format!("  {label:<12}")));
    };
    if let Some(why) = &check.why {
        line(out, "why", &placeholders.text(&why.value));
    }
    let expected = check.expected.as_ref();
    if let Some(expected) = expected.and_then(|text| placeholders.whole_text(&text.value)) {
        line(out, "expected", &expected);
    }
    line(out, "fix", &placeholders.text(&check.fix.console.value));
    for (n, command) in placeholders.commands(&check.fix).iter().enumerate() {
        // What is copied is not broken.
        let _ = writeln!(out, "  {:<12}{command}", if n == 0 { "or" } else { "" });
    }
    for fault in lab.faults.iter().filter(|f| f.fails.contains(&check.id)) {
        line(
            out,
            "fails when",
            &format!("{} ({})", fault.deviation.title, fault.symptom),
        );
    }
    out.push('\n');
}
