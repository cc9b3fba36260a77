//! `edemlab explain`: the course's own words, without an account.

use super::common;
use crate::course::{Check, Compiled, Lab, Part, Step, UnknownName};
use crate::expr::Template;
use crate::report::text::{styled, wrapped};
use colored::Colorize;
use std::fmt::Write;
use std::path::PathBuf;

pub fn run(course: Option<PathBuf>, lab: &str, part: Option<&str>) -> anyhow::Result<u8> {
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
            let (step, check) = find(lab, part)?;
            let _ = writeln!(out, "{}\n", format!("{}: {}", step.id, step.title).bold());
            for one in checks(step).filter(|c| check.is_none_or(|wanted| wanted == c.id)) {
                explain(&mut out, lab, one, width);
            }
        }
    }
    super::print(out.trim_end())
}

fn checks(step: &Step) -> impl Iterator<Item = &Check> {
    step.checks
        .iter()
        .chain(step.probe.iter().flat_map(|p| &p.hops).map(|h| &h.check))
}

fn find<'l>(lab: &'l Lab, part: &'l str) -> Result<(&'l Step, Option<&'l str>), UnknownName> {
    let id = part.split('.').next().unwrap_or(part);
    let step = lab
        .step(id)
        .ok_or_else(|| UnknownName::new("step", id, lab.steps.iter().map(|s| s.id.as_str())))?;
    if part == id {
        return Ok((step, None));
    }
    match checks(step).any(|c| c.id == part) {
        true => Ok((step, Some(part))),
        false => Err(UnknownName::new("check", part, checks(step).map(|c| c.id.as_str()))),
    }
}

fn overview(out: &mut String, step: &Step) {
    let points: u32 = checks(step).filter(|c| !c.optional).map(|c| c.points).sum();
    let _ = writeln!(out, "{:<13}{points:>3} points  {}", step.id.bold(), step.title);
    for check in checks(step) {
        let _ = writeln!(out, "             {:>3}         {}", check.points, check.title);
    }
}

fn explain(out: &mut String, lab: &Lab, check: &Check, width: usize) {
    let extra = if check.optional { ", extra credit" } else { "" };
    let _ = writeln!(out, "{} ({} points{extra})", check.id.bold(), check.points);
    let _ = writeln!(out, "{}", wrapped(&check.title, width, "  "));
    let mut line = |label: &str, text: &str| {
        let _ = writeln!(out, "{}", wrapped(&styled(text), width, &format!("  {label:<12}")));
    };
    if let Some(why) = &check.why {
        line("why", &words(why));
    }
    line("fix", &words(&check.fix));
    for fault in lab.faults.iter().filter(|f| f.fails.contains(&check.id)) {
        line("fails when", &format!("{} ({})", fault.title, fault.looks));
    }
    out.push('\n');
}

/// The text with each expression as the name that a report puts there.
fn words(text: &Compiled<Template>) -> String {
    let mut out = String::new();
    let mut rest = text.value.source();
    while let Some((before, after)) = rest.split_once("{{") {
        let (expression, next) = after.split_once("}}").unwrap_or((after, ""));
        let _ = write!(out, "{before}‹{}›", expression.trim());
        rest = next;
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}
