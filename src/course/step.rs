//! What a course consists of, compiled: labs, steps, resources, checks, probes.

use super::advice::Advice;
use super::argument::{Arg, Compiled};
use super::fault::{Fault, Variant};
use super::fix::Fix;
use super::given::GivenNames;
use super::solution_part::SolutionPart;
use super::vocabulary::VerbRole;
use crate::expr::{Expr, Template};
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;
use std::time::Duration;

/// For each resource the fields of it that anything reads, once that was asked for.
pub(super) type FieldsRead = OnceLock<BTreeMap<String, Option<BTreeSet<String>>>>;

/// One lab.
#[derive(Debug)]
pub struct Lab {
    /// Its id, the name of its folders.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The edition of the course, for the report.
    pub edition: String,
    /// Its steps, in the order of the course.
    pub steps: Vec<Step>,
    /// Pages of the book that are about the lab and carry no step: the one on cleaning up.
    pub pages: Vec<String>,
    /// The resources that its steps name.
    pub resources: IndexMap<String, Resource>,
    /// What its course says of errors that evidence shows; the first line that applies speaks.
    pub advice: Vec<Advice>,
    /// What resources cost while nobody uses them of which the program does not know it: CloudFormation's name of the type,
    /// and the course's word.
    pub costs: IndexMap<String, String>,
    /// The CloudFormation template of a full-marks account.
    pub solution: Option<serde_json::Value>,
    /// The parts of the solution that a rehearsal leaves out unless it is asked for them.
    pub parts: Vec<SolutionPart>,
    /// What students do wrong, as patches of the solution.
    pub faults: Vec<Fault>,
    /// Work that is right and looks unusual, as patches of the solution.
    pub variants: Vec<Variant>,
    /// What [`Lab::fields_read`] has found.
    pub(super) reads: FieldsRead,
    /// What [`Lab::holds_text`] looks in.
    pub(super) literals: OnceLock<BTreeSet<String>>,
    /// What [`Lab::reads`] looks in: the paths of keys by their last one.
    pub(super) paths_read: OnceLock<HashMap<String, BTreeSet<Vec<String>>>>,
    /// What [`Lab::gives_name`] looks in.
    pub(super) given: GivenNames,
}

impl Lab {
    /// Whether the lab's own texts use a resource's name, in whatever case.
    pub fn gives_name(&self, name: &str) -> bool {
        self.given.have(name)
    }

    /// Every check and hop, in order.
    pub fn checks(&self) -> impl Iterator<Item = (&Step, CheckRef<'_>)> {
        self.steps
            .iter()
            .flat_map(|step| step.all_checks().map(move |check| (step, check)))
    }

    /// The check called `id`, as `step.check`.
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.checks().map(|(_, check)| check).find(|check| check.id == id)
    }

    /// The check that says whether the resource `name` is there.
    pub fn exists_check(&self, name: &str) -> Option<&Check> {
        let mut checks = self.checks().map(|(_, check)| check);
        checks.find(|check| check.asks_for() == Some(name))
    }

    /// Every verb that its probes use, and as what.
    pub fn verbs(&self) -> impl Iterator<Item = (&str, VerbRole)> {
        self.steps.iter().filter_map(|s| s.probe.as_ref()).flat_map(|probe| {
            let hops = probe.hops.iter().flat_map(|hop| {
                let send = hop.send.iter().map(|s| (s.action.verb.as_str(), VerbRole::Send));
                let awaits = hop.awaits.iter().map(|a| (a.verb.as_str(), VerbRole::Await));
                let evidence = hop.evidence.iter().map(|a| (a.verb.as_str(), VerbRole::Evidence));
                send.chain(awaits).chain(evidence)
            });
            hops.chain(probe.remove.iter().map(|r| (r.action.verb.as_str(), VerbRole::Remove)))
        })
    }

    /// The step called `id`.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }
}

/// A check or the check of a hop.
pub type CheckRef<'a> = &'a Check;

/// One step.
#[derive(Debug)]
pub struct Step {
    /// Its id, the name of its file.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its page in the book.
    pub chapter: String,
    /// The resources that it names first.
    pub finds: Vec<String>,
    /// Its checks.
    pub checks: Vec<Check>,
    /// The event that is sent through what was built.
    pub probe: Option<Probe>,
}

impl Step {
    /// Its checks, and its hops as checks, in order.
    pub fn all_checks(&self) -> impl Iterator<Item = &Check> {
        let hops = self.probe.iter().flat_map(|p| &p.hops).map(|hop| &hop.check);
        self.checks.iter().chain(hops)
    }

    /// The points of a full mark, and those that are extra credit.
    pub fn points(&self) -> (u32, u32) {
        self.all_checks()
            .fold((0, 0), |(full, extra), check| match check.optional {
                false => (full + check.points, extra),
                true => (full, extra + check.points),
            })
    }
}

/// A resource: how to find it.
#[derive(Debug)]
pub struct Resource {
    /// Its name in the lab.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// All of the kind (`list`), or the one that is the lab's (`find`).
    pub is_list: bool,
    /// Only looked for when this holds.
    pub when: Option<Compiled<Expr>>,
    /// A candidate must satisfy this.
    pub filter: Option<Compiled<Expr>>,
    /// What ties a candidate to the lab, most telling first. Where there are any, a candidate that shows none of them is
    /// somebody else's, even when it is the only one.
    pub signs: Vec<Preference>,
    /// Which of several that show the same signs, most telling first. It never refuses one.
    pub prefer: Vec<Preference>,
    /// Arguments of the kind.
    pub with: IndexMap<String, Arg>,
    /// What its fields read where there is no account; of several, a text is read with each.
    pub examples: Vec<Example>,
}

/// Fields of a document, each with the place of its name.
pub type Example = IndexMap<String, Compiled<serde_json::Value>>;

impl Resource {
    /// Its signs, then its preferences: every condition that chooses among candidates.
    pub fn choosers(&self) -> impl Iterator<Item = &Preference> {
        self.signs.iter().chain(&self.prefer)
    }
}

/// A condition by which the right candidate is known.
#[derive(Debug)]
pub struct Preference {
    /// The condition on `it`.
    pub holds: Compiled<Expr>,
    /// In words, for the report: "the trigger reads from it".
    pub reason: String,
}

/// One check: an expectation and what to say when it is not met.
#[derive(Debug)]
pub struct Check {
    /// Its id, `step.check`.
    pub id: String,
    /// What is right when it passes.
    pub title: String,
    /// Its points.
    pub points: u32,
    /// Extra credit: earns, never costs.
    pub optional: bool,
    /// The condition. A hop may have none: then having arrived is enough.
    pub expect: Option<Compiled<Expr>>,
    /// What was expected, where the title does not say it.
    pub expected: Option<Compiled<Template>>,
    /// What was found instead.
    pub found: Option<Compiled<Template>>,
    /// Why it matters.
    pub why: Option<Compiled<Template>>,
    /// How to fix it.
    pub fix: Fix,
    /// The checks that must have passed before this one means anything.
    pub needs: Vec<String>,
    /// The checks of other steps that must pass before anything can be done about this one. It is judged all the same.
    pub first: Vec<String>,
    /// Where a prediction is proved: the condition only says what AWS will do, and a hop shows what it did.
    pub proof: Option<Proof>,
    /// Where it was written.
    pub place: Compiled<()>,
}

impl Check {
    /// The resource of which it asks only whether it is there.
    pub fn asks_for(&self) -> Option<&str> {
        let source = self.expect.as_ref()?.value.source().trim();
        source.strip_prefix("found(")?.strip_suffix(')')
    }
}

/// What proves a prediction.
#[derive(Debug)]
pub struct Proof {
    /// The hop, as `step.hop`: where an event passes there, what was predicted is what happened.
    pub hop: String,
    /// Whether that event passed through what the check is about; where there is none, it always does.
    pub through: Option<Compiled<Expr>>,
    /// Where it was written.
    pub place: Compiled<()>,
}

/// A check that, where it fails, lets nobody expect the event at a hop: it is waited for a short time only.
#[derive(Debug)]
pub struct Doubt {
    /// The check, as `step.check`.
    pub check: String,
    /// When its failure says so; where there is none, always.
    pub when: Option<Compiled<Expr>>,
    /// Where it was written.
    pub place: Compiled<()>,
}

/// An event, its way, and what it leaves behind.
#[derive(Debug)]
pub struct Probe {
    /// Values of one run.
    pub values: Vec<(String, Compiled<Expr>)>,
    /// The ids of the steps whose work its events pass through; where the course does not say, every step before.
    pub through: Option<Vec<Compiled<String>>>,
    /// Where it should be seen. Each comes behind an earlier one of the list.
    pub hops: Vec<Hop>,
    /// What is taken away at the end, always.
    pub remove: Vec<Removal>,
    /// What the user has to know of what cannot be taken back, such as a mail.
    pub note: Option<Note>,
}

/// What is told of a run of a probe.
#[derive(Debug)]
pub struct Note {
    /// The words.
    pub text: Compiled<Template>,
    /// The hop, by its place in the list, that must have begun for it to be true.
    pub after: Option<usize>,
}

/// One place on the way.
#[derive(Debug)]
pub struct Hop {
    /// Judged like any check.
    pub check: Check,
    /// The hop behind which it comes, by its place in the list; none for the first. Whoever is seen here has come by
    /// there, and what did not come by there does not get here.
    pub after: Option<usize>,
    /// The name by which later hops know what arrived here.
    pub name: String,
    /// Its name on the line that shows the way.
    pub label: String,
    /// What a customer says when it does not get here.
    pub complaint: Option<String>,
    /// What is sent to start it, once every hop before it has passed.
    pub send: Option<HopSend>,
    /// What to say when it arrived but is not as expected.
    pub mismatch: Option<Compiled<Template>>,
    /// What is looked for.
    pub awaits: Option<Action>,
    /// How long it is looked for.
    pub within: Duration,
    /// What AWS needs that time for: ids of [`Timing`](super::Timing)s.
    pub takes: Vec<String>,
    /// Which checks let nobody expect it where they fail.
    pub doubts: Vec<Doubt>,
    /// Whether what it sends sets out together with the hop before it, and not once that has passed.
    pub at_once: bool,
    /// Where to look when it does not come.
    pub evidence: Vec<Action>,
}

/// A verb with its arguments.
#[derive(Debug)]
pub struct Action {
    /// The verb.
    pub verb: String,
    /// Where it was written.
    pub place: Compiled<()>,
    /// Its arguments.
    pub with: IndexMap<String, Arg>,
}

/// What a hop sends.
#[derive(Debug)]
pub struct HopSend {
    /// The verb and its arguments.
    pub action: Action,
    /// Sent again at this interval until a later hop has seen one.
    pub again: Option<Duration>,
}

/// What is removed at the end.
#[derive(Debug)]
pub struct Removal {
    /// The verb and its arguments.
    pub action: Action,
    /// The hop, by its place in the list, that makes it: when that was never begun, there is nothing to remove.
    pub after: Option<usize>,
}
