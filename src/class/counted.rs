//! Which run of a student counts, and what the professor says of it.

use super::folder::{ClassFolder, FolderError};
use super::{Counts, Grade, LabSummary, Student};
use crate::report::Report;

impl ClassFolder {
    /// Every student's grade in every lab, student by student. One report is in memory at a time.
    pub fn grades(&self, counts: Counts) -> impl Iterator<Item = Result<Grade<'_>, FolderError>> {
        let class = self.class();
        let pairs = class
            .students
            .iter()
            .flat_map(|student| class.labs.iter().map(move |lab| (student, lab)));
        pairs.map(move |(student, lab)| self.grade(student, lab, counts))
    }

    /// One student's grade in one lab.
    ///
    /// # Errors
    /// When a report cannot be read.
    pub fn grade<'a>(
        &'a self,
        student: &'a Student,
        lab: &'a LabSummary,
        counts: Counts,
    ) -> Result<Grade<'a>, FolderError> {
        let mut grade = Grade {
            student,
            lab,
            report: None,
            runs: 0,
            late: false,
            adjustment: self.adjustments()?.of(student, lab),
        };
        if student.excused || student.not_handed_in || !student.takes(&lab.id) {
            return Ok(grade);
        }
        let late = |report: &Report| self.class().is_late(report);
        let mut runs = self.runs(student, &lab.id)?;
        grade.runs = runs.len();
        if counts != Counts::Last {
            self.retain_comparable(student, &mut runs)?;
        }
        grade.report = match counts {
            Counts::Last => runs.pop(),
            // A run that left something out is no better than a whole one. Of equal ones the first: it was there earlier.
            Counts::Best => runs
                .into_iter()
                .rev()
                .max_by_key(|r| (std::cmp::Reverse(r.points_left_out()), r.points.earned)),
            Counts::Deadline => runs.into_iter().rfind(|r| !late(r)),
        };
        grade.late = grade.report.as_ref().is_some_and(late);
        Ok(grade)
    }

    /// A corrected roster corrects the grades: what was seen in another account is not theirs, and where steps are skipped now,
    /// a run that judged them is not the better one for it.
    fn retain_comparable(&self, student: &Student, runs: &mut Vec<Report>) -> Result<(), FolderError> {
        let Some(last) = runs.last() else {
            return Ok(());
        };
        let account = last.account.clone();
        let skipped = |run: &Report| -> Result<Option<Vec<String>>, FolderError> {
            let premises = self.premises(student, run)?;
            Ok(premises.map(|premises| premises.options.skip))
        };
        let skip = skipped(last)?;
        let mut comparable = Vec::new();
        for run in runs.drain(..) {
            let is_same = run.account == account || run.account.is_empty() || account.is_empty();
            // A run of an earlier version does not say what was skipped.
            let is_alike = skipped(&run)?.zip(skip.as_ref()).is_none_or(|(one, last)| one == *last);
            comparable.extend((is_same && is_alike).then_some(run));
        }
        *runs = comparable;
        Ok(())
    }
}
