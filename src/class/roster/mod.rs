//! The roster: a CSV file with a line for each student, as a professor has it.

mod account_cell;
mod accounts;
mod answers;
mod columns;
mod credentials;
mod entry;
mod export;
mod flags;
mod groups;
mod lab_names;
mod mistakes;
mod row;
mod table;
mod values;

pub use accounts::{AccountsError, FormFile, WithAccounts, add};
pub use answers::NamedColumns;
pub use entry::{Access, Entry, ROLE_NAME, Roster};
pub use export::{NewRoster, new};
pub use flags::ClassFlagError;
pub use lab_names::LabNames;
pub use mistakes::{IntakeErrors, Problem, RosterErrors};

use std::path::Path;

/// Reads a roster. `labs` are the course's; `partition` is that of the accounts for which a line names
/// neither a role nor a region, usually `aws`. Makes no call.
///
/// # Errors
/// All mistakes at once: of the file, of its header, or of its lines.
pub fn read(path: &Path, labs: &[LabNames], partition: &str) -> Result<Roster, RosterErrors> {
    let wrong = |problems| RosterErrors {
        file: path.to_owned(),
        problems,
    };
    let whole = |reason: String| wrong(vec![Problem { line: None, reason }]);
    let table = table::RosterTable::read(path, columns::known).map_err(whole)?;
    let mut notes = Vec::new();
    let Some((header, rows)) = table.rows.split_first() else {
        return Err(whole("it is empty".to_owned()));
    };
    let columns = columns::Columns::read(header.line, &header.cells, labs, &mut notes).map_err(wrong)?;
    if rows.is_empty() {
        return Err(whole("it has a header, but no students".to_owned()));
    }
    let mut reading = row::RosterReader::new(path, &columns, labs, partition);
    let (mut students, mut problems) = (Vec::new(), Vec::new());
    for row in rows {
        if table.unclosed == Some(row.line) {
            let reason = "a quotation mark in this line opens a cell that never ends".to_owned();
            problems.push(Problem {
                line: Some(row.line),
                reason,
            });
            break;
        }
        match reading.row(row) {
            Ok(entry) => students.push(entry),
            Err(reasons) => problems.extend(reasons.into_iter().map(|reason| Problem {
                line: Some(row.line),
                reason,
            })),
        }
    }
    problems.extend(groups::share(&mut students));
    if !problems.is_empty() {
        problems.sort_by_key(|problem| problem.line);
        return Err(wrong(problems));
    }
    notes.extend(reading.notes());
    Ok(Roster {
        students,
        notes,
        has_extensions: columns::Columns::place(&header.cells, columns::RosterColumn::Extension).is_some(),
    })
}

/// Refuses a roster in which a line names the professor's own account `own`, by its number or by a role: what a line says
/// comes from a student. Of keys and profiles, only the first call says whose they are. Makes no call.
///
/// # Errors
/// Every such line.
pub fn refuse_own_account(path: &Path, roster: &Roster, own: &str) -> Result<(), RosterErrors> {
    let named = roster
        .students
        .iter()
        .filter(|entry| entry.account.as_deref() == Some(own));
    let problems: Vec<Problem> = named
        .map(|entry| Problem {
            line: Some(entry.line),
            reason: format!(
                "account {own} is your own account, not a student's: remove the line, or ask for the right account. To \
                 check your own labs, run `edemlab check`"
            ),
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(RosterErrors {
        file: path.to_owned(),
        problems,
    })
}
