//! The roster: a CSV file with a line for each student, as a professor has it.

mod columns;
mod credentials;
mod row;
mod table;
mod values;

use super::Student;
use crate::account::Keys;
use crate::course::Lab;
use crate::judge::Options;
use crate::report::text::visible;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A class as its roster has it. Its credentials are in memory only.
#[derive(Debug, Clone)]
pub struct Roster {
    /// A line for each student, in the order of the file.
    pub students: Vec<Entry>,
    /// What the professor should know, though it is no mistake: a sentence each.
    pub notes: Vec<String>,
}

/// One line of a roster.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who.
    pub student: Student,
    /// The region that they work in, where the roster says so.
    pub region: Option<String>,
    /// The regions of single labs, by lab: they come before `region`.
    pub regions: BTreeMap<String, String>,
    /// Which resource is theirs, by its name in the checks, as `--use` says it; `LAB.NAME` where it is about one lab only.
    pub uses: BTreeMap<String, String>,
    /// The account's twelve digits that the roster promises, by itself or as part of a role's ARN.
    pub account: Option<String>,
    /// How to get into their account.
    pub access: Access,
    /// The line of the file.
    pub line: u64,
}

impl Entry {
    /// The region that the roster names for a lab.
    pub fn region_of(&self, lab: &str) -> Option<&str> {
        self.regions.get(lab).or(self.region.as_ref()).map(String::as_str)
    }

    /// `options` for one lab of this student: with those of their resources that the lab knows.
    pub fn options(&self, lab: &Lab, options: &Options) -> Options {
        let mut options = options.clone();
        for name in lab.resources.keys() {
            let own = self
                .uses
                .get(&format!("{}.{name}", lab.id))
                .or_else(|| self.uses.get(name));
            options
                .uses
                .extend(own.map(|resource| (name.clone(), resource.clone())));
        }
        options
    }
}

/// What a roster may say of a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabNames {
    /// The lab's id.
    pub id: String,
    /// The names of its resources in the checks.
    pub resources: Vec<String>,
}

impl LabNames {
    /// Those of a lab.
    pub fn of(lab: &Lab) -> Self {
        Self {
            id: lab.id.clone(),
            resources: lab.resources.keys().cloned().collect(),
        }
    }
}

/// How to get into a student's account.
#[derive(Debug, Clone)]
pub enum Access {
    /// A role there, which the professor assumes.
    Role {
        /// Its ARN.
        arn: String,
    },
    /// A profile in the professor's AWS settings.
    Profile(String),
    /// Keys that the student handed in.
    Keys(Keys),
    /// None: only for a student who is excused.
    Nothing,
}

/// A mistake in a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, where it is about one.
    pub line: Option<u64>,
    /// What is wrong and how to mend it.
    pub reason: String,
}

/// All mistakes in a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterErrors {
    /// The file.
    pub file: PathBuf,
    /// Its mistakes, in the order of the file.
    pub problems: Vec<Problem>,
}

impl std::error::Error for RosterErrors {}

impl std::fmt::Display for RosterErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let file = visible(&self.file.display().to_string());
        if let [Problem { line: None, reason }] = self.problems.as_slice() {
            return write!(f, "the roster {file} cannot be used: {reason}");
        }
        let many = if self.problems.len() == 1 { "" } else { "s" };
        write!(
            f,
            "the roster has {} mistake{many}; nothing was done",
            self.problems.len()
        )?;
        for problem in &self.problems {
            match problem.line {
                Some(line) => write!(f, "\n  {file}:{line}: {}", problem.reason)?,
                None => write!(f, "\n  {file}: {}", problem.reason)?,
            }
        }
        Ok(())
    }
}

/// The name of the role that `edemlab access template` makes in a student's account.
pub const ROLE_NAME: &str = "edemlab-grader";

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
    let table = table::Table::read(path, columns::known).map_err(whole)?;
    let mut notes = Vec::new();
    let Some((header, rows)) = table.rows.split_first() else {
        return Err(whole("it is empty".to_owned()));
    };
    let columns = columns::Columns::read(header.line, &header.cells, labs, &mut notes).map_err(wrong)?;
    if rows.is_empty() {
        return Err(whole("it has a header, but no students".to_owned()));
    }
    let mut reading = row::Reading::new(path, &columns, labs, partition);
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
    if !problems.is_empty() {
        return Err(wrong(problems));
    }
    notes.extend(reading.notes());
    Ok(Roster { students, notes })
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
                "account {own} is your own account, and no student's: remove the line, or ask for the right account. To \
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

/// A text of the roster's inside of a message.
fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(LONGEST).collect();
    let cut = if chars.next().is_some() { "…" } else { "" };
    format!("{}{cut}", visible(&start))
}
