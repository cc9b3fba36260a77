//! What late work costs: `10 % a day, 1 h grace, at most 5 days`.

use super::clock::LocalClock;
use super::moment::{length, spelled};
use crate::class::gradebook::number::{self, Decimal};
use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;

/// What late work costs. As text, and in `class.json`, it is what `--late` takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct LatePolicy {
    /// What a day that was begun takes off, in percent.
    per_day: Decimal,
    /// Whether that is of full marks; else it is of the points that were earned.
    of_full_marks: bool,
    /// So long after the deadline work is in time.
    grace: Duration,
    /// No more days than these are counted.
    most_days: Option<u32>,
    /// No more than this is taken off.
    most_percent: Option<Decimal>,
    /// After so many days nothing counts.
    closed_after: Option<u32>,
}

/// What is taken off for one student's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deduction {
    /// The days that were begun.
    pub days: u32,
    /// Those of them that are counted.
    pub counted: u32,
    /// How much, in percent.
    pub percent: Decimal,
    /// Whether that is of full marks; else it is of the points that were earned.
    pub of_full_marks: bool,
}

impl LatePolicy {
    /// So long after the deadline work is in time.
    pub fn grace(&self) -> Duration {
        self.grace
    }

    /// What is taken off for work that was done at `at`, where it was due earlier.
    pub fn deduction(
        &self,
        due: DateTime<FixedOffset>,
        at: DateTime<FixedOffset>,
        clock: &LocalClock,
    ) -> Option<Deduction> {
        let late = (at - due)
            .to_std()
            .ok()
            .filter(|late| !late.is_zero() && *late > self.grace)?;
        // A day may have an hour more or less.
        let about = u32::try_from(late.as_secs() / DAY).unwrap_or(u32::MAX - 2);
        let days = (about.saturating_sub(1).max(1)..=about + 2).find(|days| clock.days_later(due, *days) >= at);
        let days = days.unwrap_or(about + 1);
        let counted = self.most_days.map_or(days, |most| days.min(most));
        let mut percent = self.per_day.times(counted).min(Decimal::HUNDRED);
        percent = percent.min(self.most_percent.unwrap_or(Decimal::HUNDRED));
        if self.closed_after.is_some_and(|last| days > last) {
            percent = Decimal::HUNDRED;
        }
        (percent > Decimal::ZERO).then_some(Deduction {
            days,
            counted,
            percent,
            of_full_marks: self.of_full_marks,
        })
    }
}

impl Deduction {
    /// What is left of the points that were earned, of so many.
    pub fn left(&self, earned: u32, possible: u32) -> Decimal {
        let of = if self.of_full_marks { possible } else { earned };
        Decimal::whole(earned)
            .less(Decimal::whole(of).percent(self.percent))
            .hundredths()
    }
}

impl FromStr for LatePolicy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut policy = Self {
            per_day: Decimal::ZERO,
            of_full_marks: false,
            grace: Duration::ZERO,
            most_days: None,
            most_percent: None,
            closed_after: None,
        };
        let mut said = [false; 5];
        for part in parts(text) {
            let words = part.to_lowercase().replace("percent", "%").replace("maximum", "max");
            let words = words.trim();
            let place = if let Some(length_of) = words.strip_suffix("grace") {
                policy.grace = length(length_of.trim().trim_end_matches(" of"))?;
                1
            } else if let Some(most) = words.strip_prefix("at most").or_else(|| words.strip_prefix("max")) {
                match most.trim().strip_suffix('%') {
                    Some(number) => {
                        policy.most_percent = Some(percent(number)?);
                        2
                    }
                    None => {
                        policy.most_days = Some(days(most)?);
                        4
                    }
                }
            } else if let Some(last) = words.strip_prefix("nothing after") {
                policy.closed_after = Some(days(last)?);
                3
            } else {
                (policy.per_day, policy.of_full_marks) = rate(words).ok_or_else(|| unknown(&part))?;
                0
            };
            if std::mem::replace(&mut said[place], true) {
                return Err(format!(
                    "`{}` says again what is said before: keep one of them",
                    part.trim()
                ));
            }
        }
        match said[0] || said[3] {
            true => Ok(policy),
            false => Err(format!("it does not say what a day costs: {HOW}")),
        }
    }
}

const HOW: &str = "write for example \"10 % a day, 1 h grace, at most 5 days\"";

fn unknown(part: &str) -> String {
    format!(
        "`{}` is not understood: {HOW}; also \"10 % of full marks a day\", \"at most 50 %\" and \"nothing after 7 days\"",
        crate::report::text::cut(part.trim(), 60)
    )
}

/// The parts between commas; a comma between two digits is a decimal one.
fn parts(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
    let mut parts = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let is_decimal = digit(at.checked_sub(1)) && digit(Some(at + 1));
        match letter {
            ',' | ';' if !is_decimal => parts.push(String::new()),
            letter => parts.last_mut().into_iter().for_each(|part| part.push(*letter)),
        }
    }
    parts
}

/// `10 % a day`, `10%/day`, `10 % of full marks per day`: the percent, and whether they are of full marks.
fn rate(words: &str) -> Option<(Decimal, bool)> {
    let (number, rest) = words.split_once('%')?;
    let rest: Vec<&str> = rest.split_whitespace().filter(|word| *word != "the").collect();
    let (of, each) = match rest.as_slice() {
        ["of", "full", "marks", each @ ..] | [each @ .., "of", "full", "marks"] => (true, each),
        each => (false, each),
    };
    matches!(
        each,
        ["a" | "per" | "each", "day"] | ["/day"] | ["/", "day"] | ["daily"]
    )
    .then(|| percent(number).ok())
    .flatten()
    .map(|percent| (percent, of))
}

fn percent(text: &str) -> Result<Decimal, String> {
    let number = number::parse(text).map(|(number, _)| number);
    number
        .filter(|percent| *percent <= Decimal::HUNDRED)
        .ok_or_else(|| format!("`{}` is no number of percent from 0 to 100", text.trim()))
}

fn days(text: &str) -> Result<u32, String> {
    let number = text.trim().trim_end_matches("days").trim_end_matches("day").trim();
    let number = number.parse().ok().filter(|days| (1..=366).contains(days));
    number.ok_or_else(|| format!("`{}` is no number of days from 1 to 366", text.trim()))
}

impl fmt::Display for LatePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = if self.of_full_marks { " of full marks" } else { "" };
        write!(f, "{} %{of} a day", self.per_day)?;
        if !self.grace.is_zero() {
            write!(f, ", {} grace", spelled(self.grace))?;
        }
        match self.most_days {
            Some(1) => write!(f, ", at most 1 day")?,
            Some(days) => write!(f, ", at most {days} days")?,
            None => {}
        }
        if let Some(percent) = self.most_percent {
            write!(f, ", at most {percent} %")?;
        }
        match self.closed_after {
            Some(1) => write!(f, ", nothing after 1 day"),
            Some(days) => write!(f, ", nothing after {days} days"),
            None => Ok(()),
        }
    }
}

impl TryFrom<String> for LatePolicy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<LatePolicy> for String {
    fn from(policy: LatePolicy) -> Self {
        policy.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deduction(policy: &str, hours: f64) -> Option<Deduction> {
        let policy: LatePolicy = policy.parse().unwrap();
        let due = DateTime::parse_from_rfc3339("2026-12-01T22:59:00Z").unwrap();
        policy.deduction(
            due,
            due + chrono::TimeDelta::milliseconds((hours * 3_600_000.0) as i64),
            &LocalClock::default(),
        )
    }

    fn after(policy: &str, hours: f64) -> Option<String> {
        let found = deduction(policy, hours)?;
        Some(format!("{} {}", found.days, found.percent))
    }

    #[test]
    fn each_day_that_was_begun_costs_and_the_grace_nothing() {
        let policy = "10 % a day, 1 h grace, at most 5 days";
        let cases = [
            (0.0, None),
            (1.0, None),
            (1.01, Some("1 10")),
            (24.0, Some("1 10")),
            (24.01, Some("2 20")),
            (5.0 * 24.0, Some("5 50")),
            (30.0 * 24.0, Some("30 50")),
        ];
        for (hours, expected) in cases {
            assert_eq!(after(policy, hours).as_deref(), expected, "{hours}");
        }
        assert_eq!(after("30%/day", 24.0 * 9.0).as_deref(), Some("9 100"));
        assert_eq!(after("10 % a day, at most 25 %", 24.0 * 9.0).as_deref(), Some("9 25"));
        let closed = "10 % a day, nothing after 2 days";
        assert_eq!(after(closed, 48.0).as_deref(), Some("2 20"));
        assert_eq!(after(closed, 48.1).as_deref(), Some("3 100"));
        assert_eq!(after("nothing after 1 day", 20.0), None);
        assert_eq!(after("nothing after 1 day", 25.0).as_deref(), Some("2 100"));
        assert_eq!(after("10 % a day, max 3 days, max 25 %", 90.0).as_deref(), Some("4 25"));
    }

    #[test]
    fn percent_are_of_what_was_earned_or_of_full_marks() {
        let left = |policy: &str, earned| deduction(policy, 0.5).unwrap().left(earned, 100).to_string();
        assert_eq!(left("10 % a day", 64), "57.6");
        assert_eq!(left("10 % of full marks a day", 64), "54");
        assert_eq!(left("10 % of full marks a day", 4), "0");
        assert_eq!(left("7,5 percent a day", 90), "83.25");
        assert_eq!(left("33.333 % a day", 90), "60");
        assert_eq!(left("10 % per day of the full marks", 64), "54");
    }

    #[test]
    fn a_policy_is_read_as_it_is_written() {
        for text in [
            "10 % a day, 1 h grace, at most 5 days",
            "7.5 % of full marks a day, 30 min grace, at most 50 %, nothing after 7 days",
            "100 % a day",
        ] {
            let policy: LatePolicy = text.parse().unwrap();
            assert_eq!(policy.to_string(), text);
        }
        let wrong = [
            ("", "not understood"),
            ("1 h grace", "does not say what a day costs"),
            ("10 points", "not understood"),
            ("10 % a day, 20 % a day", "says again"),
            ("200 % a day", "not understood"),
            ("10 % a day, at most 0 days", "no number of days"),
            ("10 % a day, soon grace", "not a length"),
        ];
        for (text, says) in wrong {
            let error = text.parse::<LatePolicy>().unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
