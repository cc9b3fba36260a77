//! What a gradebook needs of a student's result in a lab.

use super::number::Decimal;
use super::{Extra, Options};
use crate::class::{Grade, LabSummary, Student};
use crate::report::{Report, Status, Verdict};

/// One student's result in one lab, without its report.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// Who.
    pub student: &'a Student,
    /// In what.
    pub lab: &'a LabSummary,
    /// What is known.
    pub outcome: Outcome,
    /// Whether everything passed, where it is known.
    pub passed: bool,
    /// How many runs there are.
    pub runs: usize,
    /// Whether the run that counts is late.
    pub late: bool,
    /// Points of each step of the lab; none where they could not be told.
    pub steps: Vec<Option<u32>>,
    /// The checks that cost points: id, title, earned and possible.
    pub lost: Vec<(String, String, u32, u32)>,
}

/// What is known of a student's points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Points.
    Points(u32),
    /// They are not known.
    Unknown {
        /// Those that are certain.
        certain: u32,
        /// Why not.
        why: String,
    },
    /// Not graded, on purpose.
    Excused,
    /// Not one of those who take the lab.
    Elsewhere,
}

impl<'a> Entry<'a> {
    /// The entry for a grade.
    pub fn new(grade: &Grade<'a>) -> Self {
        let report = grade.report.as_ref();
        Self {
            student: grade.student,
            lab: grade.lab,
            outcome: outcome(grade),
            passed: report.is_some_and(|r| r.verdict == Verdict::Pass),
            runs: grade.runs,
            late: grade.late,
            steps: grade.lab.steps.iter().map(|step| points(report?, &step.id)).collect(),
            lost: report.map(lost).unwrap_or_default(),
        }
    }

    /// The points that go into a gradebook, or why there are none.
    pub fn points(&self, options: &Options) -> Result<Option<u32>, &str> {
        match &self.outcome {
            Outcome::Points(points) => Ok(Some(*points)),
            Outcome::Unknown { certain, .. } if options.unknown_as_zero => Ok(Some(*certain)),
            Outcome::Unknown { why, .. } => Err(why),
            Outcome::Excused | Outcome::Elsewhere => Ok(None),
        }
    }

    /// The grade for `points` on a scale, and whether something was cut off.
    pub fn grade(&self, points: u32, scale: Decimal, extra: Extra) -> (Decimal, bool) {
        let cut = extra == Extra::Cap && points > self.lab.possible;
        let points = if cut { self.lab.possible } else { points };
        (scale.share(points, self.lab.possible), cut)
    }
}

impl Outcome {
    /// One word for a table.
    pub fn word(&self, passed: bool) -> &'static str {
        match self {
            Self::Points(_) if passed => "pass",
            Self::Points(_) => "fail",
            Self::Unknown { .. } => "unknown",
            Self::Excused => "excused",
            Self::Elsewhere => "not taken",
        }
    }
}

fn outcome(grade: &Grade) -> Outcome {
    if grade.student.excused {
        return Outcome::Excused;
    }
    if !grade.student.takes(&grade.lab.id) {
        return Outcome::Elsewhere;
    }
    let unknown = |certain, why: String| Outcome::Unknown { certain, why };
    let Some(report) = &grade.report else {
        return match grade.runs {
            0 => unknown(0, "not graded yet".to_owned()),
            1 => unknown(0, "not graded in time: the only run is after the deadline".to_owned()),
            runs => unknown(0, format!("not graded in time: all {runs} runs are after the deadline")),
        };
    };
    if report.verdict == Verdict::Unknown || report.points.unknown > 0 {
        return unknown(report.points.earned, why(report));
    }
    if report.points.possible != grade.lab.possible || report.points.possible == 0 {
        let (of, whole) = (report.points.possible, grade.lab.possible);
        let why = format!("judged out of {of} points, where the lab has {whole}: judge again with `edemlab regrade`");
        return unknown(0, why);
    }
    Outcome::Points(report.points.earned)
}

/// Why a report leaves points unknown.
fn why(report: &Report) -> String {
    let unknown: Vec<_> = report.checks().filter(|(_, c)| c.status == Status::Unknown).collect();
    let Some((_, first)) = unknown.first() else {
        let note = report.notes.first().map_or("the report does not say why", |note| note);
        return format!("could not be told: {note}");
    };
    let others = match unknown.len() {
        1 => String::new(),
        2 => " and one more check".to_owned(),
        n => format!(" and {} more checks", n - 1),
    };
    let found = first
        .found
        .as_deref()
        .map(|found| format!(" ({found})"))
        .unwrap_or_default();
    format!("could not be told: {}{others}{found}", first.id)
}

fn points(report: &Report, step: &str) -> Option<u32> {
    let step = report.steps.iter().find(|s| s.id == step)?;
    (step.points.unknown == 0 && step.status != Status::Unknown).then_some(step.points.earned)
}

fn lost(report: &Report) -> Vec<(String, String, u32, u32)> {
    let lost = report.checks().filter(|(_, c)| !c.optional && c.points < c.possible);
    lost.map(|(_, c)| (c.id.clone(), c.title.clone(), c.points, c.possible))
        .collect()
}
