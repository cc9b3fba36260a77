//! Which row of a file is about which student.

use super::finding::Finding;
use super::layout::{KeyKind, Layout};
use super::sheet::Sheet;
use super::words::words;
use crate::class::{Student, identifier};
use std::collections::{BTreeSet, HashMap};

/// The rows of students.
#[derive(Debug, Default)]
pub struct Rows {
    /// The row of each student, by their place in the class.
    pub of: HashMap<usize, usize>,
    /// Rows whose name has no word of the student's: the line, and who it is by both.
    pub names: Vec<Finding>,
    /// Rows of students who are not in the class.
    pub strangers: Vec<usize>,
    /// Who cannot be distinguished.
    pub findings: Vec<Finding>,
}

/// Finds the row of every student of a class. A row is theirs when any identifying column says so, and no other row's.
pub fn rows(students: &[Student], sheet: &Sheet, layout: &Layout) -> Rows {
    let indices: Vec<HashMap<String, Vec<usize>>> = layout
        .keys
        .iter()
        .map(|key| {
            let mut index: HashMap<String, Vec<usize>> = HashMap::new();
            for &row in &layout.rows {
                let value = sheet.rows()[row].get(key.column).trim();
                if !value.is_empty() {
                    index.entry(spelled(value, key.kind)).or_default().push(row);
                }
            }
            index
        })
        .collect();
    let mut rows = Rows::default();
    let mut owners: HashMap<usize, usize> = HashMap::new();
    for (place, student) in students.iter().enumerate() {
        let mut found: BTreeSet<usize> = BTreeSet::new();
        for (key, index) in layout.keys.iter().zip(&indices) {
            for name in names(student, key.kind).into_iter().filter(|name| !name.is_empty()) {
                found.extend(index.get(&spelled(name, key.kind)).into_iter().flatten());
            }
        }
        let found: Vec<usize> = found.into_iter().collect();
        let line = |row: usize| sheet.rows()[row].line;
        match found.as_slice() {
            [] => {}
            [row] => match owners.insert(*row, place) {
                Some(other) => {
                    let other = &students[other].id;
                    let text = format!("this row matches both {other} and {} of the class", student.id);
                    rows.findings.push(Finding::at(line(*row), text));
                }
                None => {
                    rows.of.insert(place, *row);
                    rows.names.extend(misnamed(student, *row, sheet));
                }
            },
            [first, others @ ..] => {
                let lines: Vec<String> = others.iter().map(|&row| line(row).to_string()).collect();
                let (id, lines) = (&student.id, lines.join(", "));
                let text = format!(
                    "{id} is in this row and in line {lines}, by identifier or e-mail address: keep one of them, or correct the roster"
                );
                rows.findings.push(Finding::at(line(*first), text));
                for row in found {
                    owners.insert(row, place);
                }
            }
        }
    }
    rows.strangers = layout
        .rows
        .iter()
        .copied()
        .filter(|row| !owners.contains_key(row))
        .collect();
    let unmatched = students
        .iter()
        .enumerate()
        .filter(|(place, _)| !rows.of.contains_key(place));
    let unmatched: HashMap<String, &str> = unmatched
        .map(|(_, student)| (identifier::bare(&student.id), student.id.as_str()))
        .collect();
    for &row in &rows.strangers {
        let row = &sheet.rows()[row];
        let values = layout.keys.iter().map(|key| row.get(key.column).trim());
        let respelled = values.filter(|value| !value.is_empty());
        let respelled = respelled.filter_map(|value| Some((value, *unmatched.get(&identifier::bare(value))?)));
        rows.findings.extend(respelled.map(|(value, id)| {
            let text = format!(
                "`{value}` here and `{id}` in the class differ in zeros, case or spaces only: a spreadsheet drops zeros. If \
                 they are one student, put right what was changed: export this file again, or correct the roster"
            );
            Finding::at(row.line, text)
        }));
    }
    rows
}

/// An identifier of one person may by chance be that of another in another numbering: their name would show it.
fn misnamed(student: &Student, row: usize, sheet: &Sheet) -> Option<Finding> {
    let row = &sheet.rows()[row];
    let known = words(&student.name);
    let said: Vec<String> = row.values().map(words).collect();
    let shared = |word: &str| said.iter().any(|cell| cell.split_whitespace().any(|w| w == word));
    if known.trim().is_empty() || known.split_whitespace().any(shared) {
        return None;
    }
    // A file without names says nothing.
    let letters = |cell: &&str| cell.chars().any(char::is_alphabetic) && !cell.contains('@');
    let name = row
        .values()
        .map(str::trim)
        .find(letters)
        .filter(|name| *name != student.id)?;
    let text = format!("{} is {} in the roster, but {name} here", student.id, student.name);
    Some(Finding::at(row.line, text))
}

/// What of a student a key is compared with.
fn names(student: &Student, kind: KeyKind) -> Vec<&str> {
    match kind {
        KeyKind::Id => vec![student.id.trim()],
        KeyKind::Login | KeyKind::Email => vec![student.id.trim(), student.email.trim()],
    }
}

/// A name as it is compared.
fn spelled(name: &str, kind: KeyKind) -> String {
    match kind {
        KeyKind::Id => name.to_owned(),
        KeyKind::Login | KeyKind::Email => name.to_lowercase(),
    }
}
