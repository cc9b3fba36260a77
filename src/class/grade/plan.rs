//! What to grade, and what became of it.

use super::super::Student;
use super::super::premises::Premises;
use super::keep::StoreError;
use super::limit::Limit;
use crate::account::Account;
use crate::course::Lab;
use crate::judge;
use crate::report::Report;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What to grade, and how.
pub struct Plan<'a, K> {
    /// Where the runs are stored.
    pub keep: &'a K,
    /// Accounts at once.
    pub at_once: usize,
    /// How long one account may take before what is not known becomes unknown.
    pub limit: Limit,
    /// Whether CloudTrail is asked when and by whom the work was changed.
    pub asks_trail: bool,
    /// Who, in which labs, in the order in which they are begun.
    pub work: Vec<Work<'a>>,
}

/// One student's labs to grade.
pub struct Work<'a> {
    /// The student.
    pub student: &'a Student,
    /// The labs.
    pub tasks: Vec<Task<'a>>,
}

/// One lab of one student.
pub struct Task<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// What its report will rest on, the options among it.
    pub premises: Premises,
}

impl<'a> Work<'a> {
    /// The labs, without what their reports rest on.
    pub fn labs(&self) -> Vec<&'a Lab> {
        self.tasks.iter().map(|task| task.lab).collect()
    }
}

/// A student's account in the region of each lab, by the lab's id; or what to tell the professor of that lab.
pub type Opened = BTreeMap<String, Result<Rc<Account>, Closed>>;

/// What happens meanwhile.
#[derive(Debug)]
pub enum GradeEvent<'a> {
    /// A student's account is begun with.
    Begun(&'a Student),
    /// What a probe does.
    Judging(&'a Student, &'a str, judge::Event),
    /// A lab is judged, and waits for what CloudTrail has of it.
    Waiting(&'a Student, &'a str),
    /// A run is stored.
    Stored(&'a Student, &'a Report),
    /// All of a student's labs are done.
    Ended(&'a Student),
    /// A run could not be stored.
    NotStored(&'a Student, &'a StoreError),
}

/// Why an account was not opened: what to tell the professor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed(pub String);

/// What became of a class.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct GradeOutcome {
    /// Runs that are stored.
    pub stored: usize,
    /// Of those, the ones in which something could not be determined.
    pub unknown: usize,
    /// Runs that were cut off by the user, or could not be stored.
    pub lost: usize,
}

impl GradeOutcome {
    /// Adds what became of others.
    pub fn add(&mut self, others: &Self) {
        self.stored += others.stored;
        self.unknown += others.unknown;
        self.lost += others.lost;
    }

    /// Counts a run that was stored.
    pub fn count(&mut self, report: &Report) {
        self.stored += 1;
        self.unknown += usize::from(report.is_unsettled());
    }
}
