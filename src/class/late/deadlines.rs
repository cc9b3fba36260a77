//! The deadlines of a class: which lab is due when, and what late work costs there.

use super::clock::LocalClock;
use super::extension::Extension;
use super::moment::{moment, shown};
use super::policy::LatePolicy;
use crate::class::{Class, LabSummary};
use crate::report::text::cut;

/// Other terms for late work in some labs. What is not said stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Until when work is in time, RFC 3339 in UTC.
    pub deadline: Option<Option<String>>,
    /// What late work costs. Without a deadline it costs nothing.
    pub late: Option<Option<LatePolicy>>,
}

/// What is said of late work cannot be.
#[derive(Debug, thiserror::Error)]
pub enum DueError {
    /// A policy or an extension, and no deadline.
    #[error("{0}, but {1} no deadline: add --deadline, for example --deadline \"2026-12-01 23:59\"")]
    NoDeadline(String, String),
    /// More time that is none.
    #[error(
        "the student {student} has an extension until {until}, which is not after the deadline {deadline}: correct it in the roster"
    )]
    TooEarly {
        /// The student's id.
        student: String,
        /// Until when they would have time.
        until: String,
        /// The last deadline of the class.
        deadline: String,
    },
}

impl Class {
    /// The deadline of a lab.
    pub fn deadline_of<'c>(&'c self, lab: &'c LabSummary) -> Option<&'c str> {
        lab.deadline.as_deref().or(self.deadline.as_deref())
    }

    /// The class with other terms for these labs.
    ///
    /// # Errors
    /// When there is a policy or an extension and no deadline, or an extension that is none.
    pub fn due_by(mut self, terms: &Terms, labs: &[&str]) -> Result<Self, DueError> {
        // A deadline of the whole class becomes one of each lab, so that a single lab can have another.
        let whole = self.deadline.take();
        for lab in &mut self.labs {
            lab.deadline = lab.deadline.take().or_else(|| whole.clone());
            if !labs.contains(&lab.id.as_str()) {
                continue;
            }
            if let Some(deadline) = &terms.deadline {
                lab.deadline.clone_from(deadline);
                let until = deadline.as_deref().and_then(moment);
                lab.clock = until.map(LocalClock::here).unwrap_or_default();
                if deadline.is_none() {
                    lab.late = None;
                }
            }
            if let Some(late) = &terms.late {
                lab.late.clone_from(late);
            }
            if lab.late.is_some() && lab.deadline.is_none() {
                let said = "what late work costs is said".to_owned();
                return Err(DueError::NoDeadline(said, format!("{} has", lab.id)));
            }
        }
        self.hold_extensions()?;
        Ok(self)
    }

    fn hold_extensions(&self) -> Result<(), DueError> {
        let deadlines = self.labs.iter().filter_map(|lab| self.deadline_of(lab));
        let last = deadlines.max_by_key(|deadline| moment(deadline));
        for student in &self.students {
            let id = cut(&student.id, 60);
            match (&student.extension, last) {
                (None, _) => {}
                (Some(_), None) => {
                    let said = format!("the student {id} has an extension");
                    return Err(DueError::NoDeadline(said, "the class has".to_owned()));
                }
                (Some(Extension::Until(until)), Some(last)) if moment(until) <= moment(last) => {
                    return Err(DueError::TooEarly {
                        student: id,
                        until: shown(until),
                        deadline: shown(last),
                    });
                }
                (Some(_), Some(_)) => {}
            }
        }
        Ok(())
    }

    /// What holds for late work, in words, a sentence for each lab that has a deadline, or one for all that have the same.
    pub fn late_terms(&self) -> Vec<String> {
        let terms = |lab: &LabSummary| {
            let deadline = shown(self.deadline_of(lab)?);
            Some(match &lab.late {
                Some(policy) => format!("deadline {deadline}, late work: {policy}"),
                None => format!("deadline {deadline}"),
            })
        };
        let of_labs: Vec<(&str, Option<String>)> = self.labs.iter().map(|lab| (lab.id.as_str(), terms(lab))).collect();
        match of_labs.split_first() {
            Some(((_, Some(first)), others)) if others.iter().all(|(_, other)| other.as_ref() == Some(first)) => {
                vec![first.clone()]
            }
            _ => of_labs
                .into_iter()
                .filter_map(|(lab, terms)| Some(format!("{lab}: {}", terms?)))
                .collect(),
        }
    }
}
