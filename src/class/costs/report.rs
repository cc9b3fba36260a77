//! What a class costs, `edemlab/class-costs/1`, as plain data.

use crate::class::Student;
use crate::costs::{Amounts, Charged, CostItem, CostsReport};
use rust_decimal::Decimal;
use serde::Serialize;
use std::cmp::Reverse;

/// The name and version of this format.
pub const SCHEMA: &str = "edemlab/class-costs/1";

/// What of the labs stands in the accounts of a class, and what it costs while nobody uses it.
#[derive(Debug, Clone, Serialize)]
pub struct ClassCosts {
    /// Always `edemlab/class-costs/1`.
    pub schema: String,
    /// The version of edemlab that made it.
    pub tool: String,
    /// The labs' ids.
    pub labs: Vec<String>,
    /// When it was begun, RFC 3339 in UTC.
    pub started: String,
    /// Always `USD`.
    pub currency: &'static str,
    /// The sum of all accounts, as far as it is known.
    pub sum: Amounts,
    /// The students: whose account costs most comes first.
    pub students: Vec<StudentCosts>,
}

/// One student's account.
#[derive(Debug, Clone, Serialize)]
pub struct StudentCosts {
    /// What the learning management system calls them.
    pub id: String,
    /// Their name; empty where the roster has none.
    pub name: String,
    /// What was found.
    #[serde(flatten)]
    pub found: Found,
}

/// What was found in an account.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// What stands there and what it costs.
    Report(Box<CostsReport>),
    /// Nothing is known of it, and why.
    Unknown(String),
    /// It was left out on purpose, and why.
    LeftOut(String),
}

/// How a student stands in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Something costs a cent a day or more, or something that costs by the hour has no known price.
    Pays,
    /// What was seen costs less, and not all was seen.
    Unknown,
    /// All was seen, and costs less than a cent a day.
    Quiet,
    /// Left out on purpose.
    LeftOut,
}

impl ClassCosts {
    /// Sorts and sums up.
    pub fn new(labs: Vec<String>, started: String, mut students: Vec<StudentCosts>) -> Self {
        let hour = |one: &StudentCosts| one.report().map_or(Decimal::ZERO, |report| report.sum.hour);
        // Of equal ones, the roster's order stays.
        students.sort_by_key(|one| (one.place(), Reverse(hour(one))));
        Self {
            schema: SCHEMA.to_owned(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            labs,
            started,
            currency: "USD",
            sum: students.iter().filter_map(StudentCosts::report).map(|r| r.sum).sum(),
            students,
        }
    }

    /// Whether everything is known of everybody.
    pub fn is_whole(&self) -> bool {
        self.students.iter().all(|one| one.unknown().is_empty())
    }

    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report has only text keys")
    }
}

impl StudentCosts {
    /// Of a student of the class.
    pub fn new(student: &Student, found: Found) -> Self {
        Self {
            id: student.id.clone(),
            name: student.name.clone(),
            found,
        }
    }

    /// What stands in the account, where something is known of it.
    pub fn report(&self) -> Option<&CostsReport> {
        match &self.found {
            Found::Report(report) => Some(report),
            Found::Unknown(_) | Found::LeftOut(_) => None,
        }
    }

    /// Why more may stand there than is known.
    pub fn unknown(&self) -> Vec<String> {
        match &self.found {
            Found::Unknown(why) => vec![why.clone()],
            Found::LeftOut(_) => Vec::new(),
            Found::Report(report) => {
                let regions = report.not_looked.iter();
                let regions = regions.map(|not| format!("{} was not looked at: {}", not.region, not.why));
                report.unknown.iter().cloned().chain(regions).collect()
            }
        }
    }

    pub(super) fn place(&self) -> Place {
        match &self.found {
            Found::LeftOut(_) => Place::LeftOut,
            Found::Report(report) if !report.sum.day.round_dp(2).is_zero() => Place::Pays,
            Found::Report(report) if by_hour(report).next().is_some() => Place::Pays,
            _ if self.unknown().is_empty() => Place::Quiet,
            _ => Place::Unknown,
        }
    }
}

/// What belongs to the labs and costs by the hour, or may: its price is not known everywhere.
pub(super) fn by_hour(report: &CostsReport) -> impl Iterator<Item = &CostItem> {
    let costs = |item: &&CostItem| item.charged == Charged::ByHour && item.amounts != Some(Amounts::default());
    report.items.iter().filter(costs)
}
