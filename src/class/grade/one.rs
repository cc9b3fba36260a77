//! One student: open the account, grade each lab in it.

use super::RunStore;
use super::context::Context;
use super::lab::OneLab;
use super::panicked::{Panicked, unless_it_panics};
use super::places::Place;
use super::plan::{Closed, GradeEvent, Opened, Work};
use crate::class::Student;
use crate::course::Lab;
use futures::FutureExt;
use futures::future::join_all;
use std::time::Duration;
use tokio::time::timeout;

/// Opening an account takes one call or two; whoever does not answer them answers nothing.
const OPENING: Duration = Duration::from_secs(60);

/// Grades one student, at `place` until all that is left is to wait.
pub(super) async fn student<'a, K, O>(context: &Context<'_, 'a, K>, work: &Work<'a>, open: &O, place: Place<'_>)
where
    K: RunStore,
    O: AsyncFn(&'a Student, &[&'a Lab]) -> Result<Opened, Closed>,
{
    (context.on)(GradeEvent::Begun(work.student));
    let mut stopped = context.stop.clone();
    let labs = work.labs();
    let opened = tokio::select! {
        opened = unless_it_panics(timeout(OPENING, open(work.student, &labs))) => match opened {
            Ok(Ok(opened)) => opened,
            Err(Panicked) => Err(Closed(Panicked.to_string())),
            Ok(Err(_)) => Err(Closed(format!("the account could not be opened in {} s", OPENING.as_secs()))),
        },
        _ = stopped.wait_for(|n| *n > 0) => {
            context.outcome.borrow_mut().lost += labs.len();
            (context.on)(GradeEvent::Ended(work.student));
            return;
        }
    };
    let of_lab = |lab: &Lab| match &opened {
        Ok(accounts) => accounts
            .get(&lab.id)
            .cloned()
            .unwrap_or_else(|| Err(Closed("the account was not opened for this lab".to_owned()))),
        Err(closed) => Err(closed.clone()),
    };
    let graded = work.tasks.iter().map(|task| {
        let lab = OneLab {
            context,
            student: work.student,
            task,
        };
        let graded = unless_it_panics(lab.grade(of_lab(task.lab), place.clone()));
        // It could not be stored, or not be told: the others go on.
        graded.map(|ended| context.outcome.borrow_mut().lost += usize::from(ended.is_err()))
    });
    let graded: Vec<_> = graded.collect();
    // Each lab holds both itself, until it only waits.
    drop((opened, place));
    join_all(graded).await;
    (context.on)(GradeEvent::Ended(work.student));
}
