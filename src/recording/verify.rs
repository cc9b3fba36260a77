//! Whether a recording is whole, and whether each word in it may be there: it is AWS's or the course's, or has the form of a
//! pseudonym. So a field that nobody thought of cannot hide a name.

use super::body::body;
use super::form::{is_id, is_mail, is_pseudonym, is_v4, is_v6};
use super::format::{CHANGED, Recording, RecordingError};
use super::pieces::{Piece, Reader, digits, read};
use super::vocabulary::Vocabulary;
use crate::course::CourseFiles;
use crate::redact;
use regex::{Captures, Regex};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What JSON escapes.
static ESCAPED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\(u[0-9a-fA-F]{4}|.|$)").expect("a fixed expression"));

/// So many words of a line are named; the others are counted.
const NAMED: usize = 5;

/// Something that is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line's number.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

/// A recording without the exchanges in which something is wrong, and how many these were; nothing where something is wrong all
/// the same, which would be a mistake of ours.
///
/// # Errors
/// When it is not read as it was written.
pub fn without_findings(
    mut recording: Recording,
    files: &CourseFiles,
) -> Result<Option<(Recording, usize)>, RecordingError> {
    let found: BTreeSet<usize> = verify(&recording.text(), files)?.iter().map(|one| one.line).collect();
    let mut line = 1;
    recording.exchanges.retain(|_| {
        line += 1;
        !found.contains(&line)
    });
    let is_clean = verify(&recording.text(), files)?.is_empty();
    Ok(is_clean.then_some((recording, found.len())))
}

/// Everything that is wrong with a recording of a lab of this course.
///
/// # Errors
/// The first line that is none of a recording: then nothing more can be said.
pub fn verify(text: &str, files: &CourseFiles) -> Result<Vec<Finding>, RecordingError> {
    let (recording, broken) = Recording::parse_unsealed(text)?;
    let vocabulary = recording.vocabulary(files);
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut checker = Checker {
            vocabulary: &vocabulary,
            strange: BTreeSet::new(),
        };
        let line_number = index + 1;
        match index.checked_sub(1).and_then(|index| recording.exchanges.get(index)) {
            Some(exchange) => {
                exchange.request.read(&mut checker);
                if let Some(answer) = &exchange.answer {
                    answer.read(&mut checker);
                }
                for text in [&exchange.service, &exchange.operation] {
                    read(&mut checker, text);
                }
                let answered = exchange.answer.iter().flat_map(|answer| answer.headers.keys());
                for name in exchange.request.headers.keys().chain(answered) {
                    read(&mut checker, name);
                }
                for text in exchange.region.iter().chain([&exchange.request.method]) {
                    read(&mut checker, text);
                }
            }
            None if index == 0 => {
                let header = &recording.header;
                let is_hash = header.rules.len() == 64 && header.rules.bytes().all(|byte| byte.is_ascii_hexdigit());
                if !is_hash {
                    checker.strange.insert(header.rules.clone());
                }
                let unknown = header.fault.iter().filter(|fault| !is_fault(files, &header.lab, fault));
                checker.strange.extend(unknown.cloned());
                for text in [&header.lab, &header.region, &header.started, &header.tool] {
                    read(&mut checker, text);
                }
            }
            None => {
                let end = &recording.end;
                let options = [&end.options.steps, &end.options.skip].into_iter().flatten();
                let checks = end.checks.iter().flat_map(|(id, status)| [id, status]);
                let uses = end.options.uses.iter().flat_map(|(name, of)| [name, of]);
                for text in options.chain(checks).chain(uses).chain([&end.verdict]) {
                    read(&mut checker, text);
                }
                for (step, values) in &end.probes {
                    read(&mut checker, step);
                    read(&mut checker, &values.to_string());
                }
            }
        }
        let strange = checker.strange;
        findings.extend(names(&strange).map(|problem| Finding {
            line: line_number,
            problem,
        }));
        if strange.is_empty() && looks_secret(line, &vocabulary) {
            let problem = "it holds what looks like a credential or a person's address".to_owned();
            findings.push(Finding {
                line: line_number,
                problem,
            });
        }
    }
    findings.extend(broken.map(|line| Finding {
        line,
        problem: CHANGED.to_owned(),
    }));
    findings.sort_by_key(|finding| finding.line);
    Ok(findings)
}

/// Whether a lab of the course has a fault of this id.
fn is_fault(files: &CourseFiles, lab: &str, id: &str) -> bool {
    let file = files.get(&format!("labs/{lab}/faults.yaml"));
    let read: Value = file
        .and_then(|file| serde_saphyr::from_str(&file.text).ok())
        .unwrap_or_default();
    let mut faults = read["faults"].as_array().into_iter().flatten();
    faults.any(|fault| fault["id"] == id)
}

/// What is said of words that are none of those that may be there. They are shown shortened: whoever reads this may have to
/// find them, and whoever is sent it need not read them.
fn names(strange: &BTreeSet<String>) -> impl Iterator<Item = String> {
    let shown: Vec<String> = strange.iter().take(NAMED).map(|word| shortened(word)).collect();
    let more = strange.len().saturating_sub(NAMED);
    (!shown.is_empty())
        .then(|| {
            let more = if more == 0 {
                String::new()
            } else {
                format!(" and {more} more")
            };
            format!(
                "not AWS's, not the course's and no pseudonym: {}{more}. Do not send this file; record again",
                shown.join(", ")
            )
        })
        .into_iter()
}

fn shortened(word: &str) -> String {
    let count = word.chars().count();
    let first: String = word.chars().take(2).collect();
    format!("`{first}…` ({count} characters)")
}

/// Whether a line has something of the form of a credential or an address with a word that may not stay: read as one text, and
/// not as JSON, it has other words.
fn looks_secret(line: &str, vocabulary: &Vocabulary) -> bool {
    let is_made = |text: &str| {
        let mut checker = Checker {
            vocabulary,
            strange: BTreeSet::new(),
        };
        body(&mut checker, text);
        checker.strange.is_empty()
    };
    // What is written for JSON, and in texts in texts again, reads as other words.
    let mut plain = line.to_owned();
    while plain.contains('\\') {
        plain = ESCAPED
            .replace_all(&plain, |found: &Captures<'_>| match &found[1] {
                kept @ ("\\" | "\"" | "/") => kept.to_owned(),
                _ => " ".to_owned(),
            })
            .into_owned();
    }
    redact::text(&plain, &is_made) != plain
}

struct Checker<'v> {
    vocabulary: &'v Vocabulary,
    strange: BTreeSet<String>,
}

impl Reader for Checker<'_> {
    fn vocabulary(&self) -> &Vocabulary {
        self.vocabulary
    }

    fn piece(&mut self, piece: Piece<'_>) -> String {
        let (text, is_known) = match piece {
            Piece::Word(word) => (word, is_pseudonym(word)),
            Piece::Id(id) => (id, is_id(id)),
            Piece::V4(address) => (address, is_v4(address)),
            Piece::V6(address) => (address, is_v6(address)),
            Piece::Mail(address) => (address, is_mail(address)),
            Piece::Groups(groups) => (groups, is_pseudonym(&digits(groups))),
        };
        if !is_known {
            self.strange.insert(text.to_owned());
        }
        text.to_owned()
    }
}
