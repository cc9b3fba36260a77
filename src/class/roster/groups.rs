//! Students who work in one account: what one of a group gives is the way in for all of it.

use super::entry::{Access, Entry};
use super::mistakes::{Problem, short};
use crate::class::{Student, identifier};
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
        let group = Group { entries, members };
        let whole = group.whole(&mut problems);
        for &place in members {
            let entry = &mut entries[place];
            let student = Student {
                group: whole.student.group.clone(),
                not_handed_in: whole.student.not_handed_in,
                ..entry.student.clone()
            };
            let line = entry.line;
            *entry = Entry {
                student,
                line,
                ..whole.clone()
            };
        }
    }
    problems
}

/// The members of one group.
struct Group<'g> {
    entries: &'g [Entry],
    members: &'g [usize],
}

impl<'g> Group<'g> {
    fn all(&self) -> impl Iterator<Item = &'g Entry> {
        self.members.iter().map(|&place| &self.entries[place])
    }

    /// What they say together.
    fn whole(&self, problems: &mut Vec<Problem>) -> Entry {
        let first = &self.entries[self.members[0]];
        let awaited = |entry: &&Entry| matches!(entry.access, Access::Awaited(_));
        let holder = self
            .all()
            .find(|entry| entry.is_open())
            .or_else(|| self.all().find(awaited));
        let holder = holder.unwrap_or(first);
        let other = self.all().filter(|entry| entry.is_open() && !is_same(entry, holder));
        problems.extend(other.map(|entry| disagree(entry, holder, "ways in")));
        let student = Student {
            group: first.student.group.clone(),
            ..holder.student.clone()
        };
        // Any member's line may say where they work, and with what.
        Entry {
            student,
            region: self.agreed(|entry| &entry.region, "regions", problems),
            regions: self.agreed(|entry| &entry.regions, "regions of a lab", problems),
            uses: self.agreed(|entry| &entry.uses, "cells `use`", problems),
            skip: self.agreed(|entry| &entry.skip, "cells `skip`", problems),
            ..holder.clone()
        }
    }

    /// What the members say of one thing: the first who says anything of it, and nobody else otherwise.
    fn agreed<T>(&self, of: fn(&Entry) -> &T, what: &str, problems: &mut Vec<Problem>) -> T
    where
        T: Clone + Default + PartialEq,
    {
        let nothing = T::default();
        let mut said = self.all().filter(|entry| *of(entry) != nothing);
        let Some(first) = said.next() else {
            return nothing;
        };
        let other = said.filter(|entry| of(entry) != of(first));
        problems.extend(other.map(|entry| disagree(entry, first, what)));
        of(first).clone()
    }
}

fn disagree(entry: &Entry, first: &Entry, what: &str) -> Problem {
    let group = short(entry.student.group.as_deref().unwrap_or_default());
    Problem {
        line: Some(entry.line),
        reason: format!(
            "group `{group}` has one account, but this line and line {} give two {what}: keep one, on the line of one member",
            first.line
        ),
    }
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
