//! The columns of a roster, found by their names.

use super::lab_names::LabNames;
use super::mistakes::{Problem, short};
use crate::course::UnknownName;
use csv::StringRecord;

/// What a roster can say of a student.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RosterColumn {
    Student,
    Name,
    Email,
    RoleArn,
    Profile,
    Credentials,
    Account,
    Region,
    /// The region of one lab, by its place in the course.
    RegionOf(usize),
    Use,
    Skip,
    Labs,
    Group,
    Extension,
    Excused,
}

pub(super) const COLUMNS: &[(&str, RosterColumn)] = &[
    ("student", RosterColumn::Student),
    ("name", RosterColumn::Name),
    ("email", RosterColumn::Email),
    ("role_arn", RosterColumn::RoleArn),
    ("profile", RosterColumn::Profile),
    ("credentials", RosterColumn::Credentials),
    ("account", RosterColumn::Account),
    ("region", RosterColumn::Region),
    ("use", RosterColumn::Use),
    ("skip", RosterColumn::Skip),
    ("labs", RosterColumn::Labs),
    ("group", RosterColumn::Group),
    ("extension", RosterColumn::Extension),
    ("excused", RosterColumn::Excused),
];

/// Where each column is.
#[derive(Debug)]
pub(super) struct Columns {
    places: Vec<Option<RosterColumn>>,
}

/// The column that a header's cell names: `Role ARN` and `e-mail` are what they look like.
fn named(cell: &str) -> Option<RosterColumn> {
    let bare = bare(cell);
    COLUMNS
        .iter()
        .find(|(name, _)| self::bare(name) == bare)
        .map(|(_, c)| *c)
}

fn bare(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many columns a header names.
pub(super) fn known(header: &StringRecord) -> usize {
    header.iter().filter(|cell| named(cell).is_some()).count()
}

/// The lab whose region a header's cell names: `region.datastream`, `Region: datastream`. Nothing where it is about no
/// lab; an error where it means one that is not there.
fn region_of(cell: &str, labs: &[LabNames]) -> Option<Result<RosterColumn, UnknownName>> {
    let rest = bare(cell).strip_prefix("region").map(str::to_owned)?;
    if let Some(place) = labs.iter().position(|lab| bare(&lab.id) == rest) {
        return Some(Ok(RosterColumn::RegionOf(place)));
    }
    // `Region name` may be a column of somebody's own; with such a sign between them it is a slip.
    let (before, lab) = cell.split_once(['.', ':'])?;
    let ids = labs.iter().map(|lab| lab.id.as_str());
    (bare(before) == "region").then(|| Err(UnknownName::new("lab", &short(lab.trim()), ids)))
}

/// The column that identifies students in Canvas's gradebook, where the header is one: there `Student` is their name.
fn canvas(header: &StringRecord) -> Option<&str> {
    if header.iter().any(|cell| named(cell) == Some(RosterColumn::Name)) {
        return None;
    }
    let find = |name: &str| {
        header
            .iter()
            .map(str::trim)
            .find(|cell| cell.eq_ignore_ascii_case(name))
    };
    let whole = find("ID").filter(|_| find("Section").is_some());
    find("SIS Login ID").or(find("SIS User ID")).or(whole)
}

/// A name that differs from a column's by a slip of the finger. What an LMS exports beside (`Surname`, `Section`,
/// `Email address`) is further away.
fn slip(cell: &str) -> Option<&'static str> {
    let bare = bare(cell);
    let near = COLUMNS.iter().map(|(name, _)| {
        let name_bare = self::bare(name);
        // A name of three letters is near to many others: `user`, `used`.
        let allowed = match name_bare.len() {
            ..=3 => 0,
            4..=5 => 1,
            _ => 2,
        };
        (strsim::damerau_levenshtein(&bare, &name_bare), allowed, *name)
    });
    near.filter(|(distance, allowed, _)| distance <= allowed)
        .min_by_key(|(distance, ..)| *distance)
        .map(|(.., name)| name)
}

impl Columns {
    /// Reads a header; says what is not used.
    pub fn read(
        line: u64,
        header: &StringRecord,
        labs: &[LabNames],
        notes: &mut Vec<String>,
    ) -> Result<Self, Vec<Problem>> {
        let (mut problems, mut unused) = (Vec::new(), Vec::new());
        let mut places: Vec<Option<RosterColumn>> = Vec::new();
        for cell in header {
            let cell = cell.trim().trim_matches('\u{feff}').trim();
            let region = region_of(cell, labs);
            let column = named(cell).or(region.as_ref().and_then(|region| region.as_ref().ok().copied()));
            let taken = column.is_some_and(|c| places.contains(&Some(c)));
            let mut problem = |reason: String| {
                problems.push(Problem {
                    line: Some(line),
                    reason,
                })
            };
            if taken {
                problem(format!("the header has the column `{}` twice", short(cell)));
            } else if let Some(Err(unknown)) = region {
                problem(format!("column `{}`: {unknown}", short(cell)));
            } else if let (Some(RosterColumn::Student), Some(identifier)) = (column, canvas(header)) {
                let identifier = short(identifier);
                problem(format!(
                    "in Canvas's gradebook `{}` holds names, which do not identify students: call that column `name`, and call \
                     `{identifier}` `student`. If it does hold identifiers, call `{identifier}` `x-{identifier}`",
                    short(cell)
                ));
            } else if column.is_none() && !cell.is_empty() && !cell.to_lowercase().starts_with("x-") {
                // A long cell is no slip, and measuring it takes long.
                match slip(&cell.chars().take(40).collect::<String>()) {
                    Some(near) => problem(format!(
                        "there is no column `{}`: did you mean `{near}`? (one of your own: call it `x-{}`)",
                        short(cell),
                        short(cell)
                    )),
                    None => unused.push(format!("`{}`", short(cell))),
                }
            }
            places.push(column);
        }
        if !places.contains(&Some(RosterColumn::Student)) {
            let first = unused.iter().take(8).cloned().collect::<Vec<_>>();
            let seen = if first.is_empty() {
                String::new()
            } else {
                format!("; it has {}", first.join(", "))
            };
            problems.push(Problem {
                line: Some(line),
                reason: format!("the header has no column `student`, the identifier that the LMS gives each{seen}"),
            });
        } else if !unused.is_empty() {
            let many = if unused.len() == 1 { "column is" } else { "columns are" };
            notes.push(format!("{} {many} not used: {}", unused.len(), unused.join(", ")));
        }
        if problems.is_empty() {
            Ok(Self { places })
        } else {
            Err(problems)
        }
    }

    /// Where a header has a column.
    pub fn place(header: &StringRecord, column: RosterColumn) -> Option<usize> {
        header.iter().position(|cell| named(cell) == Some(column))
    }

    /// A row's cell, without the space around it; empty where there is none.
    pub fn of<'r>(&self, row: &'r StringRecord, column: RosterColumn) -> &'r str {
        let place = self.places.iter().position(|c| *c == Some(column));
        place.and_then(|i| row.get(i)).unwrap_or_default().trim()
    }

    /// How many cells a row may have; more can only be empty.
    pub fn len(&self) -> usize {
        self.places.len()
    }
}
