//! One student: open the account, judge the labs, take away what an earlier probe left, store.

use super::limit::{ABORT_MARGIN, CLEANUP_MARGIN};
use super::plan::{Closed, GradeEvent, GradeOutcome, Opened, Plan, Task, Work};
use super::{RunStore, StoreError};
use crate::account::{Account, ConnectError};
use crate::class::Student;
use crate::class::alike::note_given_names;
use crate::class::underway::PendingCleanup;
use crate::costs::idle_usd_per_day;
use crate::course::Lab;
use crate::judge::{self, CleanupRecord, Judged, Observer, clean_up_record, indeterminate_report, judge};
use crate::report::Trail;
use crate::trail::{self, Pace};
use futures::FutureExt;
use futures::future::{LocalBoxFuture, join, join_all};
use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// Opening an account takes one call or two; whoever does not answer them answers nothing.
const OPENING: Duration = Duration::from_secs(60);

/// For so long CloudTrail is asked when and by whom the work was changed. It is no part of the verdict, so no account waits longer
/// for it, and one whose time is short for no more than half of that time.
const TRAIL: Duration = Duration::from_secs(30);

pub(super) async fn student<'a, K, O>(
    plan: &Plan<'a, K>,
    work: &Work<'a>,
    open: &O,
    on: &dyn Fn(GradeEvent<'_>),
    stop: watch::Receiver<u8>,
    outcome: &RefCell<GradeOutcome>,
    pace: &Pace,
) where
    K: RunStore,
    O: AsyncFn(&'a Student, &[&'a Lab]) -> Result<Opened, Closed>,
{
    on(GradeEvent::Begun(work.student));
    let mut stopped = stop.clone();
    let labs = work.labs();
    let opened = tokio::select! {
        opened = unless_it_panics(timeout(OPENING, open(work.student, &labs))) => match opened {
            Ok(Ok(opened)) => opened,
            Err(Panicked) => Err(Closed(Panicked.to_string())),
            Ok(Err(_)) => Err(Closed(format!("the account could not be opened in {} s", OPENING.as_secs()))),
        },
        _ = stopped.wait_for(|n| *n > 0) => {
            outcome.borrow_mut().lost += labs.len();
            on(GradeEvent::Ended(work.student));
            return;
        }
    };
    join_all(work.tasks.iter().map(|task| async {
        let (lab, options) = (task.lab, &task.premises.options);
        let account = match &opened {
            Ok(accounts) => accounts.get(&lab.id).map_or_else(
                || Err("the account was not opened for this lab".to_owned()),
                |account| account.as_ref().map_err(|Closed(why)| why.clone()),
            ),
            Err(Closed(why)) => Err(why.clone()),
        };
        let judged = match account {
            Ok(account) => {
                let judged = lab_in(plan, work.student, task, account, on, stop.clone(), pace);
                match unless_it_panics(judged).await {
                    Ok(judged) => judged,
                    Err(Panicked) => {
                        let why = Panicked.to_string();
                        Some(indeterminate_report(lab, &why, account.region(), &now(), options))
                    }
                }
            }
            Err(why) => Some(indeterminate_report(lab, &why, "", &now(), options)),
        };
        let Some(judged) = judged else {
            outcome.borrow_mut().lost += 1;
            return;
        };
        match plan.keep.store(work.student, &judged, &task.premises).await {
            Ok(()) => {
                outcome.borrow_mut().count(&judged.report);
                on(GradeEvent::Stored(work.student, &judged.report));
            }
            Err(error) => {
                outcome.borrow_mut().lost += 1;
                on(GradeEvent::NotStored(work.student, &error));
            }
        }
    }))
    .await;
    on(GradeEvent::Ended(work.student));
}

/// A mistake of ours that one account has brought to light. Its own message may hold what a student wrote, or a secret: it goes
/// to the terminal only, by itself.
#[derive(Debug, thiserror::Error)]
#[error(
    "edemlab failed while it looked at this account: this is a bug in edemlab and says nothing about the student's work. Grade \
     this student again with --again unknown; if it fails again, report the message that was printed"
)]
struct Panicked;

/// Ends at a panic in `work`, which thereby costs its own account and no other. What a probe has sent stays noted, so that the next
/// run takes it away.
async fn unless_it_panics<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    // Nothing of it is used again: all that others see too is behind locks, and whole.
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_| Panicked)
}

/// Tells the professor what one judge does, and keeps what its probes would leave.
struct StudentObserver<'s, K> {
    keep: &'s K,
    student: &'s Student,
    lab: &'s Lab,
    account: &'s Account,
    on: &'s dyn Fn(GradeEvent<'_>),
}

impl<K: RunStore> Observer for StudentObserver<'_, K> {
    fn on(&self, event: judge::Event) {
        (self.on)(GradeEvent::Judging(self.student, &self.lab.id, event));
    }

    fn save(&self, record: CleanupRecord) -> LocalBoxFuture<'_, Result<(), String>> {
        async move {
            let loose = PendingCleanup {
                region: self.account.region().to_owned(),
                // It was asked before anything else, and is not asked again.
                account: self.account.identity().await.ok().map(|me| me.account),
                record,
            };
            let noted = self.keep.note_loose(self.student, &self.lab.id, &loose).await;
            noted.map_err(|error| error.to_string())
        }
        .boxed_local()
    }
}

/// One lab in an opened account; nothing when the user stopped it.
async fn lab_in<K: RunStore>(
    plan: &Plan<'_, K>,
    student: &Student,
    task: &Task<'_>,
    account: &Account,
    on: &dyn Fn(GradeEvent<'_>),
    stop: watch::Receiver<u8>,
    pace: &Pace,
) -> Option<Judged> {
    let (lab, options) = (task.lab, &task.premises.options);
    let before = plan.keep.loose(student, &lab.id).await;
    let cut_off = RefCell::new(None);
    let (ending, ends) = watch::channel(0u8);
    let observer = StudentObserver {
        keep: plan.keep,
        student,
        lab,
        account,
        on,
    };
    let work = judge(lab, account, options, &observer, ends);
    let limit = async {
        // The user's stop, passed on; else the account's time.
        let mut stop = stop.clone();
        let mut asked = stop.clone();
        tokio::select! {
            _ = asked.wait_for(|n| *n > 0) => {}
            () = sleep(plan.limit.time()) => *cut_off.borrow_mut() = Some(()),
        }
        ending.send_replace(1);
        tokio::select! {
            _ = stop.wait_for(|n| *n > 1) => {}
            () = sleep(CLEANUP_MARGIN) => {}
        }
        ending.send_replace(2);
        sleep(ABORT_MARGIN).await;
    };
    let judged = tokio::select! {
        judged = work => Some(judged),
        () = limit => None,
    };
    if *stop.borrow() > 0 {
        return None;
    }
    let mut judged = match judged {
        Some(Ok(judged)) => judged,
        Some(Err(error)) => {
            let why = match error {
                judge::JudgeError::Call(error) => ConnectError::from((error, None)).to_string(),
                other => other.to_string(),
            };
            return Some(indeterminate_report(lab, &why, account.region(), &now(), options));
        }
        None => {
            return Some(indeterminate_report(
                lab,
                &plan.limit.reached(),
                account.region(),
                &now(),
                options,
            ));
        }
    };
    let report = &mut judged.report;
    report.idle_usd_per_day = idle_usd_per_day(&judged.charges, &report.region, &report.started);
    note_given_names(lab, report);
    if cut_off.borrow().is_some() {
        judged.note(plan.limit.reached());
    }
    let mut stop = stop;
    let (owner, resources) = (judged.report.account.clone(), judged.report.resources.clone());
    // Of an account that was cut off there is no time left for what is no part of the verdict.
    let asks_trail = plan.asks_trail && cut_off.borrow().is_none();
    let trail = async {
        match asks_trail {
            false => Trail::default(),
            true => trail::read(account, &owner, &resources, pace, TRAIL.min(plan.limit.time() / 2)).await,
        }
    };
    let done = async {
        let ((), trail) = join(tidy(plan, student, lab, account, before, &mut judged), trail).await;
        judged.add_trail(trail);
    };
    tokio::select! {
        () = done => Some(judged),
        // What an earlier run left stays noted, so that the next one takes it away.
        _ = stop.wait_for(|n| *n > 0) => None,
    }
}

/// What this probe left is gone, unless the report says otherwise; what an earlier one left goes now.
async fn tidy<K: RunStore>(
    plan: &Plan<'_, K>,
    student: &Student,
    lab: &Lab,
    account: &Account,
    before: Result<Vec<(K::Note, PendingCleanup)>, StoreError>,
    judged: &mut Judged,
) {
    let (before, now) = match (before, plan.keep.loose(student, &lab.id).await) {
        (Ok(before), Ok(now)) => (before, now),
        (Err(error), _) | (_, Err(error)) => {
            judged.left(format!("could not determine what an earlier run left: {error}"));
            return;
        }
    };
    let own_are_gone = judged.report.leftovers.is_empty();
    let here = judged.report.account.clone();
    for (note, loose) in now {
        let earlier = before.iter().any(|(known, _)| *known == note);
        let removed = match earlier {
            false if own_are_gone => Ok(()),
            // Kept, so that the next run tries again.
            false => continue,
            // The roster has been corrected since: in this account there is nothing to take away.
            true if loose.account.as_ref().is_some_and(|there| *there != here) => {
                let there = loose.account.unwrap_or_default();
                judged.left(format!(
                    "in account {there}, which the roster named before: what a probe that was cut off left there. To remove \
                     it, grade this student again with that account in the roster"
                ));
                continue;
            }
            true if loose.region == account.region() => clean_up_record(account, &loose.record).await,
            true => clean_up_record(&account.in_region(&loose.region), &loose.record).await,
        };
        match removed {
            Ok(()) => {
                if let Err(error) = plan.keep.forget_loose(note).await {
                    judged.left(format!("nothing, but this note of it stays: {error}"));
                }
            }
            Err(failed) => {
                for what in failed {
                    judged.left(format!("of an earlier run that was cut off: {what}"));
                }
            }
        }
    }
}

fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
