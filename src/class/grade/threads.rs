//! A class on several threads. An account stays on the thread that has begun it, with all that is asked of it.

use super::context::Context;
use super::one;
use super::places::Places;
use super::plan::{Closed, GradeEvent, GradeOutcome, Opened, Plan, Work};
use super::{RunStore, Student};
use crate::course::Lab;
use crate::trail::Pace;
use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{oneshot, watch};

/// What a program's first thread has on Linux, in bytes. A lab's expressions and the futures of its checks go deep.
const STACK: usize = 8 * 1024 * 1024;

/// Accounts at once for which another thread pays: it has connections and certificates of its own.
const WORTH_A_THREAD: usize = 4;

/// Grades everyone in `plan`, on this thread. `open` opens a student's account for some labs. When `stop` counts up, accounts under
/// way are ended in order and not stored, and no other is begun.
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
    let class = Class::of(plan, &open, &stop);
    class.work_off(on, plan.at_once).await
}

/// The same on up to `threads` threads, of which this is one, with `runtime`; where there are too few accounts for so many, on
/// fewer. Each takes the next student who waits. Meanwhile this thread does `beside` too.
pub fn grade_on_threads<'a, K, O>(
    plan: &Plan<'a, K>,
    threads: usize,
    runtime: &Runtime,
    open: O,
    on: &(dyn Fn(GradeEvent<'_>) + Sync),
    stop: &watch::Receiver<u8>,
    beside: impl Future<Output = Infallible>,
) -> GradeOutcome
where
    K: RunStore + Sync,
    O: AsyncFn(&'a Student, &[&'a Lab]) -> Result<Opened, Closed> + Sync,
{
    let class = &Class::of(plan, &open, stop);
    let at_once = plan.at_once.clamp(1, plan.work.len().max(1));
    let threads = threads.min(at_once / WORTH_A_THREAD).max(1);
    // Each has its share of those at once, and the first of them what is over.
    let share = |n: usize| at_once / threads + usize::from(n < at_once % threads);
    thread::scope(|scope| {
        let begin = |n: usize| {
            // It is dropped when the thread ends, however it does.
            let (at_work, ends) = oneshot::channel::<Infallible>();
            let work = move || {
                let _at_work = at_work;
                class.work_off_apart(on, share(n))
            };
            let thread = thread::Builder::new().name(format!("grade-{n}")).stack_size(STACK);
            Some((thread.spawn_scoped(scope, work).ok()?, ends))
        };
        // With fewer threads than were wanted it takes longer, and that is all.
        let (others, ends): (Vec<_>, Vec<_>) = (1..threads).filter_map(begin).unzip();
        let work = async {
            let outcome = class.work_off(on, share(0)).await;
            join_all(ends).await;
            outcome
        };
        let mut outcome = runtime.block_on(async {
            tokio::select! {
                outcome = work => outcome,
                never = beside => match never {},
            }
        });
        for other in others {
            match other.join() {
                Ok(Ok(more)) => outcome.add(&more),
                // It has begun with nobody: the others have graded everyone.
                Ok(Err(_)) => {}
                Err(panic) => resume_unwind(panic),
            }
        }
        outcome
    })
}

/// A class that is being graded: what its threads share.
struct Class<'p, 'a, K, O> {
    plan: &'p Plan<'a, K>,
    open: &'p O,
    stop: &'p watch::Receiver<u8>,
    waiting: Mutex<std::slice::Iter<'p, Work<'a>>>,
    /// Of all threads: AWS's rate is one of an account, and two students may share one.
    pace: Pace,
}

impl<'p, 'a, K, O> Class<'p, 'a, K, O>
where
    K: RunStore,
    O: AsyncFn(&'a Student, &[&'a Lab]) -> Result<Opened, Closed>,
{
    fn of(plan: &'p Plan<'a, K>, open: &'p O, stop: &'p watch::Receiver<u8>) -> Self {
        Self {
            plan,
            open,
            stop,
            waiting: Mutex::new(plan.work.iter()),
            pace: Pace::default(),
        }
    }

    fn next(&self) -> Option<&'p Work<'a>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    /// Grades whoever waits, up to `at_once` at once, until nobody does.
    async fn work_off(&self, on: &dyn Fn(GradeEvent<'_>), at_once: usize) -> GradeOutcome {
        let outcome = RefCell::new(GradeOutcome::default());
        let places = Places::new(at_once);
        let context = Context {
            plan: self.plan,
            on,
            stop: self.stop.clone(),
            outcome: &outcome,
            pace: &self.pace,
            places: &places,
        };
        let mut running = FuturesUnordered::new();
        let mut all_begun = false;
        loop {
            tokio::select! {
                place = places.free(), if !all_begun => match self.next() {
                    Some(work) if *self.stop.borrow() == 0 => running.push(one::student(&context, work, self.open, place)),
                    _ => all_begun = true,
                },
                Some(()) = running.next() => {}
                else => break,
            }
        }
        drop(running);
        outcome.into_inner()
    }

    /// The same, with a runtime of its own.
    ///
    /// # Errors
    /// When the system has none. Then nobody was begun.
    fn work_off_apart(&self, on: &dyn Fn(GradeEvent<'_>), at_once: usize) -> io::Result<GradeOutcome> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let outcome = runtime.block_on(self.work_off(on, at_once));
        // Nothing that is still looked up in the background holds up the end.
        runtime.shutdown_background();
        Ok(outcome)
    }
}
