//! A lab that is checked again and again while somebody builds it: what is asked when, and what has changed.
//!
//! Pure: [`Watch`] is told what each look showed and says what to do next. Who looks, waits and prints is the caller.

mod change;
mod pace;

pub use change::{Change, changes};
pub use pace::{LEAST, Pace};

use crate::account::ErrorKind;
use crate::course::{Lab, Step};
use crate::judge::{Judged, NOT_SENT, before_probe, probed_resources, unsent};
use crate::report::{self, CheckReport, Points, Report, Status, StepReport, Verdict};
use std::collections::BTreeMap;

/// Why a hop that has passed is open again, where nothing stands in the way of another event.
const CHANGED: &str = "something has changed since the last event: another one sets out";

/// Why the hops of an event wait that nothing stands in the way of.
const FIRST: &str = "an event is sent through it now";

/// What is known of a lab by now.
#[derive(Debug)]
pub struct Watch<'l> {
    lab: &'l Lab,
    /// Whether events are sent.
    sends: bool,
    /// What the last look without an event showed.
    read: Option<Read>,
    /// What each step's probe showed last.
    probed: BTreeMap<String, ProbedStep>,
}

#[derive(Debug)]
struct Read {
    report: Report,
    /// What each resource looks like.
    fingerprints: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct ProbedStep {
    step: StepReport,
    /// What it was sent into; nothing once that has changed, even if it has changed back.
    into: Option<String>,
    /// The predictions that it proved.
    proved: Vec<CheckReport>,
}

impl<'l> Watch<'l> {
    /// Nothing is known yet. `sends`: whether events are sent through the lab.
    pub fn new(lab: &'l Lab, sends: bool) -> Self {
        Self {
            lab,
            sends,
            read: None,
            probed: BTreeMap::new(),
        }
    }

    /// Takes in what a look without an event has shown.
    pub fn looked(&mut self, judged: &Judged) {
        self.read = Some(Read {
            fingerprints: judged.fingerprints.clone(),
            report: judged.report.clone(),
        });
        let Some(read) = &self.read else { return };
        let steps = self.lab.steps.iter().filter(|step| self.probed.contains_key(&step.id));
        let met: Vec<(&Step, String)> = steps.map(|step| (step, self.met(read, step))).collect();
        for (step, met) in met {
            if let Some(probed) = self.probed.get_mut(&step.id) {
                probed.into.take_if(|into| *into != met);
            }
        }
    }

    /// The steps whose event to send next: all that it needs is as it should be, and something is not as it was when
    /// the last one was sent. `asked`: the user wants one even if nothing has changed, or something is not right yet.
    pub fn due(&self, asked: bool) -> Vec<&'l Step> {
        let Some(read) = &self.read else { return Vec::new() };
        let probes = self.lab.steps.iter().filter(|step| step.probe.is_some());
        let due = probes.filter(|step| {
            let into = self.met(read, step);
            let changed = self.probed.get(&step.id).is_none_or(|last| last.into != Some(into));
            asked || (changed && self.obstacles(read, step).is_empty())
        });
        due.collect()
    }

    /// Takes in what the probes of these steps have shown.
    pub fn sent(&mut self, steps: &[&Step], judged: &Judged) {
        let Some(read) = &self.read else { return };
        let into: Vec<String> = steps.iter().map(|step| self.met(read, step)).collect();
        for (step, into) in steps.iter().zip(into) {
            if let Some(shown) = judged.report.steps.iter().find(|s| s.id == step.id) {
                let proved = self.proved(judged);
                let step = shown.clone();
                let into = Some(into);
                self.probed.insert(step.id.clone(), ProbedStep { step, into, proved });
            }
        }
    }

    /// The checks that an event has proved.
    fn proved(&self, judged: &Judged) -> Vec<CheckReport> {
        let checks = judged.report.checks().map(|(_, check)| check);
        let proved = checks.filter(|check| check.status == Status::Pass && self.is_prediction(&check.id));
        proved.cloned().collect()
    }

    /// Whether a check only says what AWS will do.
    fn is_prediction(&self, id: &str) -> bool {
        self.lab.check(id).is_some_and(|check| check.proof.is_some())
    }

    /// What the last event of any step has proved of a check, as long as nothing that it met has changed.
    fn proof_of(&self, read: &Read, id: &str) -> Option<&CheckReport> {
        let steps = self.lab.steps.iter();
        let probed = steps.filter_map(|step| Some((step, self.probed.get(&step.id)?)));
        let valid = probed.filter(|(step, probed)| probed.into == Some(self.met(read, step)));
        valid
            .flat_map(|(_, probed)| &probed.proved)
            .find(|check| check.id == id)
    }

    /// All that is known, as one report: the last look, and in it what the last event of each step showed.
    pub fn report(&self) -> Option<Report> {
        let read = self.read.as_ref()?;
        let mut report = read.report.clone();
        // What `--no-probe` would say here is not so: the event is sent when there is a reason to.
        report.notes.retain(|note| !note.starts_with(NOT_SENT));
        report.steps = self
            .lab
            .steps
            .iter()
            .filter_map(|step| {
                let looked = read.report.steps.iter().find(|s| s.id == step.id);
                match self.probed.get(&step.id) {
                    Some(probed) => Some(self.together(read, step, looked, probed)),
                    None if self.sends && step.probe.is_some() => Some(self.before_first(read, step, looked)),
                    None => looked.cloned(),
                }
            })
            .collect();
        if self.sends {
            report.left_out.clear();
        }
        for step in &mut report.steps {
            for check in &mut step.checks {
                if let Some(proved) = self.proof_of(read, &check.id) {
                    check.clone_from(proved);
                }
            }
            step.status = report::worst(step.checks.iter());
            step.points = Points::of(step.checks.iter());
        }
        let all = || report.steps.iter().flat_map(|s| &s.checks);
        let (points, verdict) = (Points::of(all()), Verdict::of(all()));
        (report.points, report.verdict) = (points, verdict);
        Some(report)
    }

    /// The checks as they are now, and hops to which no event was sent yet.
    fn before_first(&self, read: &Read, step: &Step, looked: Option<&StepReport>) -> StepReport {
        let obstacles = self.obstacles(read, step);
        let mut now = unsent(step, &obstacles, obstacles.is_empty().then_some(FIRST));
        if let Some(looked) = looked {
            now.checks.splice(0..0, looked.checks.iter().cloned());
            now.about.clone_from(&looked.about);
        }
        now
    }

    /// The checks as they are now, and the hops as they were when the last event came by. What has changed in front of them
    /// since takes their verdict back: what an event would meet is unknown.
    fn together(&self, read: &Read, step: &Step, looked: Option<&StepReport>, probed: &ProbedStep) -> StepReport {
        let obstacles = self.obstacles(read, step);
        let is_stale = probed.into != Some(self.met(read, step));
        let mut now = probed.step.clone();
        for check in &mut now.checks {
            let fresh = looked.and_then(|s| s.checks.iter().find(|c| c.id == check.id));
            if let Some(fresh) = fresh {
                *check = fresh.clone();
            } else if is_stale {
                check.status = Status::Blocked;
                check.points = 0;
                check.evidence.clear();
                (check.why, check.fix) = (None, None);
                check.cli.clear();
                check.found = obstacles.is_empty().then(|| CHANGED.to_owned());
                check.needs.clone_from(&obstacles);
            }
        }
        if is_stale {
            let stops = now.path.iter_mut();
            stops.for_each(|stop| (stop.status, stop.seconds) = (Status::Blocked, None));
        }
        now.status = report::worst(now.checks.iter());
        now.points = Points::of(now.checks.iter());
        now
    }

    /// The checks that do not pass among those that the step's event needs. A prediction that could not be determined is
    /// none of them: the event shows it.
    fn obstacles(&self, read: &Read, step: &Step) -> Vec<String> {
        let passes = |id: &str| {
            let looked = read.report.checks().find(|(_, c)| c.id == id).map(|(_, c)| c.status);
            looked == Some(Status::Pass)
                || (looked == Some(Status::Unknown) && self.is_prediction(id))
                || self.proof_of(read, id).is_some()
        };
        let needed = before_probe(self.lab, step).into_iter().map(|check| &check.id);
        needed.filter(|id| !passes(id)).cloned().collect()
    }

    /// What an event of this step would be sent into: the checks in front of it, and what each thing looks like.
    fn met(&self, read: &Read, step: &Step) -> String {
        let needed: Vec<&str> = before_probe(self.lab, step).iter().map(|c| c.id.as_str()).collect();
        let checks = read.report.checks().filter(|(_, c)| needed.contains(&c.id.as_str()));
        let checks = checks.map(|(_, c)| format!("{} {:?} {} {:?}", c.id, c.status, c.expected, c.found));
        let mentioned = probed_resources(step, self.lab);
        let things = read.fingerprints.iter().filter(|(name, _)| mentioned.contains(*name));
        let things = things.map(|(name, fingerprint)| format!("{name} {fingerprint}"));
        checks.chain(things).collect::<Vec<_>>().join("\n")
    }
}

/// Whether AWS asked for fewer calls.
pub fn throttled(judged: &Judged) -> bool {
    let slow = |problem: &ErrorKind| *problem == ErrorKind::Throttled;
    let lists = judged.evidence.lists.values();
    let descriptions = judged.evidence.descriptions.values();
    lists.into_iter().any(|seen| matches!(seen, Err(e) if slow(&e.kind)))
        || descriptions
            .into_iter()
            .any(|seen| matches!(seen, Err(e) if slow(&e.kind)))
}
