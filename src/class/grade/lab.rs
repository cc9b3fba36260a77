//! One lab of one student: judge it, take away what an earlier probe left, ask when and by whom the work was changed, store.

use super::context::Context;
use super::limit::{ABORT_MARGIN, CLEANUP_MARGIN};
use super::panicked::{Panicked, unless_it_panics};
use super::places::Place;
use super::plan::{Closed, GradeEvent, Task};
use super::{RunStore, StoreError};
use crate::account::{Account, ConnectError};
use crate::class::Student;
use crate::class::alike::note_given_names;
use crate::class::underway::PendingCleanup;
use crate::costs::idle_usd_per_day;
use crate::course::Lab;
use crate::judge::{self, CleanupRecord, Judged, Observer, clean_up_record, indeterminate_report, judge};
use crate::report::Trail;
use crate::trail;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// For so long CloudTrail is asked when and by whom the work was changed. It is no part of the verdict, so no account waits longer
/// for it, and one whose time is short for no more than half of that time.
const TRAIL: Duration = Duration::from_secs(30);

/// One lab of one student.
pub(super) struct OneLab<'w, 'a, K> {
    pub context: &'w Context<'w, 'a, K>,
    pub student: &'a Student,
    pub task: &'w Task<'a>,
}

/// What judging has come to.
enum Ended {
    /// A report, at the account's limit or before it.
    Judged { judged: Box<Judged>, at_limit: bool },
    /// Why there is none.
    Unknown(String),
}

impl<K: RunStore> OneLab<'_, '_, K> {
    /// Grades it in its account, and stores the run.
    pub(super) async fn grade(self, account: Result<Rc<Account>, Closed>, place: Place<'_>) {
        let (context, student) = (self.context, self.student);
        let region = account
            .as_ref()
            .map_or_else(|_| String::new(), |a| a.region().to_owned());
        let graded = match account {
            Ok(account) => unless_it_panics(self.grade_in(account, place))
                .await
                .unwrap_or_else(|panicked| Some(self.unknown(&panicked.to_string(), &region))),
            Err(Closed(why)) => Some(self.unknown(&why, "")),
        };
        let Some(graded) = graded else {
            context.outcome.borrow_mut().lost += 1;
            return;
        };
        match context.plan.keep.store(student, &graded, &self.task.premises).await {
            Ok(()) => {
                (context.on)(GradeEvent::Stored(student, &graded.report));
                context.outcome.borrow_mut().count(&graded.report);
            }
            Err(error) => {
                (context.on)(GradeEvent::NotStored(student, &error));
                context.outcome.borrow_mut().lost += 1;
            }
        }
    }

    /// The run in an opened account, which is held no longer than it is needed; nothing when the user stopped it.
    async fn grade_in(&self, account: Rc<Account>, place: Place<'_>) -> Option<Judged> {
        let Context { plan, pace, places, .. } = self.context;
        let before = plan.keep.loose(self.student, &self.task.lab.id).await;
        // Boxed, so that its room is free again while the lab waits.
        let (mut judged, at_limit) = match Box::pin(self.judge_in(&account)).await? {
            Ended::Judged { judged, at_limit } => (judged, at_limit),
            Ended::Unknown(why) => return Some(self.unknown(&why, account.region())),
        };
        let mut stop = self.context.stop.clone();
        tokio::select! {
            () = self.tidy(&account, before, &mut judged) => {}
            // What an earlier run left stays noted, so that the next one takes it away.
            _ = stop.wait_for(|n| *n > 0) => return None,
        }
        // Of an account that was cut off there is no time left for what is no part of the verdict.
        if !plan.asks_trail || at_limit {
            return Some(*judged);
        }
        // All that it has shown is in the report by now, and takes memory while it waits.
        let asked = account.with_fresh_cache();
        drop(account);
        (self.context.on)(GradeEvent::Waiting(self.student, &self.task.lab.id));
        let trail = async {
            let _waiting = places.give_up(place).await;
            let (owner, resources) = (&judged.report.account, &judged.report.resources);
            trail::read(&asked, owner, resources, pace, TRAIL.min(plan.limit.time() / 2)).await
        };
        let trail = tokio::select! {
            trail = unless_it_panics(trail) => trail.unwrap_or_else(|Panicked| Trail {
                unread: Some("edemlab failed while it read it".to_owned()),
                ..Trail::default()
            }),
            // Whether work was late may hang on it: the next run grades this lab again.
            _ = stop.wait_for(|n| *n > 0) => return None,
        };
        judged.add_trail(trail);
        Some(*judged)
    }

    /// Judges it until its limit; nothing when the user stopped it.
    async fn judge_in(&self, account: &Account) -> Option<Ended> {
        let Context { plan, stop, .. } = self.context;
        let at_limit = Cell::new(false);
        let (ending, ends) = watch::channel(0u8);
        let observer = StudentObserver {
            keep: plan.keep,
            student: self.student,
            lab: self.task.lab,
            account,
            on: self.context.on,
        };
        let work = judge(self.task.lab, account, &self.task.premises.options, &observer, ends);
        let limit = async {
            // The user's stop, passed on; else the account's time.
            let mut stop = stop.clone();
            let mut asked = stop.clone();
            tokio::select! {
                _ = asked.wait_for(|n| *n > 0) => {}
                () = sleep(plan.limit.time()) => at_limit.set(true),
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
            Some(Ok(judged)) => Box::new(judged),
            Some(Err(judge::JudgeError::Call(error))) => {
                return Some(Ended::Unknown(ConnectError::from((error, None)).to_string()));
            }
            Some(Err(error)) => return Some(Ended::Unknown(error.to_string())),
            None => return Some(Ended::Unknown(plan.limit.reached())),
        };
        let report = &mut judged.report;
        report.idle_usd_per_day = idle_usd_per_day(&judged.charges, &report.region, &report.started);
        note_given_names(self.task.lab, report);
        if at_limit.get() {
            judged.note(plan.limit.reached());
        }
        Some(Ended::Judged {
            judged,
            at_limit: at_limit.get(),
        })
    }

    /// A run in which nothing is known.
    fn unknown(&self, why: &str, region: &str) -> Judged {
        let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        indeterminate_report(self.task.lab, why, region, &now, &self.task.premises.options)
    }

    /// What this probe left is gone, unless the report says otherwise; what an earlier one left, `before`, goes now.
    async fn tidy(
        &self,
        account: &Account,
        before: Result<Vec<(K::Note, PendingCleanup)>, StoreError>,
        judged: &mut Judged,
    ) {
        let keep = self.context.plan.keep;
        let (before, now) = match (before, keep.loose(self.student, &self.task.lab.id).await) {
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
                    if let Err(error) = keep.forget_loose(note).await {
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
