//! Looking for a probe's events, and what is said of those that came and of those that did not.

use super::check::{could_not_tell, fail, pass, say};
use super::under::{Hops, Under};
use super::{Run, round};
use crate::course::{Step, arrival_name};
use crate::expr::Scope;
use crate::probe::{Clue, Sight, Watch};
use crate::report::{CheckReport, Status};
use futures::future::join_all;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// What a missing event left behind is looked at for the first time after this long, and then at this interval:
/// reading logs is limited to a few calls a second an account.
pub(super) const PATIENCE: Duration = Duration::from_millis(1500);
const AGAIN: Duration = Duration::from_millis(2500);

impl Run<'_> {
    /// Looks at every hop where an event may be, all at once.
    pub(super) async fn look_everywhere(
        &self,
        step: &Step,
        hops: &mut Hops<'_>,
        scope: &mut Scope,
        watch: &Watch,
        began: Instant,
    ) {
        let (seen_from, looked) = (&*hops, &*scope);
        let sights = join_all((0..hops.0.len()).map(|index| async move {
            match &seen_from.0[index].hop.awaits {
                Some(action) if seen_from.may_be_seen(index) => {
                    Some(self.look(&step.id, seen_from.0[index].hop, action, looked, watch).await)
                }
                _ => None,
            }
        }))
        .await;
        for (index, sight) in sights.into_iter().enumerate() {
            let Some(sight) = sight else { continue };
            match sight {
                Ok(Sight::Arrived(document)) if !hops.0[index].done => {
                    self.arrived(step, &mut hops.0[index], scope, &document, began);
                    hops.prove_before(index, hops.0[index].seen.unwrap_or_default());
                    if hops.0[index].report.status != Status::Pass {
                        self.explain_wrong(step, &mut hops.0[index], scope, watch).await;
                        hops.block_behind(index);
                    }
                }
                Ok(Sight::Never(why)) if hops.is_next(index) => {
                    let under = &mut hops.0[index];
                    fail(&mut under.report, &under.hop.check, scope);
                    under.report.found = Some(why);
                    under.done = true;
                    hops.block_behind(index);
                }
                Ok(_) => hops.0[index].trouble = None,
                Err(undone) => hops.0[index].trouble = Some(undone.say(self)),
            }
        }
    }

    /// Something has come: whether it is as expected.
    pub(super) fn arrived(
        &self,
        step: &Step,
        under: &mut Under<'_>,
        scope: &mut Scope,
        document: &Value,
        began: Instant,
    ) {
        under.done = true;
        let (check, hop) = (&under.hop.check, under.hop);
        let remembered = self
            .source
            .hop(&step.id, &check.id)
            .map(|seen| seen.seconds.unwrap_or_default());
        let seconds = remembered.unwrap_or_else(|| began.elapsed().as_secs_f64());
        self.source
            .note_hop(&step.id, &check.id, |seen| seen.seconds = Some(round(seconds)));
        under.seen = Some(seconds);
        let sent = hop.send.as_ref().map(|send| &send.action);
        if let Some(action) = hop.awaits.as_ref().or(sent) {
            self.keep_secret(&action.verb, document);
            scope.bind(&hop.name, document);
            let here = scope.with(arrival_name(&action.verb), document);
            match check.expect.as_ref().map(|e| (e, e.value.holds(&here))) {
                None | Some((_, Ok(true))) => pass(&mut under.report),
                Some((_, Ok(false))) => {
                    fail(&mut under.report, check, &here);
                    if let Some(differs) = &hop.differs {
                        under.report.found = Some(say(differs, &here));
                    }
                }
                Some((expect, Err(error))) => could_not_tell(&mut under.report, error.at(expect.place())),
            }
        }
    }

    /// Something arrived and is not as expected: what the evidence adds, and its cause where the course has no words of
    /// its own for this.
    pub(super) async fn explain_wrong(&self, step: &Step, under: &mut Under<'_>, scope: &Scope, watch: &Watch) {
        if under.report.status != Status::Fail || under.seen.is_none() {
            return;
        }
        let clues = self.evidence(&step.id, under.hop, scope, watch).await;
        under.report.evidence = clues.iter().flat_map(|c| c.lines.iter().cloned()).collect();
        if under.hop.differs.is_none()
            && let Some(clue) = clues.iter().find(|c| c.found.is_some())
        {
            tell(&mut under.report, clue);
        }
    }

    /// The event did not come: the cause where the evidence shows one.
    fn missing(&self, under: &mut Under<'_>, scope: &Scope, clues: &[Clue]) {
        under.done = true;
        under.report.evidence = clues.iter().flat_map(|c| c.lines.iter().cloned()).collect();
        let never = clues.iter().any(|c| c.never);
        if let Some(pending) = clues.iter().find(|c| c.pending && !never) {
            under.pending = true;
            could_not_tell(&mut under.report, pending.found.clone().unwrap_or_default());
            return;
        }
        let cause = clues.iter().find(|c| c.found.is_some() && !c.pending);
        if cause.is_none()
            && let Some(trouble) = under.trouble.take().or(under.lost.take())
        {
            // We could not look, or do not know whether it was sent: that the event is missing proves nothing.
            could_not_tell(&mut under.report, trouble);
            return;
        }
        fail(&mut under.report, &under.hop.check, scope);
        if let Some(clue) = cause {
            tell(&mut under.report, clue);
        }
    }

    /// A hop that has waited long enough, or whose evidence says that nothing will come, fails.
    pub(super) async fn decide_missing(
        &self,
        step: &Step,
        hops: &mut Hops<'_>,
        index: usize,
        scope: &mut Scope,
        watch: &Watch,
        began: Instant,
    ) {
        let hop = hops.0[index].hop;
        // What was remembered does not change: there is nothing to wait for.
        let remembered = self.source.account().is_none();
        let under = &hops.0[index];
        let mut late = remembered || under.since.is_some_and(|since| since.elapsed() >= under.within);
        let due = hops.0[index].next_clues.is_some_and(|at| Instant::now() >= at);
        if hops.0[index].done || !(late || due) {
            return;
        }
        let clues = self.evidence(&step.id, hop, scope, watch).await;
        let never = clues.iter().any(|c| c.never);
        // What is still under way gets as much time again: it is slow, which is not wrong.
        if late && !remembered && !never && clues.iter().any(|c| c.pending) && hops.0[index].within == hop.within {
            hops.0[index].within = hop.within * 2;
            late = false;
        }
        // The evidence may be of an event that has just arrived: look once more before the verdict.
        self.look_everywhere(step, hops, scope, watch, began).await;
        if !hops.0[index].done && (late || never) {
            hops.0[index].late = !never;
            self.missing(&mut hops.0[index], scope, &clues);
            hops.block_behind(index);
        }
        hops.0[index].next_clues = Some(Instant::now() + AGAIN);
    }
}

/// The cause that was seen, and what to do about it, in place of what the course says of any failure here.
pub(super) fn tell(report: &mut CheckReport, clue: &Clue) {
    if clue.found.is_some() {
        report.found = clue.found.clone();
    }
    if clue.fix.is_some() {
        report.fix = clue.fix.clone();
    }
}
