//! Students who work in one account: what one of a group gives is the way in for all of it.

use super::entry::{Access, Entry};
use super::mistakes::{Problem, short};
use crate::class::identifier;
use indexmap::IndexMap;

/// Gives each member of a group what the others have of it: the way in, the account, region and resources. Says where two
/// members disagree.
pub(super) fn share(entries: &mut [Entry]) -> Vec<Problem> {
    let mut groups: IndexMap<String, Vec<usize>> = IndexMap::new();
    for (place, entry) in entries.iter().enumerate() {
        if let (Some(group), false) = (&entry.student.group, entry.student.excused) {
            groups.entry(identifier::bare(group)).or_default().push(place);
        }
    }
    let mut problems = Vec::new();
    for members in groups.values() {
        let whole = whole(entries, members, &mut problems);
        for &place in members {
            let entry = &mut entries[place];
            entry.student.group = whole.student.group.clone();
            entry.student.not_handed_in = whole.student.not_handed_in;
            entry.access = whole.access.clone();
            entry.account = whole.account.clone();
            entry.region = whole.region.clone();
            entry.regions = whole.regions.clone();
            entry.uses = whole.uses.clone();
        }
    }
    problems
}

/// What the members of a group say together.
fn whole(entries: &[Entry], members: &[usize], problems: &mut Vec<Problem>) -> Entry {
    let all = || members.iter().map(|&place| &entries[place]);
    let awaited = |entry: &&Entry| matches!(entry.access, Access::Awaited(_));
    let holder = all().find(|entry| entry.is_open()).or_else(|| all().find(awaited));
    let holder = holder.unwrap_or(&entries[members[0]]);
    let mut whole = holder.clone();
    whole.student.group = entries[members[0]].student.group.clone();
    let mut disagree = |entry: &Entry, first: u64, what: &str| {
        let group = short(entry.student.group.as_deref().unwrap_or_default());
        problems.push(Problem {
            line: Some(entry.line),
            reason: format!(
                "group `{group}` has one account, but this line and line {first} give two {what}: keep one, on the line of one \
                 member"
            ),
        });
    };
    for entry in all() {
        if entry.is_open() && !is_same(entry, holder) {
            disagree(entry, holder.line, "ways in");
        }
    }
    // Any member's line may say where they work, and with what.
    let mut said: [u64; 3] = [holder.line; 3];
    for entry in all() {
        let own = [
            entry.region.is_some(),
            !entry.regions.is_empty(),
            !entry.uses.is_empty(),
        ];
        let differs = [
            entry.region != whole.region,
            entry.regions != whole.regions,
            entry.uses != whole.uses,
        ];
        let open = [whole.region.is_none(), whole.regions.is_empty(), whole.uses.is_empty()];
        for (n, what) in ["regions", "regions of a lab", "cells `use`"].into_iter().enumerate() {
            if !own[n] || !differs[n] {
                continue;
            }
            if !open[n] {
                disagree(entry, said[n], what);
                continue;
            }
            said[n] = entry.line;
            match n {
                0 => whole.region = entry.region.clone(),
                1 => whole.regions = entry.regions.clone(),
                _ => whole.uses = entry.uses.clone(),
            }
        }
    }
    whole
}

/// Whether two lines open the same account, as far as they say.
fn is_same(one: &Entry, other: &Entry) -> bool {
    if one.account.is_some() && one.account == other.account {
        return true;
    }
    match (&one.access, &other.access) {
        (Access::Role { arn }, Access::Role { arn: other }) => arn == other,
        (Access::Profile(name), Access::Profile(other)) => name == other,
        (Access::Keys(keys), Access::Keys(other)) => keys.access_key_id == other.access_key_id,
        _ => false,
    }
}
