//! Grading: many accounts at once, each stored as soon as it is known. What is sick costs its own place and nothing else.

mod context;
mod keep;
mod lab;
mod limit;
mod one;
mod panicked;
mod places;
mod plan;
mod threads;

pub use keep::{RunStore, StoreError};
pub use limit::Limit;
pub use places::WAITING;
pub use plan::{Closed, GradeEvent, GradeOutcome, Opened, Plan, Task, Work};
pub use threads::{grade, grade_on_threads};

use super::late::LocalClock;
use super::{LabSummary, StepSummary, Student};
use crate::course::{Course, Lab};

impl LabSummary {
    /// What a class says of a lab of a course.
    pub fn of(lab: &Lab, course: &Course) -> Self {
        let steps: Vec<StepSummary> = lab
            .steps
            .iter()
            .map(|step| StepSummary {
                id: step.id.clone(),
                title: step.title.clone(),
                possible: step.points().0,
            })
            .collect();
        Self {
            id: lab.id.clone(),
            title: lab.title.clone(),
            deadline: None,
            clock: LocalClock::default(),
            late: None,
            names: course.names_of(&lab.id),
            possible: steps.iter().map(|s| s.possible).sum(),
            steps,
        }
    }
}
