//! Differences for people: first how many, then who and by which checks, then which checks turned most.

use super::diff::{Diff, GradeChange, LabDiff, Score, StudentDiff, Turn};
use crate::report::Status;
use crate::report::text::{visible, wrapped};
use colored::Colorize;
use std::fmt::Write;

/// The differences as lines of `width` columns.
pub fn render(diff: &Diff, width: usize) -> String {
    let width = width.clamp(30, 100);
    let mut out = String::new();
    for lab in &diff.labs {
        render_lab(&mut out, lab, width);
    }
    if diff.labs.is_empty() {
        out.push_str("no student is graded in either class\n");
    }
    out
}

fn render_lab(out: &mut String, lab: &LabDiff, width: usize) {
    let counts: Vec<String> = lab
        .counts
        .iter()
        .filter(|(_, n)| **n > 0)
        .map(|(change, n)| format!("{n} {}", word(*change)))
        .collect();
    let students = if lab.students.len() == 1 { "student" } else { "students" };
    let line = format!("{} · {} {students}: {}", lab.lab, lab.students.len(), counts.join(", "));
    let _ = writeln!(out, "{}\n", wrapped(&line, width, "").bold());
    for change in lab.counts.keys() {
        let mut any = false;
        for student in lab.students.iter().filter(|s| s.change == *change) {
            if *change == GradeChange::Same && student.checks.is_empty() {
                continue;
            }
            if !std::mem::replace(&mut any, true) {
                let title = if *change == GradeChange::Same {
                    "same points, by other checks"
                } else {
                    word(*change)
                };
                let _ = writeln!(out, " {title}");
            }
            render_student(out, student, width);
        }
        if any {
            out.push('\n');
        }
    }
    if lab.checks.is_empty() {
        return;
    }
    let _ = writeln!(out, " checks that changed");
    for check in &lab.checks {
        let line = format!(
            "{} × {} → {}",
            check.students,
            status(check.before),
            status(check.after)
        );
        let _ = writeln!(out, "{}", row(&check.check, &line, width, 3));
    }
    out.push('\n');
}

fn render_student(out: &mut String, student: &StudentDiff, width: usize) {
    let name = if student.name.is_empty() {
        String::new()
    } else {
        format!(" ({})", visible(&student.name))
    };
    // It is copied, to grade this student again.
    let who = format!("{}{name}", visible(&student.student));
    let _ = writeln!(out, "{}", row(&who, &marks(student.before, student.after), width, 3));
    for turn in &student.checks {
        let _ = writeln!(out, "{}", row(&turn.check, &turned(turn), width, 6));
    }
}

/// What is said on the left, and what on the right: on two lines where there is no room.
fn row(left: &str, right: &str, width: usize, indent: usize) -> String {
    let room = |text: &str| textwrap::core::display_width(text);
    let used = indent + room(left) + 2 + room(right);
    if used <= width {
        return format!(
            "{:indent$}{left}{:gap$}{right}",
            "",
            "",
            gap = 2 + (width - used).min(34_usize.saturating_sub(room(left) + indent))
        );
    }
    let pad = " ".repeat(indent);
    format!(
        "{}\n{}",
        wrapped(left, width, &pad),
        wrapped(right, width, &format!("{pad}  "))
    )
}

fn marks(before: Option<Score>, after: Option<Score>) -> String {
    let one = |mark: Score| {
        let unknown = if mark.unknown { ", the rest unknown" } else { "" };
        let left = match mark.left_out {
            0 => String::new(),
            points => format!(" ({points} not judged)"),
        };
        format!("{} of {}{left}{unknown}", mark.earned, mark.possible)
    };
    match (before, after) {
        (Some(before), Some(after))
            if before.possible == after.possible
                && before.left_out == after.left_out
                && !before.unknown
                && !after.unknown =>
        {
            let gain = i64::from(after.earned) - i64::from(before.earned);
            let left = match after.left_out {
                0 => String::new(),
                points => format!(", {points} not judged"),
            };
            format!(
                "{} → {} of {} ({gain:+}{left})",
                before.earned, after.earned, after.possible
            )
        }
        (Some(before), Some(after)) => format!("{} → {}", one(before), one(after)),
        (None, Some(mark)) | (Some(mark), None) => one(mark),
        (None, None) => String::new(),
    }
}

fn turned(turn: &Turn) -> String {
    let points = if turn.points == 0 {
        String::new()
    } else {
        format!(" ({:+})", turn.points)
    };
    match turn.before == turn.after {
        true => format!("{}, other points{points}", status(turn.after)),
        false => format!("{} → {}{points}", status(turn.before), status(turn.after)),
    }
}

fn status(status: Option<Status>) -> &'static str {
    match status {
        Some(Status::Pass) => "pass",
        Some(Status::Blocked) => "blocked",
        Some(Status::Unknown) => "unknown",
        Some(Status::Fail) => "fail",
        None => "not there",
    }
}

fn word(change: GradeChange) -> &'static str {
    match change {
        GradeChange::Gained => "gained",
        GradeChange::Lost => "lost",
        GradeChange::Known => "known now",
        GradeChange::Unknown => "unknown now",
        GradeChange::New => "new",
        GradeChange::Gone => "gone",
        GradeChange::Same => "same",
    }
}
