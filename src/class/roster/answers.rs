//! The answers to a form, as Microsoft Forms and Google Forms give them: which column says who, which holds the account.
//!
//! Questions are in the professor's words, and a form's own columns are in its language, so both columns are found by what
//! is in them. Where two fit, none is taken.

use super::account_cell::AccountCell;
use super::mistakes::{Problem, short};
use crate::class::gradebook::sheet::Sheet;
use crate::class::gradebook::words::{fold, words};
use crate::class::identifier;
use crate::course::UnknownName;
use std::collections::HashMap;

/// Where a form's answers stand. Both are places in the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AnswerColumns {
    pub who: usize,
    pub account: usize,
}

/// What the professor says of a form's columns, by their headers.
#[derive(Debug, Clone, Copy, Default)]
pub struct NamedColumns<'n> {
    /// The column that says who answered.
    pub who: Option<&'n str>,
    /// The column with the account's number.
    pub account: Option<&'n str>,
}

/// The students of a roster, as a form may name them.
pub(super) struct Known {
    emails: HashMap<String, usize>,
    ids: HashMap<String, usize>,
    bare: HashMap<String, usize>,
}

/// How well a cell names a student.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Naming {
    /// By an identifier that differs in leading zeros or spaces.
    Respelled,
    /// By their identifier.
    Id,
    /// By their e-mail address.
    Email,
}

impl Known {
    /// Those with these identifiers and e-mail addresses, in the order of the roster.
    pub fn of<'s>(students: impl Iterator<Item = (&'s str, &'s str)>) -> Self {
        let mut known = Self {
            emails: HashMap::new(),
            ids: HashMap::new(),
            bare: HashMap::new(),
        };
        for (place, (id, email)) in students.enumerate() {
            known.ids.insert(id.to_lowercase(), place);
            known.bare.insert(identifier::bare(id), place);
            if !email.is_empty() {
                known.emails.insert(email.to_lowercase(), place);
            }
        }
        known
    }

    /// The student that a cell names: their place in the roster.
    pub fn named(&self, cell: &str) -> Option<(usize, Naming)> {
        let lower = cell.trim().to_lowercase();
        if lower.is_empty() {
            return None;
        }
        let by = |map: &HashMap<String, usize>, key: &str, naming| map.get(key).map(|place| (*place, naming));
        by(&self.emails, &lower, Naming::Email)
            .or_else(|| by(&self.ids, &lower, Naming::Id))
            .or_else(|| by(&self.bare, &identifier::bare(&lower), Naming::Respelled))
    }
}

/// How forms call the column with the e-mail address that they collect: English, Spanish, Catalan.
const COLLECTED: [&str; 12] = [
    "email",
    "email address",
    "e-mail",
    "username",
    "correo electronico",
    "direccion de correo electronico",
    "direccion de correo",
    "nombre de usuario",
    "correu electronic",
    "adreca electronica",
    "adreca de correu electronic",
    "nom d'usuari",
];

/// Words of a question for the account.
const ACCOUNT: [&str; 6] = ["aws", "account", "cuenta", "compte", "accountid", "amazon"];

impl AnswerColumns {
    /// Finds both columns.
    pub fn find(sheet: &Sheet, known: &Known, named: NamedColumns) -> Result<Self, Vec<Problem>> {
        let form = Form { sheet };
        let who = match named.who {
            Some(header) => form.named(header),
            None => form.who(known),
        };
        let account = match (named.account, &who) {
            (Some(header), _) => form.named(header),
            (None, Ok(who)) => form.account(*who),
            (None, Err(_)) => form.account(usize::MAX),
        };
        match (who, account) {
            (Ok(who), Ok(account)) => Ok(Self { who, account }),
            (who, account) => Err([who.err(), account.err()]
                .into_iter()
                .flatten()
                .map(|reason| Problem {
                    line: Some(sheet.header().line as u64),
                    reason,
                })
                .collect()),
        }
    }
}

struct Form<'s> {
    sheet: &'s Sheet,
}

impl<'s> Form<'s> {
    fn cells(&self, column: usize) -> impl Iterator<Item = &'s str> {
        self.sheet.rows().iter().skip(1).map(move |row| row.get(column).trim())
    }

    fn headers(&self) -> impl Iterator<Item = (usize, &'s str)> {
        self.sheet.header().values().map(str::trim).enumerate()
    }

    fn named(&self, header: &str) -> Result<usize, String> {
        let mut found = self.headers().filter(|(_, name)| fold(name) == fold(header));
        match (found.next(), found.next()) {
            (Some((column, _)), None) => Ok(column),
            (Some(_), Some(_)) => Err(format!(
                "two columns are called `{}`: rename one of them",
                short(header)
            )),
            (None, _) => {
                Err(UnknownName::new("column", &short(header), self.headers().map(|(_, name)| name)).to_string())
            }
        }
    }

    /// One of several columns, if it is the only one that `prefer` says; else a question to the professor.
    fn only(&self, found: &[usize], prefer: impl Fn(&str) -> bool, what: &str, flag: &str) -> Result<usize, String> {
        let header = |column: usize| self.sheet.header().get(column).trim();
        let preferred: Vec<usize> = found.iter().copied().filter(|&column| prefer(header(column))).collect();
        match (found, preferred.as_slice()) {
            ([one], _) | (_, [one]) => Ok(*one),
            _ => {
                let names: Vec<String> = found
                    .iter()
                    .map(|&column| format!("`{}`", short(header(column))))
                    .collect();
                Err(format!(
                    "several columns hold {what}: {}; choose one, for example {flag} '{}'",
                    names.join(", "),
                    short(header(found[0]))
                ))
            }
        }
    }

    /// The column that names students of the roster.
    fn who(&self, known: &Known) -> Result<usize, String> {
        let collected = |header: &str| COLLECTED.contains(&fold(header).as_str());
        let mut best: Vec<(Naming, usize)> = Vec::new();
        for (column, header) in self.headers() {
            // Microsoft numbers the answers in its first column; these are nobody's identifiers.
            if column == 0 && fold(header) == "id" {
                continue;
            }
            let naming = self
                .cells(column)
                .filter_map(|cell| known.named(cell))
                .map(|(_, naming)| naming)
                .max();
            best.extend(naming.map(|naming| (naming, column)));
        }
        let Some(surest) = best.iter().map(|(naming, _)| *naming).max() else {
            let asked = self.headers().find(|(_, header)| collected(header));
            return asked.map(|(column, _)| column).ok_or_else(|| {
                "no column holds an e-mail address or an identifier of the roster: let the form collect e-mail addresses, or \
                 say which column it is with --who COLUMN"
                    .to_owned()
            });
        };
        let sure: Vec<usize> = best
            .iter()
            .filter(|(naming, _)| *naming == surest)
            .map(|(_, column)| *column)
            .collect();
        self.only(&sure, collected, "e-mail addresses or identifiers of students", "--who")
    }

    /// The column with numbers of accounts.
    fn account(&self, who: usize) -> Result<usize, String> {
        let asks = |header: &str| words(header).split_whitespace().any(|word| ACCOUNT.contains(&word));
        let columns = || self.headers().filter(|(column, _)| *column != who);
        let holds = |column: usize, sign: fn(&AccountCell) -> bool| {
            self.cells(column).any(|cell| sign(&AccountCell::read(cell)))
        };
        let whole = |cell: &AccountCell| {
            matches!(
                cell,
                AccountCell::Number { completed: false, .. } | AccountCell::Several(_)
            )
        };
        let sure: Vec<usize> = columns()
            .filter(|(column, _)| holds(*column, whole))
            .map(|(column, _)| column)
            .collect();
        if !sure.is_empty() {
            return self.only(&sure, asks, "account numbers", "--account");
        }
        // Shorter numbers may be those of telephones: the question has to say what they are.
        let short = |cell: &AccountCell| matches!(cell, AccountCell::Number { .. } | AccountCell::Shortened);
        let short: Vec<usize> = columns()
            .filter(|(column, header)| asks(header) && holds(*column, short))
            .map(|(column, _)| column)
            .collect();
        match short.as_slice() {
            [] => Err(
                "no column holds account numbers, which have 12 digits: say which column it is with --account COLUMN"
                    .to_owned(),
            ),
            several => self.only(several, asks, "account numbers", "--account"),
        }
    }
}
