//! The grades that a professor answers for: not written, late, scaled, unknown, or adjusted. One list, in the file's order.

use super::entry::{EntryOutcome, GradeEntry};
use super::options::GradebookOptions;
use super::scaled::Scaled;

/// Something about one grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeRemark {
    /// The line of the file; none where the student is not in it, or there is no file.
    pub line: Option<usize>,
    /// The student's id.
    pub student: String,
    /// Their name.
    pub name: String,
    /// The lab's id.
    pub lab: String,
    /// What.
    pub text: String,
    /// What it is about.
    pub about: RemarkAbout,
}

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkAbout {
    /// No grade was written.
    NotWritten,
    /// The grade comes from a part of the lab.
    Scaled,
    /// A grade that was written as it is, and should be looked at.
    Written,
}

/// All remarks about a gradebook, while it is written and after.
#[derive(Debug, Default)]
pub struct GradeRemarks {
    remarks: Vec<GradeRemark>,
    scaled: Scaled,
}

impl GradeRemarks {
    /// A grade that was not written.
    pub fn left(&mut self, entry: &GradeEntry, line: Option<usize>, why: &str) {
        self.remark(entry, line, format!("no grade: {why}"), RemarkAbout::NotWritten);
    }

    /// A grade that was written.
    pub fn written(&mut self, entry: &GradeEntry, line: Option<usize>, options: &GradebookOptions) {
        self.scaled.see(entry);
        let mut say = |text: String| self.remark(entry, line, text, RemarkAbout::Written);
        match &entry.outcome {
            EntryOutcome::Unknown { why, .. } => say(format!("what is unknown counts as no points: {why}")),
            EntryOutcome::NotHandedIn if options.missing_as_zero => say("has not handed in: zero".to_owned()),
            _ => {}
        }
        if let Some(text) = entry.late_text(options) {
            say(text.trim_end_matches('.').to_owned());
        }
        if let Some(adjustment) = entry.adjustment {
            say(adjustment.text());
        }
        if entry.not_judged() > 0 {
            let text = format!(
                "scaled: {} of {} points were not judged ({})",
                entry.not_judged(),
                entry.lab.possible,
                entry.left_out.join(", ")
            );
            self.remark(entry, line, text, RemarkAbout::Scaled);
        }
    }

    fn remark(&mut self, entry: &GradeEntry, line: Option<usize>, text: String, about: RemarkAbout) {
        self.remarks.push(GradeRemark {
            line,
            student: entry.student.id.clone(),
            name: entry.student.name.clone(),
            lab: entry.lab.id.clone(),
            text,
            about,
        });
    }

    /// The remarks in the file's order; those without a line last. Where all grades of a lab are scaled alike, that is a
    /// note and no remark about each.
    pub fn list(&self) -> Vec<&GradeRemark> {
        let is_said = |one: &&GradeRemark| one.about != RemarkAbout::Scaled || !self.scaled.is_uniform(&one.lab);
        let mut list: Vec<&GradeRemark> = self.remarks.iter().filter(is_said).collect();
        list.sort_by_key(|one| (one.line.is_none(), one.line));
        list
    }

    /// What is the same for many grades, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        self.scaled.notes()
    }

    /// Whether every grade was written.
    pub fn is_whole(&self) -> bool {
        self.remarks.iter().all(|one| one.about != RemarkAbout::NotWritten)
    }
}
