//! What a class costs, in words: the terminal and the page say the same.

use super::report::{ClassCosts, Found, Place, StudentCosts};
use crate::costs::{
    Amounts, CostItem, CostsReport, FREE_FOR_NOW, IN_PLACE_OF_AWS, Row, dates, dollars, last_day, not_listed, said,
};
use crate::report::text::{cut, visible};
use crate::report::view::minute;
use serde::Serialize;
use std::collections::BTreeSet;

/// A class's costs in words.
#[derive(Debug, Serialize)]
pub struct ClassCostsView {
    /// What it is about.
    pub title: String,
    /// How many students, and when.
    pub facts: Vec<String>,
    /// The last day of the month: `30 Nov`.
    pub until: String,
    /// Who pays a cent a day or more: who pays most comes first.
    pub rows: Vec<Row>,
    /// What all accounts cost together, those of less than a cent a day too.
    pub sum: Row,
    /// Whose account costs nothing, or less than a cent a day.
    pub quiet: Vec<String>,
    /// Who was left out, each with the reason.
    pub left_out: Vec<String>,
    /// Students about whom something could not be read, with the reasons.
    pub unknown: Vec<UnknownCosts>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// A student about whom something could not be read.
#[derive(Debug, Serialize)]
pub struct UnknownCosts {
    /// Who.
    pub who: String,
    /// Why.
    pub reasons: Vec<String>,
}

/// Things of one student that are named, and reasons.
const MAX_THINGS: usize = 8;
const MAX_REASONS: usize = 3;

/// The longest name that is shown.
const MAX_NAME: usize = 60;

impl ClassCostsView {
    /// A class's costs in words.
    pub fn new(class: &ClassCosts) -> Self {
        let at = |place: Place| class.students.iter().filter(move |one| one.place() == place);
        let reports = || class.students.iter().filter_map(StudentCosts::report);
        let unknown = class.students.iter().filter_map(|one| {
            let reasons = shortened(one.unknown());
            (!reasons.is_empty()).then(|| UnknownCosts { who: who(one), reasons })
        });
        let people = match class.students.len() {
            1 => "1 student".to_owned(),
            number => format!("{number} students"),
        };
        let left_out = at(Place::LeftOut).filter_map(|one| match &one.found {
            Found::LeftOut(why) => Some(format!("{}: {why}", who(one))),
            _ => None,
        });
        Self {
            title: format!(
                "What stands of {} in the accounts of a class, and what it costs while nobody uses it",
                class.labs.join(" and ")
            ),
            facts: vec![people, minute(&class.started)],
            until: reports()
                .next()
                .map_or_else(String::new, |one| last_day(&one.month_ends)),
            rows: at(Place::Pays)
                .filter_map(|one| Some(row(one, one.report()?)))
                .collect(),
            sum: Row {
                name: match class.is_whole() {
                    true => "The class, in US dollars".to_owned(),
                    false => "The class, in US dollars, without what is not known".to_owned(),
                },
                what: String::new(),
                because: String::new(),
                amounts: said(Some(class.sum)),
            },
            quiet: at(Place::Quiet).map(who).collect(),
            left_out: left_out.collect(),
            unknown: unknown.collect(),
            notes: notes(class),
        }
    }
}

/// A student's name and identifier, as they are shown.
pub(super) fn who(one: &StudentCosts) -> String {
    match one.name.is_empty() {
        true => cut(&one.id, MAX_NAME),
        false => format!("{} ({})", cut(&one.name, MAX_NAME), cut(&one.id, MAX_NAME)),
    }
}

/// A thing's name and region.
pub(super) fn named(item: &CostItem) -> String {
    let name = format!("{} {}", item.noun, cut(&item.name, MAX_NAME));
    match item.region.is_empty() {
        true => name,
        false => format!("{name}, {}", visible(&item.region)),
    }
}

fn row(one: &StudentCosts, report: &CostsReport) -> Row {
    let costs = report
        .items
        .iter()
        .filter(|item| item.amounts != Some(Amounts::default()));
    let is_small = |item: &&CostItem| item.amounts.is_some_and(|amounts| amounts.day.round_dp(2).is_zero());
    let (small, costs): (Vec<&CostItem>, Vec<&CostItem>) = costs.partition(is_small);
    let home = report.regions.first();
    let mut what: Vec<String> = costs
        .iter()
        .map(|item| {
            let day = item.amounts.map_or("?".to_owned(), |amounts| dollars(amounts.day, 2));
            match Some(&item.region) == home {
                true => format!("{} {}: {day} a day", item.noun, cut(&item.name, MAX_NAME)),
                false => format!("{}: {day} a day", named(item)),
            }
        })
        .collect();
    shorten(&mut what, MAX_THINGS);
    if !small.is_empty() {
        what.push(format!("{} for less than a cent", small.len()));
    }
    Row {
        name: format!("{}, account {}", who(one), report.account),
        what: what.join(" · "),
        because: String::new(),
        amounts: said(Some(report.sum)),
    }
}

fn shortened(reasons: Vec<String>) -> Vec<String> {
    let mut reasons: Vec<String> = reasons.iter().map(|why| visible(why)).collect();
    shorten(&mut reasons, MAX_REASONS);
    reasons
}

fn shorten(texts: &mut Vec<String>, most: usize) {
    if let Some(more) = texts.len().checked_sub(most).filter(|more| *more > 0) {
        texts.truncate(most);
        texts.push(format!("and {more} more"));
    }
}

fn notes(class: &ClassCosts) -> Vec<String> {
    let reports = || class.students.iter().filter_map(StudentCosts::report);
    let mut notes = Vec::new();
    if reports().any(|report| report.is_in_place_of_aws) {
        notes.push(IN_PLACE_OF_AWS.to_owned());
    }
    let of = || reports().filter_map(|report| report.prices_of.as_ref());
    if let Some((old, new)) = of().map(|[old, _]| old).min().zip(of().map(|[_, new]| new).max()) {
        notes.push(format!(
            "List prices of {}, in US dollars without tax. Each account's bill is the truth.",
            dates(&[old.clone(), new.clone()])
        ));
    }
    if reports().next().is_some() {
        notes.push(FREE_FOR_NOW.to_owned());
    }
    let others: BTreeSet<String> = reports()
        .flat_map(|report| report.not_listed.iter().map(not_listed))
        .collect();
    notes.extend(others);
    notes
}
