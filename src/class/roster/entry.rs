//! What a line of a roster says.

use super::super::Student;
use crate::account::Keys;
use crate::class::identifier;
use crate::course::Lab;
use crate::judge::Options;
use std::collections::BTreeMap;

/// The name of the role that `edemlab access template` makes in a student's account.
pub const ROLE_NAME: &str = "edemlab-grader";

/// A class as its roster has it. Its credentials are in memory only.
#[derive(Debug, Clone)]
pub struct Roster {
    /// A line for each student, in the order of the file.
    pub students: Vec<Entry>,
    /// What the professor should know, though it is no mistake: a sentence each.
    pub notes: Vec<String>,
    /// Whether there is a column for extensions.
    pub has_extensions: bool,
}

/// One line of a roster.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who.
    pub student: Student,
    /// The region that they work in, where the roster says so.
    pub region: Option<String>,
    /// The regions of single labs, by lab: they come before `region`.
    pub regions: BTreeMap<String, String>,
    /// Which resource is theirs, by its name in the checks, as `--use` says it; `LAB.NAME` where it is about one lab only.
    pub uses: BTreeMap<String, String>,
    /// The steps that are left out of their grade; `LAB.STEP` where it is about one lab only.
    pub skip: Vec<String>,
    /// The account's twelve digits that the roster promises, by itself or as part of a role's ARN.
    pub account: Option<String>,
    /// How to get into their account.
    pub access: Access,
    /// The line of the file.
    pub line: u64,
}

impl Entry {
    /// The region that the roster names for a lab.
    pub fn region_of(&self, lab: &str) -> Option<&str> {
        self.regions.get(lab).or(self.region.as_ref()).map(String::as_str)
    }

    /// From what their external ID is made: a group has one, whoever of it makes the role.
    pub fn invited_as(&self) -> String {
        match &self.student.group {
            Some(group) => format!("group {}", identifier::bare(group)),
            None => self.student.id.clone(),
        }
    }

    /// Whether there is a way into their account.
    pub fn is_open(&self) -> bool {
        !matches!(self.access, Access::Awaited(_) | Access::Nothing)
    }

    /// `options` for one lab of this student: with those of their resources and steps that the lab knows.
    pub fn options(&self, lab: &Lab, options: &Options) -> Options {
        let mut options = options.clone();
        let skipped = |step: &str| {
            self.skip
                .iter()
                .any(|name| *name == step || *name == format!("{}.{step}", lab.id))
        };
        let steps = lab.steps.iter().map(|step| step.id.clone());
        options.skip.extend(steps.filter(|step| skipped(step)));
        for name in lab.resources.keys() {
            let own = self
                .uses
                .get(&format!("{}.{name}", lab.id))
                .or_else(|| self.uses.get(name));
            options
                .uses
                .extend(own.map(|resource| (name.clone(), resource.clone())));
        }
        options
    }
}

/// How to get into a student's account.
#[derive(Debug, Clone)]
pub enum Access {
    /// A role there, which the professor assumes.
    Role {
        /// Its ARN.
        arn: String,
    },
    /// A profile in the professor's AWS settings.
    Profile(String),
    /// Keys that the student handed in.
    Keys(Keys),
    /// Keys in the file of this name, which is not there yet.
    Awaited(String),
    /// None: the student is excused, or has not handed in.
    Nothing,
}
