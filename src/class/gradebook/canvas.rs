//! Canvas's gradebook, exported and imported as CSV.
//!
//! Canvas Instructor Guide, "How do I import grades in the Gradebook?" and "How do I export grades in the Gradebook?",
//! and `lib/gradebook_importer.rb` and `lib/gradebook_exporter.rb` of its source. The file begins with
//! Student, ID, …, Section, in English in every language; an assignment has its number behind its title; the row
//! `Points Possible` holds the maxima; read-only columns are passed over; commas and semicolons are taken, in UTF-8.

use super::finding::Finding;
use super::layout::{GradeColumn, KeyColumn, KeyKind, Layout, LmsRules, Maximum, Stays, lacks};
use super::number::{self, Decimal};
use super::sheet::{Sheet, SheetRow};
use super::words::fold;

const MARKS: &[(&str, &str, Stays)] = &[
    ("-", "no grade", Stays::Empty),
    ("EX", "excused in Canvas", Stays::Excused),
    ("N/A", "not assigned to them in Canvas", Stays::Closed),
];

/// Columns that Canvas computes: their names, with the title of a group before or of a grading period behind.
const COMPUTED: [&str; 9] = [
    "Current Score",
    "Current Points",
    "Current Grade",
    "Final Score",
    "Final Points",
    "Final Grade",
    "Override Score",
    "Override Grade",
    "Override Status",
];

pub fn layout(sheet: &mut Sheet) -> Result<Layout, Vec<Finding>> {
    let mut notes = Vec::new();
    if sheet.encoding().name() != "UTF-8" {
        notes.push(format!(
            "written in UTF-8, not {}: Canvas reads no other encoding",
            sheet.encoding().name()
        ));
        sheet.into_utf8();
    }
    let header: Vec<String> = sheet.header().values().map(|name| name.trim().to_owned()).collect();
    let find = |name: &str| header.iter().position(|h| h == name);
    let names: Vec<&str> = header.iter().map(String::as_str).collect();
    let (Some(id), Some(section), true) = (find("ID"), find("Section"), is_header(&names)) else {
        let what = "Canvas's gradebook begins with Student, ID, …, Section, in English in every language";
        return Err(vec![lacks(sheet, what)]);
    };
    if sheet.delimiter() == '\t' {
        return Err(vec![Finding::at(
            1,
            "Canvas reads commas and semicolons between cells, not tabs",
        )]);
    }
    let rows = sheet.rows();
    let maxima = (1..rows.len()).find(|&row| rows[row].get(0).contains("Points Possible"));
    let Some(maxima) = maxima else {
        let translated = rows
            .iter()
            .skip(1)
            .find(|row| fold(row.get(0)).contains("puntos posibles"));
        return Err(vec![match translated {
            Some(row) => Finding::at(
                row.line,
                "`Puntos posibles` must be `Points Possible`: Canvas writes and knows it in English only, and would take this row for a student",
            ),
            None => Finding::at(
                rows[0].line,
                "the row `Points Possible` is missing: export the gradebook again and leave that row in",
            ),
        }]);
    };
    let mut columns = Vec::new();
    for (index, name) in header.iter().enumerate().skip(section + 1) {
        columns.push(column(index, name, rows[maxima].get(index)));
    }
    if columns.iter().all(|c| c.closed.is_some()) {
        return Err(vec![lacks(sheet, "no column is an assignment")]);
    }
    let students = students(sheet);
    let mut keys = vec![KeyColumn {
        column: id,
        kind: KeyKind::Id,
    }];
    for (name, kind) in [
        ("SIS User ID", KeyKind::Id),
        ("SIS Login ID", KeyKind::Login),
        ("Integration ID", KeyKind::Id),
    ] {
        keys.extend(find(name).map(|column| KeyColumn { column, kind }));
    }
    Ok(Layout {
        keys,
        columns,
        rows: students,
        feedback: None,
        locked: None,
        maxima: Some(maxima),
        single: false,
        notes,
        rules: LmsRules {
            name: "Canvas",
            even: false,
            maximum: true,
            above: Ok("Canvas takes grades above the points possible as extra credit"),
            marks: MARKS,
        },
    })
}

fn column(index: usize, name: &str, possible: &str) -> GradeColumn {
    let (title, numbered) = match name.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((title, id)) if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) => (title.trim(), true),
        _ => (name, false),
    };
    let folded = fold(possible);
    let closed = match () {
        () if folded.contains("read only")
            || folded.contains("solo lectura")
            || COMPUTED.iter().any(|c| name.contains(c)) =>
        {
            Some("is read-only: Canvas computes it".to_owned())
        }
        () if !numbered => Some(
            "is not an assignment: Canvas writes an assignment's number behind its title, as in `Lab 1 (1234)`"
                .to_owned(),
        ),
        () => None,
    };
    let maximum = match number::parse(possible) {
        Some((maximum, _)) if maximum > Decimal::ZERO => Maximum::Is(maximum),
        _ => Maximum::Unsaid,
    };
    GradeColumn {
        index,
        title: title.to_owned(),
        maximum,
        closed,
    }
}

/// Whether a header is that of Canvas's gradebook: Student, ID, …, Section, in English in every language.
pub fn is_header(header: &[&str]) -> bool {
    let find = |name: &str| header.iter().position(|h| *h == name);
    let who = find("Student").or_else(|| find("LastName"));
    who == Some(0) && find("ID").is_some() && find("Section").is_some()
}

/// The rows of students.
pub fn students(sheet: &Sheet) -> Vec<usize> {
    let rows = sheet.rows();
    (1..rows.len()).filter(|&row| is_student(&rows[row])).collect()
}

/// Not the row of the maxima, nor the one that says which assignments are muted, nor Canvas's own Test Student.
fn is_student(row: &SheetRow) -> bool {
    let name = row.get(0).trim();
    let posting = |cell: &str| {
        let cell = fold(cell);
        cell.is_empty() || cell == "muted" || cell.starts_with("manual posting")
    };
    !name.contains("Points Possible") && name != "Student, Test" && name != "Test Student" && !row.values().all(posting)
}
