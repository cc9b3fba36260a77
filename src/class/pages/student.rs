//! One student's page and feedback file: their words, and nobody else's.

use super::shown::{MAX_NAME, absent};
use crate::class::{Adjustment, Class, Counts, Grade, Student};
use crate::report::Report;
use crate::report::text::{cut, visible};
use crate::report::view::ReportView;
use crate::report::{html, markdown};
use minijinja::{Environment, context, value::Value};
use std::fmt::Write;
use std::sync::LazyLock;

static TEMPLATES: LazyLock<Environment<'static>> =
    LazyLock::new(|| html::environment(&[("student.html", include_str!("student.html"))]));

/// A student's page while it is made.
pub(super) struct StudentPage {
    course: String,
    name: String,
    id: String,
    /// Whose account it is, where it is not theirs alone.
    group: Option<String>,
    labs: Vec<Value>,
    markdown: String,
}

impl StudentPage {
    pub fn new(class: &Class, student: &Student) -> Self {
        let course = visible(&format!("{} {}", class.course, class.edition));
        let id = cut(&student.id, MAX_NAME);
        let name = match student.name.as_str() {
            "" => id.clone(),
            name => cut(name, MAX_NAME),
        };
        let group = student
            .group
            .as_ref()
            .map(|group| format!("Graded as group {}: one account, judged once.", cut(group, MAX_NAME)));
        let mut markdown = format!(
            "# {}\n\n{}: {}\n",
            markdown::inert(&name),
            markdown::inert(&course),
            markdown::inert(&id)
        );
        if let Some(group) = &group {
            let _ = writeln!(markdown, "\n{}", markdown::inert(group));
        }
        Self {
            course,
            name,
            id,
            group,
            labs: Vec::new(),
            markdown,
        }
    }

    pub fn add(&mut self, grade: &Grade, counts: Counts) {
        let command = format!("edemlab check {}", grade.lab.id);
        let which = grade.report.as_ref().and_then(|report| which(report, grade, counts));
        let adjustment = grade.adjustment.map(|one| adjustment(one, grade));
        let mut words = grade.report.as_ref().map(ReportView::of);
        if let Some(words) = &mut words {
            // What makes the grade another one than the points stands first.
            let first = adjustment.clone().into_iter().chain(grade.late_text());
            words.notes.splice(0..0, first.collect::<Vec<_>>());
        }
        let section = words
            .as_ref()
            .map(|words| Value::from_safe_string(html::section(words, &command)));
        self.labs.push(context! {
            id => visible(&grade.lab.id),
            title => visible(&grade.lab.title),
            absent => absent(grade),
            which => which.as_deref(),
            section => section,
            // Where there is a report, it stands in it.
            adjustment => adjustment.as_deref().filter(|_| grade.report.is_none()),
        });
        self.markdown.push('\n');
        match (&words, absent(grade)) {
            (Some(words), _) => {
                self.markdown.push_str(markdown::section(words, &command).trim_end());
                self.markdown.push('\n');
                if let Some(which) = which {
                    let _ = writeln!(self.markdown, "\nNote: {}", markdown::inert(&which));
                }
            }
            (None, why) => {
                let title = markdown::inert(&visible(&grade.lab.title));
                let _ = writeln!(self.markdown, "## {title}\n\n{}", sentence(why.unwrap_or_default()));
            }
        }
        if let (Some(adjustment), None) = (adjustment, &grade.report) {
            let _ = writeln!(self.markdown, "\n{}", markdown::inert(&adjustment));
        }
    }

    pub fn html(&self) -> String {
        let values = context! {
            course => self.course.as_str(),
            name => self.name.as_str(),
            id => self.id.as_str(),
            group => self.group.as_deref(),
            labs => self.labs.clone(),
        };
        let body = html::render(&TEMPLATES, "student.html", values);
        html::document(&format!("{} · {}", self.name, self.course), &body, html::STYLE, None)
    }

    pub fn markdown(&self) -> &str {
        &self.markdown
    }
}

/// What the professor says of a grade, for the student.
fn adjustment(said: &Adjustment, grade: &Grade) -> String {
    let reason = &said.reason;
    match said.adjusted {
        Some(adjusted) => format!(
            "Your professor has adjusted this grade to {} of {} points: {reason}",
            adjusted.points(grade.lab.possible),
            grade.lab.possible
        ),
        None => format!("Note of your professor: {reason}"),
    }
}

/// Which of several runs this is, and whether it came too late. `None` where there is nothing to say.
fn which(report: &Report, grade: &Grade, counts: Counts) -> Option<String> {
    let mut said = Vec::new();
    if let Some(steps) = grade.left_out() {
        said.push(format!(
            "Not all of the lab was judged: {} of {} points were left out ({}). The grade is scaled to the rest.",
            report.points_left_out(),
            report.points_left_out() + report.points.possible,
            visible(&steps)
        ));
    }
    if grade.runs > 1 {
        let which = match counts {
            Counts::Last => "the last",
            Counts::Best => "the best",
            Counts::Deadline => "the last in time",
        };
        said.push(format!("This is {which} of {} runs.", grade.runs));
    }
    said.extend(super::evidence::sentences(report));
    (!said.is_empty()).then(|| said.join(" "))
}

fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
