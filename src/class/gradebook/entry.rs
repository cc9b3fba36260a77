//! What a gradebook needs of a student's result in a lab.

use super::number::Decimal;
use super::options::{ExtraPoints, GradebookOptions};
use crate::class::late::{Lateness, Reckoning, Standing};
use crate::class::{Adjusted, Adjustment, Grade, LabSummary, Student};
use crate::report::{Report, Status, Verdict};

/// One student's result in one lab, without its report.
#[derive(Debug, Clone, PartialEq)]
pub struct GradeEntry<'a> {
    /// Who.
    pub student: &'a Student,
    /// In what.
    pub lab: &'a LabSummary,
    /// What is known.
    pub outcome: EntryOutcome,
    /// What the professor says of it.
    pub adjustment: Option<&'a Adjustment>,
    /// The points that were judged, of which those of `outcome` are a part: fewer than the lab's where a part was left out.
    pub judged: u32,
    /// The steps that were left out on purpose, or in part.
    pub left_out: Vec<String>,
    /// Whether everything passed, where it is known.
    pub passed: bool,
    /// How many runs there are.
    pub runs: usize,
    /// Whether there is a run that counts.
    pub has_run: bool,
    /// Whether the work was done in time; nothing where there is no run or no deadline.
    pub lateness: Option<Lateness>,
    /// Points of each step of the lab; none where they could not be determined.
    pub steps: Vec<Option<u32>>,
    /// The checks that cost points: id, title, earned and possible.
    pub lost: Vec<(String, String, u32, u32)>,
}

/// Points, out of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earned {
    /// Those that count.
    pub points: Decimal,
    /// Those that full marks are.
    pub of: Decimal,
}

impl Earned {
    /// The grade on a scale, and whether something was cut off.
    pub fn grade(self, scale: Decimal, extra: ExtraPoints) -> (Decimal, bool) {
        let cut = extra == ExtraPoints::Cap && self.points > self.of;
        let points = if cut { self.of } else { self.points };
        (scale.part(points, self.of), cut)
    }
}

/// What is known of a student's points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryOutcome {
    /// Points.
    Points(u32),
    /// They are not known.
    Unknown {
        /// Those that are certain.
        certain: u32,
        /// Why not.
        why: String,
    },
    /// There is a run, and no grade comes from it: not even zero.
    Ungraded {
        /// Why not.
        why: String,
    },
    /// What the professor says, whatever was judged.
    Adjusted(Adjusted),
    /// No account was handed in: no grade, and zero only if the professor says so.
    NotHandedIn,
    /// Not graded, on purpose.
    Excused,
    /// Not one of those who take the lab.
    Elsewhere,
}

impl<'a> GradeEntry<'a> {
    /// The entry for a grade.
    pub fn new(grade: &Grade<'a>) -> Self {
        let report = grade.report.as_ref();
        // What the professor says is of all of the lab.
        let judged = report.filter(|_| grade.adjusted().is_none());
        Self {
            student: grade.student,
            lab: grade.lab,
            outcome: outcome(grade),
            adjustment: grade.adjustment,
            judged: judged.map_or(grade.lab.possible, |r| r.points.possible),
            left_out: judged.map_or_else(Vec::new, |r| r.left_out.iter().map(|l| l.step.clone()).collect()),
            passed: report.is_some_and(|r| r.verdict == Verdict::Pass),
            runs: grade.runs,
            has_run: report.is_some(),
            lateness: grade.lateness.clone(),
            steps: grade.lab.steps.iter().map(|step| points(report?, &step.id)).collect(),
            lost: report.map(lost).unwrap_or_default(),
        }
    }

    /// The points that go into a gradebook, or why there are none.
    pub fn points(&self, options: &GradebookOptions) -> Result<Option<Earned>, &str> {
        let of = |points: u32| {
            Ok(Some(Earned {
                points: match &self.lateness {
                    Some(lateness) => lateness.left(points, self.judged),
                    None => Decimal::whole(points),
                },
                of: Decimal::whole(self.judged),
            }))
        };
        match &self.outcome {
            EntryOutcome::Points(points) => of(*points),
            EntryOutcome::Adjusted(Adjusted::Points(points)) => Ok(Some(Earned {
                points: *points,
                of: Decimal::whole(self.lab.possible),
            })),
            EntryOutcome::Adjusted(Adjusted::Percent(percent)) => Ok(Some(Earned {
                points: *percent,
                of: Decimal::HUNDRED,
            })),
            EntryOutcome::Unknown { certain, .. } if options.unknown_as_zero => of(*certain),
            EntryOutcome::NotHandedIn if options.missing_as_zero => of(0),
            EntryOutcome::NotHandedIn => Err("has not handed in (--missing-as-zero counts it as zero)"),
            EntryOutcome::Unknown { why, .. } | EntryOutcome::Ungraded { why } => Err(why),
            EntryOutcome::Excused | EntryOutcome::Elsewhere => Ok(None),
        }
    }

    /// Whether the work was done in time, in a sentence, where there is more to say than that it was.
    pub fn late_text(&self, options: &GradebookOptions) -> Option<String> {
        let lateness = self.lateness.as_ref()?;
        let reckoning = match self.outcome {
            EntryOutcome::Points(points) => Reckoning::Of(points, self.judged),
            EntryOutcome::Unknown { certain, .. } if options.unknown_as_zero => Reckoning::Of(certain, self.judged),
            EntryOutcome::Adjusted(_) => Reckoning::None,
            _ => Reckoning::Percent,
        };
        let is_said = lateness.standing != Standing::InTime && !lateness.is_void();
        is_said.then(|| lateness.text(reckoning))
    }

    /// The points that were left out on purpose.
    pub fn not_judged(&self) -> u32 {
        match self.left_out.is_empty() {
            true => 0,
            false => self.lab.possible.saturating_sub(self.judged),
        }
    }
}

impl EntryOutcome {
    /// One word for a table.
    pub fn word(&self, passed: bool) -> &'static str {
        match self {
            Self::Points(_) if passed => "pass",
            Self::Points(_) => "fail",
            Self::Unknown { .. } => "unknown",
            Self::Ungraded { .. } => "no grade",
            Self::Adjusted(_) => "adjusted",
            Self::NotHandedIn => "not handed in",
            Self::Excused => "excused",
            Self::Elsewhere => "not taken",
        }
    }
}

fn outcome(grade: &Grade) -> EntryOutcome {
    if grade.student.excused {
        return EntryOutcome::Excused;
    }
    if !grade.student.takes(&grade.lab.id) {
        return EntryOutcome::Elsewhere;
    }
    if let Some(adjusted) = grade.adjusted() {
        return EntryOutcome::Adjusted(adjusted);
    }
    if grade.student.not_handed_in {
        return EntryOutcome::NotHandedIn;
    }
    let unknown = |certain, why: String| EntryOutcome::Unknown { certain, why };
    let Some(report) = &grade.report else {
        return match grade.runs {
            0 => unknown(0, "not graded yet".to_owned()),
            1 => unknown(
                0,
                "not graded in time: the only run is of work after the deadline, or of work that nothing dates"
                    .to_owned(),
            ),
            runs => unknown(
                0,
                format!(
                    "not graded in time: all {runs} runs are of work after the deadline, or of work that nothing dates"
                ),
            ),
        };
    };
    let (of, left, whole) = (report.points.possible, report.points_left_out(), grade.lab.possible);
    if of == 0 {
        let why = match left {
            0 => "the lab has no points: there is nothing to grade".to_owned(),
            _ => "nothing of the lab was judged: its points depend on what was left out. Grade it again without \
                  --no-probe and without skipped steps"
                .to_owned(),
        };
        return EntryOutcome::Ungraded { why };
    }
    if report.is_unsettled() {
        return unknown(report.points.earned, why(report));
    }
    if of + left != whole {
        let why =
            format!("judged out of {of} points, where the lab has {whole}: judge it again with `edemlab regrade`");
        return EntryOutcome::Ungraded { why };
    }
    EntryOutcome::Points(report.points.earned)
}

/// Why a report leaves points unknown.
fn why(report: &Report) -> String {
    let unknown: Vec<_> = report.checks().filter(|(_, c)| c.status == Status::Unknown).collect();
    let Some((_, first)) = unknown.first() else {
        let note = report.notes.first().map_or("the report does not say why", |note| note);
        return format!("could not be graded: {note}");
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
    format!("could not determine {}{others}{found}", first.id)
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
