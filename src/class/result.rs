//! What a student has in a lab: the run that counts, how it stands to the deadline, and what the professor says of it.

use super::gradebook::number::Decimal;
use super::late::{Lateness, Reckoning, counted_points};
use super::{Adjusted, Adjustment, LabSummary, Student};
use crate::report::Report;

/// One student's result in one lab.
#[derive(Debug, Clone, PartialEq)]
pub struct Grade<'a> {
    /// Who.
    pub student: &'a Student,
    /// In what.
    pub lab: &'a LabSummary,
    /// The run that counts. `None`: excused, not in this lab, or not graded yet.
    pub report: Option<Report>,
    /// How many runs there are.
    pub runs: usize,
    /// Whether the work that it saw was done in time; nothing where the class has no deadline.
    pub lateness: Option<Lateness>,
    /// What the professor says of it.
    pub adjustment: Option<&'a Adjustment>,
}

impl Grade<'_> {
    /// Whether the work is known to be late.
    pub fn is_late(&self) -> bool {
        self.lateness.as_ref().is_some_and(Lateness::is_late)
    }

    /// The points that were earned, without what is taken off for late work.
    pub fn earned(&self) -> Decimal {
        let report = self.report.as_ref();
        report.map_or(Decimal::ZERO, |report| counted_points(report, self.lateness.as_ref()))
    }

    /// Whether the work was done in time, in a sentence; nothing where there is no deadline or no run.
    pub fn late_text(&self) -> Option<String> {
        let possible = self.report.as_ref()?.points.possible;
        let reckoning = match (self.adjusted(), self.points()) {
            (Some(_), _) => Reckoning::None,
            (None, Some(points)) => Reckoning::Of(points, possible),
            (None, None) => Reckoning::Percent,
        };
        let lateness = self.lateness.as_ref().filter(|lateness| !lateness.is_void())?;
        Some(lateness.text(reckoning))
    }

    /// The grade that the professor puts in place of the one that was judged.
    pub fn adjusted(&self) -> Option<Adjusted> {
        self.adjustment.and_then(|adjustment| adjustment.adjusted)
    }

    /// The points to be earned: those that were judged, or all of the lab where there is no run.
    pub fn possible(&self) -> u32 {
        self.report.as_ref().map_or(self.lab.possible, |r| r.points.possible)
    }

    /// What of the lab was left out on purpose, in words; nothing where all of it was judged.
    pub fn left_out(&self) -> Option<String> {
        let report = self.report.as_ref()?;
        let steps: Vec<&str> = report.left_out.iter().map(|left| left.step.as_str()).collect();
        (!steps.is_empty()).then(|| steps.join(", "))
    }

    /// The points, where they are known: none while a point hangs on something unknown.
    pub fn points(&self) -> Option<u32> {
        let report = self.report.as_ref()?;
        (!report.is_unsettled()).then_some(report.points.earned)
    }
}
