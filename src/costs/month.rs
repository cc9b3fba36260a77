//! Hours of a month: AWS bills by the hour, and by the month of UTC.

use chrono::{DateTime, Datelike, TimeZone, Utc};
use rust_decimal::Decimal;

/// The month of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// Its seconds.
    seconds: i64,
    /// Those that are left of it.
    left: i64,
    /// When the next one begins.
    pub end: DateTime<Utc>,
}

impl Month {
    /// The month in which `now` is.
    pub fn of(now: DateTime<Utc>) -> Self {
        let first = |year, month| {
            let first = Utc.with_ymd_and_hms(year, month, 1, 0, 0, 0).single();
            first.expect("every month of UTC has a first second")
        };
        let begin = first(now.year(), now.month());
        let end = match now.month() {
            12 => first(now.year() + 1, 1),
            month => first(now.year(), month + 1),
        };
        Self {
            seconds: (end - begin).num_seconds(),
            left: (end - now).num_seconds(),
            end,
        }
    }

    /// How many hours it has.
    pub fn hours(&self) -> Decimal {
        Decimal::from(self.seconds) / Decimal::from(3600)
    }

    /// How many hours of it are left.
    pub fn hours_left(&self) -> Decimal {
        Decimal::from(self.left) / Decimal::from(3600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_their_own_hours_and_december_an_end() {
        let at = |text: &str| Month::of(text.parse().expect("a time"));
        let november = at("2026-11-29T12:00:00Z");
        assert_eq!((november.hours(), november.hours_left()), (720.into(), 36.into()));
        assert_eq!(at("2026-02-01T00:00:00Z").hours(), Decimal::from(672));
        assert_eq!(at("2028-02-01T00:00:00Z").hours(), Decimal::from(696));
        let december = at("2026-12-31T23:30:00Z");
        assert_eq!(december.hours_left(), Decimal::new(5, 1));
        assert_eq!(december.end.to_rfc3339(), "2027-01-01T00:00:00+00:00");
    }
}
