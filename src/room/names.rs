//! What the accounts of a room are called on its page.

use crate::class::{Class, Student};
use crate::report::text::cut;

/// The longest name on the page.
const MAX_NAME: usize = 40;

/// How an account is named, and how its row is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its number on the page.
    pub number: usize,
    /// The name: the student's, the group's, or a pseudonym.
    pub name: String,
    /// The student's id, where it is no other name; nothing under a pseudonym.
    pub id: Option<String>,
    /// The page with the report, below `students/`; nothing under a pseudonym.
    pub page: Option<String>,
}

/// The names of accounts, each with those who share it. With `pseudonyms` nothing else is said of anybody, and the numbers follow
/// those and not the roster.
pub fn names(class: &Class, units: &[Vec<&Student>], pseudonyms: Option<&[String]>) -> Vec<Named> {
    match pseudonyms {
        Some(pseudonyms) => {
            let mut order: Vec<usize> = (0..pseudonyms.len()).collect();
            order.sort_by_key(|at| &pseudonyms[*at]);
            let number = |at: usize| order.iter().position(|other| *other == at).map_or(0, |place| place + 1);
            let named = pseudonyms.iter().enumerate().map(|(at, name)| Named {
                number: number(at),
                name: name.clone(),
                id: None,
                page: None,
            });
            named.collect()
        }
        None => {
            let place = |student: &Student| class.students.iter().position(|one| one.id == student.id);
            let named = units.iter().map(|unit| {
                let first = unit[0];
                let number = unit
                    .iter()
                    .filter_map(|one| place(one))
                    .min()
                    .map_or(0, |place| place + 1);
                let name = match &first.group {
                    Some(group) if unit.len() > 1 => format!("group {group}"),
                    _ if first.name.trim().is_empty() => first.id.clone(),
                    _ => first.name.trim().to_owned(),
                };
                Named {
                    number,
                    id: (name != first.id).then(|| cut(&first.id, MAX_NAME)),
                    name: cut(&name, MAX_NAME),
                    page: Some(crate::class::pages::student_file(first)),
                }
            });
            named.collect()
        }
    }
}
