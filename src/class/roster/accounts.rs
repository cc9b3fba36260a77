//! The accounts that students gave in a form, put into a roster. Single cells of the roster change; all else in it stays as
//! the professor wrote it, byte for byte.

use super::account_cell::AccountCell;
use super::answers::{AnswerColumns, Known, NamedColumns, Naming};
use super::columns::{Columns, RosterColumn};
use super::entry::{Access, Entry, Roster};
use super::mistakes::{IntakeErrors, Problem, short};
use super::values;
use crate::class::gradebook::sheet::Sheet;
use csv::StringRecord;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A form with answers.
#[derive(Debug, Clone, Copy)]
pub struct FormFile<'f> {
    /// Its path, which is only named.
    pub path: &'f Path,
    /// What is in it.
    pub bytes: &'f [u8],
    /// What the professor says of its columns.
    pub columns: NamedColumns<'f>,
}

/// A roster with the accounts of a form, not written yet, and what came of each answer.
#[derive(Debug, Default)]
pub struct WithAccounts {
    /// The roster's file.
    pub bytes: Vec<u8>,
    /// How many accounts are new in it.
    pub added: usize,
    /// How many answers say what the roster says already.
    pub known: usize,
    /// What the professor should look at before anything is graded, by line of the form: nothing of it was taken.
    pub refused: Vec<Problem>,
    /// What was taken and should be known, by line of the form.
    pub taken: Vec<Problem>,
    /// Who has no account yet: the line of the roster, and who.
    pub missing: Vec<(u64, String)>,
}

/// Why no account was put into the roster.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The form cannot be used.
    #[error(transparent)]
    Form(#[from] IntakeErrors),
    /// The roster cannot be changed in place.
    #[error("{0}")]
    Roster(String),
}

/// What one student answered last.
struct Answer<'a> {
    line: u64,
    cell: AccountCell,
    /// The accounts of their earlier answers, with their lines.
    before: Vec<(u64, String)>,
    text: &'a str,
}

/// Puts the accounts of `form` into the roster whose file is `file` and whose entries are `roster`. An account that the
/// roster has already is replaced only if `replace` says so.
///
/// # Errors
/// When the form does not say who has which account, or the roster's file is not the one that was read.
pub fn add(file: &[u8], roster: &Roster, form: FormFile, replace: bool) -> Result<WithAccounts, AccountsError> {
    let wrong = |problems| IntakeErrors {
        file: form.path.to_owned(),
        problems,
    };
    let whole = |reason: String| wrong(vec![Problem { line: None, reason }]);
    let answers = Sheet::read(form.bytes).map_err(|error| whole(error.to_string()))?;
    if answers.rows().len() < 2 {
        return Err(whole("it has no answers".to_owned()).into());
    }
    let entries = &roster.students;
    let known = Known::of(
        entries
            .iter()
            .map(|e| (e.student.id.as_str(), e.student.email.as_str())),
    );
    let columns = AnswerColumns::find(&answers, &known, form.columns).map_err(wrong)?;
    let mut with = WithAccounts::default();
    let given = with.given(&answers, columns, &known, entries);
    let mut target = Target::of(file, entries)?;
    with.join(&given, entries, &mut target, replace);
    with.missing = target.missing(entries);
    with.bytes = target.sheet.write();
    with.refused.sort_by_key(|problem| problem.line);
    with.taken.sort_by_key(|problem| problem.line);
    Ok(with)
}

impl WithAccounts {
    fn refuse(&mut self, line: u64, reason: String) {
        self.refused.push(Problem {
            line: Some(line),
            reason,
        });
    }

    fn tell(&mut self, line: u64, reason: String) {
        self.taken.push(Problem {
            line: Some(line),
            reason,
        });
    }

    /// The last answer of each student, by their place in the roster.
    fn given<'a>(
        &mut self,
        sheet: &'a Sheet,
        columns: AnswerColumns,
        known: &Known,
        entries: &[Entry],
    ) -> BTreeMap<usize, Answer<'a>> {
        let mut given: BTreeMap<usize, Answer> = BTreeMap::new();
        for row in &sheet.rows()[1..] {
            let (line, who, text) = (
                row.line as u64,
                row.get(columns.who).trim(),
                row.get(columns.account).trim(),
            );
            let Some((place, naming)) = known.named(who) else {
                let who = if who.is_empty() {
                    "nobody is named".to_owned()
                } else {
                    format!("`{}`", short(who))
                };
                self.refuse(
                    line,
                    format!("{who}: not in the roster, by e-mail address or identifier"),
                );
                continue;
            };
            if naming == Naming::Respelled {
                let id = short(&entries[place].student.id);
                self.tell(
                    line,
                    format!(
                        "`{}` was read as {id}, which differs in leading zeros or spaces",
                        short(who)
                    ),
                );
            }
            let mut answer = Answer {
                line,
                cell: AccountCell::read(text),
                before: Vec::new(),
                text,
            };
            if let Some(earlier) = given.remove(&place) {
                answer.before = earlier.before;
                if let AccountCell::Number { account, .. } = earlier.cell {
                    answer.before.push((earlier.line, account));
                }
            }
            given.insert(place, answer);
        }
        given
    }

    /// Puts each answer into the roster, or says why not.
    fn join(&mut self, given: &BTreeMap<usize, Answer>, entries: &[Entry], target: &mut Target, replace: bool) {
        let mut owners = target.owners(entries);
        let mut givers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, answer) in given {
            if let AccountCell::Number { account, .. } = &answer.cell {
                givers.entry(account).or_default().push(*place);
            }
        }
        for (&place, answer) in given {
            let id = short(&entries[place].student.id);
            let account = match &answer.cell {
                AccountCell::Number { account, .. } => account,
                other => {
                    self.refuse(answer.line, format!("{id}: {}", no_account(other, answer.text)));
                    continue;
                }
            };
            let here = target.account(place, &entries[place]);
            if here.as_deref() == Some(account) {
                self.known += 1;
                continue;
            }
            let apart = |other: usize| other != place && !is_one_group(&entries[other], &entries[place]);
            let others = givers[account.as_str()].iter().filter(|&&other| apart(other));
            let others: Vec<String> = others
                .map(|other| format!("{} (line {})", short(&entries[*other].student.id), given[other].line))
                .collect();
            if !others.is_empty() {
                self.refuse(
                    answer.line,
                    format!(
                        "{id} gives account {account}, and so does {}: ask whose it is",
                        others.join(", ")
                    ),
                );
                continue;
            }
            let rival = given.iter().find(|(other, theirs)| {
                let differs = |other: &AccountCell| matches!(other, AccountCell::Number { account: other, .. } if other != account);
                is_one_group(&entries[**other], &entries[place]) && differs(&theirs.cell)
            });
            if let Some((&other, theirs)) = rival {
                let other = short(&entries[other].student.id);
                self.refuse(
                    answer.line,
                    format!("{id} gives account {account}, but {other} of the same group another (line {}): ask which one it is", theirs.line),
                );
                continue;
            }
            if let Some(&other) = owners.get(account).filter(|&&other| apart(other)) {
                let (other, line) = (short(&entries[other].student.id), entries[other].line);
                self.refuse(
                    answer.line,
                    format!(
                        "{id} gives account {account}, which the roster has for {other} (line {line}): ask whose it is"
                    ),
                );
                continue;
            }
            if let Some(here) = here {
                let line = entries[place].line;
                if matches!(entries[place].access, Access::Role { .. }) && target.names_role(place) {
                    self.refuse(
                        answer.line,
                        format!("{id} gives account {account}, but the role in line {line} of the roster is of {here}: correct one of them"),
                    );
                    continue;
                }
                if !replace {
                    self.refuse(
                        answer.line,
                        format!("{id} gives account {account}, but line {line} of the roster has {here}: --replace takes the form's"),
                    );
                    continue;
                }
                owners.remove(&here);
                self.tell(answer.line, format!("{id}: account {account} in place of {here}"));
            }
            self.say_how(&id, answer, account);
            target.put(place, account);
            // In a group the account that is replaced may stand on another line.
            for (other, entry) in entries.iter().enumerate() {
                if is_one_group(entry, &entries[place]) && target.has_number(other) {
                    target.put(other, account);
                }
            }
            owners.insert(account.clone(), place);
            self.added += 1;
        }
    }

    /// What to know of an answer that was taken.
    fn say_how(&mut self, id: &str, answer: &Answer, account: &str) {
        if let AccountCell::Number { completed: true, .. } = &answer.cell {
            let text = short(answer.text);
            self.tell(
                answer.line,
                format!("{id}: `{text}` was read as {account}; spreadsheets drop zeros in front"),
            );
        }
        let others: Vec<String> = answer
            .before
            .iter()
            .filter(|(_, before)| before != account)
            .map(|(line, before)| format!("{before} in line {line}"))
            .collect();
        if !others.is_empty() {
            self.tell(
                answer.line,
                format!("{id} answered again: {account} counts, not {}", others.join(", ")),
            );
        }
    }
}

/// Whether two students share an account.
fn is_one_group(one: &Entry, other: &Entry) -> bool {
    one.line != other.line && one.student.group.is_some() && one.student.group == other.student.group
}

/// Why an answer holds no account, and what to do.
fn no_account(cell: &AccountCell, text: &str) -> String {
    let text = short(text);
    match cell {
        AccountCell::Several(all) => format!(
            "`{text}` holds several account numbers ({}): ask which one it is",
            all.join(", ")
        ),
        AccountCell::Shortened => format!(
            "`{text}` is what a spreadsheet left of the account number: format the column as text and save the form's answers again"
        ),
        AccountCell::Empty => "the answer is empty".to_owned(),
        AccountCell::NoNumber | AccountCell::Number { .. } => {
            format!("`{text}` holds no account number, which has 12 digits: ask for it")
        }
    }
}

/// The roster's file while it is changed.
struct Target {
    sheet: Sheet,
    /// The row of each student.
    rows: Vec<usize>,
    account: usize,
    role: Option<usize>,
    /// Who got an account.
    filled: BTreeSet<usize>,
}

impl Target {
    fn of(file: &[u8], entries: &[Entry]) -> Result<Self, AccountsError> {
        let mut sheet = Sheet::read(file).map_err(|error| AccountsError::Roster(error.to_string()))?;
        let header = sheet.excel_lines();
        let names = sheet
            .rows()
            .get(header)
            .map(|row| row.values().collect::<StringRecord>());
        let names = names.unwrap_or_default();
        let rows: Option<Vec<usize>> = entries
            .iter()
            .map(|entry| sheet.rows().iter().position(|row| row.line as u64 == entry.line))
            .collect();
        let Some(rows) = rows else {
            let reason = "the roster's lines cannot be told apart: save it again as CSV, with a line for each student";
            return Err(AccountsError::Roster(reason.to_owned()));
        };
        let account = Columns::place(&names, RosterColumn::Account);
        if account.is_none() {
            sheet.set(header, names.len(), "account");
        }
        Ok(Self {
            sheet,
            rows,
            account: account.unwrap_or(names.len()),
            role: Columns::place(&names, RosterColumn::RoleArn),
            filled: BTreeSet::new(),
        })
    }

    fn cell(&self, place: usize, column: usize) -> &str {
        self.sheet.rows()[self.rows[place]].get(column).trim()
    }

    /// The account that the roster has for a student, excused or not.
    fn account(&self, place: usize, entry: &Entry) -> Option<String> {
        let written = values::account(self.cell(place, self.account));
        entry.account.clone().or(written.ok().map(|(account, _)| account))
    }

    fn has_number(&self, place: usize) -> bool {
        !self.cell(place, self.account).is_empty()
    }

    fn names_role(&self, place: usize) -> bool {
        self.role.is_some_and(|role| !self.cell(place, role).is_empty())
    }

    /// Whose each account is.
    fn owners(&self, entries: &[Entry]) -> BTreeMap<String, usize> {
        let all = entries.iter().enumerate();
        all.filter_map(|(place, entry)| Some((self.account(place, entry)?, place)))
            .collect()
    }

    fn put(&mut self, place: usize, account: &str) {
        self.sheet.set(self.rows[place], self.account, account);
        self.filled.insert(place);
    }

    /// Who has no account, and gave no other way in.
    fn missing(&self, entries: &[Entry]) -> Vec<(u64, String)> {
        let filled = |place: usize| {
            let shared = |other: &usize| is_one_group(&entries[*other], &entries[place]);
            self.filled.contains(&place) || self.filled.iter().any(shared)
        };
        let missing = |place: &usize, entry: &Entry| entry.student.not_handed_in && !filled(*place);
        let all = entries.iter().enumerate();
        all.filter(|(place, entry)| missing(place, entry))
            .map(|(_, entry)| (entry.line, entry.student.id.clone()))
            .collect()
    }
}
