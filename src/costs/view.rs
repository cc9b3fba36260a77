//! What stands and what it costs, in words: the terminal and the page say the same.

use super::report::{Amounts, Charged, CostItem, CostsReport};
use crate::report::text::visible;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// The report in words.
#[derive(Debug, Serialize)]
pub struct CostsView {
    /// What it is about.
    pub title: String,
    /// Whose account, where, with which prices.
    pub facts: Vec<String>,
    /// The last day of the month: `30 Nov`.
    pub until: String,
    /// What costs something, or may: what costs most comes first.
    pub rows: Vec<Row>,
    /// The sum of the rows.
    pub sum: Row,
    /// What costs nothing while nobody uses it: each noun with the names.
    pub free: Vec<Free>,
    /// What belongs to no lab, as far as is known, and costs by the hour.
    pub others: Vec<Row>,
    /// Why the sum may be too low.
    pub unknown: Vec<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// One thing and what it costs.
#[derive(Debug, Serialize)]
pub struct Row {
    /// In words, with its name: "data stream clicks".
    pub name: String,
    /// What of it is charged, and where it is.
    pub what: String,
    /// Why it is held to be the lab's.
    pub because: String,
    /// In an hour, in a day, until the month ends: `?` where that is not known.
    pub amounts: [String; 3],
}

/// Things of one type that cost nothing.
#[derive(Debug, Serialize)]
pub struct Free {
    /// The type in words.
    pub noun: String,
    /// The names.
    pub names: Vec<String>,
}

/// Names of one type that are shown.
const MAX_NAMES: usize = 12;

impl CostsView {
    /// A report in words.
    pub fn new(report: &CostsReport) -> Self {
        let (free, costly): (Vec<_>, Vec<_>) = report.items.iter().partition(|item| is_free(item));
        let labs = report.labs.join(" and ");
        Self {
            title: format!("What stands of {labs}, and what it costs while nobody uses it"),
            facts: facts(report),
            until: last_day(&report.month_ends),
            rows: costly.iter().map(|item| row(item, report)).collect(),
            sum: Row {
                name: match report.unknown.is_empty() {
                    true => "Together, in US dollars".to_owned(),
                    false => "Together, in US dollars, without what is not known".to_owned(),
                },
                what: String::new(),
                because: String::new(),
                amounts: said(Some(report.sum)),
            },
            free: of_each_type(&free),
            others: report.others.iter().map(|item| row(item, report)).collect(),
            unknown: report.unknown.iter().map(|text| visible(text)).collect(),
            notes: notes(report),
        }
    }
}

/// The last day of the month that ends then: `30 Nov`.
pub(crate) fn last_day(month_ends: &str) -> String {
    let end = month_ends.parse::<chrono::DateTime<chrono::Utc>>();
    end.map(|end| (end - chrono::Duration::seconds(1)).format("%-d %b").to_string())
        .unwrap_or_default()
}

fn facts(report: &CostsReport) -> Vec<String> {
    let regions = match report.regions.as_slice() {
        [one] => one.clone(),
        [home, ..] => format!("{home} and {} other regions", report.regions.len() - 1),
        [] => String::new(),
    };
    vec![format!("account {}", report.account), regions]
}

/// Whether it costs nothing now. What holds nothing yet will cost when it holds something.
fn is_free(item: &CostItem) -> bool {
    item.amounts == Some(Amounts::default())
}

fn row(item: &CostItem, report: &CostsReport) -> Row {
    let whats = item
        .lines
        .iter()
        .filter(|line| line.amounts != Some(Amounts::default()));
    let mut what: Vec<String> = whats.map(|line| visible(&line.what)).collect();
    let home = report.regions.first().map_or("", String::as_str);
    if !item.region.is_empty() && item.region != home {
        what.push(format!("in {}", item.region));
    }
    Row {
        name: format!("{} {}", item.noun, visible(&item.name)),
        what: what.join(", "),
        because: visible(&item.because),
        amounts: said(item.amounts),
    }
}

fn of_each_type(items: &[&CostItem]) -> Vec<Free> {
    let mut by_noun: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for item in items {
        by_noun.entry(item.noun).or_default().push(visible(&item.name));
    }
    let each = by_noun.into_iter().map(|(noun, mut names)| {
        let count = names.len();
        if count > MAX_NAMES {
            names.truncate(MAX_NAMES);
            names.push(format!("and {} more", count - MAX_NAMES));
        }
        let noun = match count {
            1 => noun.to_owned(),
            _ => plural(noun),
        };
        Free { noun, names }
    });
    each.collect()
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !noun.ends_with("ay") => format!("{stem}ies"),
        _ if noun.ends_with('s') => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

pub(crate) fn said(amounts: Option<Amounts>) -> [String; 3] {
    match amounts {
        Some(amounts) => [
            dollars(amounts.hour, 4),
            dollars(amounts.day, 2),
            dollars(amounts.month, 2),
        ],
        None => ["?", "?", "?"].map(str::to_owned),
    }
}

/// An amount with so many places. What is less than can be said is not nothing.
pub(crate) fn dollars(amount: Decimal, places: u32) -> String {
    let least = Decimal::new(1, places);
    match amount.round_dp(places) {
        rounded if rounded.is_zero() && !amount.is_zero() => format!("<{least}"),
        rounded => format!("{rounded:.*}", places as usize),
    }
}

/// What is said of the sandbox, and of whatever else answers in AWS's place.
pub(crate) const IN_PLACE_OF_AWS: &str = "This is not AWS, and costs nothing. On AWS it would cost this.";

/// What is said of those who are not billed yet.
pub(crate) const FREE_FOR_NOW: &str =
    "A free tier, the credits of a new account or of a class may pay for this. They end; what stands goes on.";

/// The dates of the oldest and the newest price.
pub(crate) fn dates([oldest, newest]: &[String; 2]) -> String {
    match oldest == newest {
        true => oldest.clone(),
        false => format!("{oldest} to {newest}"),
    }
}

/// What is said of a type that the program cannot list.
pub(crate) fn not_listed((of, word): (&String, &String)) -> String {
    visible(&format!("Not listed: {of}. The course says of its cost: {word}"))
}

fn notes(report: &CostsReport) -> Vec<String> {
    let mut notes = Vec::new();
    if report.is_in_place_of_aws {
        notes.push(IN_PLACE_OF_AWS.to_owned());
    }
    if let Some(of) = &report.prices_of {
        notes.push(format!(
            "List prices of {}, in US dollars without tax. Your bill is the truth: Billing and Cost Management → Bills.",
            dates(of)
        ));
    }
    notes.push(FREE_FOR_NOW.to_owned());
    if report
        .items
        .iter()
        .any(|item| item.charged == Charged::ByHour && !is_free(item))
    {
        notes.push("What costs by the hour does so until it is deleted, also while nobody looks at it.".to_owned());
    }
    notes.extend(report.not_listed.iter().map(not_listed));
    if !report.not_looked.is_empty() {
        // One reason often holds for many.
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for not in &report.not_looked {
            by_reason.entry(&not.why).or_default().push(&not.region);
        }
        for (why, regions) in by_reason {
            notes.push(visible(&format!("Not looked at: {}. {why}", regions.join(", "))));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_amount_is_not_nothing_and_none_is() {
        let said = |text: &str, places| dollars(text.parse().expect("a number"), places);
        assert_eq!(said("0.0004", 2), "<0.01");
        assert_eq!(said("0", 2), "0.00");
        assert_eq!(said("0.048", 4), "0.0480");
        assert_eq!(said("12.345", 2), "12.34");
        assert_eq!(said("12.355", 2), "12.36");
    }

    #[test]
    fn nouns_have_their_plural() {
        assert_eq!(
            [plural("policy"), plural("stream"), plural("bus")],
            ["policies", "streams", "buses"]
        );
    }
}
