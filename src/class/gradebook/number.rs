//! Grades as decimal numbers: exact, rounded once, written in the file's own way.

use std::fmt;
use std::ops::Add;
use std::str::FromStr;

/// A number that is not negative, in hundred-thousandths: Moodle keeps five decimals of a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(u64);

/// The sign before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalSign {
    /// `8.50`
    Dot,
    /// `8,50`
    Comma,
}

/// How a file writes its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// The sign before the decimals.
    pub mark: DecimalSign,
    /// Whether there are always two decimals.
    pub padded: bool,
}

const ONE: u64 = 100_000;

impl Decimal {
    /// A hundred.
    pub const HUNDRED: Self = Self(100 * ONE);

    /// Zero.
    pub const ZERO: Self = Self(0);

    /// A whole number.
    pub fn whole(number: u32) -> Self {
        Self(u64::from(number) * ONE)
    }

    /// `earned` of `possible` points on a scale up to `self`, rounded to two decimals, half up.
    pub fn part(self, earned: Self, possible: Self) -> Self {
        let (earned, possible) = (u128::from(earned.0), u128::from(possible.0.max(1)));
        let hundredths = (2 * u128::from(self.0) * earned + possible * 1000) / (2000 * possible);
        Self(u64::try_from(hundredths * 1000).unwrap_or(u64::MAX))
    }

    /// So many times as much.
    pub fn times(self, times: u32) -> Self {
        Self(self.0.saturating_mul(u64::from(times)))
    }

    /// What is left without `other`; zero at least.
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// To two decimals, half up.
    pub fn hundredths(self) -> Self {
        Self((self.0 + 500) / 1000 * 1000)
    }

    /// So many percent of it, to five decimals, half up.
    pub fn percent(self, percent: Self) -> Self {
        let whole = u128::from(Self::HUNDRED.0);
        let part = (u128::from(self.0) * u128::from(percent.0) + whole / 2) / whole;
        Self(u64::try_from(part).unwrap_or(u64::MAX))
    }

    /// As a floating-point number, for a spreadsheet.
    pub fn float(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "grades are small")]
        let value = self.0 as f64 / ONE as f64;
        value
    }

    /// As text, with at most two decimals, or more where it has more.
    pub fn text(self, style: Style) -> String {
        let (whole, rest) = (self.0 / ONE, self.0 % ONE);
        let mut decimals = format!("{rest:05}");
        let least = if style.padded { 2 } else { 0 };
        while decimals.len() > least && decimals.ends_with('0') {
            decimals.pop();
        }
        match decimals.as_str() {
            "" => whole.to_string(),
            decimals => format!("{whole}{}{decimals}", style.mark.char()),
        }
    }
}

impl DecimalSign {
    /// The sign.
    pub fn char(self) -> char {
        match self {
            Self::Dot => '.',
            Self::Comma => ',',
        }
    }
}

/// What a cell of a grade says.
pub fn parse(text: &str) -> Option<(Decimal, Option<DecimalSign>)> {
    let text = text.trim();
    let (whole, rest, mark) = match text.split_once(['.', ',']) {
        Some((whole, rest)) if text.contains(',') => (whole, rest, Some(DecimalSign::Comma)),
        Some((whole, rest)) => (whole, rest, Some(DecimalSign::Dot)),
        None => (text, "", None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || whole.len() > 9 || (mark.is_some() && !digits(rest)) {
        return None;
    }
    let decimals = format!("{:0<5}", rest.get(..5).unwrap_or(rest));
    let value = whole.parse::<u64>().ok()? * ONE + decimals.parse::<u64>().ok()?;
    Some((Decimal(value), mark))
}

impl Add for Decimal {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl FromStr for Decimal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match parse(text) {
            Some((value, _)) if value > Self::ZERO => Ok(value),
            _ => Err("write a number above zero, for example 10".to_owned()),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = Style {
            mark: DecimalSign::Dot,
            padded: false,
        };
        f.write_str(&self.text(style))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_once_and_half_up() {
        let ten: Decimal = "10".parse().unwrap();
        let cases = [
            (64, 90, "7.11"),
            (1, 800, "0.01"),
            (100, 100, "10"),
            (103, 100, "10.3"),
            (0, 100, "0"),
            (2, 3, "6.67"),
        ];
        for (earned, possible, expected) in cases {
            let share = ten.part(Decimal::whole(earned), Decimal::whole(possible));
            assert_eq!(share.to_string(), expected);
        }
        let third = Decimal::HUNDRED.part(Decimal::whole(1), Decimal::whole(3));
        assert_eq!(third.to_string(), "33.33");
    }

    #[test]
    fn numbers_are_read_and_written_in_both_ways() {
        let comma = Style {
            mark: DecimalSign::Comma,
            padded: true,
        };
        assert_eq!(parse("8,5").unwrap().0.text(comma), "8,50");
        assert_eq!(parse(" 10.00 ").unwrap().0.text(comma), "10,00");
        for text in ["", "-", "8,", ",5", "1.000,50", "-3", "B+", "8e3", "１"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
