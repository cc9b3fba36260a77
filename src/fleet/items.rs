//! The list of a run's students: who is asked for, and as the CSV file that the map reads.

use super::contract::StudentItem;
use crate::class::access::Secret;
use crate::class::grade::Work;
use crate::class::roster::{Access, Entry, Roster};
use crate::report::text::visible;
use std::collections::BTreeMap;

/// A roster with students that no function can reach.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct NotByRole(Vec<(u64, String, &'static str)>);

/// Students named in the message.
const FEW: usize = 5;

impl NotByRole {
    fn sentence(&self) -> String {
        let mut text =
            "--fleet reaches accounts by a role only: profiles and keys never leave this computer. Not by a role:"
                .to_owned();
        for (line, student, how) in self.0.iter().take(FEW) {
            text.push_str(&format!("\n  line {line}: {} ({how})", visible(student)));
        }
        if self.0.len() > FEW {
            text.push_str(&format!("\n  … and {} more", self.0.len() - FEW));
        }
        text.push_str("\nGive them a role (edemlab access link), or grade them without --fleet (--only STUDENT).");
        text
    }
}

/// Holds a roster against what a fleet can do: everyone who is `asked` for is reached by a role.
///
/// # Errors
/// When somebody is not.
pub fn by_role(roster: &Roster, asked: impl Fn(&str) -> bool) -> Result<(), NotByRole> {
    let others = roster
        .students
        .iter()
        .filter(|e| !e.student.excused && asked(&e.student.id));
    let others = others.filter_map(|entry| {
        let how = match entry.access {
            Access::Role { .. } => return None,
            Access::Profile(_) => "a profile",
            Access::Keys(_) => "keys that were handed in",
            // Nothing is asked of them.
            Access::Awaited(_) | Access::Nothing => return None,
        };
        Some((entry.line, entry.student.id.clone(), how))
    });
    let others: Vec<_> = others.collect();
    match others.is_empty() {
        true => Ok(()),
        false => Err(NotByRole(others)),
    }
}

/// The students that are still to be graded, as the function is told of them.
pub fn items(work: &[Work<'_>], roster: &Roster, secret: &Secret) -> Vec<StudentItem> {
    let entries: BTreeMap<&str, &Entry> = roster.students.iter().map(|e| (e.student.id.as_str(), e)).collect();
    let item = |work: &Work<'_>| {
        let entry = entries.get(work.student.id.as_str())?;
        let Access::Role { arn } = &entry.access else {
            return None;
        };
        let labs: Vec<&str> = work.tasks.iter().map(|task| task.lab.id.as_str()).collect();
        let pairs = |all: &BTreeMap<String, String>| {
            let pairs = all.iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join(" ")
        };
        Some(StudentItem {
            student: work.student.id.clone(),
            role_arn: arn.clone(),
            external_id: secret.external_id(&entry.invited_as()),
            region: entry.region.clone().unwrap_or_default(),
            regions: pairs(&entry.regions),
            uses: pairs(&entry.uses),
            skip: entry.skip.join(" "),
            account: entry.account.clone().unwrap_or_default(),
            labs: labs.join(" "),
        })
    };
    work.iter().filter_map(item).collect()
}

/// The CSV file, with a header.
pub fn csv(items: &[StudentItem]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for item in items {
        writer.serialize(item).expect("writing to memory");
    }
    writer.into_inner().expect("writing to memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the roster says of a student reaches the function through the CSV file.
    #[test]
    fn regions_and_resources_of_a_student_reach_the_function() {
        let item = StudentItem {
            student: "s001".to_owned(),
            role_arn: "arn:aws:iam::111122223333:role/edemlab-grader".to_owned(),
            external_id: "0f".to_owned(),
            region: String::new(),
            regions: "one=eu-west-1 two=us-west-2".to_owned(),
            uses: "one.role=mine stream=a=b".to_owned(),
            skip: "one.final extra".to_owned(),
            account: "111122223333".to_owned(),
            labs: "one two".to_owned(),
        };
        let text = csv(std::slice::from_ref(&item));
        let read: StudentItem = csv::Reader::from_reader(text.as_slice())
            .deserialize()
            .next()
            .unwrap()
            .unwrap();
        assert_eq!(read, item);
        let entry = crate::fleet::function::entry(&read);
        assert_eq!(
            (entry.region_of("one"), entry.region_of("two")),
            (Some("eu-west-1"), Some("us-west-2"))
        );
        assert_eq!(entry.uses["stream"], "a=b");
        assert_eq!(entry.uses["one.role"], "mine");
        assert_eq!(entry.skip, ["one.final", "extra"]);
    }
}
