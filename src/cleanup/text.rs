//! A plan and a report for a terminal.

use super::apply::{Applied, Deleted};
use super::plan::{Other, Plan, Planned, Staying};
use super::proof::Proof;
use crate::report::lines::Lines;
use crate::report::text::{visible, wrapped};
use colored::Colorize;
use std::collections::BTreeMap;

/// Names of things of one kind that are not touched.
const MAX_NAMES: usize = 5;

impl Lines {
    /// What it is and where; below it a reason.
    fn entry(&mut self, lead: &str, named: &str, region: &str, why: &str) {
        let place = match region {
            "" => String::new(),
            region => format!(" in {region}"),
        };
        self.wrapped(&format!("{}{place}", visible(named)), lead);
        let why = wrapped(&visible(why), self.width, "     ");
        self.line(&why.dimmed().to_string());
    }

    fn staying(&mut self, staying: &[Staying]) {
        if staying.is_empty() {
            return;
        }
        self.line("");
        self.wrapped("These stay:", " ");
        for one in staying {
            self.entry("   ", &format!("{} {}", one.noun, one.name), &one.region, &one.why);
        }
    }

    /// What is not touched, a line for each kind of thing.
    fn others(&mut self, others: &[Other], has_file: bool) {
        if others.is_empty() {
            return;
        }
        let mut kinds: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for one in others {
            kinds.entry((&one.noun, &one.region)).or_default().push(&one.name);
        }
        self.line("");
        self.wrapped("Also there, without a sign of the lab, and not touched:", " ");
        for ((noun, region), names) in kinds {
            let shown = names.iter().take(MAX_NAMES).copied().collect::<Vec<_>>().join(", ");
            let more = match names.len().saturating_sub(MAX_NAMES) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let place = match region {
                "" => String::new(),
                region => format!(" in {region}"),
            };
            let text = wrapped(&visible(&format!("{noun}{place}: {shown}{more}")), self.width, "   ");
            self.line(&text.dimmed().to_string());
        }
        let all = if has_file { " The plan's file names all." } else { "" };
        self.wrapped(&format!("If one of them is the lab's too: --also NAME.{all}"), " ");
    }

    fn unknown(&mut self, unknown: &[String]) {
        if unknown.is_empty() {
            return;
        }
        self.line("");
        self.wrapped("Not known, so that there may be more:", " ");
        unknown.iter().for_each(|text| self.wrapped(&visible(text), " ? "));
    }
}

/// The plan, as it is shown before anything is deleted.
pub fn render_plan(plan: &Plan, width: usize) -> String {
    let mut page = Lines::new(width);
    let title = format!("What is deleted of {} in account {}", plan.lab, plan.account);
    let title = wrapped(&title, page.width, "").bold().to_string();
    page.line(&title);
    page.line("");
    if plan.deletions.is_empty() {
        let nothing = match plan.staying.is_empty() {
            true => "Nothing of it was found.",
            false => "Nothing of it is deleted.",
        };
        page.wrapped(nothing, " ");
    }
    for (number, one) in plan.deletions.iter().enumerate() {
        let lead = format!(" {:>2}. ", number + 1);
        let along = match one.turn {
            Some(_) => "",
            None => "; AWS deletes it along",
        };
        page.entry(&lead, &one.named(), &one.region, &format!("{}{along}", one.because));
    }
    page.staying(&plan.staying);
    page.others(&plan.others, !plan.deletions.is_empty());
    page.unknown(&plan.unknown);
    page.out
}

/// What became of a plan, and what is left.
pub fn render_report(plan: &Plan, applied: &Applied, proof: &Proof, width: usize) -> String {
    let mut page = Lines::new(width);
    let each = plan.deletions.iter().zip(&applied.deleted);
    let gone = each.clone().filter(|(_, deleted)| **deleted == Deleted::Gone).count();
    let before = each
        .clone()
        .filter(|(_, deleted)| **deleted == Deleted::WasGone)
        .count();
    let before = match before {
        0 => String::new(),
        count => format!("; {count} had gone before"),
    };
    page.wrapped(&format!("Deleted: {gone} of {}{before}.", plan.deletions.len()), " ");
    for (planned, deleted) in each {
        let why = match deleted {
            Deleted::Failed(why) | Deleted::NotTried(why) => why,
            Deleted::Gone | Deleted::WasGone => continue,
        };
        page.entry(" ✗ ", &planned.named(), &planned.region, why);
    }
    let lists = format!("{} lists in {}", proof.lists, regions(proof.regions.len()));
    page.line("");
    match proof.left.as_slice() {
        [] if proof.unknown.is_empty() => {
            page.wrapped(&format!("Nothing of the plan is left: {lists} were read again."), " ✓ ");
        }
        [] => page.wrapped(
            &format!("Nothing of the plan is left in what could be read: {lists}."),
            " ? ",
        ),
        left => {
            page.wrapped(&format!("Still there, by {lists}:"), " ✗ ");
            left.iter()
                .for_each(|one: &Planned| page.entry("   ", &one.named(), &one.region, &one.because));
        }
    }
    page.staying(&plan.staying);
    page.unknown(&proof.unknown);
    page.out
}

fn regions(count: usize) -> String {
    match count {
        1 => "one region".to_owned(),
        count => format!("{count} regions"),
    }
}
