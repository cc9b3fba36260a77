//! What the class's page says, in the few words that a terminal has room for.

use super::tally::Tally;
use crate::class::Class;

/// A class in a few words.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Runs that count.
    pub graded: usize,
    /// Runs still to make: without the excused, and without labs that are not taken.
    pub open: usize,
    /// Runs of which a part was left out on purpose.
    pub partial: usize,
    /// Grades that the professor has adjusted.
    pub adjusted: usize,
    /// Grades of late work.
    pub late: usize,
    /// Students who are excused.
    pub excused: usize,
    /// The ids of the students who have not handed in.
    pub not_handed_in: Vec<String>,
    /// What could not be determined, once a student and lab.
    pub unknown: Vec<StudentRemark>,
    /// What probes left in accounts.
    pub leftovers: Vec<StudentRemark>,
    /// How often accounts share what should be each student's own: the page says which.
    pub alike: usize,
    /// The failing checks: first what most have to fix first.
    pub failing: Vec<Common>,
}

/// Something that is said of one student's lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudentRemark {
    /// The student's id.
    pub student: String,
    /// The lab's id.
    pub lab: String,
    /// What.
    pub text: String,
}

/// A check that students have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Common {
    /// The lab's id.
    pub lab: String,
    /// The check's id.
    pub check: String,
    /// What is right when it passes.
    pub title: String,
    /// How many students fail it.
    pub students: usize,
}

impl Overview {
    pub(super) fn of(class: &Class, tally: &Tally, alike: usize) -> Self {
        let said = |student: usize, lab: usize, text: &str| StudentRemark {
            student: class.students[student].id.clone(),
            lab: class.labs[lab].id.clone(),
            text: text.to_owned(),
        };
        let mut unknown: Vec<(usize, usize, &str)> = Vec::new();
        for (reason, places) in &tally.unknown {
            for place in places {
                // A student's first reason tells enough.
                if !unknown.iter().any(|u| (u.0, u.1) == (place.student, place.lab)) {
                    unknown.push((place.student, place.lab, reason));
                }
            }
        }
        unknown.sort_unstable();
        let common = |place: usize| {
            let ((lab, check), failing) = tally.failing.get_index(place).expect("a place of this tally");
            Common {
                lab: class.labs[*lab].id.clone(),
                check: check.clone(),
                title: failing.title.clone(),
                students: failing.students,
            }
        };
        Self {
            graded: tally.labs.iter().map(|lab| lab.graded).sum(),
            open: tally.open,
            partial: tally.labs.iter().map(|lab| lab.partial).sum(),
            adjusted: tally.adjusted,
            late: tally.late,
            not_handed_in: class
                .students
                .iter()
                .filter(|s| s.not_handed_in)
                .map(|s| s.id.clone())
                .collect(),
            excused: class.students.iter().filter(|s| s.excused).count(),
            unknown: unknown.into_iter().map(|(s, l, text)| said(s, l, text)).collect(),
            leftovers: tally.leftovers.iter().map(|(s, l, text)| said(*s, *l, text)).collect(),
            alike,
            failing: tally.most_often().into_iter().map(common).collect(),
        }
    }
}
