//! What is still to be graded: who has no report, who asked for another, and whose report rests on what the roster does
//! not say any more. What stays has to be judged by the same rules as what is added.

use super::folder::{ClassFolder, FolderError};
use super::grade::{Task, Work};
use super::premises::{LabRules, Premises};
use super::roster::{Entry, Roster};
use super::{Student, identifier};
use crate::course::{CourseFiles, Lab};
use crate::judge::{Evidence, Options};
use crate::report::Report;
use std::collections::BTreeMap;

/// What is asked for.
pub struct Asked<'a, 's> {
    /// The labs.
    pub labs: &'s [&'a Lab],
    /// Who, and how they are reached.
    pub roster: &'s Roster,
    /// The course.
    pub files: &'s CourseFiles,
    /// The region for whom the roster names none.
    pub region: Option<&'s str>,
    /// What is judged of everyone.
    pub options: Options,
    /// Only these students; all when empty.
    pub only: &'s [String],
    /// When the run began, RFC 3339 in UTC: what is newer was made by it.
    pub since: &'s str,
    /// Which of the reports are made again.
    pub again: &'s dyn Fn(&Report) -> bool,
}

/// What to do, and what the professor should know first.
#[derive(Default)]
pub struct Due<'a> {
    /// Who to grade, in which labs.
    pub work: Vec<Work<'a>>,
    /// Reports that are made again because of a correction: the student, the lab, and what was corrected.
    pub corrected: Vec<(String, String, String)>,
    /// Runs that are copied to a student who has joined a graded group: from whom, to whom, and in which lab.
    pub shared: Vec<(&'a Student, &'a Student, String)>,
    /// Students who were graded before, and for whom the roster now has no account, or another one without keys.
    pub withdrawn: Vec<String>,
    /// Reports that stay beside new ones, although they were judged by other rules: how many of each lab, and by which.
    pub mixed: BTreeMap<(String, LabRules), usize>,
}

impl<'a> Due<'a> {
    /// What to do in a class's folder.
    ///
    /// # Errors
    /// When a file of the folder cannot be read.
    pub fn of(folder: &'a ClassFolder, asked: &Asked<'a, '_>) -> Result<Self, FolderError> {
        let entries: BTreeMap<&str, &Entry> = asked
            .roster
            .students
            .iter()
            .map(|e| (e.student.id.as_str(), e))
            .collect();
        let rules: BTreeMap<&str, LabRules> = asked
            .labs
            .iter()
            .map(|lab| (lab.id.as_str(), LabRules::now(asked.files, &lab.id)))
            .collect();
        let mut due = Self::default();
        let class = folder.class();
        for student in class.students.iter().filter(|student| student.not_handed_in) {
            let before = asked.labs.iter().map(|lab| folder.report(student, &lab.id));
            let before: Vec<_> = before.collect::<Result<_, _>>()?;
            due.withdrawn
                .extend(before.iter().any(Option::is_some).then(|| student.id.clone()));
        }
        for unit in class.by_account() {
            let student = unit[0];
            // A file with keys may be put away once its account is graded.
            let Some(entry) = entries.get(student.id.as_str()).filter(|entry| entry.is_open()) else {
                continue;
            };
            let named = asked.only.is_empty() || unit.iter().any(|student| asked.only.contains(&student.id));
            let mut tasks = Vec::new();
            for lab in asked.labs {
                let options = entry.options(lab, &asked.options);
                let premises = Premises::of(entry, lab, rules[lab.id.as_str()].clone(), asked.region, options);
                let takers: Vec<&Student> = unit.iter().copied().filter(|one| one.takes(&lab.id)).collect();
                if !takers.is_empty() && !due.unit_stays(folder, &takers, named, &premises, (asked, *lab))? {
                    tasks.push(Task { lab, premises });
                }
            }
            if !tasks.is_empty() {
                due.work.push(Work { student, tasks });
            }
        }
        // Where nothing is added, nothing is mixed.
        let work = &due.work;
        due.mixed.retain(|(lab, _), _| {
            work.iter()
                .any(|work| work.tasks.iter().any(|task| task.lab.id == *lab))
        });
        Ok(due)
    }

    /// Whether the reports of all who share an account stay as they are. Whoever has joined them gets theirs.
    fn unit_stays(
        &mut self,
        folder: &'a ClassFolder,
        takers: &[&'a Student],
        named: bool,
        premises: &Premises,
        (asked, lab): (&Asked<'a, '_>, &Lab),
    ) -> Result<bool, FolderError> {
        let (mut graded, mut lacking, mut stay) = (None, Vec::new(), true);
        for student in takers {
            match folder.report(student, &lab.id)? {
                None => lacking.push(*student),
                Some(report) => {
                    graded = graded.or(Some(*student));
                    stay &= self.stays(folder, student, named, &report, premises, asked)?;
                }
            }
        }
        let Some(graded) = graded else {
            return Ok(!named);
        };
        if stay && named {
            let shared = lacking.into_iter().map(|joined| (graded, joined, lab.id.clone()));
            self.shared.extend(shared);
        }
        Ok(stay)
    }

    /// Whether a report stays as it is.
    fn stays(
        &mut self,
        folder: &ClassFolder,
        student: &Student,
        named: bool,
        report: &Report,
        now: &Premises,
        asked: &Asked<'_, '_>,
    ) -> Result<bool, FolderError> {
        let before = match folder.premises(student, report)? {
            Some(before) => Some(before),
            None => remembered(folder, student, report)?,
        };
        let corrected = now.corrected(report, before.as_ref());
        if named && !corrected.is_empty() {
            self.corrected
                .push((student.id.clone(), report.lab.clone(), corrected.join(", ")));
            return Ok(false);
        }
        // This very run has been cut off, and had come by here.
        if named && report.started.as_str() < asked.since && (asked.again)(report) {
            return Ok(false);
        }
        let rules = before.map_or_else(|| LabRules::of(report), |before| before.rules);
        if rules.differ(&now.rules) {
            *self.mixed.entry((report.lab.clone(), rules)).or_default() += 1;
        }
        Ok(true)
    }
}

/// What a run of an earlier version rested on, as far as its evidence says so.
fn remembered(folder: &ClassFolder, student: &Student, report: &Report) -> Result<Option<Premises>, FolderError> {
    let evidence = folder.evidence::<Evidence>(student, report);
    // Files of such a version may lack what this one reads: then what the report says has to be enough.
    let Ok(Some(evidence)) = evidence else {
        return Ok(None);
    };
    // Of an account that could not be opened it did not note what was asked for.
    if evidence.unreachable.is_some() && evidence.options == Options::default() {
        return Ok(None);
    }
    Ok(Some(Premises {
        rules: LabRules::of(report),
        options: evidence.options,
        ..Premises::default()
    }))
}

/// Students of a roster whom the class's folder knows under another spelling: graded, each would be there twice.
pub fn respelled(folder: &ClassFolder, roster: &Roster) -> Vec<identifier::Respelled> {
    let now = roster.students.iter().map(|e| e.student.id.as_str());
    identifier::respelled(now, folder.class().students.iter().map(|s| s.id.as_str()))
}
