//! Two gradings of a class, compared: who gained, who lost, and by which checks.

use super::Student;
use crate::report::{Report, Status};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The name and version of this format.
pub const SCHEMA: &str = "edemlab/diff/1";

/// The differences between two gradings.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Diff {
    /// Always `edemlab/diff/1`.
    pub schema: String,
    /// Lab by lab, in the order of the classes.
    pub labs: Vec<LabDiff>,
}

/// The differences in one lab.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct LabDiff {
    /// The lab's id.
    pub lab: String,
    /// How many students are graded before or after, by what changed for them.
    pub counts: IndexMap<GradeChange, usize>,
    /// Every student, in the order of the class.
    pub students: Vec<StudentDiff>,
    /// How many students a check turned for, from which status to which. In the order of the course.
    pub checks: Vec<CheckDiff>,
}

/// The differences for one student in one lab.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct StudentDiff {
    /// Their id.
    pub student: String,
    /// Their name.
    pub name: String,
    /// What changed.
    pub change: GradeChange,
    /// Their points before.
    pub before: Option<Score>,
    /// Their points after.
    pub after: Option<Score>,
    /// The checks with another status or other points.
    pub checks: Vec<Turn>,
}

/// What changed for a student. The order is that of the text.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum GradeChange {
    /// A greater share of the points.
    Gained,
    /// A smaller share of the points.
    Lost,
    /// Unknown before, known now.
    Known,
    /// Known before, unknown now; or unknown both times, with other points.
    Unknown,
    /// Not graded before.
    New,
    /// Not graded after.
    Gone,
    /// As before.
    Same,
}

/// Points.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Earned for certain.
    pub earned: u32,
    /// To be earned.
    pub possible: u32,
    /// Whether something could not be determined.
    pub unknown: bool,
    /// Points that were left out on purpose and are not in `possible`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_zero(points: &u32) -> bool {
    *points == 0
}

/// A check before and after.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Its id.
    pub check: String,
    /// Its status before; none where there was no such check.
    pub before: Option<Status>,
    /// Its status after; none where there is no such check any more.
    pub after: Option<Status>,
    /// Points gained, or lost where negative.
    pub points: i64,
}

/// A check that turned for some students.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct CheckDiff {
    /// Its id.
    pub check: String,
    /// Its status before.
    pub before: Option<Status>,
    /// Its status after.
    pub after: Option<Status>,
    /// For how many.
    pub students: usize,
}

/// Compares two gradings. Each gives a student's report in a lab once at most; one report of each is in memory as long as
/// it takes to read its points and the status of its checks.
pub fn compare(
    before: impl Iterator<Item = (Student, String, Report)>,
    after: impl Iterator<Item = (Student, String, Report)>,
) -> Diff {
    let mut labs: IndexMap<String, IndexMap<String, Pair>> = IndexMap::new();
    for (student, lab, report) in before {
        let pair = labs.entry(lab).or_default().entry(student.id).or_default();
        pair.name = student.name;
        pair.before = Some(Brief::of(&report));
    }
    for (student, lab, report) in after {
        let pair = labs.entry(lab).or_default().entry(student.id).or_default();
        pair.name = student.name;
        pair.after = Some(Brief::of(&report));
    }
    Diff {
        schema: SCHEMA.to_owned(),
        labs: labs
            .into_iter()
            .map(|(lab, students)| lab_diff(lab, students))
            .collect(),
    }
}

impl Diff {
    /// Whether anything changed.
    pub fn is_empty(&self) -> bool {
        let mut students = self.labs.iter().flat_map(|lab| &lab.students);
        students.all(|s| s.change == GradeChange::Same && s.checks.is_empty())
    }

    /// As JSON, on several lines.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain data")
    }
}

impl LabDiff {
    /// How many students have this change.
    pub fn count(&self, change: GradeChange) -> usize {
        self.counts.get(&change).copied().unwrap_or(0)
    }
}

#[derive(Default)]
struct Pair {
    name: String,
    before: Option<Brief>,
    after: Option<Brief>,
}

/// What a comparison needs of a report.
struct Brief {
    mark: Score,
    checks: IndexMap<String, (Status, u32)>,
}

impl Brief {
    fn of(report: &Report) -> Self {
        Self {
            mark: Score {
                earned: report.points.earned,
                possible: report.points.possible,
                unknown: report.is_unsettled(),
                left_out: report.points_left_out(),
            },
            checks: report
                .checks()
                .map(|(_, check)| (check.id.clone(), (check.status, check.points)))
                .collect(),
        }
    }
}

fn lab_diff(lab: String, students: IndexMap<String, Pair>) -> LabDiff {
    let all = [
        GradeChange::Gained,
        GradeChange::Lost,
        GradeChange::Known,
        GradeChange::Unknown,
        GradeChange::New,
        GradeChange::Gone,
        GradeChange::Same,
    ];
    let mut counts: IndexMap<GradeChange, usize> = all.into_iter().map(|change| (change, 0)).collect();
    // In the order of the course: the later grading's, then what only the earlier one has.
    let mut order: IndexMap<String, ()> = IndexMap::new();
    let briefs = students
        .values()
        .flat_map(|p| &p.after)
        .chain(students.values().flat_map(|p| &p.before));
    for check in briefs.flat_map(|brief| brief.checks.keys()) {
        if !order.contains_key(check) {
            order.insert(check.clone(), ());
        }
    }
    let students: Vec<StudentDiff> = students
        .into_iter()
        .map(|(id, pair)| student_diff(id, pair, &order))
        .collect();
    let mut turned: BTreeMap<(usize, Option<Status>, Option<Status>), usize> = BTreeMap::new();
    for student in &students {
        *counts.entry(student.change).or_default() += 1;
        for turn in student.checks.iter().filter(|turn| turn.before != turn.after) {
            let place = order.get_index_of(&turn.check).unwrap_or(usize::MAX);
            *turned.entry((place, turn.before, turn.after)).or_default() += 1;
        }
    }
    let mut turned: Vec<_> = turned.into_iter().collect();
    // Of one check the commonest first.
    turned.sort_by_key(|((place, ..), students)| (*place, std::cmp::Reverse(*students)));
    let checks = turned.into_iter().filter_map(|((place, before, after), students)| {
        let (check, ()) = order.get_index(place)?;
        Some(CheckDiff {
            check: check.clone(),
            before,
            after,
            students,
        })
    });
    LabDiff {
        lab,
        counts,
        checks: checks.collect(),
        students,
    }
}

fn student_diff(student: String, pair: Pair, order: &IndexMap<String, ()>) -> StudentDiff {
    let (before, after) = (pair.before.as_ref(), pair.after.as_ref());
    let checks = match (before, after) {
        (Some(before), Some(after)) => order.keys().filter_map(|check| turn(check, before, after)).collect(),
        _ => Vec::new(),
    };
    StudentDiff {
        student,
        name: pair.name,
        change: change(before.map(|b| b.mark), after.map(|a| a.mark)),
        before: before.map(|b| b.mark),
        after: after.map(|a| a.mark),
        checks,
    }
}

fn turn(check: &str, before: &Brief, after: &Brief) -> Option<Turn> {
    let (was, is) = (before.checks.get(check), after.checks.get(check));
    let points = |of: Option<&(Status, u32)>| of.map_or(0, |(_, points)| i64::from(*points));
    (was != is).then(|| Turn {
        check: check.to_owned(),
        before: was.map(|(status, _)| *status),
        after: is.map(|(status, _)| *status),
        points: points(is) - points(was),
    })
}

fn change(before: Option<Score>, after: Option<Score>) -> GradeChange {
    let (before, after) = match (before, after) {
        (None, _) => return GradeChange::New,
        (_, None) => return GradeChange::Gone,
        (Some(before), Some(after)) => (before, after),
    };
    let share = |mark: Score, other: Score| u64::from(mark.earned) * u64::from(other.possible.max(1));
    let order = share(after, before).cmp(&share(before, after));
    match (before.unknown, after.unknown, order) {
        (true, false, _) => GradeChange::Known,
        (false, true, _) => GradeChange::Unknown,
        (true, true, Ordering::Less | Ordering::Greater) => GradeChange::Unknown,
        (_, _, Ordering::Greater) => GradeChange::Gained,
        (_, _, Ordering::Less) => GradeChange::Lost,
        (_, _, Ordering::Equal) => GradeChange::Same,
    }
}
