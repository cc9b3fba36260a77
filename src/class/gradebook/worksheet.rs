//! The offline grading worksheet of an assignment in Moodle.
//!
//! <https://docs.moodle.org/en/Assignment_settings> (Feedback types, Offline grading worksheet), and
//! `mod/assign/feedback/offline/` of its source. Moodle looks for the columns Identifier, Grade and Last modified
//! (grade) by their names in the language of the site; a grade out of range, or one that cannot be changed, is passed
//! over without a word.

use super::finding::Finding;
use super::layout::{GradeColumn, KeyColumn, KeyKind, Layout, LmsRules, Maximum, lacks};
use super::moodle::{self, MARKS};
use super::number;
use super::sheet::Sheet;
use super::words::fold;

/// Headers that Moodle looks for: English, Spanish, Catalan.
const IDENTIFIER: [&str; 2] = ["identifier", "identificador"];
const GRADE: [&str; 3] = ["grade", "calificacion", "qualificacio"];
const MODIFIED: [&str; 3] = [
    "last modified (grade)",
    "ultima modificacion (calificacion)",
    "darrera modificacio (qualificacio)",
];
const MAXIMUM: [&str; 3] = ["maximum grade", "calificacion maxima", "qualificacio maxima"];

pub fn layout(sheet: &Sheet, name: &str) -> Result<Layout, Vec<Finding>> {
    let find = |names: &[&str]| sheet.header().values().position(|h| names.contains(&fold(h).as_str()));
    let (identifier, grade) = (find(&IDENTIFIER), find(&GRADE));
    let needed = [
        (identifier, "Identifier (Identificador)"),
        (grade, "Grade (Calificación)"),
        (
            find(&MODIFIED),
            "Last modified (grade) (Última modificación (calificación))",
        ),
    ];
    let missing = needed.iter().filter(|(found, _)| found.is_none());
    let findings: Vec<Finding> = missing
        .map(|(_, name)| {
            lacks(
                sheet,
                &format!("a grading worksheet has a column {name}, but this file has none"),
            )
        })
        .collect();
    let (Some(identifier), Some(grade)) = (identifier, grade) else {
        return Err(findings);
    };
    if !findings.is_empty() {
        return Err(findings);
    }
    let mut keys = moodle::keys(sheet);
    if keys.is_empty() {
        let what = "no column identifies the students: the assignment hides names, or the site hides e-mail addresses and ID numbers";
        return Err(vec![lacks(sheet, what)]);
    }
    // Its number is the assignment's own, not the user's: only the whole of it tells who it is.
    keys.push(KeyColumn {
        column: identifier,
        kind: KeyKind::Id,
    });
    let maximum = find(&MAXIMUM);
    let rows: Vec<usize> = (1..sheet.rows().len()).collect();
    if let Some(column) = maximum {
        let odd = rows
            .iter()
            .map(|&row| &sheet.rows()[row])
            .find(|row| number::parse(row.get(column)).is_none());
        if let Some(row) = odd {
            let text = format!(
                "the maximum grade is `{}`: this assignment is graded by a scale, which takes no points",
                row.get(column)
            );
            return Err(vec![Finding::at(row.line, text)]);
        }
    }
    let locked = sheet.header().values().position(|h| changeable(&fold(h)));
    let mut notes = vec![moodle::form(sheet)];
    if locked.is_none() {
        notes.push(
            "no column says which grades can be changed: Moodle skips locked grades without a message".to_owned(),
        );
    }
    Ok(Layout {
        keys,
        columns: vec![GradeColumn {
            index: grade,
            title: name.to_owned(),
            maximum: maximum.map_or(Maximum::Unsaid, Maximum::In),
            closed: None,
        }],
        rows,
        feedback: sheet.header().values().position(|h| comments(&fold(h))),
        locked,
        maxima: None,
        single: true,
        notes,
        rules: LmsRules {
            name: "Moodle",
            even: true,
            maximum: false,
            above: Err("Moodle skips a grade above the maximum in a worksheet"),
            marks: MARKS,
        },
    })
}

/// Whether a column says which grades may be changed. `gradecanbechanged` of `mod_assign` in Moodle's language packs: en
/// "Grade can be changed", es "La calificación puede ser cambiada", es_mx "La calificación puede cambiarse", ca "Es pot
/// canviar la qualificació". Its cells are Moodle's own "yes" and "no": "No" in all of them (`col_gradecanbechanged` in
/// `mod/assign/gradingtable.php`).
fn changeable(header: &str) -> bool {
    header == "grade can be changed"
        || (header.contains("calificacion") && header.contains("puede"))
        || (header.contains("qualificacio") && header.contains("canviar"))
}

fn comments(header: &str) -> bool {
    header == "feedback comments"
        || (header.starts_with("comentarios") && header.contains("retroalimentacion"))
        || (header.starts_with("comentaris") && header.contains("retroaccio"))
}
