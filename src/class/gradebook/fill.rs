//! Fills a file that a learning management system exported: the system's rules first, then single cells.

use super::columns::columns;
use super::entry::{Earned, EntryOutcome, GradeEntry};
use super::finding::Finding;
use super::layout::{GradeColumn, Layout, Maximum, Stays};
use super::number::{self, Decimal, DecimalSign, Style};
use super::options::{ExtraPoints, FillError, GradebookOptions, Lms};
use super::remarks::GradeRemarks;
use super::sheet::Sheet;
use super::students::{self, Rows};
use super::style::StyleSeen;
use crate::class::{Class, LabSummary};
use crate::report::text::visible;

/// A filled file, and what was not filled.
#[derive(Debug, Default)]
pub struct Filled {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many grades were written.
    pub grades: usize,
    /// How many of these say something else than before.
    pub replaced: Vec<Finding>,
    /// Grades that were cut to full marks.
    pub capped: Vec<Finding>,
    /// The grades that the professor answers for, and those that were left as they were.
    pub remarks: GradeRemarks,
    /// Rows that are by another name than the student's.
    pub names: Vec<Finding>,
    /// Rows that are none of the class: the line, and who it is.
    pub strangers: Vec<Finding>,
    /// What the professor should know.
    pub notes: Vec<String>,
}

/// Fills a file. `name` is that of the file, without its ending: a worksheet's says which assignment it is.
///
/// # Errors
/// When the file is not as the system writes it, or anything in it or in the class breaks a rule: all of it is told, and
/// nothing is filled.
pub fn fill(
    lms: Lms,
    bytes: &[u8],
    name: &str,
    class: &Class,
    entries: &[GradeEntry],
    options: &GradebookOptions,
) -> Result<Filled, FillError> {
    let mut sheet = Sheet::read(bytes)?;
    let mut layout = Layout::of(lms, &mut sheet, name).map_err(FillError::Problems)?;
    let mut labs: Vec<&LabSummary> = Vec::new();
    for entry in entries {
        if !labs.iter().any(|lab| lab.id == entry.lab.id) {
            labs.push(entry.lab);
        }
    }
    let mut problems = uneven(&sheet, &layout);
    let columns = columns(&labs, &class.labs, &sheet, &layout, options).unwrap_or_else(|findings| {
        problems.extend(findings);
        Vec::new()
    });
    layout.notes.extend(class.groups_note());
    let rows = students::rows(&class.students, &sheet, &layout);
    problems.extend(rows.findings.iter().cloned());
    let mut filling = SheetFiller {
        sheet,
        layout,
        options,
        filled: Filled::default(),
        problems,
    };
    let style = filling.check(&columns);
    for (lab, column) in &columns {
        for (place, student) in class.students.iter().enumerate() {
            let entry = entries
                .iter()
                .find(|e| e.lab.id == lab.id && e.student.id == student.id);
            if let Some(entry) = entry {
                filling.one(entry, *column, rows.of.get(&place).copied(), style);
            }
        }
    }
    filling.end(&rows)
}

struct SheetFiller<'f> {
    sheet: Sheet,
    layout: Layout,
    options: &'f GradebookOptions,
    filled: Filled,
    problems: Vec<Finding>,
}

impl SheetFiller<'_> {
    /// Holds the columns against the rules; gives the file's way of writing numbers.
    fn check(&mut self, columns: &[(&LabSummary, usize)]) -> Style {
        let mut style = StyleSeen::default();
        for (lab, column) in columns {
            let GradeColumn { index, maximum, .. } = self.layout.columns[*column];
            self.full_marks(lab, *column);
            for &row in &self.layout.rows {
                let row = &self.sheet.rows()[row];
                let cell = row.get(index).trim();
                match number::parse(cell) {
                    Some(_) => style.see(cell, row.line),
                    None if cell.is_empty() || self.mark(cell).is_some() => {}
                    None => {
                        let text = format!(
                            "`{cell}` is not a grade: {} takes numbers in column `{}`; empty the cell or export again",
                            self.layout.rules.name,
                            self.sheet.header().get(index).trim()
                        );
                        self.problems.push(Finding::at(row.line, text));
                    }
                }
                if let Maximum::In(index) = maximum {
                    style.see(row.get(index), row.line);
                }
            }
            if let Some(row) = self.layout.maxima.map(|row| &self.sheet.rows()[row]) {
                style.see(row.get(index), row.line);
            }
        }
        if style.is_empty() {
            for column in self.layout.columns.iter().map(|c| c.index) {
                for row in self.sheet.rows().iter().skip(1) {
                    style.see(row.get(column), row.line);
                }
            }
        }
        match style.settle(self.options.decimal) {
            Ok(style) => style,
            Err(finding) => {
                self.problems.push(finding);
                Style {
                    mark: DecimalSign::Dot,
                    padded: false,
                }
            }
        }
    }

    /// Whether full marks are known, and are within what the system takes.
    fn full_marks(&mut self, lab: &LabSummary, column: usize) {
        let header = self.sheet.header();
        let maximum = self.maximum(column, None);
        let name = header.get(self.layout.columns[column].index).trim().to_owned();
        let text = match (self.options.scale, maximum) {
            (None, None) if self.layout.rules.maximum => format!(
                "column `{name}` has no Points Possible: give the assignment points in Canvas, or set full marks with --scale"
            ),
            (Some(scale), Some(maximum)) if scale > maximum => {
                format!("--scale {scale} is more than the maximum of column `{name}`, {maximum}")
            }
            _ if lab.possible == 0 => format!("{} has no points: there is nothing to grade", lab.id),
            _ => return,
        };
        self.problems.push(Finding::at(header.line, text));
    }

    /// The highest grade of a column, in a row or in any.
    fn maximum(&self, column: usize, row: Option<usize>) -> Option<Decimal> {
        match self.layout.columns[column].maximum {
            Maximum::Unsaid => None,
            Maximum::Is(maximum) => Some(maximum),
            Maximum::In(index) => {
                let row = row.or_else(|| self.layout.rows.first().copied())?;
                number::parse(self.sheet.rows()[row].get(index)).map(|(maximum, _)| maximum)
            }
        }
    }

    /// What a word in a grade's cell means to the system.
    fn mark(&self, cell: &str) -> Option<(&'static str, Stays)> {
        let marks = self.layout.rules.marks.iter();
        marks
            .filter(|(mark, ..)| mark.eq_ignore_ascii_case(cell))
            .map(|(_, means, stays)| (*means, *stays))
            .next()
    }

    /// Fills the cell of one student in one lab.
    fn one(&mut self, entry: &GradeEntry, column: usize, row: Option<usize>, style: Style) {
        let points = match entry.points(self.options) {
            Ok(None) => return,
            Ok(Some(points)) => Ok(points),
            Err(why) => Err(why.to_owned()),
        };
        let Some(row) = row else {
            return self.filled.remarks.left(entry, None, "not in the file");
        };
        let line = self.sheet.rows()[row].line;
        let points = match points {
            Ok(points) => points,
            Err(why) => return self.filled.remarks.left(entry, Some(line), &why),
        };
        let index = self.layout.columns[column].index;
        let before = self.sheet.rows()[row].get(index).trim().to_owned();
        if self.sheet.rows()[row].len() <= index {
            return self.problems.push(Finding::at(
                line,
                format!(
                    "the row of {} ends before its grade: export the file again",
                    entry.student.id
                ),
            ));
        }
        if let Some(locked) = self.layout.locked
            && super::words::fold(self.sheet.rows()[row].get(locked)) == "no"
        {
            return self.filled.remarks.left(
                entry,
                Some(line),
                "Moodle says that this grade cannot be changed: it is locked, or was changed in the gradebook",
            );
        }
        if let Some((means, Stays::Closed | Stays::Excused)) = self.mark(&before) {
            return self.filled.remarks.left(entry, Some(line), means);
        }
        let maximum = self.maximum(column, Some(row));
        let scale = self.options.scale.or(maximum).unwrap_or(Decimal::HUNDRED);
        let (grade, cut) = points.grade(scale, self.options.extra);
        let text = grade.text(style);
        let id = &entry.student.id;
        if maximum.is_some_and(|maximum| grade > maximum)
            && let Err(rule) = self.layout.rules.above
        {
            let text = format!(
                "{id} would have {text} of {}: {rule}; omit --extra keep, or use a smaller --scale",
                maximum.unwrap_or(scale)
            );
            return self.problems.push(Finding::at(line, text));
        }
        if cut {
            let what = format!(
                "{id} has {} of {} points in {}: cut to {text}",
                points.points, points.of, entry.lab.id
            );
            self.filled.capped.push(Finding::at(line, what));
        }
        let same = number::parse(&before).is_some_and(|(before, _)| before == grade);
        if !same && number::parse(&before).is_some() {
            self.filled.replaced.push(Finding::at(
                line,
                format!("{id} had {before} in {}, has {text} now", entry.lab.id),
            ));
        }
        if !same {
            self.sheet.set(row, index, &text);
        }
        self.filled.grades += 1;
        self.filled.remarks.written(entry, Some(line), self.options);
        if let Some(feedback) = self.layout.feedback {
            self.comment(entry, points, row, feedback);
        }
    }

    /// A comment for the student, where there is none or one of ours: the checks that cost points, in the course's words.
    fn comment(&mut self, entry: &GradeEntry, earned: Earned, row: usize, column: usize) {
        const OURS: &str = "edemlab: ";
        let before = self.sheet.rows()[row].get(column).trim();
        if !before.is_empty() && !before.trim_start_matches("<p>").starts_with(OURS) {
            return;
        }
        let possible = entry.judged;
        let points = match entry.outcome {
            EntryOutcome::Adjusted(adjusted) => adjusted.points(possible),
            _ => earned.points,
        };
        let mut text = format!("{OURS}{points} of {possible} points.");
        if let Some(adjustment) = entry.adjustment {
            text.push_str(&format!(" {}.", sentence(&adjustment.text())));
        }
        let takes_off = entry
            .lateness
            .as_ref()
            .is_some_and(|lateness| lateness.deduction.is_some());
        if let Some(late) = entry.late_text(self.options).filter(|_| takes_off) {
            text.push_str(&format!(" {late}"));
        }
        if entry.not_judged() > 0 {
            let (left, steps) = (entry.not_judged(), entry.left_out.join(", "));
            text.push_str(&format!(" {left} more were not judged ({steps})."));
        }
        if let Some(group) = &entry.student.group {
            text.push_str(&format!(" Graded as group {}.", visible(group)));
        }
        for (id, title, earned, possible) in &entry.lost {
            text.push_str(&format!(" {id} {earned}/{possible}: {title}."));
        }
        // Moodle keeps comments as HTML.
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.sheet.set(row, column, &text.replace(['\n', '\r', '\\'], " "));
    }

    fn end(mut self, rows: &Rows) -> Result<Filled, FillError> {
        if !self.problems.is_empty() {
            self.problems.sort_by_key(|p| p.line);
            self.problems.dedup();
            return Err(FillError::Problems(self.problems));
        }
        if self.options.extra == ExtraPoints::Keep
            && let Ok(note) = self.layout.rules.above
        {
            self.layout.notes.push(note.to_owned());
        }
        self.layout.notes.extend(self.filled.remarks.notes());
        let keys = &self.layout.keys;
        let strangers = rows.strangers.iter().map(|&row| &self.sheet.rows()[row]).map(|row| {
            let mut names = keys.iter().map(|key| row.get(key.column).trim());
            Finding::at(row.line, names.find(|name| !name.is_empty()).unwrap_or("(no name)"))
        });
        self.filled.strangers = strangers.collect();
        self.filled.names = rows.names.clone();
        self.filled.notes = self.layout.notes;
        self.filled.bytes = self.sheet.write();
        Ok(self.filled)
    }
}

/// A text as a sentence's beginning, without its full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.trim_end_matches('.').chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// Rows of another length than the header, where the system takes none.
fn uneven(sheet: &Sheet, layout: &Layout) -> Vec<Finding> {
    let width = sheet.header().len();
    let uneven = sheet
        .rows()
        .iter()
        .filter(|row| layout.rules.even && row.len() != width);
    uneven
        .map(|row| {
            Finding::at(
                row.line,
                format!(
                    "{} cells, but the header has {width}: {} refuses such a file",
                    row.len(),
                    layout.rules.name
                ),
            )
        })
        .collect()
}
