//! What a class has achieved, without a word that says whose it is: numbers and the course's own names only.

use crate::class::folder::{ClassFolder, FolderError};
use crate::class::{Counts, cell};
use crate::report::Status;
use serde::Serialize;

/// The name and version of the format.
pub const EXPORT_SCHEMA: &str = "edemlab/class-export/1";

/// The checks of a class's runs that count.
#[derive(Debug, Serialize)]
pub struct Anonymous {
    /// Always `edemlab/class-export/1`.
    pub schema: &'static str,
    /// The course's title.
    pub course: String,
    /// The course's edition.
    pub edition: String,
    /// A row for each check of each student, in an order that says nothing.
    pub rows: Vec<Row>,
}

/// A check of somebody's run.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Somebody: a number that was drawn for this export.
    pub somebody: usize,
    /// The lab.
    pub lab: String,
    /// The step.
    pub step: String,
    /// The check.
    pub check: String,
    /// What became of it.
    pub status: Status,
    /// The points earned.
    pub points: u32,
    /// The points to be earned.
    pub possible: u32,
}

/// The class without names: no identifier, address, account, resource or text of a student's, and no time.
///
/// # Errors
/// When a report cannot be read.
pub fn anonymous(folder: &ClassFolder, counts: Counts) -> Result<Anonymous, FolderError> {
    let class = folder.class();
    let mut numbers: Vec<usize> = (1..=class.students.len()).collect();
    fastrand::shuffle(&mut numbers);
    let mut rows = Vec::new();
    for (student, somebody) in class.students.iter().zip(numbers) {
        for lab in &class.labs {
            let Some(report) = folder.grade(student, lab, counts)?.report else {
                continue;
            };
            rows.extend(report.checks().map(|(step, check)| Row {
                somebody,
                lab: lab.id.clone(),
                step: step.id.clone(),
                check: check.id.clone(),
                status: check.status,
                points: check.points,
                possible: check.possible,
            }));
        }
    }
    rows.sort_by_key(|row| row.somebody);
    Ok(Anonymous {
        schema: EXPORT_SCHEMA,
        course: class.course.clone(),
        edition: class.edition.clone(),
        rows,
    })
}

impl Anonymous {
    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain data")
    }

    /// As a table for a spreadsheet.
    pub fn csv(&self) -> String {
        let header = ["somebody", "lab", "step", "check", "status", "points", "possible"].map(str::to_owned);
        let row = |row: &Row| {
            let status = serde_json::to_value(row.status).expect("a word");
            let cells = [
                row.somebody.to_string(),
                row.lab.clone(),
                row.step.clone(),
                row.check.clone(),
                status.as_str().unwrap_or_default().to_owned(),
                row.points.to_string(),
                row.possible.to_string(),
            ];
            cells.map(|text| cell::text(&text)).to_vec()
        };
        cell::csv(std::iter::once(header.to_vec()).chain(self.rows.iter().map(row)))
    }
}
