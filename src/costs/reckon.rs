//! From what AWS charges for to dollars: by the hour, by the day, until the month ends.

use super::month::Month;
use super::prices::{Unit, price};
use super::report::{Amounts, CostLine};
use crate::inventory::Charge;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// What `charge` costs in `region`; of one without a price, only what it is.
pub fn line(charge: &Charge, region: &str, month: &Month) -> CostLine {
    let known = price(charge.price).and_then(|price| Some((price, price.usd(region)?)));
    // What there is none of costs nothing, whatever its price.
    let is_nothing = charge.quantity.is_zero();
    let hour = known.map(|(price, usd)| match price.unit {
        Unit::Hour => usd * charge.quantity,
        Unit::Month => usd * charge.quantity / month.hours(),
    });
    let hour = hour.or(is_nothing.then_some(Decimal::ZERO));
    CostLine {
        what: charge.what.clone(),
        price: charge.price.to_owned(),
        usd: known.map(|(_, usd)| usd.normalize().to_string()),
        each: known.map(|(price, _)| price.of.clone()),
        page: price(charge.price).map(|price| price.page.clone()),
        as_of: known.map(|(price, _)| price.as_of.clone()),
        amounts: hour.map(|hour| Amounts::of(hour, month)),
    }
}

/// What `charges` cost a day in `region` in the month of `now`, in US dollars, as far as there are prices.
pub fn least_of_a_day(charges: &[Charge], region: &str, now: DateTime<Utc>) -> Decimal {
    let month = Month::of(now);
    let amounts = charges.iter().filter_map(|charge| line(charge, region, &month).amounts);
    amounts.sum::<Amounts>().day
}

/// The same as a report has it: to the cent, of the time when it was looked. Nothing where nothing is charged, or no price
/// is known.
pub fn idle_usd_per_day(charges: &[Charge], region: &str, started: &str) -> Option<f64> {
    let day = least_of_a_day(charges, region, started.parse().ok()?).round_dp(2);
    day.to_f64().filter(|_| !day.is_zero())
}

impl Amounts {
    /// So much an hour.
    pub fn of(hour: Decimal, month: &Month) -> Self {
        Self {
            hour,
            day: hour * Decimal::from(24),
            month: hour * month.hours_left(),
        }
    }
}

impl std::iter::Sum for Amounts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            hour: sum.hour + one.hour,
            day: sum.day + one.day,
            month: sum.month + one.month,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(price: &'static str, quantity: &str) -> Charge {
        Charge {
            price,
            quantity: quantity.parse().expect("a number"),
            what: String::new(),
        }
    }

    /// 36 hours before the end of a month of 720.
    fn month() -> Month {
        Month::of("2026-11-29T12:00:00Z".parse().expect("a time"))
    }

    fn amounts(price: &'static str, quantity: &str) -> [String; 3] {
        let amounts = line(&charge(price, quantity), "eu-central-1", &month())
            .amounts
            .expect("a price");
        [amounts.hour, amounts.day, amounts.month].map(|amount| amount.normalize().to_string())
    }

    #[test]
    fn an_hour_and_a_month_are_converted() {
        // Two shards at 0.018 an hour.
        assert_eq!(
            amounts("kinesis.provisioned-shard-hour", "2"),
            ["0.036", "0.864", "1.296"]
        );
        // 72 GB at 0.0245 a month of 720 hours.
        assert_eq!(amounts("s3.standard-gb-month", "72"), ["0.00245", "0.0588", "0.0882"]);
    }

    #[test]
    fn without_a_price_nothing_is_free_but_what_is_none() {
        let unknown = line(&charge("kinesis.on-demand-stream-hour", "1"), "ap-south-1", &month());
        assert_eq!(unknown.amounts, None);
        let none = line(&charge("kinesis.on-demand-stream-hour", "0"), "ap-south-1", &month());
        assert_eq!(none.amounts, Some(Amounts::default()));
    }
}
