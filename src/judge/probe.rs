//! A probe: an event is sent, followed hop by hop, and taken away. A later hop that has seen it proves the earlier ones.

use super::check::{blank, could_not_tell, fail, interrupted, pass, say};
use super::hop::{Undone, action_needs, fresh_watch, needs};
use super::outcome::{Needs, Obstacle};
use super::{Event, Run, round};
use crate::account::Problem;
use crate::course::{Hop, Probe, Step, arrival_name};
use crate::expr::Scope;
use crate::probe::{Clue, Sight, Watch};
use crate::report::{CheckReport, Status, Stop};
use chrono::Utc;
use futures::future::join_all;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// Looking begins at this interval and slows down to the other.
const QUICK: Duration = Duration::from_millis(100);
const SLOW: Duration = Duration::from_secs(2);

/// What a missing event left behind is looked at for the first time after this long, and then at this interval:
/// reading logs is limited to a few calls a second an account.
const PATIENCE: Duration = Duration::from_millis(1500);
const AGAIN: Duration = Duration::from_millis(2500);

/// One hop under way.
struct Under<'p> {
    hop: &'p Hop,
    report: CheckReport,
    /// Decided: passed, failed, blocked or unknown.
    done: bool,
    seen: Option<f64>,
    /// What looking for it last failed with.
    trouble: Option<String>,
}

impl Run<'_> {
    /// Runs the probe of `step`.
    pub(super) async fn probe(&self, step: &Step, probe: &Probe) {
        let mut hops: Vec<Under> = probe
            .hops
            .iter()
            .map(|hop| Under {
                hop,
                report: blank(&hop.check),
                done: false,
                seen: None,
                trouble: None,
            })
            .collect();
        let mut stop = self.stop.clone();
        let prepared = tokio::select! {
            scope = self.prepare(probe, &mut hops) => scope,
            _ = async { let _ = stop.wait_for(|n| *n > 0).await; } => None,
        };
        if let Some(scope) = prepared {
            let id = format!("edemlab-{}", uuid::Uuid::new_v4().simple());
            let now = Utc::now();
            let at = now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            match bind_values(probe, &scope, &id, &at) {
                Ok(scope) => {
                    // Clocks differ a little; a log's time is AWS's.
                    let mut watch = fresh_watch(now - chrono::Duration::milliseconds(1000), &id);
                    self.follow(step, &mut hops, &scope, &mut watch).await;
                    watch.arrived = hops.last().is_some_and(|h| h.seen.is_some());
                    self.take_away(step, probe, &scope, &watch).await;
                }
                Err(reason) => hops.iter_mut().for_each(|h| unknown(h, reason.clone())),
            }
        }
        self.finish(step, hops);
    }

    /// Waits for what the hops mention. Nothing is sent when the first of them cannot be: then there is no scope.
    async fn prepare(&self, probe: &Probe, hops: &mut [Under<'_>]) -> Option<Scope> {
        let mut all = Needs::default();
        for hop in &probe.hops {
            all.0.extend(needs(self.lab, hop).0);
            hop.evidence
                .iter()
                .for_each(|a| all.0.extend(action_needs(self.lab, a).0));
        }
        probe
            .remove
            .iter()
            .for_each(|a| all.0.extend(action_needs(self.lab, a).0));
        let scope = self.scope(&all).await;
        let mut before: Option<CheckReport> = None;
        for under in hops.iter_mut() {
            let hop_needs = needs(self.lab, under.hop);
            match (self.obstacle(&hop_needs), &before) {
                (Some(Obstacle::Unknown(reason)), _) => unknown(under, reason),
                (Some(Obstacle::Absent(absent)), _) => {
                    under.done = true;
                    under.report.status = Status::Blocked;
                    under.report.needs = self.exists_checks(absent.iter().map(String::as_str));
                }
                (None, Some(before)) => block(under, before),
                (None, None) => continue,
            }
            before.get_or_insert_with(|| under.report.clone());
        }
        (!hops.first()?.done).then_some(scope)
    }

    async fn follow(&self, step: &Step, hops: &mut [Under<'_>], scope: &Scope, watch: &mut Watch) {
        let began = Instant::now();
        let mut stop = self.stop.clone();
        let mut current_since = began;
        let mut next_clues = began + PATIENCE;
        let mut pause = QUICK;
        if !self.send_first(hops, scope, watch).await {
            return;
        }
        loop {
            if *stop.borrow() > 0 {
                return;
            }
            let before = current(hops);
            self.look_everywhere(hops, scope, watch, began).await;
            let Some(now) = current(hops) else { return };
            if Some(now) != before {
                current_since = Instant::now();
                next_clues = current_since + PATIENCE;
                pause = QUICK;
            }
            let waited = current_since.elapsed();
            (self.on)(Event::Waiting {
                step: step.id.clone(),
                what: hops[now].hop.check.title.clone(),
                seconds: waited.as_secs(),
                within: hops[now].hop.within.as_secs(),
                sent: watch.sent,
            });
            let late = waited >= hops[now].hop.within;
            if late || Instant::now() >= next_clues {
                let clues = self.evidence(hops[now].hop, scope, watch).await;
                let never = clues.iter().any(|c| c.never);
                // The evidence may be of an event that has just arrived: look once more before the verdict.
                self.look_everywhere(hops, scope, watch, began).await;
                if current(hops) == Some(now) && (late || never) {
                    watch.may_arrive = !never;
                    self.missing(&mut hops[now], scope, &clues).await;
                    after_failure(hops, now);
                    return;
                }
                next_clues = Instant::now() + AGAIN;
            }
            self.send_again(hops, scope, watch).await;
            tokio::select! {
                _ = tokio::time::sleep(jittered(pause)) => {}
                _ = stop.wait_for(|n| *n > 0) => return,
            }
            pause = (pause * 3 / 2).min(SLOW);
        }
    }

    /// Sends what the first hop sends. False when that settles everything.
    async fn send_first(&self, hops: &mut [Under<'_>], scope: &Scope, watch: &mut Watch) -> bool {
        let Some(send) = hops.first().and_then(|h| h.hop.send.as_ref()) else {
            return true;
        };
        match self.send(&send.action, scope).await {
            Ok(marks) => {
                sent(watch, marks);
                // Where nothing is awaited, having been accepted is all.
                if hops[0].hop.awaits.is_none() {
                    pass(&mut hops[0].report);
                    hops[0].done = true;
                }
                true
            }
            Err(undone) => {
                let said = undone.say(self);
                match &undone {
                    // What the service itself refuses is the student's to mend; what we may not or could not do is not.
                    Undone::Call(error) if matches!(error.problem, Problem::Other(_)) => {
                        let check = &hops[0].hop.check;
                        fail(&mut hops[0].report, check, scope);
                        hops[0].report.found = Some(format!("the event was refused: {said}"));
                        hops[0].done = true;
                        after_failure(hops, 0);
                    }
                    _ => {
                        unknown(&mut hops[0], said);
                        after_failure(hops, 0);
                    }
                }
                false
            }
        }
    }

    /// A new trigger misses early events: they are sent again until a hop has seen one.
    async fn send_again(&self, hops: &[Under<'_>], scope: &Scope, watch: &mut Watch) {
        if hops.iter().any(|h| h.seen.is_some()) {
            return;
        }
        let Some(send) = hops.first().and_then(|h| h.hop.send.as_ref()) else {
            return;
        };
        let due = send
            .again
            .is_some_and(|again| watch.last_sent.is_none_or(|at| at.elapsed() >= again));
        if due && let Ok(marks) = self.send(&send.action, scope).await {
            sent(watch, marks);
        }
    }

    /// Looks at every hop that is not decided, all at once.
    async fn look_everywhere(&self, hops: &mut [Under<'_>], scope: &Scope, watch: &Watch, began: Instant) {
        let sights = join_all(hops.iter().map(|under| async move {
            match &under.hop.awaits {
                Some(action) if !under.done => Some(self.look(action, scope, watch).await),
                _ => None,
            }
        }))
        .await;
        for index in (0..hops.len()).rev() {
            let Some(sight) = &sights[index] else { continue };
            match sight {
                Ok(Sight::Arrived(document)) if !hops[index].done => {
                    self.arrived(&mut hops[index], scope, document, began);
                    // Whoever sees it here knows that it came by.
                    for earlier in hops[..index].iter_mut().filter(|h| !h.done) {
                        pass(&mut earlier.report);
                        earlier.done = true;
                        earlier.seen = Some(began.elapsed().as_secs_f64());
                    }
                }
                Ok(Sight::Never(why)) if current(hops) == Some(index) => {
                    let check = &hops[index].hop.check;
                    fail(&mut hops[index].report, check, scope);
                    hops[index].report.found = Some(why.clone());
                    hops[index].done = true;
                    after_failure(hops, index);
                }
                Ok(_) => hops[index].trouble = None,
                Err(undone) => hops[index].trouble = Some(undone.say(self)),
            }
        }
    }

    fn arrived(&self, under: &mut Under<'_>, scope: &Scope, document: &Value, began: Instant) {
        under.done = true;
        under.seen = Some(began.elapsed().as_secs_f64());
        let check = &under.hop.check;
        let name = under.hop.awaits.as_ref().map_or("it", |a| arrival_name(&a.verb));
        let scope = scope.with(name, document);
        match check.expect.as_ref().map(|e| (e, e.value.holds(&scope))) {
            None | Some((_, Ok(true))) => pass(&mut under.report),
            Some((_, Ok(false))) => {
                fail(&mut under.report, check, &scope);
                if let Some(differs) = &under.hop.differs {
                    under.report.found = Some(say(differs, &scope));
                }
            }
            Some((expect, Err(error))) => could_not_tell(&mut under.report, format!("{}: {error}", expect.place())),
        }
    }

    /// The event did not come: the cause where the evidence shows one.
    async fn missing(&self, under: &mut Under<'_>, scope: &Scope, clues: &[Clue]) {
        under.done = true;
        let shown = clues.iter().find(|c| c.found.is_some());
        under.report.evidence = clues.iter().flat_map(|c| c.lines.iter().cloned()).collect();
        if let Some(pending) = clues.iter().find(|c| c.pending) {
            could_not_tell(&mut under.report, pending.found.clone().unwrap_or_default());
            return;
        }
        if shown.is_none()
            && let Some(trouble) = under.trouble.take()
        {
            // We could not look: that the event is missing is not known.
            could_not_tell(&mut under.report, trouble);
            return;
        }
        fail(&mut under.report, &under.hop.check, scope);
        if let Some(clue) = shown {
            under.report.found = clue.found.clone();
            if let Some(fix) = &clue.fix {
                under.report.fix = Some(fix.clone());
            }
        }
    }

    async fn take_away(&self, step: &Step, probe: &Probe, scope: &Scope, watch: &Watch) {
        if watch.sent == 0 {
            return;
        }
        (self.on)(Event::Removing { step: step.id.clone() });
        let mut stop = self.stop.clone();
        for action in &probe.remove {
            if self.obstacle(&action_needs(self.lab, action)).is_some() {
                continue;
            }
            let failed = tokio::select! {
                removed = self.remove(action, scope, watch) => match removed {
                    // Stopped early, and nothing had come when the waiting ended: a slow function may still be at it.
                    Ok(removed) if removed.count == 0 && *self.stop.borrow() > 0 && watch.may_arrive => {
                        Some("nothing had arrived when the waiting for it ended".to_owned())
                    }
                    Ok(_) => None,
                    Err(undone) => Some(undone.say(self)),
                },
                _ = async { let _ = stop.wait_for(|n| *n > 1).await; } => Some("stopped before it was done".to_owned()),
            };
            if let Some(why) = failed {
                let what = crate::course::arguments(&action.with, scope)
                    .map(Value::Object)
                    .unwrap_or_default();
                self.notes.borrow_mut().push(format!(
                    "the probe's traces could not be removed ({}: {why}); what it may have left: {what}",
                    action.verb
                ));
            }
        }
    }

    fn finish(&self, step: &Step, hops: Vec<Under<'_>>) {
        let mut way = Vec::new();
        let mut done = self.done.borrow_mut();
        for mut under in hops {
            if !under.done {
                let check = &under.hop.check;
                under.report = interrupted(check);
            }
            under.report.seconds = round(under.seen.unwrap_or_default());
            way.push(Stop {
                name: under.hop.way.clone(),
                status: under.report.status,
                seconds: under.seen.map(round),
            });
            done.insert(under.report.id.clone(), under.report);
        }
        self.ways.borrow_mut().insert(step.id.clone(), way);
    }
}

/// The first hop that is not decided.
fn current(hops: &[Under]) -> Option<usize> {
    hops.iter().position(|h| !h.done)
}

fn unknown(under: &mut Under, reason: String) {
    under.done = true;
    could_not_tell(&mut under.report, reason);
}

/// What comes after a hop that could not be told cannot be told either; after any other it is not reached.
fn block(under: &mut Under, by: &CheckReport) {
    if by.status == Status::Unknown {
        return unknown(under, by.found.clone().unwrap_or_default());
    }
    under.done = true;
    under.report.status = Status::Blocked;
    under.report.needs = vec![by.id.clone()];
}

/// What comes after a hop that did not pass is not reached.
fn after_failure(hops: &mut [Under], failed: usize) {
    let by = hops[failed].report.clone();
    hops[failed + 1..]
        .iter_mut()
        .filter(|h| !h.done)
        .for_each(|h| block(h, &by));
}

fn sent(watch: &mut Watch, marks: Vec<String>) {
    watch.marks.extend(marks);
    watch.sent += 1;
    watch.last_sent = Some(Instant::now());
}

/// Many probes at once must not look in step: up to a quarter more.
fn jittered(pause: Duration) -> Duration {
    let share = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
    pause + pause * share / 1024
}

fn bind_values(probe: &Probe, scope: &Scope, id: &str, now: &str) -> Result<Scope, String> {
    let mut scope = scope.with("probe", &json!({"id": id, "now": now}));
    for (name, value) in &probe.values {
        let evaluated = value
            .value
            .evaluate(&scope)
            .map_err(|e| format!("{}: {e}", value.place()))?;
        scope.bind(name, &evaluated);
    }
    Ok(scope)
}
