//! Words in place of words: the same for the same, of the same kind, and no way back.

use super::form;
use super::pieces::{Piece, Reader, digits, read};
use super::vocabulary::Vocabulary;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

/// After so many attempts a pseudonym is a letter longer: of short ones there are few.
const ATTEMPTS: usize = 64;

/// As long as the name is in the pseudonym of an address of electronic mail.
const MAIL_NAME: &str = "nnnnnnnnnn";

/// Pseudonyms of one recording. Two recordings have none in common.
#[derive(Debug)]
pub struct Pseudonyms {
    key: [u8; 32],
    vocabulary: Vocabulary,
    /// The pseudonym of each word, in small letters.
    given: HashMap<String, String>,
    taken: HashSet<String>,
}

impl Pseudonyms {
    /// None yet. `key` is drawn at random for each recording, and thrown away with it.
    pub fn new(key: [u8; 32], vocabulary: Vocabulary) -> Self {
        Self {
            key,
            vocabulary,
            given: HashMap::new(),
            taken: HashSet::new(),
        }
    }

    /// Lets a number stay that a probe drew by chance, and those after it.
    pub fn keep_drawn(&mut self, number: u64) {
        self.vocabulary.keep_drawn(number);
    }

    /// A text with each word that may be somebody's replaced; all between words stays.
    pub fn text(&mut self, text: &str) -> String {
        read(self, text)
    }

    /// The pseudonym of a word in small letters: one that no other word has, and that is no word that stays.
    fn of(&mut self, small: &str, make: impl Fn(usize, &[u8]) -> String, is_made: fn(&str) -> bool) -> String {
        if let Some(given) = self.given.get(small) {
            return given.clone();
        }
        for attempt in 0usize.. {
            let made = make(attempt / ATTEMPTS, &self.bytes(small, attempt));
            let stays = self.vocabulary.has(&made)
                || !self.vocabulary.kept_parts(&made).is_empty()
                || self.vocabulary.joins(&made)
                || makes_an_escape(small, &made);
            if made != small && is_made(&made) && !stays && self.taken.insert(made.clone()) {
                self.given.insert(small.to_owned(), made.clone());
                return made;
            }
        }
        unreachable!("an attempt ends it")
    }

    /// As many bytes as a pseudonym of this word needs; nobody knows them who does not have the key.
    fn bytes(&self, small: &str, attempt: usize) -> Vec<u8> {
        let blocks = (small.len() + attempt / ATTEMPTS) / 32 + 2;
        let block = |block: usize| {
            let mut hasher = Sha256::new();
            hasher.update(self.key);
            hasher.update(attempt.to_be_bytes());
            hasher.update(block.to_be_bytes());
            hasher.update(small.as_bytes());
            hasher.finalize()
        };
        (0..blocks).flat_map(block).collect()
    }
}

impl Reader for Pseudonyms {
    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn piece(&mut self, piece: Piece<'_>) -> String {
        match piece {
            Piece::Word(word) => {
                let small = word.to_lowercase();
                let given = self.of(
                    &small,
                    |extra, bytes| form::make(&small, extra, bytes),
                    form::is_pseudonym,
                );
                in_case_of(&given, word)
            }
            Piece::Id(id) => {
                let given = self.of(&id.to_lowercase(), |_, bytes| form::make_id(bytes), form::is_id);
                in_case_of(&given, id)
            }
            Piece::Mail(address) => {
                let name = self.of(
                    &address.to_lowercase(),
                    |extra, bytes| form::make(MAIL_NAME, extra, bytes),
                    form::is_pseudonym,
                );
                form::mail_of(&name)
            }
            Piece::V4(address) => self.of(address, |_, bytes| form::make_v4(address, bytes), form::is_v4),
            Piece::V6(address) => self.of(&address.to_lowercase(), |_, bytes| form::make_v6(bytes), form::is_v6),
            Piece::Groups(groups) => {
                let number = digits(groups);
                let given = self.of(
                    &number,
                    |extra, bytes| form::make(&number, extra, bytes),
                    form::is_pseudonym,
                );
                form::grouped(groups, &given)
            }
        }
    }
}

/// Whether a percent sign in front, which began no escape before this word, would begin one before what is made for it.
fn makes_an_escape(small: &str, made: &str) -> bool {
    let begins = |word: &str| word.len() >= 2 && word.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    small.starts_with(char::is_alphanumeric) && begins(made) && !begins(small)
}

/// A word with capitals where another has them.
fn in_case_of(word: &str, other: &str) -> String {
    let mut like = other.chars();
    let cased = word.chars().map(|c| match like.next() {
        Some(like) if like.is_uppercase() => c.to_ascii_uppercase(),
        _ => c,
    });
    cased.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::CourseFiles;
    use chrono::DateTime;

    fn pseudonyms(key: u8) -> Pseudonyms {
        let moment = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        Pseudonyms::new([key; 32], Vocabulary::of(&CourseFiles::embedded(), moment))
    }

    #[test]
    fn a_word_is_replaced_everywhere_by_the_same_of_its_kind() {
        let mut of = pseudonyms(1);
        let arn = of.text("arn:aws:lambda:eu-central-1:330012345678:function:zoe-Click-store");
        let parts: Vec<&str> = arn.split(':').collect();
        assert_eq!(&parts[..4], ["arn", "aws", "lambda", "eu-central-1"]);
        let account = parts[4];
        assert!(account.len() == 12 && account != "330012345678" && account.bytes().all(|b| b.is_ascii_digit()));
        assert!(parts[6].contains("-Click-store"), "{arn}");
        assert_eq!(of.text("330012345678"), account);
        let name = parts[6].split('-').next().unwrap().to_owned();
        assert_eq!(of.text("Zoe").to_lowercase(), name);
        assert!(of.text("ZOE").starts_with(|c: char| c.is_ascii_uppercase()));
        assert_ne!(pseudonyms(2).text("330012345678"), account);
        // Grouped or not, it is one number.
        assert_eq!(
            digits(&of.text("+34 600 12 34 12")),
            digits(&of.text("34 60 01 23 412"))
        );
    }

    #[test]
    fn what_is_nobodys_stays() {
        let mut of = pseudonyms(1);
        for text in [
            "8080",
            "1800000267",
            "1800000267123",
            "2026-03-12T22:41:07.267Z and 2026-03-12 22:41",
            "0.0.0.0/0 on 127.0.0.1",
            "dynamodb:PutItem, ON_DEMAND",
            "user_id, timestamp",
            "",
        ] {
            assert_eq!(of.text(text), text);
        }
        for text in [
            "600123456",
            "Núria",
            "a3f9c01277be",
            "8f14e45f-ceea-467f-a9c7-0123456789ab",
        ] {
            let hidden = of.text(text);
            assert_ne!(hidden, text);
            assert_eq!(hidden.chars().count(), text.chars().count());
        }
        for text in [
            "192.168.1.20",
            "ec2-54-12-1-9",
            "fe80:0:1:2:3",
            "600 12 34 12",
            "(212) 555-01234",
        ] {
            let hidden = of.text(text);
            assert_ne!(hidden, text);
            let kept = text.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() > 2);
            assert!(kept.clone().all(|part| !hidden.contains(part)), "{text} → {hidden}");
        }
    }

    #[test]
    fn an_address_of_mail_goes_as_a_whole() {
        let mut of = pseudonyms(1);
        // Each word of it is AWS's.
        let address = "max.user@lambda-user.events.com";
        assert!(super::super::vocabulary::words(address).all(|word| of.vocabulary().has(word)));
        let hidden = of.text(address);
        assert!(form::is_mail(&hidden), "{hidden}");
        let text = format!("to <{}>, not to user@10.0.0.0", address.to_uppercase());
        assert!(of.text(&text).starts_with(&format!("to <{hidden}>, not to user@")));
        assert_ne!(of.text("max.user@lambda-user.events.org"), hidden);
    }

    #[test]
    fn no_pseudonym_makes_an_escape_of_a_percent_sign_in_front() {
        let mut of = pseudonyms(1);
        for n in 0..200 {
            let hidden = of.text(&format!("%zz{n:03}"));
            let begins: Vec<u8> = hidden.bytes().skip(1).take(2).collect();
            assert!(!begins.iter().all(u8::is_ascii_hexdigit), "{hidden}");
        }
    }

    #[test]
    fn no_two_words_have_one_pseudonym() {
        let mut of = pseudonyms(1);
        // Beside `order` or `opic`, which stay, none may begin or end so that `orders` or `topic` is read.
        for n in 0..999 {
            let hidden = of.text(&format!("orderab{n:03}opic"));
            let kept = of.vocabulary().kept_parts(&hidden);
            let kept: Vec<&str> = kept.into_iter().map(|at| &hidden[at]).collect();
            assert_eq!(kept, ["order", "opic"], "{hidden}");
        }
        let words: Vec<String> = (100..999)
            .map(|n| format!("n{n}"))
            .chain(('à'..='ö').map(String::from))
            .collect();
        let hidden: HashSet<String> = words.iter().map(|word| of.text(word)).collect();
        assert_eq!(hidden.len(), words.len());
        assert!(hidden.iter().all(|word| super::form::is_pseudonym(word)));
    }
}
