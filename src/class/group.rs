//! Groups: one account that is graded once, and the grade for each.

use super::folder::{ClassFolder, FolderError, file};
use super::premises::Premises;
use super::{Class, Student};
use crate::private;
use crate::report::Report;

impl Class {
    /// Whose grade in a lab comes from the account of `student`: of a group everyone who takes the lab, else the student.
    pub fn sharing<'c>(&'c self, student: &'c Student, lab: &str) -> Vec<&'c Student> {
        match &student.group {
            None => vec![student],
            Some(group) => {
                let members = self.students.iter().filter(|s| s.group.as_ref() == Some(group));
                members.filter(|s| !s.excused && s.takes(lab)).collect()
            }
        }
    }

    /// The students by account, each group in one place; first in it whoever comes first by identifier, in whatever order
    /// the roster has them. The excused are alone.
    pub fn by_account(&self) -> Vec<Vec<&Student>> {
        let mut units: Vec<Vec<&Student>> = Vec::new();
        for student in &self.students {
            let group = student.group.as_ref().filter(|_| !student.excused);
            let with = |unit: &&mut Vec<&Student>| unit[0].group.as_ref() == group && !unit[0].excused;
            match group.and_then(|_| units.iter_mut().find(with)) {
                Some(unit) => unit.push(student),
                None => units.push(vec![student]),
            }
        }
        for unit in &mut units {
            unit.sort_by(|one, other| one.id.cmp(&other.id));
        }
        units
    }

    /// How many of the students share accounts, in words; nothing where nobody does.
    pub fn groups_note(&self) -> Option<String> {
        let units = self.by_account().into_iter().map(|unit| unit.len());
        let sizes: Vec<usize> = units.filter(|size| *size > 1).collect();
        let groups = if sizes.len() == 1 { "group" } else { "groups" };
        (!sizes.is_empty()).then(|| {
            format!(
                "{} students are graded in {} {groups}: one account, judged once",
                sizes.iter().sum::<usize>(),
                sizes.len()
            )
        })
    }
}

impl ClassFolder {
    /// Keeps a run of an account for everyone whose grade comes from it.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn keep<T: serde::Serialize>(
        &self,
        student: &Student,
        report: &Report,
        evidence: &T,
        premises: Option<&Premises>,
    ) -> Result<(), FolderError> {
        for one in self.class().sharing(student, &report.lab) {
            if let Some(premises) = premises {
                self.keep_premises(one, report, premises)?;
            }
            self.store(one, report, evidence)?;
        }
        Ok(())
    }

    /// Gives a student who has joined a group the runs of its account in a lab: those that another member has.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn share_runs(&self, from: &Student, to: &Student, lab: &str) -> Result<(), FolderError> {
        let (there, here) = (self.student(from), self.student(to));
        let runs = here.join(lab);
        private::create_folder(&runs).map_err(file("create", &runs))?;
        let of = there.join(lab);
        let mut paths = private::files_below(&of).map_err(file("read", &of))?;
        // With the last run's own file the runs are there.
        paths.push(there.join(format!("{lab}.json")));
        for path in paths {
            let Ok(name) = path.strip_prefix(&there) else { continue };
            let content = std::fs::read(&path).map_err(file("read", &path))?;
            self.write(&here.join(name), &content)?;
        }
        Ok(())
    }
}
