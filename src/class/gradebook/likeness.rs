//! How much a column's title is like a lab's names: without spaces, hyphens, case and accents, by the guide's own names.

use super::words::{bare, fold};
use crate::class::LabSummary;

/// A shorter name is a part of too many others.
const SHORTEST: usize = 4;

/// How much a column's title is like a lab's: equal to one of its names 5, contains its title 4, a name of the guide 3, its
/// id 2, its number 1.
pub fn likeness(lab: &LabSummary, title: &str) -> u8 {
    let column = bare(title);
    let has = |name: &str| bare(name).len() >= SHORTEST && column.contains(&bare(name));
    let (numbers, names): (Vec<&String>, Vec<&String>) = lab.names.iter().partition(|name| is_number(name));
    let all = || {
        std::iter::once(&lab.id)
            .chain(std::iter::once(&lab.title))
            .chain(&lab.names)
    };
    match () {
        () if column.is_empty() => 0,
        () if all().any(|name| bare(name) == column) => 5,
        () if has(&lab.title) => 4,
        () if names.iter().any(|name| has(name)) => 3,
        () if has(&lab.id) => 2,
        () if numbers.iter().any(|name| numbered(&column, &bare(name))) => 1,
        () => 0,
    }
}

/// The lab that a title is most like, if it is like any.
pub fn clearest<'l>(labs: &'l [LabSummary], title: &str) -> Option<&'l LabSummary> {
    labs.iter()
        .filter(|lab| likeness(lab, title) > 0)
        .max_by_key(|lab| likeness(lab, title))
}

/// The place of the title that is nearest to one of a lab's names, where one is near, and how near.
pub fn nearest<'t>(lab: &LabSummary, titles: impl Iterator<Item = (usize, &'t str)>) -> Option<(usize, f64)> {
    const NEAR: f64 = 0.85;
    let near = |title: &str| {
        // What kind of activity it is stands before a colon.
        let own = fold(title.rsplit(':').next().unwrap_or(title));
        let names = std::iter::once(&lab.id)
            .chain(std::iter::once(&lab.title))
            .chain(&lab.names);
        let names = names.filter(|name| !is_number(name));
        names
            .map(|name| strsim::jaro_winkler(&bare(name), &bare(&own)))
            .fold(0.0, f64::max)
    };
    let rated = titles
        .map(|(place, title)| (place, near(title)))
        .filter(|(_, near)| *near > NEAR);
    rated.max_by(|a, b| a.1.total_cmp(&b.1))
}

/// `Lab 1`
fn is_number(name: &str) -> bool {
    name.ends_with(|c: char| c.is_ascii_digit())
}

/// Whether `column` has `name` in it, which ends with a number: `lab1` is not in `lab12`.
fn numbered(column: &str, name: &str) -> bool {
    column.match_indices(name).any(|(at, _)| {
        let after = column[at + name.len()..].chars().next();
        !after.is_some_and(|c| c.is_ascii_digit())
    })
}
