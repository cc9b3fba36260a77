//! What stands in an account and what it costs, `edemlab/costs/1`, as plain data.

use indexmap::IndexMap;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Serialize, Serializer};

/// The name and version of this format.
pub const SCHEMA: &str = "edemlab/costs/1";

/// What of the labs stands in an account, and what it costs while nobody uses it.
#[derive(Debug, Clone, Serialize)]
pub struct CostsReport {
    /// Always `edemlab/costs/1`.
    pub schema: String,
    /// The version of edemlab that made it.
    pub tool: String,
    /// The labs' ids.
    pub labs: Vec<String>,
    /// The account's twelve digits.
    pub account: String,
    /// The ARN of whoever looked.
    pub caller: String,
    /// Whether this is not AWS but something in its place, such as the sandbox, which costs nothing.
    pub is_in_place_of_aws: bool,
    /// When, RFC 3339 in UTC.
    pub started: String,
    /// When the month ends, RFC 3339 in UTC.
    pub month_ends: String,
    /// Always `USD`.
    pub currency: &'static str,
    /// The oldest and the newest date of the prices that were used; none if none was.
    pub prices_of: Option<[String; 2]>,
    /// The regions that were looked at.
    pub regions: Vec<String>,
    /// The regions that could not be looked at, and why.
    pub not_looked: Vec<NotLooked>,
    /// What belongs to the labs: what costs most comes first.
    pub items: Vec<CostItem>,
    /// What belongs to none of them, as far as is known, and costs by the hour. Not in the sum.
    pub others: Vec<CostItem>,
    /// The sum of `items`, as far as it is known.
    pub sum: Amounts,
    /// What the labs' solutions make and this program cannot list: CloudFormation's name of the type, and what the course
    /// says of its cost.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub not_listed: IndexMap<String, String>,
    /// Why the sum may be too low: what could not be read, or has no price.
    pub unknown: Vec<String>,
}

/// A region that could not be looked at.
#[derive(Debug, Clone, Serialize)]
pub struct NotLooked {
    /// Its code.
    pub region: String,
    /// Why.
    pub why: String,
}

/// One thing.
#[derive(Debug, Clone, Serialize)]
pub struct CostItem {
    /// The lab to which it belongs; empty for what belongs to none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub lab: String,
    /// CloudFormation's name of its type.
    #[serde(rename = "type")]
    pub of: &'static str,
    /// The same in words.
    pub noun: &'static str,
    /// Its name.
    pub name: String,
    /// Its ARN, or what AWS knows it by.
    pub id: String,
    /// Its region; empty for what belongs to none.
    pub region: String,
    /// Why it is held to be the lab's.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
    /// Whether it costs by the hour, by what it holds, or nothing while nobody uses it.
    pub charged: Charged,
    /// What is charged.
    pub lines: Vec<CostLine>,
    /// The sum of the lines; none where one of them has no price, or what it costs could not be read.
    pub amounts: Option<Amounts>,
}

/// By what something is charged while nobody uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Charged {
    /// By the hour.
    ByHour,
    /// By what it holds.
    ByContent,
    /// Not at all.
    Nothing,
}

/// One thing that is charged.
#[derive(Debug, Clone, Serialize)]
pub struct CostLine {
    /// What, in words.
    pub what: String,
    /// The price's name in the table.
    pub price: String,
    /// The price of one unit, in US dollars, as in the table; none where there is none for the region.
    pub usd: Option<String>,
    /// What one unit is.
    pub each: Option<String>,
    /// AWS's page about the price.
    pub page: Option<String>,
    /// The date of the price.
    pub as_of: Option<String>,
    /// What it costs; none where there is no price.
    pub amounts: Option<Amounts>,
}

/// What something costs, in US dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Amounts {
    /// In an hour.
    #[serde(serialize_with = "rounded")]
    pub hour: Decimal,
    /// In a day.
    #[serde(serialize_with = "rounded")]
    pub day: Decimal,
    /// Until the month ends.
    #[serde(serialize_with = "rounded")]
    pub month: Decimal,
}

/// A number with six places: a millionth of a dollar is nobody's concern.
fn rounded<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(amount.round_dp(6).to_f64().unwrap_or_default())
}

impl CostsReport {
    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report has only text keys")
    }
}
