//! A table of our own: a row a student, some columns a lab.

use super::entry::{EntryOutcome, GradeEntry};
use super::number::Decimal;
use super::options::{ExtraPoints, GradebookOptions};
use super::remarks::GradeRemarks;
use crate::class::Student;
use crate::class::late::{Lateness, Standing};
use crate::report::text::visible;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum TableCell {
    /// Nothing.
    Empty,
    /// What somebody wrote, with control characters made visible.
    Text(String),
    /// A whole number.
    Whole(u32),
    /// Points.
    Points(Decimal),
    /// A grade.
    Grade(Decimal),
}

/// A table.
#[derive(Debug)]
pub struct GradeTable {
    /// The header.
    pub header: Vec<String>,
    /// A row a student.
    pub rows: Vec<Vec<TableCell>>,
    /// The grades that the professor answers for, and those that are not there.
    pub remarks: GradeRemarks,
    /// What the professor should know.
    pub notes: Vec<String>,
}

impl GradeTable {
    /// The table of some students. `steps` gives each step of a lab a column.
    pub fn new(class: &[Student], entries: &[GradeEntry], steps: bool, options: &GradebookOptions) -> Self {
        let mut labs: Vec<&GradeEntry> = Vec::new();
        for entry in entries {
            if !labs.iter().any(|lab| lab.lab.id == entry.lab.id) {
                labs.push(entry);
            }
        }
        let is_adjusted = |lab: &str| entries.iter().any(|e| e.lab.id == lab && e.adjustment.is_some());
        let mut header: Vec<String> = ["student", "name", "email"].map(str::to_owned).to_vec();
        let groups = class.iter().any(|student| student.group.is_some());
        header.extend(groups.then(|| "group".to_owned()));
        for GradeEntry { lab, .. } in &labs {
            let columns = ["grade", "points", "possible", "not judged", "status", "late", "runs"];
            header.extend(columns.map(|column| format!("{} {column}", lab.id)));
            header.extend(is_adjusted(&lab.id).then(|| format!("{} adjustment", lab.id)));
            if steps {
                header.extend(lab.steps.iter().map(|step| format!("{} {}", lab.id, step.id)));
            }
        }
        let mut table = Self {
            header,
            rows: Vec::new(),
            remarks: GradeRemarks::default(),
            notes: Vec::new(),
        };
        for student in class {
            let mut row: Vec<TableCell> = [&student.id, &student.name, &student.email]
                .map(|text| text_cell(text))
                .to_vec();
            row.extend(groups.then(|| text_cell(student.group.as_deref().unwrap_or_default())));
            for lab in &labs {
                let entry = entries
                    .iter()
                    .find(|e| e.student.id == student.id && e.lab.id == lab.lab.id);
                if let Some(entry) = entry {
                    match entry.points(options) {
                        Ok(Some(_)) => table.remarks.written(entry, None, options),
                        Ok(None) => {}
                        Err(why) => table.remarks.left(entry, None, why),
                    }
                    row.extend(cells(entry, (steps, is_adjusted(&lab.lab.id)), options));
                }
            }
            table.rows.push(row);
        }
        table.notes = table.remarks.notes();
        table
    }
}

/// The cells of an entry, those of steps and of adjustments where they are wanted.
fn cells(entry: &GradeEntry, (steps, adjustments): (bool, bool), options: &GradebookOptions) -> Vec<TableCell> {
    let points = entry.points(options);
    let grade = match points {
        Ok(Some(points)) if points.of > Decimal::ZERO => {
            let extra = if options.extra == ExtraPoints::Keep {
                ExtraPoints::Keep
            } else {
                ExtraPoints::Cap
            };
            let scale = options.scale.unwrap_or(Decimal::HUNDRED);
            TableCell::Grade(points.grade(scale, extra).0)
        }
        _ => TableCell::Empty,
    };
    let is_void = entry.lateness.as_ref().is_some_and(Lateness::is_void);
    let late = match entry.lateness.as_ref().map(|lateness| lateness.standing) {
        _ if !entry.has_run || is_void => TableCell::Empty,
        Some(Standing::Late(_)) => text_cell("yes"),
        Some(Standing::Unknown) => text_cell("unknown"),
        _ => text_cell("no"),
    };
    let mut cells = vec![
        grade,
        match (points, &entry.outcome) {
            (_, EntryOutcome::Adjusted(adjusted)) => TableCell::Points(adjusted.points(entry.lab.possible)),
            (Ok(Some(points)), _) => TableCell::Points(points.points),
            _ => TableCell::Empty,
        },
        TableCell::Whole(entry.judged),
        match entry.not_judged() {
            0 => TableCell::Empty,
            points => TableCell::Text(format!("{points}: {}", visible(&entry.left_out.join(", ")))),
        },
        text_cell(status(entry)),
        late,
        TableCell::Whole(u32::try_from(entry.runs).unwrap_or(u32::MAX)),
    ];
    if adjustments {
        cells.push(entry.adjustment.map_or(TableCell::Empty, |one| text_cell(&one.text())));
    }
    if steps {
        cells.extend(
            entry
                .steps
                .iter()
                .map(|points| points.map_or(TableCell::Empty, TableCell::Whole)),
        );
    }
    cells
}

fn status(entry: &GradeEntry) -> &'static str {
    match &entry.outcome {
        EntryOutcome::Unknown { .. } if entry.runs == 0 => "not graded",
        outcome => outcome.word(entry.passed),
    }
}

fn text_cell(text: &str) -> TableCell {
    match visible(text) {
        text if text.is_empty() => TableCell::Empty,
        text => TableCell::Text(text),
    }
}
