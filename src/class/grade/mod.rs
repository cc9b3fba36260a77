//! Grading: many accounts at once, each stored as soon as it is known. What is sick costs its own place and nothing else.

mod keep;
mod limit;
mod one;
mod plan;

pub use keep::{RunStore, StoreError};
pub use limit::Limit;
pub use plan::{Closed, GradeEvent, GradeOutcome, Opened, Plan, Task, Work};

use super::late::LocalClock;
use super::{LabSummary, StepSummary, Student};
use crate::course::{Course, Lab};
use crate::trail::Pace;
use futures::stream::{FuturesUnordered, StreamExt};
use std::cell::RefCell;
use tokio::sync::watch;

/// Grades everyone in `plan`. `open` opens a student's account for some labs. When `stop` counts up, accounts under way are ended in
/// order and not stored, and no other is begun.
pub async fn grade<'a, K, O>(
    plan: &Plan<'a, K>,
    open: O,
    on: &dyn Fn(GradeEvent<'_>),
    stop: watch::Receiver<u8>,
) -> GradeOutcome
where
    K: RunStore,
    O: AsyncFn(&'a Student, &[&'a Lab]) -> Result<Opened, Closed>,
{
    let (outcome, pace) = (RefCell::new(GradeOutcome::default()), Pace::default());
    let mut waiting = plan.work.iter();
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < plan.at_once.max(1)
            && *stop.borrow() == 0
            && let Some(work) = waiting.next()
        {
            running.push(one::student(plan, work, &open, on, stop.clone(), &outcome, &pace));
        }
        if running.next().await.is_none() {
            break;
        }
    }
    drop(running);
    outcome.into_inner()
}

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
