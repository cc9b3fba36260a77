//! Accounts that share what should be each student's own. For the professor only: something to look at, from which nothing
//! follows by itself.
//!
//! Three things are told, each from what the reports say; members of one group share on purpose and are one here.
//!
//! - **One account.** Two students were graded in the same account. The roster refuses an account, a role, a profile and an access
//!   key that stand in two lines; what two different keys open is known only once they do. So no key is kept, and no digest of
//!   one: an access key holds its account's number, and of a digest somebody could find the key by trying.
//! - **A stranger.** Somebody of the same other account has changed what is graded in several accounts; or of the account of
//!   another student, where one is enough. An account that has done so for many is the school's own, through which all come in.
//! - **Code and names.** The same code, byte by byte, together with a name that few use. Identical code alone says nothing: a course
//!   hands code out. So does a name of the course's ([`Chosen::given_name`]), or one that many have. Both the code and a name have to
//!   be rare, in the same lab.

use super::{Class, Student};
use crate::course::Lab;
use crate::report::{Chosen, Report};
use std::collections::{BTreeMap, BTreeSet};

/// What more than this share of the class has is nothing odd: a third.
const COMMON: usize = 3;

/// Of a class that is too small for a share, as many as two may have it.
const FEW: usize = 2;

/// So many names are evidence enough.
const MAX_NAMES: usize = 6;

/// Notes which names are the lab's own: when a class is graded, since nothing else asks and it reads all texts of the lab.
pub fn note_given_names(lab: &Lab, report: &mut Report) {
    for chosen in report.resources.values_mut() {
        chosen.given_name = lab.gives_name(&chosen.name);
    }
}

/// Students whose accounts are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// The places of the students in the class.
    pub students: Vec<usize>,
    /// What they share, in a sentence without capital and stop.
    pub evidence: String,
}

/// Who has a thing, by place.
type Holders = BTreeSet<usize>;

/// What was gathered of a class, report by report.
#[derive(Debug)]
pub struct Gathered {
    /// For each student, the one that stands for them and their group.
    units: Vec<usize>,
    /// Who was graded at all.
    graded: Holders,
    accounts: BTreeMap<String, Holders>,
    /// By the other account: whom it has helped, with what.
    strangers: BTreeMap<String, BTreeMap<usize, BTreeSet<String>>>,
    /// By lab and digest.
    code: BTreeMap<(String, String), Holders>,
    /// By lab and name.
    names: BTreeMap<(String, String), Holders>,
}

impl Gathered {
    /// Nothing yet, of a class.
    pub fn of(class: &Class) -> Self {
        let same_group = |one: &Student, other: &Student| one.group.is_some() && one.group == other.group;
        let first = |place: usize, student: &Student| {
            let together = class.students.iter().position(|other| same_group(student, other));
            together.unwrap_or(place)
        };
        Self {
            units: class
                .students
                .iter()
                .enumerate()
                .map(|(place, student)| first(place, student))
                .collect(),
            graded: Holders::new(),
            accounts: BTreeMap::new(),
            strangers: BTreeMap::new(),
            code: BTreeMap::new(),
            names: BTreeMap::new(),
        }
    }

    /// Adds the report of the student at a place.
    pub fn add(&mut self, place: usize, report: &Report) {
        let unit = self.units[place];
        self.graded.insert(unit);
        if !report.account.is_empty() {
            self.accounts.entry(report.account.clone()).or_default().insert(unit);
        }
        for chosen in report.resources.values().filter(|one| one.is_made()) {
            self.add_resource(unit, &report.lab, chosen);
        }
    }

    fn add_resource(&mut self, unit: usize, lab: &str, chosen: &Chosen) {
        let in_lab = |what: &str| (lab.to_owned(), what.to_owned());
        if let Some(code) = &chosen.code {
            self.code.entry(in_lab(code)).or_default().insert(unit);
        }
        if !chosen.given_name {
            self.names.entry(in_lab(&chosen.name)).or_default().insert(unit);
        }
        for change in chosen.changes.iter().flatten() {
            let Some(account) = &change.account else {
                continue;
            };
            let helped = self
                .strangers
                .entry(account.clone())
                .or_default()
                .entry(unit)
                .or_default();
            helped.insert(format!("{} {}", chosen.noun, chosen.name));
        }
    }

    /// Whose accounts are alike.
    pub fn found(&self) -> Vec<Alike> {
        let mut found = self.in_one_account();
        found.extend(self.by_a_stranger());
        found.extend(self.by_code_and_names());
        found
    }

    /// Whether so few have something that it may say something.
    fn is_rare(&self, holders: usize) -> bool {
        holders <= (self.graded.len() / COMMON).max(FEW)
    }

    fn in_one_account(&self) -> Vec<Alike> {
        let shared = self.accounts.iter().filter(|(_, holders)| holders.len() > 1);
        let alike = shared.map(|(account, holders)| Alike {
            students: holders.iter().copied().collect(),
            evidence: format!("graded in the same account, {account}"),
        });
        alike.collect()
    }

    fn by_a_stranger(&self) -> Vec<Alike> {
        let mut found = Vec::new();
        for (account, helped) in &self.strangers {
            let whose = self.accounts.get(account).into_iter().flatten();
            let whose: Vec<usize> = whose.copied().filter(|unit| !helped.contains_key(unit)).collect();
            let several = helped.len() > 1 && self.is_rare(helped.len());
            if whose.is_empty() && !several {
                continue;
            }
            let things: BTreeSet<&str> = helped.values().flatten().map(String::as_str).collect();
            let of_student = if whose.is_empty() {
                ""
            } else {
                ", in which the first of these students works"
            };
            found.push(Alike {
                students: whose.iter().chain(helped.keys()).copied().collect(),
                evidence: format!(
                    "changed by somebody of account {account}{of_student}: {}",
                    few(things.into_iter())
                ),
            });
        }
        found
    }

    fn by_code_and_names(&self) -> Vec<Alike> {
        let rare = |holders: &Holders| holders.len() > 1 && self.is_rare(holders.len());
        let mut found: BTreeMap<(Vec<usize>, &str), BTreeSet<&str>> = BTreeMap::new();
        for ((lab, _), with_code) in self.code.iter().filter(|(_, holders)| rare(holders)) {
            for ((_, name), with_name) in self
                .names
                .iter()
                .filter(|((of, _), holders)| of == lab && rare(holders))
            {
                let both: Vec<usize> = with_code.intersection(with_name).copied().collect();
                if both.len() > 1 {
                    found.entry((both, lab)).or_default().insert(name);
                }
            }
        }
        let alike = found.into_iter().map(|((students, lab), names)| Alike {
            students,
            evidence: format!(
                "in {lab} the same code, byte by byte, and the same names, which few have: {}",
                few(names.into_iter())
            ),
        });
        alike.collect()
    }
}

fn few<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(MAX_NAMES);
    let shown: Vec<&str> = names.take(MAX_NAMES).collect();
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
