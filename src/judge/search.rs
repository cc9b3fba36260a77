//! The search for one resource under way: its candidates, and what is known of each of them.

use super::graph::Needs;
use super::lab_run::LabRun;
use super::outcome::Obstacle;
use super::verdict::call_failure;
use crate::account::CallError;
use crate::course::{Compiled, KindSpec, Lab, Resource};
use crate::discover::{self, Args, Candidate, Kind, Listed};
use crate::expr::{Document, Expr};
use futures::{StreamExt, stream};
use std::sync::Arc;

/// Candidates that are described at once.
const MAX_CONCURRENT_DESCRIPTIONS: usize = 12;

/// The search for one resource.
pub(super) struct ResourceSearch<'r> {
    pub run: &'r LabRun<'r>,
    pub resource: &'r Resource,
    pub kind: &'static Kind,
    pub spec: &'static KindSpec,
}

/// A candidate during the search.
pub(super) struct Contender {
    pub listed: Arc<Listed>,
    /// Its document, once it is described or where there is nothing to describe.
    pub described: Option<Arc<Document>>,
    /// Why it could not be described.
    pub failed: Option<CallError>,
}

/// What a condition comes to for each of several candidates.
#[derive(Debug, Default)]
pub(super) struct Evaluated {
    /// Whether it holds; not where it has no value.
    pub holding: Vec<bool>,
    /// Why it has no value for one of them.
    pub unevaluated: Option<String>,
    /// The same, where what it asks about is unknown: elsewhere it asks about what is not there.
    pub unknown: Option<String>,
}

impl<'r> ResourceSearch<'r> {
    /// A search that has not begun.
    ///
    /// # Errors
    /// When there is no such kind.
    pub fn new(run: &'r LabRun<'r>, resource: &'r Resource) -> Result<Self, String> {
        let known = discover::kind(&resource.kind).zip(discover::spec(&resource.kind));
        let (kind, spec) = known.ok_or_else(|| format!("there is no kind `{}`", resource.kind))?;
        Ok(Self {
            run,
            resource,
            kind,
            spec,
        })
    }

    /// Every candidate of the kind.
    ///
    /// # Errors
    /// Why they could not be listed.
    pub async fn contenders(&self, args: &Args) -> Result<Vec<Contender>, String> {
        self.contending(self.run.source.list(self.kind, self.spec.name, args).await)
    }

    /// What was listed, as contenders.
    ///
    /// # Errors
    /// Why it could not be listed.
    pub fn contending(&self, listed: Result<Vec<Arc<Listed>>, CallError>) -> Result<Vec<Contender>, String> {
        let whole = self.kind.describe.is_none();
        let contender = |listed: Arc<Listed>| Contender {
            described: whole.then(|| listed.document(self.spec).clone()),
            failed: None,
            listed,
        };
        let candidates = listed.map_err(|e| call_failure(&e))?;
        Ok(candidates.into_iter().map(contender).collect())
    }

    /// Drops those that the resource's `where` excludes. Why it is not known of one of those whether it does: where none is
    /// left, that one may be the lab's.
    pub async fn exclude(&self, left: &mut Vec<Contender>) -> Result<Option<String>, String> {
        let Some(only) = &self.resource.filter else {
            return Ok(None);
        };
        let Evaluated { holding, unknown, .. } = self.evaluated(only, left).await?;
        let mut keep = holding.into_iter();
        left.retain(|_| keep.next().unwrap_or(false));
        Ok(unknown)
    }

    /// For each of `left`, whether `condition` holds. What it mentions beside `it` may be absent: then a condition
    /// that needs it does not hold. When it is unknown and there is a choice to make, the choice is unknown too.
    pub async fn evaluated(&self, condition: &Compiled<Expr>, left: &mut [Contender]) -> Result<Evaluated, String> {
        let needs = Needs::of_condition(self.run.lab, condition);
        let scope = self.run.scope(&needs).await;
        if let Some(Obstacle::Unknown(reason)) = self.run.obstacle(&needs) {
            return Err(reason);
        }
        if condition_reads_beyond(condition, self.spec) {
            self.describe_all(left).await?;
        }
        let mut evaluated = Evaluated::default();
        for contender in left {
            let mut scope = scope.clone();
            scope.share("it", self.document(contender));
            evaluated.holding.push(match condition.value.holds(&scope) {
                Ok(holds) => holds,
                Err(error) => {
                    let reason = error.at(condition.place());
                    if error.is_unknown() {
                        evaluated.unknown.get_or_insert_with(|| reason.clone());
                    }
                    evaluated.unevaluated.get_or_insert(reason);
                    false
                }
            });
        }
        Ok(evaluated)
    }

    /// What is known of a candidate.
    pub fn document<'c>(&self, contender: &'c Contender) -> &'c Arc<Document> {
        let described = contender.described.as_ref();
        described.unwrap_or_else(|| contender.listed.document(self.spec))
    }

    /// Whether anything in the lab reads a field of the resource that its list does not have.
    pub fn reads_beyond(&self) -> bool {
        reads_beyond(self.run.lab, &self.resource.name, self.spec)
    }

    /// Describes each candidate that is not described yet.
    ///
    /// # Errors
    /// Why one of them could not be described.
    pub async fn describe_all(&self, left: &mut [Contender]) -> Result<(), String> {
        let open = left.iter_mut().filter(|c| c.described.is_none() && c.failed.is_none());
        stream::iter(open)
            .for_each_concurrent(MAX_CONCURRENT_DESCRIPTIONS, |contender| async move {
                contender.failed = self.describe(contender).await.err();
            })
            .await;
        // What cannot be read may be the lab's own: none of the others is judged in its place.
        self.unread(left).map_or(Ok(()), Err)
    }

    /// Why one of `left` could not be described, and what to do where another one is the student's.
    pub fn unread(&self, left: &[Contender]) -> Option<String> {
        let (contender, error) = left.iter().find_map(|c| Some((c, c.failed.as_ref()?)))?;
        let why = call_failure(error);
        if left.len() == 1 || self.resource.is_list {
            return Some(why);
        }
        Some(format!(
            "{} {} could not be read, and may be the lab's: {why}. If another one is yours, say which: --use {}=NAME",
            self.spec.noun, contender.listed.candidate.name, self.resource.name
        ))
    }

    /// Describes one candidate.
    pub async fn describe(&self, contender: &mut Contender) -> Result<(), CallError> {
        let describe = self.run.source.describe(self.kind, self.spec, &contender.listed);
        contender.described = describe.await?;
        Ok(())
    }
}

/// Whether `--use` names this one: by its name, its ARN or its id, where names need not be unique.
pub(super) fn is_called(candidate: &Candidate, wanted: &str) -> bool {
    let in_arn = wanted.starts_with("arn:") && candidate.arn.is_none();
    candidate.name == wanted
        || candidate.document["id"] == wanted
        || candidate.arn.as_deref() == Some(wanted)
        || (in_arn && wanted.rsplit(['/', ':']).next() == Some(candidate.name.as_str()))
}

/// Whether finding `resource`, or anything that the lab says of it, takes more than its kind's list.
pub fn reads_descriptions(lab: &Lab, resource: &Resource) -> bool {
    let Some(spec) = discover::spec(&resource.kind) else {
        return false;
    };
    let mut conditions = resource.choosers().map(|p| &p.holds).chain(&resource.filter);
    reads_beyond(lab, &resource.name, spec) || conditions.any(|c| condition_reads_beyond(c, spec))
}

fn reads_beyond(lab: &Lab, name: &str, spec: &KindSpec) -> bool {
    lab.fields_read(name)
        .is_none_or(|fields| fields.iter().any(|f| spec.described.contains(&f.as_str())))
}

/// Whether a condition reads of `it` what its list does not have.
pub(super) fn condition_reads_beyond(condition: &Compiled<Expr>, spec: &KindSpec) -> bool {
    match condition.value.mentions().fields_of("it") {
        Some(fields) => fields.iter().any(|f| spec.described.contains(f)),
        None => true,
    }
}
