//! What the book says of a step and of a check: the course's own words, to be scanned.

use super::markdown::{fenced, literal, marked};
use super::points::points;
use crate::course::{Check, Compiled, Fault, Hop, Lab, Placeholders, Probe, Step};
use crate::expr::Template;
use std::fmt::Write;

/// So many faults stand open; longer lists are folded.
const OPEN: usize = 4;

pub(super) struct Writer<'c> {
    pub(super) lab: &'c Lab,
    pub(super) placeholders: Placeholders,
}

impl Writer<'_> {
    /// The step's points and its checks as a list of links; the way of its event, where it sends one.
    pub(super) fn step(&self, out: &mut String, step: &Step) {
        let (full, extra) = step.points();
        let _ = write!(
            out,
            "\n<div class=\"step-checks\" data-lab=\"{}\" data-step=\"{}\">\n\n| {} | {} |\n|---|--:|\n",
            self.lab.id,
            step.id,
            literal(&step.title),
            points(full, extra)
        );
        for check in step.all_checks() {
            let extra = if check.optional { " extra" } else { "" };
            let _ = writeln!(
                out,
                "| [{}](#{}) | {}{extra} |",
                literal(&check.title),
                step.anchor(&check.id),
                check.points
            );
        }
        if let Some(probe) = &step.probe {
            way(out, step, probe);
        }
        out.push_str("\n</div>\n");
    }

    /// One check: what it wants, why, how to fix it, and what usually goes wrong.
    pub(super) fn check(&self, out: &mut String, step: &Step, check: &Check) {
        let _ = write!(
            out,
            "\n### {} {{#{}}}\n\n<div class=\"check\" data-lab=\"{}\" data-check=\"{}\">\n\n<p class=\"check-points\">{} <code>{}</code></p>\n\n",
            literal(&check.title),
            step.anchor(&check.id),
            self.lab.id,
            check.id,
            match check.optional {
                true => points(0, check.points) + " credit",
                false => points(check.points, 0),
            },
            check.id
        );
        if let Some(why) = &check.why {
            let _ = write!(out, "{}\n\n", self.text(why));
        }
        let expected = check.expected.as_ref();
        if let Some(expected) = expected.and_then(|text| self.placeholders.whole_text(&text.value)) {
            let _ = write!(out, "**Expected:** {}\n\n", marked(&expected));
        }
        if let Some(hop) = hop(step, check)
            && hop.awaits.is_some()
        {
            let _ = write!(out, "**Awaited** for up to {} s.\n\n", hop.within.as_secs_f64());
        }
        let _ = write!(out, "**To fix it:** {}\n\n", self.text(&check.fix.console));
        let commands = self.placeholders.commands(&check.fix);
        if !commands.is_empty() {
            let _ = write!(
                out,
                "<details class=\"check-commands\"><summary>With the AWS CLI</summary>\n\n{}\n</details>\n\n",
                fenced(&commands)
            );
        }
        self.faults(out, check);
        out.push_str("</div>\n");
    }

    fn faults(&self, out: &mut String, check: &Check) {
        let mut faults: Vec<&Fault> = self.lab.faults.iter().filter(|f| f.fails.contains(&check.id)).collect();
        // What only this check sees comes first.
        faults.sort_by_key(|fault| fault.fails.len());
        if faults.is_empty() {
            return;
        }
        let (open, more) = match faults.len() {
            few if few <= OPEN => (" open", String::new()),
            many => ("", format!(" ({many})")),
        };
        let _ = write!(
            out,
            "<details class=\"check-faults\"{open}><summary>The usual faults{more}</summary>\n\n"
        );
        for fault in faults {
            let _ = writeln!(
                out,
                "- <strong>{}</strong>: {}",
                marked(&fault.deviation.title),
                marked(&fault.symptom)
            );
        }
        out.push_str("\n</details>\n\n");
    }

    fn text(&self, text: &Compiled<Template>) -> String {
        marked(&self.placeholders.text(&text.value))
    }
}

fn hop<'s>(step: &'s Step, check: &Check) -> Option<&'s Hop> {
    let mut hops = step.probe.iter().flat_map(|probe| &probe.hops);
    hops.find(|hop| hop.check.id == check.id)
}

/// The event's way, once for each of its ends.
fn way(out: &mut String, step: &Step, probe: &Probe) {
    out.push_str("\nThe event's path:\n\n");
    let is_end = |at: usize| probe.hops.iter().all(|hop| hop.after != Some(at));
    for end in (0..probe.hops.len()).filter(|at| is_end(*at)) {
        let mut stops = Vec::new();
        let mut next = Some(end);
        while let Some(at) = next {
            let hop = &probe.hops[at];
            stops.push(format!("[{}](#{})", literal(&hop.label), step.anchor(&hop.check.id)));
            next = hop.after;
        }
        stops.push("sent".to_owned());
        stops.reverse();
        let _ = writeln!(out, "- {}", stops.join(" → "));
    }
}
