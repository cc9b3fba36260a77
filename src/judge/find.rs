//! Finding a resource by what it does: every candidate of its kind, then the most telling sign that any of them shows.

use super::choice::{Contender, narrow};
use super::graph::Needs;
use super::lab_run::LabRun;
use super::outcome::{Obstacle, Outcome};
use super::verdict::call_failure;
use crate::account::CallError;
use crate::course::{Compiled, KindSpec, Lab, Resource, arguments};
use crate::discover::{self, Args, Candidate, Kind, Listed};
use crate::expr::{Document, Expr};
use crate::report::Chosen;
use futures::{StreamExt, stream};
use std::sync::Arc;

/// Candidates that are described at once.
const MAX_CONCURRENT_DESCRIPTIONS: usize = 12;

impl LabRun<'_> {
    /// Looks for `name`.
    pub(super) async fn resolve(&self, name: &str) -> Outcome {
        match self.try_resolve(&self.lab.resources[name]).await {
            Ok(outcome) => outcome,
            Err(reason) => Outcome::Unknown { reason },
        }
    }

    async fn try_resolve(&self, resource: &Resource) -> Result<Outcome, String> {
        let known = discover::kind(&resource.kind).zip(discover::spec(&resource.kind));
        let (kind, spec) = known.ok_or_else(|| format!("there is no kind `{}`", resource.kind))?;
        if let Some(when) = &resource.when {
            let needs = Needs::of_condition(self.lab, when);
            let mut scope = self.scope(&needs).await;
            let holds = when.value.holds(&scope).map_err(|e| format!("{}: {e}", when.place()))?;
            if let Some(Obstacle::Unknown(reason)) = self.obstacle(&needs) {
                // Whether what is unknown is there is not known: does it matter?
                for name in needs.names() {
                    if matches!(self.known_outcome(name), Some(Outcome::Unknown { .. })) {
                        scope.bind(name, &serde_json::json!({}));
                    }
                }
                if when.value.holds(&scope) != Ok(holds) {
                    return Err(reason);
                }
            }
            if !holds {
                return Ok(if resource.many {
                    all(Vec::new())
                } else {
                    Outcome::Absent { others: Vec::new() }
                });
            }
        }
        let args = match self.arguments(resource).await? {
            Ok(args) => args,
            Err(Obstacle::Absent(by)) => return Ok(Outcome::Blocked { by }),
            Err(Obstacle::Unknown(reason)) => return Ok(Outcome::Unknown { reason }),
        };
        let listed = self.source.list(kind, spec.name, &args).await;
        let candidates = listed.map_err(|e| call_failure(&e))?;
        if resource.many {
            let mut left = contenders(kind, spec, candidates);
            if let Some(only) = &resource.only {
                let mut keep = self.holding(only, kind, spec, &mut left).await?.into_iter();
                left.retain(|_| keep.next().unwrap_or(false));
            }
            if reads_beyond(self.lab, &resource.name, spec) {
                self.describe_all(kind, spec, &mut left).await?;
            }
            return Ok(all(left.iter().map(|c| c.document(spec).value().clone()).collect()));
        }
        self.choose(resource, kind, spec, candidates).await
    }

    /// The arguments of a kind, or what stands in their way.
    async fn arguments(&self, resource: &Resource) -> Result<Result<Args, Obstacle>, String> {
        let needs = Needs::of_arguments(self.lab, &resource.with);
        let scope = self.scope(&needs).await;
        if let Some(obstacle) = self.obstacle(&needs) {
            return Ok(Err(obstacle));
        }
        arguments(&resource.with, &scope)
            .map(Ok)
            .map_err(|(place, e)| format!("{place}: {e}"))
    }

    async fn choose(
        &self,
        resource: &Resource,
        kind: &Kind,
        spec: &KindSpec,
        candidates: Vec<Arc<Listed>>,
    ) -> Result<Outcome, String> {
        let all = candidates.len();
        let mut left = contenders(kind, spec, candidates);
        let mut because = None;
        let named = self.options.uses.get(&resource.name);
        if let Some(wanted) = named {
            left.retain(|c| is_called(&c.listed.candidate, wanted));
            if left.is_empty() {
                return Err(format!(
                    "there is no {} `{wanted}` in {} (named with --use)",
                    spec.noun,
                    self.source.region()
                ));
            }
            because = Some("named with --use".to_owned());
        } else {
            if let Some(only) = &resource.only {
                let mut keep = self.holding(only, kind, spec, &mut left).await?.into_iter();
                left.retain(|_| keep.next().unwrap_or(false));
            }
            if !resource.signs.is_empty() && !left.is_empty() {
                match self.tied(resource, kind, spec, &mut left).await? {
                    Some(sign) => because = Some(sign),
                    None => {
                        let others = left.iter().filter(|c| !c.listed.candidate.given);
                        let others = others.map(|c| c.listed.candidate.name.clone()).collect();
                        return Ok(Outcome::Absent { others });
                    }
                }
            }
            for preference in &resource.prefer {
                if left.len() <= 1 {
                    break;
                }
                let holding = self.holding(&preference.holds, kind, spec, &mut left).await?;
                narrow(&mut left, &holding, &preference.because, &mut because);
            }
        }
        let because = match (left.len(), because) {
            (0, _) => return Ok(Outcome::Absent { others: Vec::new() }),
            (1, Some(because)) => because,
            (1, None) if all > 1 => "the only one that fits".to_owned(),
            (1, None) => "the only one".to_owned(),
            (_, because) => self.newest(resource, kind, spec, &mut left, because).await?,
        };
        let mut chosen = left.swap_remove(0);
        if chosen.described.is_none() && reads_beyond(self.lab, &resource.name, spec) {
            self.describe(kind, spec, &mut chosen)
                .await
                .map_err(|e| call_failure(&e))?;
        }
        let derived = !resource.with.is_empty();
        let (candidate, document) = (&chosen.listed.candidate, chosen.document(spec));
        Ok(Outcome::Found {
            chosen: (!derived).then(|| Chosen {
                arn: candidate.arn.clone().or_else(|| {
                    let arn = document.value().get(spec.arn?)?.as_str()?;
                    Some(arn.to_owned())
                }),
                name: candidate.name.clone(),
                noun: spec.noun.to_owned(),
                candidates: all,
                because,
            }),
            document: document.clone(),
        })
    }

    /// For each of `left`, whether `condition` holds. What it mentions beside `it` may be absent: then a condition
    /// that needs it does not hold. When it is unknown and there is a choice to make, the choice is unknown too.
    pub(super) async fn holding(
        &self,
        condition: &Compiled<Expr>,
        kind: &Kind,
        spec: &KindSpec,
        left: &mut [Contender],
    ) -> Result<Vec<bool>, String> {
        let (holding, _) = self.evaluated(condition, kind, spec, left).await?;
        Ok(holding)
    }

    /// As [`LabRun::holding`], with the reason for which `condition` has no value for one of them.
    pub(super) async fn evaluated(
        &self,
        condition: &Compiled<Expr>,
        kind: &Kind,
        spec: &KindSpec,
        left: &mut [Contender],
    ) -> Result<(Vec<bool>, Option<String>), String> {
        let needs = Needs::of_condition(self.lab, condition);
        let mut scope = self.scope(&needs).await;
        if let Some(Obstacle::Unknown(reason)) = self.obstacle(&needs) {
            return Err(reason);
        }
        if condition_reads_beyond(condition, spec) {
            self.describe_all(kind, spec, left).await?;
        }
        let mut unevaluated = None;
        let mut holds = |contender: &Contender| {
            scope.share("it", contender.document(spec));
            match condition.value.holds(&scope) {
                Ok(holds) => holds,
                Err(error) => {
                    unevaluated.get_or_insert_with(|| error.at(condition.place()));
                    false
                }
            }
        };
        Ok((left.iter().map(&mut holds).collect(), unevaluated))
    }

    pub(super) async fn describe_all(
        &self,
        kind: &Kind,
        spec: &KindSpec,
        left: &mut [Contender],
    ) -> Result<(), String> {
        let open = left.iter_mut().filter(|c| c.described.is_none() && c.failed.is_none());
        stream::iter(open)
            .for_each_concurrent(MAX_CONCURRENT_DESCRIPTIONS, |contender| async move {
                contender.failed = self.describe(kind, spec, contender).await.err();
            })
            .await;
        // One that cannot be read (somebody else's bucket) is no candidate; when none can be, nothing is known.
        match left.iter().find_map(|c| c.failed.as_ref()) {
            Some(error) if left.iter().all(|c| c.failed.is_some()) => Err(call_failure(error)),
            _ => Ok(()),
        }
    }

    async fn describe(&self, kind: &Kind, spec: &KindSpec, contender: &mut Contender) -> Result<(), CallError> {
        contender.described = self.source.describe(kind, spec, &contender.listed).await?;
        Ok(())
    }
}

/// All documents of a `list`.
fn all(documents: Vec<serde_json::Value>) -> Outcome {
    Outcome::Found {
        document: Arc::new(Document::new(documents.into())),
        chosen: None,
    }
}

/// Whether finding `resource`, or anything that the lab says of it, takes more than its kind's list.
pub fn reads_descriptions(lab: &Lab, resource: &Resource) -> bool {
    let Some(spec) = discover::spec(&resource.kind) else {
        return false;
    };
    let mut conditions = resource.choosers().map(|p| &p.holds).chain(&resource.only);
    reads_beyond(lab, &resource.name, spec) || conditions.any(|c| condition_reads_beyond(c, spec))
}

/// Whether anything in the lab reads a field of `name` that its list does not have.
fn reads_beyond(lab: &Lab, name: &str, spec: &KindSpec) -> bool {
    lab.fields_read(name)
        .is_none_or(|fields| fields.iter().any(|f| spec.described.contains(&f.as_str())))
}

fn condition_reads_beyond(condition: &Compiled<Expr>, spec: &KindSpec) -> bool {
    match condition.value.mentions().fields_of("it") {
        Some(fields) => fields.iter().any(|f| spec.described.contains(f)),
        None => true,
    }
}

pub(super) fn contenders(kind: &Kind, spec: &KindSpec, candidates: Vec<Arc<Listed>>) -> Vec<Contender> {
    let whole = kind.describe.is_none();
    let contender = |listed: Arc<Listed>| Contender {
        described: whole.then(|| listed.document(spec).clone()),
        failed: None,
        listed,
    };
    candidates.into_iter().map(contender).collect()
}

/// Whether `--use` names this one: by its name, its ARN or its id, where names need not be unique.
pub(super) fn is_called(candidate: &Candidate, wanted: &str) -> bool {
    let in_arn = wanted.starts_with("arn:") && candidate.arn.is_none();
    candidate.name == wanted
        || candidate.document["id"] == wanted
        || candidate.arn.as_deref() == Some(wanted)
        || (in_arn && wanted.rsplit(['/', ':']).next() == Some(candidate.name.as_str()))
}
