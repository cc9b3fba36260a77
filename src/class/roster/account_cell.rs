//! An account's number in a student's own words.

use super::values;
use crate::class::identifier;

/// What the answer to the question for an account holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AccountCell {
    /// Nothing at all.
    Empty,
    /// One account.
    Number {
        account: String,
        /// Whether zeros had to be put in front, which a spreadsheet drops.
        completed: bool,
    },
    /// More than one account.
    Several(Vec<String>),
    /// A number that a spreadsheet has cut: `1,23457E+11`.
    Shortened,
    /// Text without an account.
    NoNumber,
}

impl AccountCell {
    /// Reads an answer, which is free text.
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() {
            return Self::Empty;
        }
        if identifier::is_shortened(text) {
            return Self::Shortened;
        }
        // With signs between them digits may be a date, so the groups have to be those of an account.
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        if is_number && let Ok((account, completed)) = values::account(text) {
            return Self::Number { account, completed };
        }
        let mut found = numbers(text);
        match found.len() {
            0 => Self::NoNumber,
            1 => Self::Number {
                account: found.remove(0),
                completed: false,
            },
            _ => Self::Several(found),
        }
    }
}

/// Every number of 12 digits in a text, each once. Its digits stand together or in groups of three and more with one kind of
/// sign between them, as AWS's pages and people write them: `1111-2222-3333`. A date has shorter groups.
fn numbers(text: &str) -> Vec<String> {
    const SHORTEST: usize = 3;
    let mut groups: Vec<(String, char)> = Vec::new();
    let mut found: Vec<String> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_ascii_digit() {
            continue;
        }
        let mut digits = c.to_string();
        while let Some(digit) = chars.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        let after = chars.next_if(|c| !c.is_ascii_digit()).map_or('\n', sign);
        // What is glued to the next digits by anything else ends the number.
        let joined = matches!(after, ' ' | '-' | '.') && chars.peek().is_some_and(char::is_ascii_digit);
        groups.push((digits, if joined { after } else { '\n' }));
        if !joined {
            found.extend(windows(&groups, SHORTEST));
            groups.clear();
        }
    }
    let mut once: Vec<String> = Vec::new();
    for number in found {
        if !once.contains(&number) {
            once.push(number);
        }
    }
    once
}

/// Neighbors among groups of digits that have 12 digits together.
fn windows(groups: &[(String, char)], shortest: usize) -> Vec<String> {
    let mut found = Vec::new();
    for start in 0..groups.len() {
        let (mut digits, mut between) = (String::new(), None);
        for (group, after) in &groups[start..] {
            if group.len() < shortest {
                break;
            }
            digits.push_str(group);
            if digits.len() >= 12 {
                found.extend((digits.len() == 12).then_some(digits));
                break;
            }
            if between.is_some_and(|sign| sign != *after) {
                break;
            }
            between = Some(*after);
        }
    }
    found
}

/// A sign between digits, in one spelling.
fn sign(c: char) -> char {
    match c {
        '-' | '‐' | '‑' | '–' | '—' => '-',
        '.' => '.',
        '\n' | '\r' => '\n',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::AccountCell::{self, Empty, NoNumber, Number, Several, Shortened};

    #[test]
    fn an_account_in_free_text() {
        let number = |account: &str, completed| Number {
            account: account.to_owned(),
            completed,
        };
        for text in [
            "111122223333",
            "1111-2222-3333",
            " 1111 2222 3333 ",
            "It is 1111–2222–3333.",
            "cuenta: 111 122 223 333 (personal)",
            "arn:aws:iam::111122223333:role/x",
            "111122223333 / 1111-2222-3333",
            "111122223333, since 14.09.2026 10.22",
        ] {
            assert_eq!(AccountCell::read(text), number("111122223333", false), "{text}");
        }
        assert_eq!(AccountCell::read("11122223333"), number("011122223333", true));
        assert_eq!(AccountCell::read("1,11122E+11"), Shortened);
        for text in [
            "I have none",
            "14.09.2026 10.22",
            "1111-2222 3333",
            "1111222233334",
            "+34 600 11 22 33",
        ] {
            assert_eq!(AccountCell::read(text), NoNumber, "{text}");
        }
        for text in ["111122223333 or 111122224444", "1111 2222 3333 4444"] {
            assert!(
                matches!(AccountCell::read(text), Several(all) if all.len() == 2),
                "{text}"
            );
        }
        assert_eq!(AccountCell::read("  "), Empty);
    }
}
