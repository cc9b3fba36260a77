//! AWS's list prices, in US dollars without tax: a table in the program, with the date and the page of each line.

use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The table. `cut_prices.py` beside it makes it again from AWS's public price list.
const TABLE: &str = include_str!("prices.yaml");

/// One line of the table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The service, in short.
    pub service: String,
    /// What is charged.
    pub item: String,
    /// For how long one unit may stand for its price.
    pub unit: Unit,
    /// What one unit is, in words.
    pub of: String,
    /// AWS's page about it.
    pub page: String,
    /// When the price was AWS's, as a date.
    pub as_of: String,
    /// How many sources that do not copy each other agree on it, in one region at least.
    pub sources: u8,
    /// How it follows from what AWS prints, where AWS prints something else.
    #[serde(default)]
    pub derived: Option<String>,
    /// How AWS's price list calls it, behind the prefix of a region; unknown for some.
    pub usagetype: Option<String>,
    /// The file of AWS's price list that has it.
    pub offer: String,
    /// By region. A region that is not there has no price here, or has not the service at all.
    usd: BTreeMap<String, String>,
}

/// The time that a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// An hour.
    Hour,
    /// A month, however long.
    Month,
}

impl Price {
    /// Its name in the table: `SERVICE.ITEM`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.service, self.item)
    }

    /// What a unit costs in a region, in US dollars.
    pub fn usd(&self, region: &str) -> Option<Decimal> {
        self.usd.get(region)?.parse().ok()
    }

    /// The regions in which it has a price.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.usd.keys().map(String::as_str)
    }
}

/// The whole table.
pub fn prices() -> &'static [Price] {
    static PRICES: OnceLock<Vec<Price>> = OnceLock::new();
    PRICES.get_or_init(|| serde_saphyr::from_str(TABLE).expect("the table of prices is part of the program"))
}

/// The line called `name`.
pub fn price(name: &str) -> Option<&'static Price> {
    prices().iter().find(|price| price.name() == name)
}
