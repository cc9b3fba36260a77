//! A course's texts for a reader who has no account at hand: in place of a value, whose it is.

use super::step::{Lab, Resource};
use super::vocabulary::Vocabulary;
use crate::expr::{Piece, Template};

/// `text` as a sentence: `{{ stream.StreamName }}` reads "your data stream". Where a lab has several of a kind, the
/// name by which the lab knows it is added. What cannot be said without an account stands as the expression in `‹ ›`
/// ([`is_plain`]).
pub fn words(text: &Template, lab: &Lab, vocabulary: &Vocabulary) -> String {
    let mut out = String::new();
    let mut after_expression = false;
    for piece in text.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Expression(source) => {
                let glued = after_expression || out.ends_with(|c: char| !c.is_whitespace() && !"(\"'`*".contains(c));
                match whose(source, lab, vocabulary).filter(|_| !glued) {
                    Some(whose) => {
                        let kept = without_noun(&out, &whose.noun).len();
                        out.truncate(kept);
                        out.push_str(&whose.words);
                    }
                    None => out.push_str(&format!("‹{source}›")),
                }
            }
        }
        after_expression = matches!(piece, Piece::Expression(_));
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether [`words`] found words for everything in it.
pub fn is_plain(words: &str) -> bool {
    !words.contains('‹')
}

struct Whose {
    noun: String,
    words: String,
}

fn whose(source: &str, lab: &Lab, vocabulary: &Vocabulary) -> Option<Whose> {
    // `stream.StreamName` is something of the stream. A longer expression says something about it that has no name.
    let is_path = source.chars().all(|c| c.is_alphanumeric() || "_.[]".contains(c));
    let (root, fields) = source.split_once('.').unwrap_or((source, ""));
    if !is_path {
        return None;
    }
    if matches!(source, "region" | "account") {
        return Some(Whose {
            noun: source.to_owned(),
            words: format!("your {source}"),
        });
    }
    let resource = lab.resources.get(root).filter(|r| !r.many)?;
    let noun = vocabulary.kind(&resource.kind).ok()?.noun;
    let alike = |other: &&Resource| other.kind == resource.kind && !other.many;
    let mut words = format!("your {noun}");
    if lab.resources.values().filter(alike).count() > 1 {
        words.push_str(&format!(" `{root}`"));
    }
    if fields.to_ascii_lowercase().ends_with("arn") {
        words.push_str("'s ARN");
    }
    Some(Whose {
        noun: noun.to_owned(),
        words,
    })
}

/// `text` without the noun at its end, "the role " or "stream ", which the words bring along.
fn without_noun<'t>(text: &'t str, noun: &str) -> &'t str {
    let ends = noun.match_indices(' ').map(|(at, _)| at + 1);
    for start in std::iter::once(0).chain(ends) {
        let (name, lower) = (&noun[start..], text.to_ascii_lowercase());
        if let Some(before) = lower.strip_suffix(&format!("{} ", name.to_ascii_lowercase()))
            && !before.ends_with(char::is_alphanumeric)
        {
            let kept = before.strip_suffix("the ").unwrap_or(before).len();
            return &text[..kept];
        }
    }
    text
}
