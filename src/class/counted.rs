//! Which run of a student counts, and what the professor says of it.

use super::folder::{ClassFolder, FolderError};
use super::late::{Lateness, counted_points};
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
        self.grade_from(student, lab, counts, |_| true)
    }

    /// The same from some of the runs only.
    ///
    /// # Errors
    /// When a report cannot be read.
    pub fn grade_from<'a>(
        &'a self,
        student: &'a Student,
        lab: &'a LabSummary,
        counts: Counts,
        is_there: impl Fn(&Report) -> bool,
    ) -> Result<Grade<'a>, FolderError> {
        let mut grade = Grade {
            student,
            lab,
            report: None,
            runs: 0,
            lateness: None,
            adjustment: self.adjustments()?.of(student, lab),
        };
        if student.excused || student.not_handed_in || !student.takes(&lab.id) {
            return Ok(grade);
        }
        let mut runs = self.runs(student, &lab.id)?;
        runs.retain(is_there);
        grade.runs = runs.len();
        let is_late = |report: &Report| {
            let lateness = self.class().lateness(student, lab, report);
            lateness.is_some_and(|lateness| lateness.is_late())
        };
        match counts {
            // The ones before it are only asked what was there in time.
            Counts::Last if !runs.last().is_some_and(is_late) => drop(runs.drain(..runs.len().saturating_sub(1))),
            _ => self.retain_comparable(student, &mut runs)?,
        }
        let mut runs = self.dated(student, lab, runs);
        let counted = match counts {
            Counts::Last => runs.pop(),
            // A run that left something out is no better than a whole one. Of equal ones the first: it was there earlier.
            Counts::Best => runs.into_iter().rev().max_by_key(|(report, lateness)| {
                let left_out = std::cmp::Reverse(report.points_left_out());
                (left_out, counted_points(report, lateness.as_ref()))
            }),
            Counts::Deadline => runs
                .into_iter()
                .rfind(|(_, lateness)| lateness.as_ref().is_none_or(Lateness::is_in_time)),
        };
        if let Some((report, lateness)) = counted {
            grade.report = Some(report);
            grade.lateness = lateness;
        }
        Ok(grade)
    }

    /// Each run with how its work stands to the deadline. Late work never has less than an earlier run, of work in time, had.
    fn dated(&self, student: &Student, lab: &LabSummary, runs: Vec<Report>) -> Vec<(Report, Option<Lateness>)> {
        let mut dated: Vec<(Report, Option<Lateness>)> = Vec::new();
        for report in runs {
            let mut lateness = self.class().lateness(student, lab, &report);
            if let Some(late) = lateness.as_mut().filter(|lateness| lateness.is_late()) {
                let in_time = dated.iter().filter(|(earlier, of)| {
                    let is_alike = earlier.points.possible == report.points.possible;
                    is_alike && of.as_ref().is_some_and(Lateness::is_in_time)
                });
                in_time.for_each(|(earlier, _)| late.compare(&report, earlier));
            }
            dated.push((report, lateness));
        }
        dated
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
