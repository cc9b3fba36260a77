//! A new roster, made from what Moodle or Canvas exported.

use super::mistakes::{IntakeErrors, Problem, short};
use crate::class::encoding::Encoding;
use crate::class::gradebook::people::{People, people};
use crate::class::gradebook::sheet::Sheet;
use crate::class::gradebook::words::fold;
use crate::class::{cell, identifier};
use crate::course::UnknownName;
use crate::redact::is_email;
use std::collections::HashMap;
use std::path::Path;

/// A roster that was made, not written yet.
#[derive(Debug)]
pub struct NewRoster {
    /// The file: UTF-8, with the delimiter of the export.
    pub bytes: Vec<u8>,
    /// How many students it has.
    pub students: usize,
    /// What the professor should know: a sentence each.
    pub notes: Vec<String>,
}

/// A spreadsheet has dropped zeros, or a hand has left some out: no identifier is guessed.
const WAY_OUT: &str = "export the file again, and do not open it in a spreadsheet first";

/// Makes a roster of an export of Moodle or Canvas. `id` is the header of the column that identifies students; without it
/// the most suitable one that identifies all of them is taken. `file` is only named.
///
/// # Errors
/// When it is no such file, or no column identifies everyone.
pub fn new(file: &Path, bytes: &[u8], id: Option<&str>) -> Result<NewRoster, IntakeErrors> {
    let wrong = |problems| IntakeErrors {
        file: file.to_owned(),
        problems,
    };
    let whole = |reason: String| wrong(vec![Problem { line: None, reason }]);
    let sheet = Sheet::read(bytes).map_err(|error| whole(error.to_string()))?;
    let people = people(&sheet).map_err(|finding| {
        wrong(vec![Problem {
            line: Some(finding.line as u64),
            reason: finding.text,
        }])
    })?;
    if people.rows.is_empty() {
        return Err(whole("it has a header, but no students".to_owned()));
    }
    let export = Export {
        sheet: &sheet,
        people: &people,
    };
    let column = export.identifying(id).map_err(wrong)?;
    let mut notes = vec![format!(
        "students are identified by the column `{}` of {}: the gradebook finds them by it",
        export.header(column),
        people.lms
    )];
    notes.extend(export.shorter(column));
    let (rows, more) = export.rows(column);
    notes.extend(more);
    let mut writer = csv::WriterBuilder::new()
        .delimiter(u8::try_from(sheet.delimiter()).unwrap_or(b','))
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in &rows {
        // In memory nothing can fail.
        let _ = writer.write_record(row);
    }
    let text = String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default();
    Ok(NewRoster {
        // The mark tells Excel that it is UTF-8.
        bytes: Encoding::Utf8 { bom: true }.encode(&text),
        students: people.rows.len(),
        notes,
    })
}

/// Why a column does not identify somebody.
struct Unfit {
    problem: Problem,
    digits_are_lost: bool,
}

struct Export<'e> {
    sheet: &'e Sheet,
    people: &'e People,
}

impl Export<'_> {
    fn header(&self, column: usize) -> String {
        short(self.sheet.header().get(column).trim())
    }

    fn cell(&self, row: usize, column: usize) -> &str {
        self.sheet.rows()[row].get(column).trim()
    }

    fn line(&self, row: usize) -> u64 {
        self.sheet.rows()[row].line as u64
    }

    /// The column that identifies everyone.
    fn identifying(&self, named: Option<&str>) -> Result<usize, Vec<Problem>> {
        if let Some(named) = named {
            let column = self.named(named)?;
            return match self.unfit(column) {
                unfit if unfit.is_empty() => Ok(column),
                unfit => Err(unfit.into_iter().map(|one| one.problem).collect()),
            };
        }
        let mut all = Vec::new();
        for &column in &self.people.ids {
            let unfit = self.unfit(column);
            if unfit.is_empty() {
                return Ok(column);
            }
            // Whoever has lost digits had an identifier: another column would only hide it.
            let lost = unfit.iter().any(|one| one.digits_are_lost);
            all.extend(
                unfit
                    .into_iter()
                    .filter(|one| one.digits_are_lost || !lost)
                    .map(|one| one.problem),
            );
            if lost {
                return Err(all);
            }
        }
        all.push(Problem {
            line: None,
            reason: "no column identifies every student: complete one of these in the LMS and export again, or name \
                     another with --id COLUMN"
                .to_owned(),
        });
        Err(all)
    }

    fn named(&self, named: &str) -> Result<usize, Vec<Problem>> {
        let header = self.sheet.header();
        let found = header.values().position(|name| fold(name) == fold(named));
        found.ok_or_else(|| {
            let unknown = UnknownName::new("column", &short(named), header.values().map(str::trim));
            vec![Problem {
                line: Some(header.line as u64),
                reason: unknown.to_string(),
            }]
        })
    }

    /// Why a column does not identify everyone.
    fn unfit(&self, column: usize) -> Vec<Unfit> {
        const FEW: usize = 5;
        let name = self.header(column);
        let unfit = |row: usize, digits_are_lost: bool, reason: String| Unfit {
            problem: Problem {
                line: Some(self.line(row)),
                reason,
            },
            digits_are_lost,
        };
        let (empty, filled): (Vec<usize>, Vec<usize>) = self
            .people
            .rows
            .iter()
            .partition(|row| self.cell(**row, column).is_empty());
        let mut found: Vec<Unfit> = Vec::new();
        let mut seen: HashMap<String, usize> = HashMap::new();
        for row in filled {
            let (id, shown) = (self.cell(row, column), short(self.cell(row, column)));
            if identifier::is_shortened(id) {
                let reason = format!("`{name}` is `{shown}`: a spreadsheet has shortened it; {WAY_OUT}");
                found.push(unfit(row, true, reason));
            } else if cell::text(id) != id {
                let reason = format!("`{name}` is `{shown}`, which a spreadsheet would take for a formula");
                found.push(unfit(row, false, reason));
            } else if let Some(first) = seen.insert(identifier::bare(id), row) {
                let reason = format!(
                    "`{name}` is `{shown}`, which differs from line {} at most in leading zeros, case or spaces",
                    self.line(first)
                );
                found.push(unfit(row, false, reason));
            }
        }
        if let Some(&first) = empty.first() {
            let (none, of) = (empty.len(), self.people.rows.len());
            let reason = format!("`{name}` is empty here; {none} of {of} students have none");
            found.push(unfit(first, false, reason));
        }
        found.truncate(FEW);
        found
    }

    /// Says when numbers are shorter than most: a spreadsheet may have dropped zeros.
    fn shorter(&self, column: usize) -> Option<String> {
        const FEW: usize = 5;
        let ids = self.people.rows.iter().map(|&row| (row, self.cell(row, column)));
        let numbers: Vec<(usize, &str)> = ids.filter(|(_, id)| id.bytes().all(|b| b.is_ascii_digit())).collect();
        let mut lengths: HashMap<usize, usize> = HashMap::new();
        for (_, id) in &numbers {
            *lengths.entry(id.len()).or_default() += 1;
        }
        let (usual, _) = lengths.into_iter().max_by_key(|(length, count)| (*count, *length))?;
        let short: Vec<String> = numbers
            .iter()
            .filter(|(_, id)| id.len() < usual)
            .map(|(row, id)| format!("`{id}` (line {})", self.line(*row)))
            .collect();
        if short.is_empty() {
            return None;
        }
        let more = if short.len() > FEW { ", …" } else { "" };
        Some(format!(
            "most identifiers have {usual} digits, but {} fewer: {}{more}. If a spreadsheet has dropped zeros in front, {WAY_OUT}",
            if short.len() == 1 {
                "1 has".to_owned()
            } else {
                format!("{} have", short.len())
            },
            short.iter().take(FEW).cloned().collect::<Vec<_>>().join(", "),
        ))
    }

    /// The lines of the roster, the header first, and what else there is to say.
    fn rows(&self, id: usize) -> (Vec<Vec<String>>, Vec<String>) {
        let people = self.people;
        let mut notes = Vec::new();
        let mut header = vec!["student", "name", "email", "account"];
        if people.groups.is_some() {
            header.push("x-groups");
            notes.push(
                "the LMS's groups are in the column `x-groups`, which grading ignores: call it `group` if each of these groups \
                 shares one account"
                    .to_owned(),
            );
        }
        let mut rows = vec![header.into_iter().map(str::to_owned).collect()];
        for &row in &people.rows {
            let name: Vec<&str> = people.name.iter().map(|&column| self.cell(row, column)).collect();
            let mut email = people.email.map(|column| self.cell(row, column)).unwrap_or_default();
            if !email.is_empty() && !is_email(email) {
                notes.push(format!(
                    "line {}: `{}` is not an e-mail address, so it was left out",
                    self.line(row),
                    short(email)
                ));
                email = "";
            }
            let mut cells = vec![
                self.cell(row, id).to_owned(),
                cell::text(name.join(" ").trim()),
                cell::text(email),
                String::new(),
            ];
            cells.extend(people.groups.map(|column| cell::text(self.cell(row, column))));
            rows.push(cells);
        }
        if !people.others.is_empty() {
            let lines: Vec<String> = people.others.iter().map(|&row| self.line(row).to_string()).collect();
            notes.push(format!(
                "{} in another role than student {} left out (line {})",
                if lines.len() == 1 {
                    "1 person".to_owned()
                } else {
                    format!("{} people", lines.len())
                },
                if lines.len() == 1 { "was" } else { "were" },
                lines.join(", ")
            ));
        }
        (rows, notes)
    }
}
