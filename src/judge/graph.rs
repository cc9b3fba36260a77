//! What mentions which resource, and so which steps are judged: those that were asked for, and those that say whether
//! what they mention is there.

use super::options::Options;
use crate::course::{Action, Arg, Check, Compiled, Hop, Lab, Probe, Step, UnknownName, derived_from};
use crate::expr::{Expr, Template};
use crate::report::{CheckReport, Report};
use indexmap::IndexMap;
use std::collections::BTreeSet;

/// What something mentions: resources of a lab, and whose account it is.
#[derive(Debug, Default, Clone)]
pub(super) struct Needs {
    resources: Vec<Need>,
    identity: bool,
}

/// The names that say whose account it is.
const OF_IDENTITY: [&str; 2] = ["account", "partition"];

/// A resource that something mentions.
#[derive(Debug, Clone)]
pub(super) struct Need {
    /// Its name.
    pub name: String,
    /// Whether it is only asked whether the resource is there.
    pub presence_only: bool,
}

impl Needs {
    /// Of a condition.
    pub fn of_condition(lab: &Lab, condition: &Compiled<Expr>) -> Self {
        let mut needs = Self::default();
        needs.condition(lab, condition);
        needs
    }

    /// Of the condition of a check.
    pub fn of_check(lab: &Lab, check: &Check) -> Self {
        let mut needs = Self::default();
        check.expect.iter().for_each(|expect| needs.condition(lab, expect));
        needs
    }

    /// Of the condition of a check and its texts.
    pub fn of_check_and_texts(lab: &Lab, check: &Check) -> Self {
        let mut needs = Self::of_check(lab, check);
        needs.texts(lab, check);
        needs
    }

    /// Of the arguments of a kind or verb.
    pub fn of_arguments(lab: &Lab, with: &IndexMap<String, Arg>) -> Self {
        let mut needs = Self::default();
        needs.arguments(lab, with);
        needs
    }

    /// Of a hop: what it cannot do without. Its evidence is looked at where it can be.
    pub fn of_hop(lab: &Lab, hop: &Hop) -> Self {
        let mut needs = Self::default();
        let actions = hop.send.iter().map(|send| &send.action).chain(&hop.awaits);
        actions.for_each(|action| needs.action(lab, action));
        hop.check.expect.iter().for_each(|expect| needs.condition(lab, expect));
        needs
    }

    /// Of a hop, with what its fix is about.
    pub fn of_hop_and_fix(lab: &Lab, hop: &Hop) -> Self {
        let mut needs = Self::of_hop(lab, hop);
        hop.check.fix.texts().for_each(|text| needs.template(lab, text));
        needs
    }

    /// Of a probe: its hops, texts, evidence and removals.
    pub fn of_probe(lab: &Lab, probe: &Probe) -> Self {
        // Its values may mention whose account it is.
        let mut needs = Self {
            identity: true,
            ..Self::default()
        };
        for hop in &probe.hops {
            needs.extend(Self::of_hop(lab, hop));
            // Its texts are said of what is there; where it is not, nothing hangs on them.
            needs.texts(lab, &hop.check);
            hop.mismatch.iter().for_each(|text| needs.template(lab, text));
            hop.evidence.iter().for_each(|action| needs.action(lab, action));
        }
        probe.note.iter().for_each(|note| needs.template(lab, &note.text));
        probe
            .remove
            .iter()
            .for_each(|removal| needs.action(lab, &removal.action));
        needs
    }

    /// Each mention of a resource.
    pub fn iter(&self) -> impl Iterator<Item = &Need> {
        self.resources.iter()
    }

    /// The resources, each once.
    pub fn names(&self) -> BTreeSet<&str> {
        self.resources.iter().map(|need| need.name.as_str()).collect()
    }

    /// Whether it is mentioned whose account it is.
    pub fn identity(&self) -> bool {
        self.identity
    }

    fn extend(&mut self, more: Self) {
        self.resources.extend(more.resources);
        self.identity |= more.identity;
    }

    fn condition(&mut self, lab: &Lab, condition: &Compiled<Expr>) {
        self.mentions(lab, condition.value.mentions());
    }

    fn texts(&mut self, lab: &Lab, check: &Check) {
        let texts = [&check.expected, &check.found, &check.why].into_iter().flatten();
        texts.chain(check.fix.texts()).for_each(|text| self.template(lab, text));
    }

    fn action(&mut self, lab: &Lab, action: &Action) {
        self.arguments(lab, &action.with);
    }

    fn arguments(&mut self, lab: &Lab, with: &IndexMap<String, Arg>) {
        let mut texts = Vec::new();
        with.values().for_each(|arg| arg.texts(&mut texts));
        texts.into_iter().for_each(|text| self.template(lab, text));
    }

    fn template(&mut self, lab: &Lab, text: &Compiled<Template>) {
        text.value.mentions().for_each(|(_, m)| self.mentions(lab, m));
    }

    fn mentions(&mut self, lab: &Lab, mentions: &crate::expr::Mentions) {
        let of_identity = |name: &str| OF_IDENTITY.contains(&name);
        self.identity |= mentions.names().iter().any(|m| of_identity(&m.name));
        let known = mentions.names().iter().filter(|m| lab.resources.contains_key(&m.name));
        self.resources.extend(known.map(|mention| Need {
            name: mention.name.clone(),
            presence_only: mention.presence_only,
        }));
    }
}

/// The steps to judge, in the order of the lab.
///
/// # Errors
/// The first name of a step that the lab does not have.
pub(super) fn steps<'l>(lab: &'l Lab, options: &Options) -> Result<Vec<&'l Step>, UnknownName> {
    let mut wanted = BTreeSet::new();
    for id in &options.steps {
        wanted.insert(known_step(lab, id)?.id.as_str());
    }
    for id in &options.skip {
        known_step(lab, id)?;
    }
    if wanted.is_empty() {
        wanted.extend(lab.steps.iter().map(|s| s.id.as_str()));
    } else {
        let mut open: Vec<&str> = wanted.iter().copied().collect();
        while let Some(id) = open.pop() {
            for needed in needed_by(lab, known_step(lab, id)?) {
                if wanted.insert(needed) {
                    open.push(needed);
                }
            }
        }
    }
    let skipped = |id: &str| options.skip.iter().any(|s| s == id);
    Ok(lab
        .steps
        .iter()
        .filter(|s| wanted.contains(s.id.as_str()) && !skipped(&s.id))
        .collect())
}

/// Whether `options` name only what `lab` has: worth knowing before anybody is asked for credentials.
///
/// # Errors
/// The first name that the lab does not have.
pub fn validate(lab: &Lab, options: &Options) -> Result<(), UnknownName> {
    steps(lab, options)?;
    // Of a list all are taken: there is nothing to choose.
    let chosen = |name: &str| lab.resources.get(name).is_some_and(|resource| !resource.is_list);
    match options.uses.keys().find(|name| !chosen(name)) {
        Some(name) => {
            let names = lab.resources.keys().map(String::as_str).filter(|name| chosen(name));
            Err(UnknownName::new("resource", name, names))
        }
        None => Ok(()),
    }
}

/// The resources that are looked for whatever is found: those that the checks of `steps` mention, and those that these are
/// derived from. What is looked for only under a condition is not among them.
pub(super) fn wanted<'l>(lab: &'l Lab, steps: &[&Step]) -> BTreeSet<&'l str> {
    let checks = steps.iter().flat_map(|step| &step.checks);
    let needs = checks.flat_map(|check| Needs::of_check(lab, check).resources);
    let mut open: Vec<String> = needs.map(|need| need.name).collect();
    let mut wanted = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some((name, resource)) = lab.resources.get_key_value(&name)
            && resource.when.is_none()
            && wanted.insert(name.as_str())
        {
            open.extend(derived_from(lab, name));
        }
    }
    wanted
}

/// The step called `id`, or an error that names those that there are.
fn known_step<'l>(lab: &'l Lab, id: &str) -> Result<&'l Step, UnknownName> {
    lab.step(id)
        .ok_or_else(|| UnknownName::new("step", id, lab.steps.iter().map(|s| s.id.as_str())))
}

/// The steps whose `exists` checks a step's checks would be blocked by.
fn needed_by<'l>(lab: &'l Lab, step: &Step) -> BTreeSet<&'l str> {
    let checks = step.checks.iter().map(|check| Needs::of_check(lab, check));
    let hops = step.probe.iter().flat_map(|p| &p.hops);
    let needs = checks.chain(hops.map(|hop| Needs::of_hop(lab, hop)));
    let mut resources: BTreeSet<String> = BTreeSet::new();
    for need in needs
        .flat_map(|needs| needs.resources)
        .filter(|need| !need.presence_only)
    {
        // What is derived (an access of a role to a table) stands for what it is derived from.
        resources.extend(derived_from(lab, &need.name));
        resources.insert(need.name);
    }
    lab.steps
        .iter()
        .filter(|other| {
            other.checks.iter().any(|c| {
                resources
                    .iter()
                    .any(|r| lab.exists_check(r).is_some_and(|e| e.id == c.id))
            })
        })
        .map(|s| s.id.as_str())
        .collect()
}

/// The checks that look, without sending anything, at what a step's probe needs, extra credit aside: while one of them
/// does not pass, an event would only find the same.
pub fn before_probe<'l>(lab: &'l Lab, step: &Step) -> Vec<&'l Check> {
    let steps = steps_before_probe(lab, step);
    let checks = steps.iter().flat_map(|s| &s.checks);
    checks.filter(|check| !check.optional).collect()
}

/// The steps whose work the events of `step` pass through, and that step.
fn steps_before_probe<'l>(lab: &'l Lab, step: &Step) -> Vec<&'l Step> {
    let named = step.probe.as_ref().and_then(|probe| probe.through.as_ref());
    let own = lab.steps.iter().position(|other| other.id == step.id);
    let is_before = |(n, other): &(usize, &Step)| match named {
        Some(named) => Some(*n) == own || named.iter().any(|id| id.value == other.id),
        None => own.is_some_and(|own| *n <= own),
    };
    let steps = lab.steps.iter().enumerate().filter(is_before);
    steps.map(|(_, step)| step).collect()
}

/// The resources that a check is about: those it mentions, and those that these are derived from.
pub(super) fn concerns(lab: &Lab, check: &Check) -> Vec<String> {
    let needs = Needs::of_check(lab, check);
    let mut names: Vec<String> = needs.names().into_iter().map(str::to_owned).collect();
    for name in names.clone() {
        names.extend(derived_from(lab, &name));
    }
    names
}

/// The names of the resources that points were earned with: what the checks and hops that have earned some are about.
pub(super) fn earning(lab: &Lab, report: &Report) -> BTreeSet<String> {
    // Extra credit never costs, so it makes nothing late.
    let earned = |c: &CheckReport| c.points > 0 && !c.optional;
    let has_earned = |check: &Check| report.checks().any(|(_, c)| c.id == check.id && earned(c));
    let checks = lab.steps.iter().flat_map(|step| &step.checks);
    let checked = checks
        .filter(|check| has_earned(check))
        .flat_map(|check| concerns(lab, check));
    let hops = lab
        .steps
        .iter()
        .flat_map(|step| &step.probe)
        .flat_map(|probe| &probe.hops);
    let passed = hops.filter(|hop| has_earned(&hop.check));
    let reached = passed.flat_map(|hop| Needs::of_hop(lab, hop).resources.into_iter().map(|need| need.name));
    checked.chain(reached).collect()
}

/// The names of the resources that a step's probe sends into, looks at and expects something of, and of all that the checks
/// in front of it are about.
pub fn probed_resources(step: &Step, lab: &Lab) -> BTreeSet<String> {
    let hops = step.probe.iter().flat_map(|p| &p.hops);
    let needs = hops.flat_map(|hop| Needs::of_hop(lab, hop).resources);
    let checks = before_probe(lab, step).into_iter();
    let concerned = checks.flat_map(|check| concerns(lab, check));
    needs.map(|need| need.name).chain(concerned).collect()
}
