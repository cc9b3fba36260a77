//! More time for one student: until when, or how long.

use super::clock::LocalClock;
use super::moment::{length, moment, shown, spelled, until};
use chrono::{DateTime, Duration, FixedOffset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// More time than the class has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extension {
    /// Until then, RFC 3339 in UTC.
    Until(String),
    /// So many seconds more than the class has.
    Seconds(u64),
}

impl Extension {
    /// What a cell says: `2026-12-03`, `2026-12-03 12:00`, `2 days`.
    ///
    /// # Errors
    /// What to write.
    pub fn read(cell: &str) -> Result<Self, String> {
        let by = |cell: &str| length(cell.trim_start_matches('+')).map(|length| Self::Seconds(length.as_secs()));
        match until(cell) {
            Ok(until) => Ok(Self::Until(until)),
            Err(why) if cell.contains(['-', '/', ':', '.']) => Err(why),
            Err(_) => by(cell).map_err(|why| format!("{why}, or a day: 2026-12-03")),
        }
    }

    /// Until when, where the class has until `deadline`. Whole days end at the same time of the clock.
    pub fn after(&self, deadline: DateTime<FixedOffset>, clock: &LocalClock) -> DateTime<FixedOffset> {
        const DAY: u64 = 86_400;
        match self {
            Self::Until(until) => moment(until).unwrap_or(deadline),
            Self::Seconds(seconds) => {
                let (days, rest) = (u32::try_from(seconds / DAY).unwrap_or(u32::MAX), seconds % DAY);
                clock.days_later(deadline, days) + Duration::seconds(i64::try_from(rest).unwrap_or_default())
            }
        }
    }

    /// As it is said of a student.
    pub fn text(&self) -> String {
        match self {
            Self::Until(until) => format!("until {}", shown(until)),
            Self::Seconds(seconds) => format!("{} more", spelled(std::time::Duration::from_secs(*seconds))),
        }
    }
}
