//! A probe: events are sent, followed hop by hop, and taken away. A later hop that has seen one proves the earlier ones.

use super::check::{fail, interrupted, text_needs};
use super::hop::{Undone, action_needs, fresh_watch, needs};
use super::outcome::{Needs, Obstacle};
use super::sight::{PATIENCE, tell};
use super::under::{Hops, Under};
use super::{Event, Run, round};
use crate::course::{Probe, Step};
use crate::expr::Scope;
use crate::probe::sending::{acts_each_time, is_refusal};
use crate::probe::{Sent, Watch};
use crate::report::{Status, Stop};
use chrono::Utc;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// Looking begins at this interval and slows down to the other.
const QUICK: Duration = Duration::from_millis(100);
const SLOW: Duration = Duration::from_secs(2);

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
            let now = Utc::now();
            let values = match self.source.probe(&step.id) {
                Some(seen) => seen.values.clone(),
                None => json!({
                    "id": format!("edemlab-{}", uuid::Uuid::new_v4().simple()),
                    "now": now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
                    "number": number(),
                }),
            };
            match bind_values(probe, &scope, &values) {
                Ok(mut scope) => {
                    // Clocks differ a little; a log's time is AWS's.
                    let since = now - chrono::Duration::milliseconds(1000);
                    let mut watch = fresh_watch(since, values["id"].as_str().unwrap_or_default());
                    self.source.note_probe(&step.id, |seen| seen.values = values);
                    let ended = self.follow(step, probe, &mut hops, &mut scope, &mut watch).await;
                    self.source.note_probe(&step.id, |seen| seen.ended = ended);
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
                .for_each(|(_, m)| all.add(self.lab, m));
            hop.evidence
                .iter()
                .for_each(|a| all.0.extend(action_needs(self.lab, a).0));
        }
        probe
            .note
            .iter()
            .flat_map(|t| t.value.mentions())
            .for_each(|(_, m)| all.add(self.lab, m));
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
    async fn follow(
        &self,
        step: &Step,
        probe: &Probe,
        hops: &mut Hops<'_>,
        scope: &mut Scope,
        watch: &mut Watch,
    ) -> bool {
        let began = Instant::now();
        let mut stop = self.stop.clone();
        let mut pause = QUICK;
        loop {
            if *stop.borrow() > 0 {
                // A last look: what has come meanwhile decides what is to be removed.
                tokio::select! {
                    _ = self.look_everywhere(step, hops, scope, watch, began) => {}
                    _ = stop.wait_for(|n| *n > 1) => {}
                }
                return false;
            }
            if self.begin(step, probe, hops, scope, watch, began).await {
                pause = QUICK;
            }
            self.look_everywhere(step, hops, scope, watch, began).await;
            if hops.0.iter().all(|h| h.done) {
                return true;
            }
            if let Some(now) = hops.waiting().first() {
                let under = &hops.0[*now];
                self.on.on(Event::Waiting {
                    step: step.id.clone(),
                    what: under.hop.check.title.clone(),
                    seconds: under.since.map_or(0, |since| since.elapsed().as_secs()),
                    within: under.within.as_secs(),
                    sent: watch.sent,
                });
            }
            if self.source.probe(&step.id).is_some_and(|seen| !seen.ended) {
                return false;
            }
            for index in hops.waiting() {
                self.decide_missing(step, hops, index, scope, watch, began).await;
            }
            // What has just been decided may let another begin at once.
            if (0..hops.0.len()).any(|i| hops.is_next(i) && hops.0[i].since.is_none()) {
                continue;
            }
            self.send_again(step, hops, scope, watch).await;
            tokio::select! {
                // Between two looks, until the hop's own time is over.
                _ = tokio::time::sleep(jittered(pause)) => {}
                _ = stop.wait_for(|n| *n > 0) => {}
            }
            pause = (pause * 3 / 2).min(SLOW);
        }
    }

    /// Begins every hop that comes next: sends what it sends, and lets its time run. Whether there was one.
    async fn begin(
        &self,
        step: &Step,
        probe: &Probe,
        hops: &mut Hops<'_>,
        scope: &mut Scope,
        watch: &mut Watch,
        began: Instant,
    ) -> bool {
        let mut any = false;
        for index in 0..hops.0.len() {
            if !hops.is_next(index) || hops.0[index].since.is_some() {
                continue;
            }
            any = true;
            let hop = hops.0[index].hop;
            if let Err(why) = self.keep_trace(step, probe, hops, index, scope, watch).await {
                hops.0[index].unknown(why);
                hops.block_behind(index);
                continue;
            }
            self.on.on(Event::Sending { step: step.id.clone() });
            if let Some(send) = &hop.send {
                let sending = self.send(&step.id, hop, &send.action, scope).await;
                self.sent(step, &mut hops.0[index], sending, scope, watch, began);
                if hops.0[index].done && hops.0[index].report.status != Status::Pass {
                    self.explain_wrong(step, &mut hops.0[index], scope, watch).await;
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
        step: &Step,
        under: &mut Under<'_>,
        sending: Result<Sent, Undone>,
        scope: &mut Scope,
        watch: &mut Watch,
        began: Instant,
    ) {
        let check = &under.hop.check;
        let verb = under.hop.send.as_ref().map_or("", |send| send.action.verb.as_str());
        // Only the first hop's events set out on the way.
        let sets_out = under.hop.after.is_none();
        let note = |watch: &mut Watch, marks: Vec<String>| match sets_out {
            true => watch.count(marks),
            false => watch.act(marks),
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
                    self.arrived(step, under, scope, &sent.answer, began);
                }
            }
            // What the student's own resource refuses is the student's to fix; every other error is ours.
            Err(Undone::Call(error)) if is_refusal(verb, &error) => {
                under.done = true;
                fail(&mut under.report, check, scope);
                under.report.found = Some(format!("the event was refused: {}", self.say(&error)));
            }
            Err(Undone::Call(error)) if error.may_have_acted() => {
                // It may have arrived: what it would leave is looked for and taken away.
                note(watch, Vec::new());
                under.late = true;
                let reason = self.say(&error);
                match under.hop.awaits.is_some() && acts_each_time(verb) {
                    true => under.lost = Some(reason),
                    false => under.unknown(reason),
                }
            }
            Err(undone) => under.unknown(undone.say(self)),
        }
    }

    /// A new trigger or rule misses early events: they are sent again until a hop has seen one.
    async fn send_again(&self, step: &Step, hops: &Hops<'_>, scope: &Scope, watch: &mut Watch) {
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
                && let Ok(sent) = self.send(&step.id, under.hop, &send.action, scope).await
            {
                watch.count(sent.marks);
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

fn bind_values(probe: &Probe, scope: &Scope, values: &Value) -> Result<Scope, String> {
    let mut scope = scope.with("probe", values);
    for (name, value) in &probe.values {
        let evaluated = value
            .value
            .evaluate(&scope)
            .map_err(|e| format!("{}: {e}", value.place()))?;
        scope.bind(name, &evaluated);
    }
    Ok(scope)
}
