//! Where a class is stuck: counted report by report, so that one is in memory at a time.

use crate::class::{Class, Grade};
use crate::report::text::cut;
use crate::report::view::{Mark, Order};
use crate::report::{CheckReport, Report, Status};
use indexmap::IndexMap;
use std::collections::{BTreeSet, HashMap};

/// The longest text of a reason or fix here: an overview is read at a glance.
const MAX_REASON: usize = 400;

/// What a class has in common.
#[derive(Debug)]
pub(super) struct Tally {
    /// Its labs, in the order of the class.
    pub labs: Vec<LabTally>,
    /// Checks that fail, by lab and id, in the order in which they were met.
    pub failing: IndexMap<(usize, String), Failing>,
    /// What could not be determined, by reason.
    pub unknown: IndexMap<String, Vec<UnknownResult>>,
    /// Runs that are still to be made.
    pub open: usize,
    /// Grades of late work.
    pub late: usize,
    /// Grades that the professor has adjusted.
    pub adjusted: usize,
    /// What probes left in accounts, with the places of student and lab.
    pub leftovers: Vec<(usize, usize, String)>,
}

/// How far a class got in one lab.
#[derive(Debug, Default, Clone)]
pub(super) struct LabTally {
    /// The students with a run that counts.
    pub graded: usize,
    /// Those who passed every step.
    pub through: usize,
    /// Those for whom this is unknown: their first step that did not pass could not be determined.
    pub unknown: usize,
    /// Those whose first step that did not pass is this one, a number a step.
    pub stops: Vec<usize>,
    /// The points of those whose points are known, with those that were judged.
    pub points: Vec<(u32, u32)>,
    /// The students whose labs were judged in part, on purpose.
    pub partial: usize,
    /// The steps that were left out for any of them.
    pub left_out: BTreeSet<String>,
}

/// A check that fails.
#[derive(Debug)]
pub(super) struct Failing {
    /// What is right when it passes.
    pub title: String,
    /// How many students fail it.
    pub students: usize,
    /// For how many of them it may follow from another failure.
    pub follow: usize,
    /// What to do about it, with the names of a student's own resources taken out, and how often.
    fixes: HashMap<String, usize>,
}

/// Something that could not be determined for a student.
#[derive(Debug)]
pub(super) struct UnknownResult {
    /// The student's place in the class.
    pub student: usize,
    /// The lab's place in the class.
    pub lab: usize,
    /// The first step that it holds for.
    pub step: String,
}

/// What one grade adds to the class.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// The place of the step where the student stops.
    pub stop: Option<usize>,
    /// The places of the failing checks in the tally.
    pub failing: Vec<usize>,
}

impl Tally {
    pub fn of(class: &Class) -> Self {
        let labs = class.labs.iter().map(|lab| LabTally {
            stops: vec![0; lab.steps.len()],
            ..LabTally::default()
        });
        Self {
            labs: labs.collect(),
            failing: IndexMap::new(),
            unknown: IndexMap::new(),
            open: 0,
            adjusted: 0,
            late: 0,
            leftovers: Vec::new(),
        }
    }

    /// Counts a grade.
    pub fn add(&mut self, student: usize, lab: usize, grade: &Grade) -> Added {
        self.adjusted += usize::from(grade.adjusted().is_some());
        self.late += usize::from(grade.is_late());
        let Some(report) = &grade.report else {
            let student = grade.student;
            let expected = !student.excused && !student.not_handed_in && student.takes(&grade.lab.id);
            self.open += usize::from(expected && grade.runs == 0);
            return Added::default();
        };
        let left = report.leftovers.iter();
        self.leftovers.extend(left.map(|text| (student, lab, text.clone())));
        let tally = &mut self.labs[lab];
        tally.graded += 1;
        tally
            .points
            .extend(grade.points().map(|points| (points, report.points.possible)));
        tally.partial += usize::from(!report.left_out.is_empty());
        tally
            .left_out
            .extend(report.left_out.iter().map(|left| left.step.clone()));
        let mut added = Added::default();
        let order = Order::of(report);
        match first_open(grade, report, &order) {
            None => tally.through += 1,
            Some((_, Status::Unknown)) => tally.unknown += 1,
            Some((step, _)) => {
                tally.stops[step] += 1;
                added.stop = Some(step);
            }
        }
        for check in order.to_fix() {
            let follows = order.root(check).is_some();
            added.failing.push(self.fails(lab, report, check, follows));
        }
        let unknown = report
            .checks()
            .filter(|(_, c)| c.status == Status::Unknown && !c.optional);
        for (step, check) in unknown {
            let reason = cut(check.found.as_deref().unwrap_or("no reason given"), MAX_REASON);
            let unknown = self.unknown.entry(reason).or_default();
            if unknown.last().is_none_or(|u| (u.student, u.lab) != (student, lab)) {
                let step = step.id.clone();
                unknown.push(UnknownResult { student, lab, step });
            }
        }
        added
    }

    fn fails(&mut self, lab: usize, report: &Report, check: &CheckReport, follows: bool) -> usize {
        let entry = self.failing.entry((lab, check.id.clone()));
        let place = entry.index();
        let failing = entry.or_insert_with(|| Failing {
            title: check.title.clone(),
            students: 0,
            follow: 0,
            fixes: HashMap::new(),
        });
        failing.students += 1;
        failing.follow += usize::from(follows);
        if let Some(fix) = &check.fix {
            *failing.fixes.entry(generic(fix, report)).or_default() += 1;
        }
        place
    }

    /// The places of the failing checks: first what most have to fix first.
    pub fn most_often(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.failing.len()).collect();
        places.sort_by_key(|&place| {
            let failing = &self.failing[place];
            std::cmp::Reverse((failing.students - failing.follow, failing.students))
        });
        places
    }
}

impl Failing {
    /// The commonest fix.
    pub fn fix(&self) -> Option<&str> {
        let by_number = self.fixes.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        by_number.map(|(fix, _)| fix.as_str())
    }
}

/// The first step, in the lab's order, that did not pass. One that waits for a later step is not where a student is stuck. A
/// step that the report does not have was left out.
fn first_open(grade: &Grade, report: &Report, order: &Order) -> Option<(usize, Status)> {
    let of = |id: &str| report.steps.iter().find(|s| s.id == id);
    let steps = grade.lab.steps.iter().enumerate();
    let steps = steps.filter_map(|(n, step)| Some((n, of(&step.id)?)));
    let open: Vec<_> = steps.filter(|(_, step)| step.status != Status::Pass).collect();
    let stuck = open.iter().find(|(_, step)| Mark::of(order, step) != Mark::Blocked);
    stuck.or(open.first()).map(|(n, step)| (*n, step.status))
}

/// A fix for everybody: the names of this student's resources are what they are instead.
fn generic(fix: &str, report: &Report) -> String {
    const SHORTEST: usize = 4;
    let mut fix = cut(fix, MAX_REASON);
    let mut chosen: Vec<_> = report.resources.values().collect();
    chosen.retain(|c| c.name.chars().count() >= SHORTEST);
    // Longer ones first: one may be part of another.
    chosen.sort_by_key(|c| std::cmp::Reverse(c.name.len()));
    for one in chosen {
        if fix.contains(&one.name) {
            fix = fix.replace(&one.name, &format!("‹{}›", one.noun));
        }
    }
    fix
}
