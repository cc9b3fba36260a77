//! Where a student is mentioned: by their identifier, name, address, account or role.

use crate::class::Student;
use crate::report::Report;
use std::collections::BTreeSet;

/// The words that say who somebody is.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Words(BTreeSet<String>);

impl Words {
    /// Those of a student.
    pub(super) fn of(id: &str, student: Option<&Student>) -> Self {
        let mut words = Self::default();
        words.add(id);
        if let Some(student) = student {
            words.add(&student.name);
            words.add(&student.email);
        }
        words
    }

    /// Those of a report: the account, and the role or user that looked.
    pub(super) fn add_report(&mut self, report: &Report) {
        self.add(&report.account);
        self.add(&report.caller);
    }

    fn add(&mut self, word: &str) {
        let word = word.trim();
        if !word.is_empty() {
            self.0.insert(word.to_lowercase());
        }
    }

    /// Whether a text has one of them as a word of its own, in whichever case: `s1` is not in `s12`.
    pub(super) fn are_in(&self, text: &str) -> bool {
        let text = &text.to_lowercase();
        self.0.iter().any(|word| has_word(text, word))
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn a_word_is_whole() {
        assert!(has_word("s1;Ana", "s1") && has_word("(s1)", "s1") && has_word("s12 and s1", "s1"));
        assert!(!has_word("s12", "s1") && !has_word("es1", "s1") && !has_word("ñs1", "s1"));
    }
}
