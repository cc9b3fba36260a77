//! What a student is told who still has something that costs by the hour: a plain text, ready to be sent.

use super::report::{StudentCosts, by_hour};
use super::view::{named, who};
use crate::costs::{Amounts, CostItem, CostsReport, FREE_FOR_NOW, IN_PLACE_OF_AWS, dates, dollars};
use crate::course::Lab;
use crate::report::text::{visible, wrapped};
use crate::report::view::minute;
use std::fmt::Write;

/// Mail programs leave lines of this length alone.
const WIDTH: usize = 76;

/// A message to a student; none where nothing of theirs is known to cost by the hour.
pub fn message(one: &StudentCosts, labs: &[&Lab]) -> Option<String> {
    let report = one.report()?;
    let items: Vec<&CostItem> = by_hour(report).collect();
    if items.is_empty() {
        return None;
    }
    let mut text = format!("For {}: your AWS account costs money\n\n", who(one));
    let found = format!(
        "This stood in your AWS account {} at {}. It costs by the hour until it is deleted, also while nobody uses it:",
        report.account,
        minute(&report.started)
    );
    let _ = writeln!(text, "{}\n", wrapped(&found, WIDTH, ""));
    for item in &items {
        let day = match item.amounts {
            Some(amounts) => format!("{} US dollars a day", dollars(amounts.day, 2)),
            None => "its price is not known here".to_owned(),
        };
        let _ = writeln!(text, "{}", wrapped(&format!("{}: {day}", named(item)), WIDTH, "- "));
    }
    let _ = writeln!(text, "\n{}", wrapped(&sum(&items, report), WIDTH, ""));
    text.push_str("\nIf you do not need it any more, delete it.\n\n");
    let affected = labs.iter().filter(|lab| items.iter().any(|item| item.lab == lab.id));
    let affected: Vec<&Lab> = affected.copied().collect();
    let ids: Vec<&str> = affected.iter().map(|lab| lab.id.as_str()).collect();
    let _ = write!(
        text,
        "1. See what stands now:\n\n   edemlab costs {}\n\n2. Delete it. You see what will go before anything does:\n\n",
        ids.join(" ")
    );
    for id in &ids {
        let _ = writeln!(text, "   edemlab cleanup {id}");
    }
    text.push_str("\n   Or in the AWS console. The guide has the clicks, in their order:\n\n");
    for page in affected.iter().flat_map(|lab| &lab.pages) {
        let _ = writeln!(text, "   edemlab guide {}", visible(page));
    }
    text.push_str("\n3. Run the first command again, to see that nothing is left.\n");
    Some(text)
}

/// What it costs together, and what that says.
fn sum(items: &[&CostItem], report: &CostsReport) -> String {
    let sum: Amounts = items.iter().filter_map(|item| item.amounts).sum();
    let mut said = format!("Together: {} US dollars a day", dollars(sum.day, 2));
    if items.iter().any(|item| item.amounts.is_none()) {
        said.push_str(", without what has no known price");
    }
    if let Some(of) = &report.prices_of {
        let _ = write!(said, ", by AWS's list prices of {}, without tax", dates(of));
    }
    said.push_str(". Your bill is the truth: Billing and Cost Management → Bills. ");
    said.push_str(FREE_FOR_NOW);
    if report.is_in_place_of_aws {
        said.push(' ');
        said.push_str(IN_PLACE_OF_AWS);
    }
    said
}
