//! The page of the class: who needs help now, where the class is stuck, is a grade fair.

use super::row::StudentRow;
use super::shown::{link, shown_name};
use super::tally::{Failing, LabTally, Tally};
use crate::class::alike::Alike;
use crate::class::{Class, Counts, LabSummary};
use crate::report::html;
use crate::report::text::visible;
use crate::report::view::Mark;
use minijinja::{Environment, context, value::Value};
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> =
    LazyLock::new(|| html::environment(&[("index.html", include_str!("index.html"))]));

/// How many of the commonest failures and reasons are open to see.
const COMMONEST: usize = 3;

/// The page of the class while it is made.
pub(super) struct Index<'a> {
    class: &'a Class,
    counts: Counts,
    rows: Vec<StudentRow>,
}

impl<'a> Index<'a> {
    pub fn new(class: &'a Class, counts: Counts) -> Self {
        let rows = Vec::with_capacity(class.students.len());
        Self { class, counts, rows }
    }

    pub fn push(&mut self, row: StudentRow) {
        self.rows.push(row);
    }

    pub fn html(mut self, tally: &Tally, alike: &[Alike]) -> String {
        let class = self.class;
        let title = visible(&format!("{} {}", class.course, class.edition));
        let facts = self.facts();
        // Who has the fewest points needs help first.
        self.rows.sort_by(|a, b| a.order().total_cmp(&b.order()));
        let costs = |place| self.rows.iter().any(|row| row.costs(place));
        let costs: Value = (0..class.labs.len()).map(costs).collect();
        let rows: String = self.rows.iter().map(|row| row.html(&costs)).collect();
        let several = class.labs.len() > 1;
        let often = tally.most_often();
        let failing = often.iter().map(|&place| self.failing(tally, place));
        let labs = class.labs.iter().zip(&tally.labs).enumerate();
        let values = context! {
            title => title.as_str(),
            facts => facts,
            commonest => COMMONEST,
            several => several,
            labs => labs.map(|(n, (lab, tally))| stuck(n, lab, tally)).collect::<Vec<_>>(),
            costs => costs,
            failing => failing.collect::<Vec<_>>(),
            unknown => self.unknown(tally),
            alike => alike.iter().map(|one| self.alike(one)).collect::<Vec<_>>(),
            marks => Mark::ALL.iter().filter(|m| **m != Mark::Extra).map(|m| context! {
                class => m.class(), symbol => m.symbol(), word => m.word(),
            }).collect::<Vec<_>>(),
            rows => Value::from_safe_string(rows),
        };
        let body = html::render(&TEMPLATES, "index.html", values);
        let style = format!("{}\n{}", html::STYLE, include_str!("index.css"));
        html::document(&title, &body, &style, Some(include_str!("index.js")))
    }

    /// What the page is about, and how the class stands.
    fn facts(&self) -> Vec<Value> {
        let fact = |said: String, to: &str| context! { said => said, to => to };
        let students = self.class.students.len();
        let people = if students == 1 { "student" } else { "students" };
        let mut facts = vec![fact(format!("{students} {people}"), "#students")];
        for (token, said, to) in [
            ("graded", "graded", ""),
            ("pass", "with everything passed", ""),
            ("unknown", "with something unknown", "#unknown"),
            ("partial", "judged in part", ""),
            ("late", "late", ""),
            ("undated", "not known to be in time", ""),
            ("absent", "not graded yet", ""),
            ("adjusted", "adjusted", ""),
            ("missing", "not handed in", ""),
            ("excused", "excused", ""),
        ] {
            let number = self.rows.iter().filter(|row| row.has(token)).count();
            if number > 0 {
                facts.push(fact(format!("{number} {said}"), to));
            }
        }
        let counts = match self.counts {
            Counts::Last => "the last run counts",
            Counts::Best => "the best run counts",
            Counts::Deadline => "the last run in time counts",
        };
        facts.push(fact(counts.to_owned(), ""));
        facts.extend(self.class.late_terms().into_iter().map(|terms| fact(terms, "")));
        facts
    }

    fn failing(&self, tally: &Tally, place: usize) -> Value {
        let ((lab, id), failing): ((usize, &String), &Failing) = match tally.failing.get_index(place) {
            Some(((lab, id), failing)) => ((*lab, id), failing),
            None => return Value::UNDEFINED,
        };
        context! {
            token => format!("c{place}"),
            lab => visible(&self.class.labs[lab].id),
            id => visible(id),
            title => visible(&failing.title),
            students => failing.students,
            of => tally.labs[lab].graded,
            follow => failing.follow,
            fix => failing.fix(),
        }
    }

    /// Students whose accounts are alike, and in what.
    fn alike(&self, alike: &Alike) -> Value {
        let who = alike.students.iter().map(|&place| {
            let student = &self.class.students[place];
            context! { name => shown_name(&student.name, &student.id), href => link(&student.id, "", None) }
        });
        context! { evidence => visible(&alike.evidence), who => who.collect::<Vec<_>>() }
    }

    fn unknown(&self, tally: &Tally) -> Vec<Value> {
        let mut reasons: Vec<_> = tally.unknown.iter().collect();
        reasons.sort_by_key(|(_, who)| std::cmp::Reverse(who.len()));
        let one = |who: &super::tally::UnknownResult| {
            let student = &self.class.students[who.student];
            let lab = &self.class.labs[who.lab].id;
            context! {
                name => shown_name(&student.name, &student.id),
                href => link(&student.id, lab, Some(&who.step)),
                lab => visible(lab),
                step => visible(&who.step),
            }
        };
        let reasons = reasons.into_iter().map(|(reason, who)| {
            context! { reason => reason.as_str(), who => who.iter().map(one).collect::<Vec<_>>() }
        });
        reasons.collect()
    }
}

/// Where the class is stuck in one lab.
fn stuck(place: usize, lab: &LabSummary, tally: &LabTally) -> Value {
    let most = tally.stops.iter().copied().max().unwrap_or_default();
    let worst = tally.stops.iter().position(|n| *n == most && most > 0);
    let steps = lab
        .steps
        .iter()
        .zip(&tally.stops)
        .enumerate()
        .map(|(n, (step, stops))| {
            context! {
                id => visible(&step.id),
                title => visible(&step.title),
                token => format!("stop-{place}-{n}"),
                stops => *stops,
                share => (100 * stops).checked_div(tally.graded).unwrap_or_default(),
                worst => worst == Some(n),
            }
        });
    let mut points = tally.points.clone();
    // Those of a part of the lab are worth their share of it.
    points.sort_by_key(|(earned, possible)| u64::from(*earned) * 1_000_000 / u64::from((*possible).max(1)));
    let median = points.get(points.len() / 2);
    context! {
        id => visible(&lab.id),
        title => visible(&lab.title),
        graded => tally.graded,
        through => tally.through,
        unknown => tally.unknown,
        median => median.map(|(earned, _)| earned),
        of => median.map_or(lab.possible, |(_, possible)| *possible),
        partial => tally.partial,
        left_out => visible(&tally.left_out.iter().cloned().collect::<Vec<_>>().join(", ")),
        most => most,
        worst => worst.map(|n| context! { id => visible(&lab.steps[n].id), title => visible(&lab.steps[n].title) }),
        steps => steps.collect::<Vec<_>>(),
    }
}
