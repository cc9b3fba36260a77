//! Identifiers of students as people and spreadsheets write them: which two are probably one student's.

/// An identifier without what a spreadsheet drops or a hand adds: leading zeros, case, spaces.
pub fn bare(id: &str) -> String {
    let unseen =
        |c: &char| c.is_whitespace() || c.is_control() || "\u{ad}\u{200b}\u{200e}\u{200f}\u{2060}\u{feff}".contains(*c);
    let plain: String = id.chars().filter(|c| !unseen(c)).flat_map(char::to_lowercase).collect();
    match plain.trim_start_matches('0') {
        "" if !plain.is_empty() => "0".to_owned(),
        rest => rest.to_owned(),
    }
}

/// Whether a spreadsheet has written a long number in short: `1,23457E+11`. Its other digits are lost.
pub fn is_shortened(id: &str) -> bool {
    let lower = id.trim().to_lowercase();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    lower.split_once("e+").is_some_and(|(number, exponent)| {
        digits(exponent)
            && number
                .split_once([',', '.'])
                .is_some_and(|(whole, rest)| digits(whole) && digits(rest))
    })
}

/// One student by two spellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Respelled {
    /// As it is now.
    pub now: String,
    /// As it was before.
    pub before: String,
}

/// Who of `now` was known `before` under another spelling only. Whoever is there letter for letter is the same.
pub fn respelled<'n, 'b>(now: impl Iterator<Item = &'n str>, before: impl Iterator<Item = &'b str>) -> Vec<Respelled> {
    use std::collections::{BTreeMap, BTreeSet};
    let before: Vec<&str> = before.collect();
    let exact: BTreeSet<&str> = before.iter().copied().collect();
    let by_bare: BTreeMap<String, &str> = before.iter().map(|id| (bare(id), *id)).collect();
    now.filter(|id| !exact.contains(id))
        .filter_map(|id| {
            let before = by_bare.get(&bare(id))?;
            Some(Respelled {
                now: id.to_owned(),
                before: (*before).to_owned(),
            })
        })
        .collect()
}

/// Both spellings of each, a line each; `now` and `before` say where they stand.
pub fn lines(respelled: &[Respelled], now: &str, before: &str) -> String {
    use crate::report::text::cut;
    const FEW: usize = 10;
    const MAX_SHOWN: usize = 60;
    let mut text = String::new();
    for one in respelled.iter().take(FEW) {
        let (is, was) = (cut(&one.now, MAX_SHOWN), cut(&one.before, MAX_SHOWN));
        text.push_str(&format!("\n  \"{is}\" {now}, \"{was}\" {before}"));
    }
    if respelled.len() > FEW {
        text.push_str(&format!("\n  … and {} more", respelled.len() - FEW));
    }
    text
}

/// How a spelling is put right.
pub const WAY_OUT: &str = "A spreadsheet drops zeros in front of a number: format the column `student` as text there, and write \
                           the identifiers as they were.";
