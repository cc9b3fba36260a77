//! One student's row in the heat map.

use super::shown::{MAX_NAME, absent, link, shown_name};
use super::tally::Added;
use crate::class::gradebook::number::Decimal;
use crate::class::late::Standing;
use crate::class::{Adjustment, Grade, Student};
use crate::report::html;
use crate::report::text::{cut, visible};
use crate::report::view::{Mark, Order, duration, minute};
use crate::report::{Report, StepReport, Verdict};
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> =
    LazyLock::new(|| html::environment(&[("row.html", include_str!("row.html"))]));

/// A student's row.
#[derive(Debug, Serialize)]
pub(super) struct StudentRow {
    href: String,
    name: String,
    id: String,
    email: String,
    /// The group whose account it is.
    group: Option<String>,
    /// What the page filters by.
    tokens: BTreeSet<String>,
    earned: Points,
    possible: u32,
    unknown: u32,
    graded: bool,
    labs: Vec<LabCell>,
}

/// Points as they are shown: an adjusted grade may have decimals.
#[derive(Debug, Clone, Copy)]
struct Points(Decimal);

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Debug, Serialize)]
struct LabCell {
    href: String,
    /// Why there is no run that counts.
    absent: Option<&'static str>,
    earned: Points,
    possible: u32,
    unknown: u32,
    /// What the professor says of the grade; whether it was changed.
    said: Option<String>,
    adjusted: bool,
    /// The points that were not judged, and where; nothing where all of the lab was.
    left_out: Option<String>,
    /// Whether the work was done in time: in a sentence, and in a word where there is more to say.
    late_text: Option<String>,
    late_word: Option<&'static str>,
    runs: usize,
    started: String,
    seconds: f64,
    took: String,
    /// What it costs a day at least, in US dollars; empty where that is not known, or nothing.
    costs: String,
    steps: Vec<StepCell>,
}

#[derive(Debug, Serialize)]
struct StepCell {
    class: &'static str,
    symbol: &'static str,
    word: &'static str,
    step: String,
    href: String,
    /// What was earned, where it is neither all nor nothing.
    part: Option<u32>,
    earned: u32,
    possible: u32,
}

impl StudentRow {
    pub fn new(student: &Student) -> Self {
        Self {
            href: link(&student.id, "", None),
            name: shown_name(&student.name, &student.id),
            id: cut(&student.id, MAX_NAME),
            email: cut(&student.email, MAX_NAME),
            group: student.group.as_ref().map(|group| cut(group, MAX_NAME)),
            tokens: BTreeSet::new(),
            earned: Points(Decimal::ZERO),
            possible: 0,
            unknown: 0,
            graded: false,
            labs: Vec::new(),
        }
    }

    pub fn add(&mut self, place: usize, grade: &Grade, added: Added) {
        let lab_id = &grade.lab.id;
        let mut lab = LabCell {
            href: link(&grade.student.id, lab_id, None),
            absent: absent(grade).filter(|_| grade.adjusted().is_none()),
            earned: Points(Decimal::ZERO),
            possible: grade.possible(),
            unknown: 0,
            said: grade.adjustment.map(Adjustment::text),
            adjusted: grade.adjusted().is_some(),
            left_out: grade.left_out().map(|steps| visible(&steps)),
            late_text: grade.late_text(),
            late_word: late_word(grade),
            runs: grade.runs,
            started: String::new(),
            seconds: 0.0,
            took: String::new(),
            costs: String::new(),
            steps: Vec::new(),
        };
        let order = grade.report.as_ref().map(Order::of);
        for step in &grade.lab.steps {
            let found = grade
                .report
                .as_ref()
                .and_then(|r| r.steps.iter().find(|s| s.id == step.id));
            lab.steps.push(match order.as_ref().zip(found) {
                Some((order, report)) => StepCell::of(order, report, link(&grade.student.id, lab_id, Some(&step.id))),
                None => StepCell::none(&step.id),
            });
        }
        if let Some(report) = &grade.report {
            lab.earned = Points(grade.earned());
            lab.unknown = report.points.unknown;
            lab.started = minute(&report.started);
            lab.seconds = report.seconds;
            lab.took = duration(report.seconds);
            lab.costs = report
                .idle_usd_per_day
                .map(|usd| format!("{usd:.2}"))
                .unwrap_or_default();
            self.graded = true;
            self.tell(report);
        }
        if let Some(adjusted) = grade.adjusted() {
            // What was judged does not count any more: all of the lab is graded.
            lab.possible = grade.lab.possible;
            lab.earned = Points(adjusted.points(lab.possible));
            lab.unknown = 0;
            lab.left_out = None;
            self.graded = true;
            self.tokens.insert("adjusted".to_owned());
        }
        self.earned = Points(self.earned.0 + lab.earned.0);
        self.unknown += lab.unknown;
        if grade.student.excused || grade.student.takes(lab_id) {
            self.possible += lab.possible;
        }
        self.tokens.extend(match lab.absent {
            Some("excused") => Some("excused".to_owned()),
            Some("not handed in") => Some("missing".to_owned()),
            Some("not taken") | None => None,
            Some(_) => Some("absent".to_owned()),
        });
        if lab.left_out.is_some() {
            self.tokens.insert("partial".to_owned());
        }
        if grade.is_late() {
            self.tokens.insert("late".to_owned());
        }
        if is_undated(grade) {
            self.tokens.insert("undated".to_owned());
        }
        self.tokens
            .extend(added.stop.map(|step| format!("stop-{place}-{step}")));
        self.tokens
            .extend(added.failing.iter().map(|check| format!("c{check}")));
        self.labs.push(lab);
    }

    /// What the page filters by, of one report.
    fn tell(&mut self, report: &Report) {
        self.tokens.insert("graded".to_owned());
        if report.verdict == Verdict::Fail {
            self.tokens.insert("fail".to_owned());
        }
        let mut checks = report.checks().filter(|(_, c)| !c.optional);
        if report.is_unsettled() || checks.any(|(_, c)| c.status == crate::report::Status::Unknown) {
            self.tokens.insert("unknown".to_owned());
        }
    }

    /// All that was taken has been graded and passed.
    pub fn finish(&mut self) {
        let open = ["fail", "unknown", "absent"].iter().any(|token| self.has(token));
        if self.has("graded") && !open {
            self.tokens.insert("pass".to_owned());
        }
    }

    pub fn has(&self, token: &str) -> bool {
        self.tokens.contains(token)
    }

    /// Fewest points first, then those without any.
    pub fn order(&self) -> f64 {
        match self.graded {
            true => self.earned.0.float() / f64::from(self.possible.max(1)),
            false if self.has("excused") => f64::INFINITY,
            false => f64::MAX,
        }
    }

    /// Whether it is known of the lab at this place that it costs something.
    pub fn costs(&self, place: usize) -> bool {
        self.labs.get(place).is_some_and(|lab| !lab.costs.is_empty())
    }

    /// The row, with a column for what a lab costs where `costs` says so.
    pub fn html(&self, costs: &Value) -> String {
        let several = self.labs.len() > 1;
        html::render(
            &TEMPLATES,
            "row.html",
            context! { row => Value::from(Serde(self)), several => several, costs => costs },
        )
    }
}

/// Whether nothing says if the work was done in time.
fn is_undated(grade: &Grade) -> bool {
    let lateness = grade.lateness.as_ref();
    lateness.is_some_and(|lateness| lateness.standing == Standing::Unknown && !lateness.is_void())
}

/// What there is to say of a deadline.
fn late_word(grade: &Grade) -> Option<&'static str> {
    match grade.lateness.as_ref()?.standing {
        Standing::Late(_) => Some("late"),
        Standing::HadBefore => Some("changed late"),
        Standing::Unknown if is_undated(grade) => Some("not dated"),
        Standing::Unknown | Standing::InTime | Standing::Grace(_) => None,
    }
}

impl StepCell {
    fn of(order: &Order, step: &StepReport, href: String) -> Self {
        let mark = Mark::of(order, step);
        let points = &step.points;
        // The more is lost, the stronger the color.
        let lost = 1.0 - f64::from(points.earned) / f64::from(points.possible.max(1));
        let class = match mark {
            Mark::Fail if lost <= 0.25 => "f1",
            Mark::Fail if lost <= 0.5 => "f2",
            Mark::Fail if lost <= 0.75 => "f3",
            Mark::Fail => "f4",
            mark => mark.class(),
        };
        Self {
            class,
            symbol: mark.symbol(),
            word: mark.word(),
            step: visible(&step.id),
            href,
            part: (points.earned > 0 && mark != Mark::Pass).then_some(points.earned),
            earned: points.earned,
            possible: points.possible,
        }
    }

    fn none(step: &str) -> Self {
        Self {
            class: "none",
            symbol: "",
            word: "",
            step: visible(step),
            href: String::new(),
            part: None,
            earned: 0,
            possible: 0,
        }
    }
}
