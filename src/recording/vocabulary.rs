//! Which words of an exchange may stay: AWS's own, and those that a course's expressions compare with. Every other one may be
//! somebody's name.

use super::needles;
use crate::course::CourseFiles;
use chrono::{DateTime, Utc};
use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

/// Words of operations, members, errors and values of AWS's models; see `cut_words.py`. None of them is a first name.
static OF_AWS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("words.txt").lines().flat_map(words).collect());

/// Names of members as AWS's models write them.
static MEMBERS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("words.txt").lines().collect());

/// Words of AWS's that no model lists: parts of ARNs, hosts, paths and policies, the languages of states and patterns, what
/// Lambda's runtimes log.
static JOINING: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("joining.txt").split_whitespace().collect());

/// Fewer digits than this are a size, a port or a count.
const SHORT_NUMBER: usize = 6;

/// Numbers of ten or thirteen digits are a time where they are within so many seconds of the recording.
const NEAR: i64 = 2 * 24 * 60 * 60;

/// Where a course's YAML holds expressions, and not prose.
const EXPRESSIONS: &[&str] = &["expect", "if", "when", "where", "let", "signs", "prefer", "needs", "id"];

/// Where it holds what is sent and asked for: names of fields, and templates.
const ARGUMENTS: &[&str] = &["with", "event", "bodies"];

/// Files that deploy what a student might have made: no check compares anything with them.
const UNREAD: &[&str] = &["solution.yaml", "faults.yaml", "variants.yaml"];

/// Endings that tell an error from another name, for who reads a log.
const ENDINGS: [&str; 3] = ["error", "exception", "notfound"];

/// The words that may stay.
#[derive(Debug)]
pub struct Vocabulary {
    of_course: HashSet<String>,
    /// Parts of longer words that the course's patterns look for, the longest first.
    needles: Option<Regex>,
    /// Ends of words with which the part that stays behind them would be another one: `t` before `opic`.
    before_parts: BTreeSet<String>,
    /// Beginnings of words with which the part before them would be another one: `s` after `order`.
    after_parts: BTreeSet<String>,
    /// Seconds since 1970 that are a time of this recording.
    near: Range<i64>,
    /// Numbers that a probe drew by chance.
    drawn: Vec<Range<u64>>,
}

/// A probe's expressions count on from the number that it drew.
const COUNTED_ON: u64 = 10;

impl Vocabulary {
    /// AWS's, and those of a course's expressions, for a recording of this moment.
    pub fn of(files: &CourseFiles, moment: DateTime<Utc>) -> Self {
        let mut of_course = HashSet::new();
        let mut parts: BTreeSet<String> = ENDINGS.map(str::to_owned).into();
        for file in files.every() {
            let (path, text) = (&file.path, &file.text);
            let is_prose = UNREAD.iter().any(|name| path.ends_with(name)) || path.starts_with("book/");
            if is_prose {
                continue;
            }
            if path.ends_with(".yaml") {
                of_course.extend(words(path).map(str::to_owned));
                if let Ok(read) = serde_saphyr::from_str::<Value>(text) {
                    expressions(&read, false, &mut |expression| {
                        of_course.extend(words(expression).map(str::to_owned));
                        parts.extend(needles::of(expression));
                    });
                }
            } else if path.ends_with(".json") {
                of_course.extend(words(text).map(str::to_owned));
            } else if path.ends_with(".csv") {
                of_course.extend(words(text.lines().next().unwrap_or_default()).map(str::to_owned));
            }
        }
        let mut parts: Vec<String> = parts.into_iter().collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
        let moment = moment.timestamp();
        let (before_parts, after_parts) = needles::joints(&parts);
        Self {
            of_course,
            needles: Regex::new(&format!("(?i){}", parts.join("|"))).ok(),
            before_parts,
            after_parts,
            near: moment - NEAR..moment + NEAR,
            drawn: Vec::new(),
        }
    }

    /// Lets a number stay that a probe drew by chance, and those after it: an expression counts on from it.
    pub fn keep_drawn(&mut self, number: u64) {
        self.drawn.push(number..number.saturating_add(COUNTED_ON));
    }

    /// Whether this is the name of a member of AWS's.
    pub fn is_member(&self, name: &str) -> bool {
        MEMBERS.contains(name)
    }

    /// Whether a word may stay: it is AWS's or the course's, a single letter, a short number, or a time of this recording.
    pub fn has(&self, word: &str) -> bool {
        let of_aws = |word: &str| OF_AWS.contains(word) || JOINING.contains(word);
        // As XML names an operation's answer: `GetRoleResponse`, `GetRoleResult`.
        let answers = ["Response", "Result"].into_iter();
        let answers = |of: &dyn Fn(&str) -> bool| answers.filter_map(|end| word.strip_suffix(end)).any(of);
        self.is_plain(word) || of_aws(word) || self.of_course.contains(word) || answers(&of_aws)
    }

    fn is_plain(&self, word: &str) -> bool {
        if !word.bytes().all(|byte| byte.is_ascii_digit()) {
            return word.len() == 1;
        }
        let is_drawn = |number: u64| self.drawn.iter().any(|drawn| drawn.contains(&number));
        if word.parse().is_ok_and(is_drawn) {
            return true;
        }
        let seconds = match word.len() {
            10 => word.parse().ok(),
            13 => word[..10].parse().ok(),
            length => return length < SHORT_NUMBER,
        };
        seconds.is_some_and(|seconds| self.near.contains(&seconds))
    }

    /// Whether a word in small letters, beside a part that stays, would make another part of it than was there.
    pub fn joins(&self, small: &str) -> bool {
        let ends = || self.before_parts.iter().any(|end| small.ends_with(end.as_str()));
        self.after_parts.iter().any(|start| small.starts_with(start.as_str())) || ends()
    }

    /// The parts of a word that stay although the word does not.
    pub fn kept_parts(&self, word: &str) -> Vec<Range<usize>> {
        let found = self.needles.iter().flat_map(|needles| needles.find_iter(word));
        found.map(|found| found.range()).collect()
    }
}

/// Shows `see` each text of an expression, and each name of a field that is sent.
fn expressions(value: &Value, is_expression: bool, see: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) if is_expression => see(text),
        Value::Array(items) => items.iter().for_each(|item| expressions(item, is_expression, see)),
        Value::Object(fields) => {
            for (name, inner) in fields {
                let name = name.as_str();
                // Beside a sign stands its reason, which is prose.
                let is_prose = name == "reason";
                match ARGUMENTS.contains(&name) {
                    true => arguments(inner, see),
                    false => expressions(inner, !is_prose && (is_expression || EXPRESSIONS.contains(&name)), see),
                }
            }
        }
        _ => {}
    }
}

/// Of what is sent, the names of fields and what a template evaluates.
fn arguments(value: &Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => {
            for part in text.split("{{").skip(1) {
                see(part.split("}}").next().unwrap_or_default());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| arguments(item, see)),
        Value::Object(fields) => {
            for (name, inner) in fields {
                see(name);
                arguments(inner, see);
            }
        }
        _ => {}
    }
}

/// The words of a text: letters and digits without what is between them.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        Vocabulary::of(
            &CourseFiles::embedded(),
            DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        )
    }

    #[test]
    fn what_expressions_compare_with_stays_and_prose_does_not() {
        let of = vocabulary();
        for word in [
            "userId",
            "itemId",
            "ITEM",
            "SNS",
            "ON",
            "kinesis",
            "PutItem",
            "a",
            "8080",
            "1800000123",
        ] {
            assert!(of.has(word), "{word}");
        }
        // Of prose, of comments, of code, of what is sent; a telephone number; a time of long ago.
        for word in [
            "Ana",
            "viewer",
            "Burrito",
            "OrderSubmitted",
            "Staff",
            "600123412",
            "1600000000",
        ] {
            assert!(!of.has(word), "{word}");
        }
    }

    #[test]
    fn no_common_name_is_a_word_that_stays() {
        let of = vocabulary();
        let names = "Adam Alba Alex Alice Amy Ana Andrea Anna Antonio Arnau Beatriz Ben Bruno Carla Carlos Carmen Clara Claudia \
            Dan Daniel David Diego Elena Emma Eric Eva Fran Garcia Gloria Grace Hans Hugo Ian Ines Irene Ivan Jan Jana Javier Joan \
            John Jordi Jose Juan Julia Laia Laura Leo Lopez Lucia Luis Marc Maria Marina Mark Marta Martin Max Mia Miguel Mireia \
            Monica Nadia Nil Noa Nora Oscar Pablo Paula Pau Pedro Pol Puig Raul Rosa Ruben Ruth Ruiz Sara Sam Sergi Sofia Sonia \
            Teresa Tom Vega Victor Xavi Zoe ana marc maria laura pol pau jan nil rosa sam tom";
        let kept: Vec<&str> = names.split_whitespace().filter(|name| of.has(name)).collect();
        assert_eq!(kept, ["Max"], "as in `Max Memory Used` of Lambda's log");
    }

    #[test]
    fn what_a_pattern_finds_in_a_longer_word_stays() {
        let of = vocabulary();
        let kept = |word: &'static str| of.kept_parts(word).into_iter().map(|at| &word[at]).collect::<Vec<_>>();
        assert_eq!(kept("myclicks2024"), ["click"]);
        assert_eq!(kept("AnaClicksXErrors"), ["Click", "Error"]);
        assert_eq!(kept("MarianaPuig"), [""; 0]);
    }
}
