//! Names, fields and arguments: everything an expression mentions is held against what there is.

mod advice;
mod cycles;
mod examples;
mod mentions;
mod proof;
mod through;

use super::argument::{Arg, Compiled};
use super::diagnostics::{Diagnostics, SourcePlace, report};
use super::name::closest;
use super::step::{Action, Lab};
use super::vocabulary::{ArgSpec, VerbRole, Vocabulary};
use crate::expr::{Expr, Shape};
use indexmap::IndexMap;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Names that every expression knows: the account and region that are checked.
pub const BUILT_IN: &[&str] = &["account", "region", "partition"];

/// Names that only advice knows: the error, the hop that failed, and what became of each check.
const OF_ADVICE: [&str; 3] = ["error", "hop", "checks"];

/// Whether a name means something else already, somewhere in a lab.
fn is_reserved(name: &str) -> bool {
    BUILT_IN.contains(&name) || ["it", "probe"].contains(&name) || OF_ADVICE.contains(&name)
}

/// What of a lab could not be read. It is there all the same: whoever names it made no mistake.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unread<'a> {
    /// Whether a step's file is among it, with whatever it names.
    pub steps: bool,
    /// The ids of checks that could not be read whole.
    pub checks: &'a [String],
}

struct Resolver<'a> {
    lab: &'a Lab,
    unread: Unread<'a>,
    vocabulary: &'a Vocabulary,
    diagnostics: &'a RefCell<Diagnostics>,
    /// The shape of each resource's documents.
    shapes: BTreeMap<&'a str, Shape>,
}

/// Names of one place only, such as `it`.
type LocalNames = Vec<(String, Shape)>;

pub(super) fn lab(
    lab: &Lab,
    places: &IndexMap<String, SourcePlace>,
    unread: Unread<'_>,
    vocabulary: &Vocabulary,
    diagnostics: &RefCell<Diagnostics>,
) {
    let shapes = lab
        .resources
        .values()
        .map(|resource| {
            let shape = vocabulary.kind(&resource.kind).map_or(Shape::Any, |k| k.shape.clone());
            let shape = if resource.is_list {
                Shape::List(Box::new(shape))
            } else {
                shape
            };
            (resource.name.as_str(), shape)
        })
        .collect();
    let resolver = Resolver {
        lab,
        unread,
        vocabulary,
        diagnostics,
        shapes,
    };
    resolver.checks();
    resolver.advice();
    resolver.resources(places);
    resolver.examples();
    resolver.cycles(places);
}

impl Resolver<'_> {
    fn resources(&self, places: &IndexMap<String, SourcePlace>) {
        for resource in self.lab.resources.values() {
            let (file, at) = &places[&resource.name];
            if is_reserved(&resource.name) {
                let message = format!("`{}` has a meaning of its own", resource.name);
                report(self.diagnostics, file, at.clone(), message, "choose another name");
            }
            if let Err(errors) = Expr::compile(&resource.name) {
                let message = format!("`{}` cannot be used in an expression: {}", resource.name, errors[0]);
                report(self.diagnostics, file, at.clone(), message, "choose another name");
            }
            let it = match self.vocabulary.kind(&resource.kind) {
                Ok(kind) => {
                    self.args(kind.args, &resource.with, resource.kind.as_str(), file, at);
                    kind.shape.clone()
                }
                Err(unknown) => {
                    report(self.diagnostics, file, at.clone(), unknown.to_string(), "");
                    Shape::Any
                }
            };
            let it: LocalNames = vec![("it".to_owned(), it)];
            for preference in resource.choosers() {
                self.expr(&preference.holds, &it);
            }
            if let Some(only) = &resource.filter {
                self.expr(only, &it);
            }
            if let Some(when) = &resource.when {
                self.expr(when, &Vec::new());
            }
            self.arg_texts(&resource.with, &Vec::new());
            let asked_after = self.lab.checks().any(|(_, check)| {
                check.expect.as_ref().is_some_and(|e| {
                    e.value
                        .mentions()
                        .names()
                        .iter()
                        .any(|m| m.name == resource.name && !m.presence_only)
                })
            });
            let always = self.vocabulary.kind(&resource.kind).is_ok_and(|k| k.always);
            let derived = always || !resource.with.is_empty();
            // What is in a resource of the lab is the lab's. Anything else may be a stranger's.
            if !resource.is_list && !derived && resource.signs.is_empty() {
                let message = format!("no sign says that `{}` is this lab's", resource.name);
                let label =
                    "add `signs`: what points at it, or its own name or keys; without one it would be taken by chance";
                report(self.diagnostics, file, at.clone(), message, label);
            }
            // Where another mistake was found, the check that says so may be the one with the mistake.
            let sound = !self.diagnostics.borrow().any_in(file);
            if sound && !resource.is_list && !derived && asked_after && self.lab.exists_check(&resource.name).is_none()
            {
                let message = format!("no check says whether `{}` is there", resource.name);
                let label = format!("add one with `expect: found({})`", resource.name);
                report(self.diagnostics, file, at.clone(), message, label);
            }
        }
    }

    fn checks(&self) {
        let mut seen = BTreeSet::new();
        for (_, check) in self.lab.checks() {
            if !seen.insert(check.id.as_str()) {
                let at = check.place.at;
                let message = format!("check `{}` is defined twice", check.id);
                report(
                    self.diagnostics,
                    &check.place.file,
                    at..at + 1,
                    message,
                    "the second time",
                );
            }
        }
        for step in &self.lab.steps {
            let none = LocalNames::new();
            for check in &step.checks {
                self.check(check, &none);
            }
            let Some(probe) = &step.probe else { continue };
            self.through(step, probe);
            let probe_shape = Shape::of(&serde_json::json!({"id": null, "now": null, "number": null}));
            let mut local: LocalNames = vec![("probe".to_owned(), probe_shape)];
            for (name, value) in &probe.values {
                self.expr(value, &local);
                local.push((name.clone(), Shape::Any));
            }
            for hop in &probe.hops {
                let sent = hop.send.as_ref().map(|send| {
                    let shape = self.action(&send.action, VerbRole::Send, &local);
                    (&send.action, shape)
                });
                let awaited = hop.awaits.as_ref().map(|awaits| {
                    let shape = self.action(awaits, VerbRole::Await, &local);
                    (awaits, shape)
                });
                let mut seen = local.clone();
                // Where nothing is awaited, what the sending was answered with is what arrived.
                if let Some((action, shape)) = awaited.or(sent) {
                    seen.push((arrival_name(&action.verb).to_owned(), shape.clone()));
                    seen.push((hop.name.clone(), shape.clone()));
                    // From here on what arrived has the hop's name.
                    local.push((hop.name.clone(), shape));
                }
                for evidence in &hop.evidence {
                    self.action(evidence, VerbRole::Evidence, &local);
                }
                if let Some(differs) = &hop.mismatch {
                    self.template(differs, &seen);
                }
                self.doubts(hop);
                self.check(&hop.check, &seen);
            }
            if let Some(note) = &probe.note {
                self.template(&note.text, &local);
            }
            for removal in &probe.remove {
                self.action(&removal.action, VerbRole::Remove, &local);
            }
        }
    }

    fn check(&self, check: &super::Check, local: &LocalNames) {
        let at = check.place.at..check.place.at + 1;
        for id in check.needs.iter().chain(&check.first) {
            if self.lab.check(id).is_none() && !self.unread.checks.contains(id) {
                let near = closest(id, self.lab.checks().map(|(_, c)| c.id.as_str()));
                if self.may_be_unread(id, near) {
                    continue;
                }
                let label = near.map(|n| format!("did you mean `{n}`?")).unwrap_or_default();
                let message = format!("check `{}` needs `{id}`, which is not a check of this lab", check.id);
                report(self.diagnostics, &check.place.file, at.clone(), message, label);
            } else if self.needs_itself(check, &check.id, 0) {
                let message = format!("check `{}` needs itself", check.id);
                report(
                    self.diagnostics,
                    &check.place.file,
                    at.clone(),
                    message,
                    "through `needs` or `first`",
                );
            }
        }
        if let Some(expect) = &check.expect {
            self.expr(expect, local);
        }
        if let Some(proof) = &check.proof {
            self.proof(check, proof);
        }
        let texts = [&check.expected, &check.found, &check.why];
        for text in texts.into_iter().flatten().chain(check.fix.texts()) {
            self.template(text, local);
        }
    }

    fn needs_itself(&self, check: &super::Check, goal: &str, depth: usize) -> bool {
        depth <= self.lab.checks().count()
            && check.needs.iter().chain(&check.first).any(|id| {
                id == goal
                    || self
                        .lab
                        .check(id)
                        .is_some_and(|next| self.needs_itself(next, goal, depth + 1))
            })
    }

    fn action(&self, action: &Action, role: VerbRole, local: &LocalNames) -> Shape {
        self.arg_texts(&action.with, local);
        let file = &action.place.file;
        let at = action.place.at..action.place.at + action.verb.len();
        match self.vocabulary.verb(&action.verb, role) {
            Ok(verb) => {
                self.args(verb.args, &action.with, &action.verb, file, &at);
                verb.shape.clone()
            }
            Err(unknown) => {
                report(self.diagnostics, file, at, unknown.to_string(), "");
                Shape::Any
            }
        }
    }

    fn args(
        &self,
        specs: &[ArgSpec],
        given: &IndexMap<String, Arg>,
        of: &str,
        file: &std::sync::Arc<super::SourceFile>,
        at: &Range<usize>,
    ) {
        for name in given.keys() {
            if !specs.iter().any(|s| s.name == name) {
                let near = closest(name, specs.iter().map(|s| s.name));
                let label = near.map(|n| format!("did you mean `{n}`?")).unwrap_or_default();
                report(
                    self.diagnostics,
                    file,
                    at.clone(),
                    format!("`{of}` takes no `{name}`"),
                    label,
                );
            }
        }
        for spec in specs.iter().filter(|s| s.required && !given.contains_key(s.name)) {
            let message = format!("`{of}` needs `with: {{ {}: … }}`", spec.name);
            report(self.diagnostics, file, at.clone(), message, "");
        }
    }

    fn arg_texts(&self, with: &IndexMap<String, Arg>, local: &LocalNames) {
        let mut texts = Vec::new();
        with.values().for_each(|arg| arg.texts(&mut texts));
        for text in texts {
            self.template(text, local);
        }
    }
}

/// The name by which a hop's texts know what arrived: `dynamodb.item` brings an `item`.
pub(crate) fn arrival_name(verb: &str) -> &str {
    verb.rsplit('.').next().unwrap_or(verb)
}

/// The names that arguments mention.
fn names_in(with: &IndexMap<String, Arg>) -> Vec<String> {
    let mut texts = Vec::new();
    with.values().for_each(|arg| arg.texts(&mut texts));
    let mentions = texts.iter().flat_map(|text| text.value.mentions());
    mentions
        .flat_map(|(_, m)| m.names().iter().map(|m| m.name.clone()))
        .collect()
}

/// The resources that `name` is derived from: those that its arguments mention. Of an access of a role to a table, the
/// role and the table.
pub(crate) fn derived_from(lab: &Lab, name: &str) -> Vec<String> {
    let names = lab
        .resources
        .get(name)
        .into_iter()
        .flat_map(|resource| names_in(&resource.with));
    let mut names: Vec<String> = names.filter(|n| lab.resources.contains_key(n)).collect();
    names.sort();
    names.dedup();
    names
}

/// The resources that `name` is found by way of.
pub(crate) fn depends_on(lab: &Lab, name: &str) -> Vec<String> {
    let Some(resource) = lab.resources.get(name) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    let mut exprs: Vec<&Compiled<Expr>> = resource.choosers().map(|p| &p.holds).collect();
    exprs.extend(&resource.filter);
    exprs.extend(&resource.when);
    for expr in exprs {
        names.extend(expr.value.mentions().names().iter().map(|m| m.name.clone()));
    }
    names.extend(derived_from(lab, name));
    names.retain(|n| lab.resources.contains_key(n));
    names.sort();
    names.dedup();
    names
}
