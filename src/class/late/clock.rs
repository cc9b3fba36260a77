//! When days end: at the same time of the clock, also where clocks are changed. It is the clock of the computer on which the
//! deadline was said, so that every computer reckons alike.

use super::moment::moment;
use chrono::{DateTime, FixedOffset, Local, Offset, SecondsFormat, TimeDelta};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far ahead of a deadline changes of the clock are looked for, in days: no policy counts more.
const AHEAD: i64 = 400;

/// How a clock stands to UTC from a deadline on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalClock {
    /// Seconds that it is ahead of UTC at the deadline.
    pub ahead: i32,
    /// When it is changed after that, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ClockChange>,
}

/// A change of a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockChange {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// Seconds that it is ahead of UTC from then on.
    pub ahead: i32,
}

impl LocalClock {
    /// This computer's, from a moment on.
    pub fn here(from: DateTime<FixedOffset>) -> Self {
        let ahead = |at: DateTime<FixedOffset>| at.with_timezone(&Local).offset().fix().local_minus_utc();
        let mut clock = Self {
            ahead: ahead(from),
            changes: Vec::new(),
        };
        for day in 0..AHEAD {
            let (mut before, mut after) = (from + TimeDelta::days(day), from + TimeDelta::days(day + 1));
            if ahead(before) == ahead(after) {
                continue;
            }
            // To the second.
            while after - before > TimeDelta::seconds(1) {
                let middle = before + (after - before) / 2;
                match ahead(middle) == ahead(before) {
                    true => before = middle,
                    false => after = middle,
                }
            }
            clock.changes.push(ClockChange {
                at: after.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true),
                ahead: ahead(after),
            });
        }
        clock
    }

    /// So many days later at the same time of the clock; of a time that comes twice, the later one.
    pub fn days_later(&self, from: DateTime<FixedOffset>, days: u32) -> DateTime<FixedOffset> {
        let even = from + TimeDelta::days(days.into());
        let shown = |ahead: i32| even + TimeDelta::seconds((self.ahead_at(from) - ahead).into());
        let all = self.changes.iter().map(|change| change.ahead).chain([self.ahead]);
        let right = all
            .filter(|ahead| self.ahead_at(shown(*ahead)) == *ahead)
            .map(shown)
            .max();
        // A time that does not come on that day.
        right.unwrap_or(even)
    }

    fn ahead_at(&self, at: DateTime<FixedOffset>) -> i32 {
        let before = |change: &&ClockChange| moment(&change.at).is_some_and(|changed| changed <= at);
        let last = self.changes.iter().rev().find(before);
        last.map_or(self.ahead, |change| change.ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_end_at_the_same_time_of_the_clock() {
        // Madrid in 2026 and 2027.
        let change = |at: &str, ahead| ClockChange {
            at: at.to_owned(),
            ahead,
        };
        let clock = LocalClock {
            ahead: 7200,
            changes: vec![
                change("2026-10-25T01:00:00Z", 3600),
                change("2027-03-28T01:00:00Z", 7200),
            ],
        };
        let later = |from: &str, days| {
            let from = moment(from).unwrap();
            clock
                .days_later(from, days)
                .to_utc()
                .to_rfc3339_opts(SecondsFormat::Secs, true)
        };
        for (from, days, expected) in [
            ("2026-10-23T21:59:00Z", 1, "2026-10-24T21:59:00Z"),
            ("2026-10-24T21:59:00Z", 1, "2026-10-25T22:59:00Z"),
            ("2026-10-24T21:59:00Z", 2, "2026-10-26T22:59:00Z"),
            ("2027-03-27T22:59:00Z", 1, "2027-03-28T21:59:00Z"),
            // 02:30 comes twice on 25 October, and not at all on 28 March.
            ("2026-10-24T00:30:00Z", 1, "2026-10-25T01:30:00Z"),
            ("2027-03-27T01:30:00Z", 1, "2027-03-28T01:30:00Z"),
        ] {
            assert_eq!(later(from, days), expected, "{from}");
        }
        let utc = LocalClock::default().days_later(moment("2026-10-24T21:59:00Z").unwrap(), 1);
        assert_eq!(utc, moment("2026-10-25T21:59:00Z").unwrap());
    }
}
