//! A line of a roster becomes an entry, or the reasons why it cannot.

use super::columns::{Columns, RosterColumn};
use super::credentials::CredentialsError;
use super::entry::ROLE_NAME;
use super::entry::{Access, Entry};
use super::lab_names::LabNames;
use super::mistakes::short;
use super::table::RosterRow;
use super::{credentials, values};
use crate::account::partition::Partition;
use crate::account::regions;
use crate::class::late::Extension;
use crate::class::{Student, identifier};
use crate::private;
use crate::redact::is_email;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// The columns that open an account.
const GIVEN: [RosterColumn; 4] = [
    RosterColumn::Account,
    RosterColumn::RoleArn,
    RosterColumn::Profile,
    RosterColumn::Credentials,
];

/// Line after line, with what the lines before have taken.
pub(super) struct RosterReader<'a> {
    file: &'a Path,
    columns: &'a Columns,
    labs: &'a [LabNames],
    partition: &'a str,
    /// What no two lines may share, the line that has it, and the group that it is of.
    taken: HashMap<(&'static str, String), (u64, String)>,
    /// The students so far without what spreadsheets drop, each with its line and its own spelling.
    spelled: HashMap<String, (u64, String)>,
    completed: Vec<(u64, String)>,
    open_to_others: Vec<String>,
}

impl<'a> RosterReader<'a> {
    pub fn new(file: &'a Path, columns: &'a Columns, labs: &'a [LabNames], partition: &'a str) -> Self {
        Self {
            file,
            columns,
            labs,
            partition,
            taken: HashMap::new(),
            spelled: HashMap::new(),
            completed: Vec::new(),
            open_to_others: Vec::new(),
        }
    }

    /// Reads a line.
    pub fn row(&mut self, row: &RosterRow) -> Result<Entry, Vec<String>> {
        let mut wrong = Vec::new();
        let cell = |column| self.columns.of(&row.cells, column);
        let beyond = row.cells.iter().skip(self.columns.len());
        if beyond.clone().any(|cell| !cell.trim().is_empty()) {
            return Err(vec![format!(
                "it has {} cells, but the header has {}: a cell that holds the delimiter needs quotation marks around it",
                row.cells.len(),
                self.columns.len()
            )]);
        }
        let id = cell(RosterColumn::Student);
        let group = cell(RosterColumn::Group);
        let (email, name) = (cell(RosterColumn::Email), cell(RosterColumn::Name));
        if id.is_empty() {
            wrong.push("the cell `student` is empty: it needs the identifier that the LMS gives".to_owned());
        }
        if !email.is_empty() && !is_email(email) {
            wrong.push(format!("`{}` is not an e-mail address", short(email)));
        }
        let excused = values::yes(cell(RosterColumn::Excused)).unwrap_or_else(|why| {
            wrong.push(format!("excused `{}`: {why}", short(cell(RosterColumn::Excused))));
            false
        });
        if identifier::is_shortened(id) {
            wrong.push(format!(
                "student `{}`: a spreadsheet has shortened this identifier: format the column as text, and write it again",
                short(id)
            ));
        }
        let extension = match cell(RosterColumn::Extension) {
            "" => None,
            text => Extension::read(text)
                .map_err(|why| wrong.push(format!("extension `{}`: {why}", short(text))))
                .ok(),
        };
        let known: Vec<&str> = self.labs.iter().map(|lab| lab.id.as_str()).collect();
        let labs = values::labs(cell(RosterColumn::Labs), &known).unwrap_or_else(|unknown| {
            wrong.extend(unknown);
            None
        });
        let uses = values::uses(cell(RosterColumn::Use), self.labs).unwrap_or_else(|mistakes| {
            wrong.extend(mistakes);
            BTreeMap::new()
        });
        let skip = values::skip(cell(RosterColumn::Skip), self.labs).unwrap_or_else(|mistakes| {
            wrong.extend(mistakes);
            Vec::new()
        });
        let mut named = |column| {
            let region = Some(cell(column).to_lowercase()).filter(|r| !r.is_empty());
            if let Some(Err(error)) = region.as_deref().map(regions::check) {
                wrong.push(short(&error.to_string()));
            }
            region
        };
        let region = named(RosterColumn::Region);
        let regions = self.labs.iter().enumerate();
        let regions: BTreeMap<String, String> = regions
            .filter_map(|(place, lab)| Some((lab.id.clone(), named(RosterColumn::RegionOf(place))?)))
            .collect();
        let (account, access) = if excused {
            let given = GIVEN.iter().any(|column| !cell(*column).is_empty());
            if given && !group.is_empty() {
                wrong.push(format!(
                    "who is excused gives no account: write that of group `{}` in the line of another member",
                    short(group)
                ));
            }
            (None, Access::Nothing)
        } else {
            let some = region.as_ref().or(regions.values().next());
            self.access(row, some.map(String::as_str), &mut wrong)
        };
        let alone = (row.line, "");
        self.unique("student", id, alone, &mut wrong);
        self.spelled_once(id, row.line, &mut wrong);
        self.unique("e-mail address", email, alone, &mut wrong);
        if !excused {
            let place = (row.line, group);
            self.unique("account", account.as_deref().unwrap_or_default(), place, &mut wrong);
            match &access {
                Access::Profile(profile) => self.unique("profile", profile, place, &mut wrong),
                // The key's id would say whose it is; the file's name is enough to find it.
                Access::Keys(keys) => self.unique("access key", &keys.access_key_id, place, &mut wrong),
                Access::Role { .. } | Access::Awaited(_) | Access::Nothing => {}
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Entry {
            student: Student {
                id: id.to_owned(),
                name: name.to_owned(),
                email: email.to_owned(),
                excused,
                not_handed_in: !excused && matches!(access, Access::Awaited(_) | Access::Nothing),
                group: Some(group.to_owned()).filter(|group| !group.is_empty()),
                extension,
                labs,
            },
            region,
            regions,
            uses,
            skip,
            account,
            access,
            line: row.line,
        })
    }

    /// The account that is promised, and the way into it.
    fn access(&mut self, row: &RosterRow, region: Option<&str>, wrong: &mut Vec<String>) -> (Option<String>, Access) {
        let cell = |column| self.columns.of(&row.cells, column);
        let promised = match cell(RosterColumn::Account) {
            "" => None,
            text => match values::account(text) {
                Ok((account, completed)) => {
                    if completed {
                        self.completed.push((row.line, account.clone()));
                    }
                    Some(account)
                }
                Err(why) => {
                    wrong.push(format!("account `{}`: {why}", short(text)));
                    None
                }
            },
        };
        let ways = [
            ("role_arn", cell(RosterColumn::RoleArn)),
            ("profile", cell(RosterColumn::Profile)),
            ("credentials", cell(RosterColumn::Credentials)),
        ];
        let given: Vec<(&str, &str)> = ways.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        match (given.as_slice(), promised) {
            ([("role_arn", arn)], promised) => match values::role(arn) {
                Ok(account) => {
                    if let Some(promised) = promised.filter(|p| *p != account) {
                        wrong.push(format!(
                            "the role belongs to account {account}, but the cell `account` says {promised}"
                        ));
                    }
                    let arn = (*arn).to_owned();
                    (Some(account), Access::Role { arn })
                }
                Err(why) => {
                    wrong.push(format!("role_arn `{}`: {why}", short(arn)));
                    (None, Access::Nothing)
                }
            },
            ([("profile", profile)], promised) => (promised, Access::Profile((*profile).to_owned())),
            ([(_, file)], promised) => {
                let folder = self.file.parent().unwrap_or(Path::new(""));
                match credentials::read(folder, file) {
                    Ok(keys) => {
                        if private::is_open_to_others(&folder.join(file)) {
                            self.open_to_others.push(short(file));
                        }
                        (promised, Access::Keys(keys))
                    }
                    Err(CredentialsError::Missing) => (promised, Access::Awaited((*file).to_owned())),
                    Err(why) => {
                        wrong.push(format!("credentials `{}`: {why}", short(file)));
                        (None, Access::Nothing)
                    }
                }
            }
            ([], Some(account)) => {
                let partition = region.map_or(self.partition, |region| Partition::of_region(region).id);
                let arn = format!("arn:{partition}:iam::{account}:role/{ROLE_NAME}");
                (Some(account), Access::Role { arn })
            }
            // Whoever has given nothing yet keeps nobody else from being graded.
            ([], None) => (None, Access::Nothing),
            (several, _) => {
                let names: Vec<&str> = several.iter().map(|(name, _)| *name).collect();
                wrong.push(format!("it gives {}: keep only one of them", names.join(" and ")));
                (None, Access::Nothing)
            }
        }
    }

    /// Says when an earlier line, not of the same group, has the same `what`. Case makes no difference.
    fn unique(&mut self, what: &'static str, value: &str, place: (u64, &str), wrong: &mut Vec<String>) {
        if value.is_empty() {
            return;
        }
        let (line, group) = (place.0, identifier::bare(place.1));
        let here = (line, group.clone());
        let (first, other) = self.taken.entry((what, value.to_lowercase())).or_insert(here);
        let is_theirs_too = !group.is_empty() && *other == group;
        if *first == line || is_theirs_too {
            return;
        }
        let which = if what == "access key" {
            String::new()
        } else {
            format!(" `{}`", short(value))
        };
        let hint = match what {
            "account" | "profile" | "access key" => ": if they work in one account, write the same `group` in both",
            _ => "",
        };
        wrong.push(format!("line {first} has the same {what}{which}{hint}"));
    }

    /// Says when an earlier line has the same student under another spelling. That of another case is [`RosterReader::unique`]'s.
    fn spelled_once(&mut self, id: &str, line: u64, wrong: &mut Vec<String>) {
        if id.is_empty() {
            return;
        }
        let here = (line, id.to_owned());
        let (first, other) = self.spelled.entry(identifier::bare(id)).or_insert(here);
        if *first != line && other.to_lowercase() != id.to_lowercase() {
            wrong.push(format!(
                "the student `{}` differs from `{}` of line {first} only in leading zeros, case or spaces: are they the \
                 same person? Keep one line, with the identifier as the LMS has it, in a column formatted as text",
                short(id),
                short(other)
            ));
        }
    }

    /// What is no mistake, but should be known.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.completed.is_empty() {
            let list = self
                .completed
                .iter()
                .map(|(line, account)| format!("{account} (line {line})"));
            notes.push(format!(
                "account numbers with fewer than 12 digits were read with zeros in front, which spreadsheets drop: {}",
                some(list)
            ));
        }
        if !self.open_to_others.is_empty() {
            notes.push(format!(
                "other users of this computer may read credentials: {}; `chmod 600` makes a file private",
                some(self.open_to_others.iter().cloned())
            ));
        }
        notes
    }
}

/// The first of a list.
fn some(list: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 5;
    let more = list.len().saturating_sub(SHOWN);
    let shown = list.take(SHOWN).collect::<Vec<_>>().join(", ");
    if more == 0 {
        shown
    } else {
        format!("{shown} and {more} more")
    }
}
