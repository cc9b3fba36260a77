//! A probe: events are sent, followed hop by hop, and taken away. A later hop that has seen one proves the earlier ones.

use super::check::{could_not_tell, fail, interrupted, pass, say, text_needs};
use super::hop::{Undone, action_needs, fresh_watch, needs};
use super::outcome::{Needs, Obstacle};
use super::under::{Hops, Under};
use super::{Event, Run, round};
use crate::account::Problem;
use crate::course::{Probe, Removal, Step, arrival_name};
use crate::expr::Scope;
use crate::probe::{Clue, Sent, Sight, Watch};
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

impl Run<'_> {
    /// Runs the probe of `step`.
    pub(super) async fn probe(&self, step: &Step, probe: &Probe) {
        let mut hops = Hops::of(probe);
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
                Ok(mut scope) => {
                    // Clocks differ a little; a log's time is AWS's.
                    let mut watch = fresh_watch(now - chrono::Duration::milliseconds(1000), &id);
                    let ended = self.follow(step, &mut hops, &mut scope, &mut watch).await;
                    watch.arrived = hops.0.last().is_some_and(|h| h.seen.is_some());
                    watch.may_arrive = !ended || hops.0.iter().any(|h| h.late);
                    self.take_away(step, probe, &hops, &scope, &watch).await;
                }
                Err(reason) => hops.0.iter_mut().for_each(|h| h.unknown(reason.clone())),
            }
        }
        self.finish(step, hops);
    }

    /// Waits for what the hops mention. Nothing is sent when the first of them cannot be: then there is no scope.
    async fn prepare(&self, probe: &Probe, hops: &mut Hops<'_>) -> Option<Scope> {
        let mut all = Needs::default();
        for hop in &probe.hops {
            all.0.extend(needs(self.lab, hop).0);
            // Its texts are said of what is there; where it is not, nothing hangs on them.
            all.0.extend(text_needs(self.lab, &hop.check).0);
            hop.differs
                .iter()
                .flat_map(|t| t.value.mentions())
                .for_each(|(_, m)| all.add(self.lab, &m));
            hop.evidence
                .iter()
                .for_each(|a| all.0.extend(action_needs(self.lab, a).0));
        }
        probe
            .note
            .iter()
            .flat_map(|t| t.value.mentions())
            .for_each(|(_, m)| all.add(self.lab, &m));
        probe
            .remove
            .iter()
            .for_each(|r| all.0.extend(action_needs(self.lab, &r.action).0));
        let scope = self.scope(&all).await;
        for index in 0..hops.0.len() {
            let under = &mut hops.0[index];
            if under.done {
                continue;
            }
            let (open, untold) = self.before(&under.hop.check).await;
            if !open.is_empty() {
                under.done = true;
                under.report.status = Status::Blocked;
                under.report.needs = open;
                hops.block_behind(index);
                continue;
            }
            if let Some(reason) = untold {
                under.unknown(reason);
                hops.block_behind(index);
                continue;
            }
            match self.obstacle(&needs(self.lab, under.hop)) {
                Some(Obstacle::Unknown(reason)) => under.unknown(reason),
                Some(Obstacle::Absent(absent)) => {
                    under.done = true;
                    under.report.status = Status::Blocked;
                    under.report.needs = self.exists_checks(absent.iter().map(String::as_str));
                }
                None => continue,
            }
            hops.block_behind(index);
        }
        (!hops.0.first()?.done).then_some(scope)
    }

    /// Follows the events until every hop is decided; false when the user stopped before that.
    async fn follow(&self, step: &Step, hops: &mut Hops<'_>, scope: &mut Scope, watch: &mut Watch) -> bool {
        let began = Instant::now();
        let mut stop = self.stop.clone();
        let mut pause = QUICK;
        loop {
            if *stop.borrow() > 0 {
                // A last look: what has come meanwhile decides what is to be removed.
                tokio::select! {
                    _ = self.look_everywhere(hops, scope, watch, began) => {}
                    _ = stop.wait_for(|n| *n > 1) => {}
                }
                return false;
            }
            if self.begin(hops, scope, watch, began).await {
                pause = QUICK;
            }
            self.look_everywhere(hops, scope, watch, began).await;
            if hops.0.iter().all(|h| h.done) {
                return true;
            }
            if let Some(now) = hops.waiting().first() {
                let under = &hops.0[*now];
                (self.on)(Event::Waiting {
                    step: step.id.clone(),
                    what: under.hop.check.title.clone(),
                    seconds: under.since.map_or(0, |since| since.elapsed().as_secs()),
                    within: under.hop.within.as_secs(),
                    sent: watch.sent,
                });
            }
            for index in hops.waiting() {
                self.decide_missing(hops, index, scope, watch, began).await;
            }
            // What has just been decided may let another begin at once.
            if (0..hops.0.len()).any(|i| hops.is_next(i) && hops.0[i].since.is_none()) {
                continue;
            }
            self.send_again(hops, scope, watch).await;
            tokio::select! {
                _ = tokio::time::sleep(jittered(pause)) => {}
                _ = stop.wait_for(|n| *n > 0) => {}
            }
            pause = (pause * 3 / 2).min(SLOW);
        }
    }

    /// Begins every hop that comes next: sends what it sends, and lets its time run. Whether there was one.
    async fn begin(&self, hops: &mut Hops<'_>, scope: &mut Scope, watch: &mut Watch, began: Instant) -> bool {
        let mut any = false;
        for index in 0..hops.0.len() {
            if !hops.is_next(index) || hops.0[index].since.is_some() {
                continue;
            }
            any = true;
            let hop = hops.0[index].hop;
            if let Some(send) = &hop.send {
                let sending = self.send(&send.action, scope).await;
                self.sent(&mut hops.0[index], sending, scope, watch, began);
                if hops.0[index].done && hops.0[index].report.status != Status::Pass {
                    self.explain_wrong(&mut hops.0[index], scope, watch).await;
                    hops.block_behind(index);
                }
            }
            let now = Instant::now();
            hops.0[index].since = Some(now);
            hops.0[index].next_clues = Some(now + PATIENCE);
        }
        any
    }

    /// What a hop's sending came to. Where nothing is awaited, the answer decides.
    fn sent(
        &self,
        under: &mut Under<'_>,
        sending: Result<Sent, Undone>,
        scope: &mut Scope,
        watch: &mut Watch,
        began: Instant,
    ) {
        let check = &under.hop.check;
        // Only the first hop's events set out on the way.
        let sets_out = under.hop.after.is_none();
        let note = |watch: &mut Watch, marks: Vec<String>| match sets_out {
            true => watch.count(marks),
            false => watch.marks.extend(marks),
        };
        match sending {
            Ok(Sent {
                refused: Some(clue), ..
            }) => {
                note(watch, Vec::new());
                under.done = true;
                fail(&mut under.report, check, scope);
                under.report.evidence = clue.lines.clone();
                tell(&mut under.report, &clue);
            }
            Ok(sent) => {
                note(watch, sent.marks);
                if under.hop.awaits.is_none() {
                    self.arrived(under, scope, &sent.answer, began);
                }
            }
            // What the service itself refuses is the student's to mend; what we may not or could not do is not.
            Err(Undone::Call(error)) if matches!(error.problem, Problem::Other(_)) => {
                under.done = true;
                fail(&mut under.report, check, scope);
                under.report.found = Some(format!("the event was refused: {}", self.say(&error)));
            }
            Err(undone) => under.unknown(undone.say(self)),
        }
    }

    /// A hop that has waited long enough, or whose evidence says that nothing will come, fails.
    async fn decide_missing(
        &self,
        hops: &mut Hops<'_>,
        index: usize,
        scope: &mut Scope,
        watch: &Watch,
        began: Instant,
    ) {
        let hop = hops.0[index].hop;
        let late = hops.0[index].since.is_some_and(|since| since.elapsed() >= hop.within);
        let due = hops.0[index].next_clues.is_some_and(|at| Instant::now() >= at);
        if hops.0[index].done || !(late || due) {
            return;
        }
        let clues = self.evidence(hop, scope, watch).await;
        let never = clues.iter().any(|c| c.never);
        // The evidence may be of an event that has just arrived: look once more before the verdict.
        self.look_everywhere(hops, scope, watch, began).await;
        if !hops.0[index].done && (late || never) {
            hops.0[index].late = !never;
            self.missing(&mut hops.0[index], scope, &clues);
            hops.block_behind(index);
        }
        hops.0[index].next_clues = Some(Instant::now() + AGAIN);
    }

    /// A new trigger or rule misses early events: they are sent again until a hop has seen one.
    async fn send_again(&self, hops: &Hops<'_>, scope: &Scope, watch: &mut Watch) {
        let seen = |index: usize| {
            let behind = |i: &usize| hops.before(*i).any(|before| before == index);
            let awaited = |i: usize| hops.0[i].hop.awaits.is_some() && hops.0[i].seen.is_some();
            awaited(index) || (0..hops.0.len()).filter(behind).any(awaited)
        };
        for (index, under) in hops.0.iter().enumerate() {
            let Some(send) = under.hop.send.as_ref().filter(|_| under.since.is_some()) else {
                continue;
            };
            let due = send
                .again
                .is_some_and(|again| watch.last_sent.is_none_or(|at| at.elapsed() >= again));
            if due
                && !seen(index)
                && let Ok(sent) = self.send(&send.action, scope).await
            {
                watch.count(sent.marks);
            }
        }
    }

    /// Looks at every hop where an event may be, all at once.
    async fn look_everywhere(&self, hops: &mut Hops<'_>, scope: &mut Scope, watch: &Watch, began: Instant) {
        let (seen_from, looked) = (&*hops, &*scope);
        let sights = join_all((0..hops.0.len()).map(|index| async move {
            match &seen_from.0[index].hop.awaits {
                Some(action) if seen_from.may_be_seen(index) => Some(self.look(action, looked, watch).await),
                _ => None,
            }
        }))
        .await;
        for (index, sight) in sights.into_iter().enumerate() {
            let Some(sight) = sight else { continue };
            match sight {
                Ok(Sight::Arrived(document)) if !hops.0[index].done => {
                    self.arrived(&mut hops.0[index], scope, &document, began);
                    hops.prove_before(index, began.elapsed().as_secs_f64());
                    if hops.0[index].report.status != Status::Pass {
                        self.explain_wrong(&mut hops.0[index], scope, watch).await;
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

    fn arrived(&self, under: &mut Under<'_>, scope: &mut Scope, document: &Value, began: Instant) {
        under.done = true;
        under.seen = Some(began.elapsed().as_secs_f64());
        let (check, hop) = (&under.hop.check, under.hop);
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
    async fn explain_wrong(&self, under: &mut Under<'_>, scope: &Scope, watch: &Watch) {
        if under.report.status != Status::Fail || under.seen.is_none() {
            return;
        }
        let clues = self.evidence(under.hop, scope, watch).await;
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
            tell(&mut under.report, clue);
        }
    }

    async fn take_away(&self, step: &Step, probe: &Probe, hops: &Hops<'_>, scope: &Scope, watch: &Watch) {
        if watch.sent == 0 {
            return;
        }
        (self.on)(Event::Removing { step: step.id.clone() });
        if let Some(note) = &probe.note {
            self.notes.borrow_mut().push(say(note, scope));
        }
        let mut stop = self.stop.clone();
        for Removal { action, after } in &probe.remove {
            let never_made = after.is_some_and(|hop| hops.0[hop].since.is_none() && !hops.is_next(hop));
            if never_made || self.obstacle(&action_needs(self.lab, action)).is_some() {
                continue;
            }
            let failed = tokio::select! {
                removed = self.remove(action, scope, watch) => match removed {
                    Ok(removed) => {
                        self.secrets.borrow_mut().extend(removed.secrets);
                        // Stopped early, and nothing had come when the waiting ended: a slow function may still be at it.
                        let in_vain = removed.count == 0 && *self.stop.borrow() > 0 && watch.may_arrive;
                        in_vain.then(|| "nothing had arrived when the waiting for it ended".to_owned())
                    }
                    Err(undone) => Some(undone.say(self)),
                },
                _ = async { let _ = stop.wait_for(|n| *n > 1).await; } => Some("stopped before it was done".to_owned()),
            };
            if let Some(why) = failed {
                let what = crate::course::arguments(&action.with, scope)
                    .map(Value::Object)
                    .unwrap_or_default();
                self.leftovers.borrow_mut().push(format!(
                    "the probe's traces could not be removed ({}: {why}); what it may have left: {what}",
                    action.verb
                ));
            }
        }
    }

    fn finish(&self, step: &Step, hops: Hops<'_>) {
        let mut way = Vec::new();
        let mut done = self.done.borrow_mut();
        for mut under in hops.0 {
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

/// The cause that was seen, and what to do about it, in place of what the course says of any failure here.
fn tell(report: &mut CheckReport, clue: &Clue) {
    if clue.found.is_some() {
        report.found = clue.found.clone();
    }
    if clue.fix.is_some() {
        report.fix = clue.fix.clone();
    }
}

/// Many probes at once must not look in step: up to a quarter more.
fn jittered(pause: Duration) -> Duration {
    let share = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
    pause + pause * share / 1024
}

/// A number that no other run has, small enough for every language's integers.
fn number() -> u32 {
    let bytes = uuid::Uuid::new_v4().into_bytes();
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) / 2
}

fn bind_values(probe: &Probe, scope: &Scope, id: &str, now: &str) -> Result<Scope, String> {
    let mut scope = scope.with("probe", &json!({"id": id, "now": now, "number": number()}));
    for (name, value) in &probe.values {
        let evaluated = value
            .value
            .evaluate(&scope)
            .map_err(|e| format!("{}: {e}", value.place()))?;
        scope.bind(name, &evaluated);
    }
    Ok(scope)
}
