//! A text in pieces: words, what is written in several words and is one (times, ids, addresses, telephone numbers), and all
//! that is between them.

use super::vocabulary::Vocabulary;
use regex::Regex;
use std::sync::LazyLock;

/// Of these, the first that fits at a place is what stands there.
static FORMS: LazyLock<Regex> = LazyLock::new(|| {
    let mail = r"[\p{Alphabetic}\p{M}\p{N}._%+'-]+@(?:[\p{Alphabetic}\p{M}\p{N}-]+[.])+\p{Alphabetic}{2,}";
    let time =
        r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b|\d{8}T\d{6}Z\b";
    let id = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b";
    let v4 = r"\d{1,3}(?:[.]\d{1,3}){3}\b|\d{1,3}(?:-\d{1,3}){3}\b";
    let v6 = r"[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){3,7}\b";
    // A telephone number or that of a card, in groups.
    let groups = r"\(?\d{2,5}\)?(?:[ .()-]{1,2}\d{2,5}){2,6}\b";
    let word = r"[\p{Alphabetic}\p{N}]+";
    Regex::new(&format!(
        "(?<mail>{mail})|(?<time>{time})|(?<id>{id})|(?<v4>{v4})|(?<v6>{v6})|(?<groups>{groups})|(?<word>{word})"
    ))
    .expect("a fixed expression")
});

/// So many digits, in groups, are somebody's number.
const LONG_NUMBER: usize = 9;

/// Addresses that every computer and network has.
const EVERYBODYS: &[&str] = &[
    "0.0.0.0",
    "127.0.0.1",
    "255.255.255.255",
    "169.254.169.254",
    "169.254.170.2",
];

/// What a word may be that does not stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Letters and digits.
    Word(&'t str),
    /// 32 hexadecimal digits with hyphens.
    Id(&'t str),
    /// An address of version 4, with dots or hyphens.
    V4(&'t str),
    /// An address of version 6.
    V6(&'t str),
    /// A number in groups.
    Groups(&'t str),
    /// An address of electronic mail: whole, because its parts may be words that stay elsewhere.
    Mail(&'t str),
}

/// Who reads texts word by word.
pub trait Reader {
    /// What may stay.
    fn vocabulary(&self) -> &Vocabulary;

    /// What stands in the place of a piece that may not stay.
    fn piece(&mut self, piece: Piece<'_>) -> String;

    /// A word that stays.
    fn stays(&mut self, _word: &str) {}
}

/// A text with each piece of it that may not stay replaced by what `reader` says; all between them stays.
pub fn read(reader: &mut dyn Reader, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for found in FORMS.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        out.push_str(&text[copied..whole.start()]);
        copied = whole.end();
        let piece = whole.as_str();
        let is = |name: &str| found.name(name).is_some();
        if is("word") {
            word(reader, piece, &mut out);
        } else if is("time") || EVERYBODYS.contains(&piece) {
            reader.stays(piece);
            out.push_str(piece);
        } else if is("groups") && digits(piece).len() < LONG_NUMBER {
            // Each of them is a short number.
            reader.stays(piece);
            out.push_str(piece);
        } else {
            let piece = match () {
                () if is("id") => Piece::Id(piece),
                () if is("v4") => Piece::V4(piece),
                () if is("v6") => Piece::V6(piece),
                () if is("mail") => Piece::Mail(piece),
                () => Piece::Groups(piece),
            };
            out.push_str(&reader.piece(piece));
        }
    }
    out.push_str(&text[copied..]);
    out
}

/// The digits of a number in groups.
pub fn digits(groups: &str) -> String {
    groups.chars().filter(char::is_ascii_digit).collect()
}

fn word(reader: &mut dyn Reader, word: &str, out: &mut String) {
    if reader.vocabulary().has(word) {
        reader.stays(word);
        return out.push_str(word);
    }
    let mut copied = 0;
    for part in reader.vocabulary().kept_parts(word) {
        rest(reader, &word[copied..part.start], out);
        reader.stays(&word[part.clone()]);
        out.push_str(&word[part.clone()]);
        copied = part.end;
    }
    rest(reader, &word[copied..], out);
}

fn rest(reader: &mut dyn Reader, part: &str, out: &mut String) {
    if part.is_empty() {
    } else if reader.vocabulary().has(part) {
        reader.stays(part);
        out.push_str(part);
    } else {
        out.push_str(&reader.piece(Piece::Word(part)));
    }
}
