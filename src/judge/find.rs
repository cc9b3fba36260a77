//! Finding a resource by what it does: every candidate of its kind, then the most telling sign that any of them shows.

use super::Run;
use super::outcome::{Needs, Obstacle, Outcome};
use crate::account::CallError;
use crate::course::{Compiled, KindSpec, Lab, Resource, arguments};
use crate::discover::{self, Args, Candidate, Kind};
use crate::expr::{Expr, Scope};
use crate::report::Chosen;
use futures::{StreamExt, stream};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use tokio::sync::OnceCell;

type Listing = Rc<OnceCell<Result<Vec<Candidate>, CallError>>>;

/// The lists that were made, by kind and arguments: two resources of one kind share one list.
#[derive(Default)]
pub(super) struct Listings(RefCell<HashMap<String, Listing>>);

/// Candidates that are described at once.
const AT_ONCE: usize = 12;

/// A candidate during the search.
struct Contender {
    candidate: Candidate,
    described: bool,
}

impl Run<'_> {
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
            let mut needs = Needs::default();
            needs.add(self.lab, when.value.mentions());
            let mut scope = self.scope(&needs).await;
            let holds = when.value.holds(&scope).map_err(|e| format!("{}: {e}", when.place()))?;
            if let Some(Obstacle::Unknown(reason)) = self.obstacle(&needs) {
                // Of what could not be told it is not known whether it is there: does it matter?
                for name in needs.names() {
                    if matches!(self.outcomes[name].get(), Some(Outcome::Unknown { .. })) {
                        scope.bind(name, &serde_json::json!({}));
                    }
                }
                if when.value.holds(&scope) != Ok(holds) {
                    return Err(reason);
                }
            }
            if !holds {
                let nothing = Outcome::Found {
                    document: serde_json::json!([]),
                    chosen: None,
                };
                return Ok(if resource.many { nothing } else { Outcome::Absent });
            }
        }
        let args = match self.arguments(resource).await? {
            Ok(args) => args,
            Err(Obstacle::Absent(by)) => return Ok(Outcome::Blocked { by }),
            Err(Obstacle::Unknown(reason)) => return Ok(Outcome::Unknown { reason }),
        };
        let candidates = self.candidates(kind, spec, &args).await.map_err(|e| self.say(&e))?;
        if resource.many {
            let mut left = contenders(kind, candidates);
            if let Some(only) = &resource.only {
                let mut keep = self.holding(only, kind, spec, &mut left).await?.into_iter();
                left.retain(|_| keep.next().unwrap_or(false));
            }
            if reads_beyond(self.lab, &resource.name, spec) {
                self.describe_all(kind, spec, &mut left).await?;
            }
            let documents = left.into_iter().map(|c| filled(spec, c.candidate.document)).collect();
            return Ok(Outcome::Found {
                document: documents,
                chosen: None,
            });
        }
        self.choose(resource, kind, spec, candidates).await
    }

    /// The arguments of a kind, or what stands in their way.
    async fn arguments(&self, resource: &Resource) -> Result<Result<Args, Obstacle>, String> {
        let mut needs = Needs::default();
        let mut texts = Vec::new();
        resource.with.values().for_each(|arg| arg.texts(&mut texts));
        for text in texts {
            text.value.mentions().for_each(|(_, m)| needs.add(self.lab, m));
        }
        let scope = self.scope(&needs).await;
        if let Some(obstacle) = self.obstacle(&needs) {
            return Ok(Err(obstacle));
        }
        arguments(&resource.with, &scope)
            .map(Ok)
            .map_err(|(place, e)| format!("{place}: {e}"))
    }

    async fn candidates(&self, kind: &Kind, spec: &KindSpec, args: &Args) -> Result<Vec<Candidate>, CallError> {
        let key = format!("{} {}", spec.name, serde_json::Value::Object(args.clone()));
        let cell = self.listings.0.borrow_mut().entry(key).or_default().clone();
        cell.get_or_init(|| self.source.list(kind, spec.name, args))
            .await
            .clone()
    }

    /// What we say of a call that failed: with who was denied, since that is whom to give the permission.
    pub(super) fn say(&self, error: &CallError) -> String {
        match error.problem {
            crate::account::Problem::Denied => format!(
                "{} is denied to these credentials: ask for that permission, then check again",
                error.action
            ),
            _ => error.to_string(),
        }
    }

    async fn choose(
        &self,
        resource: &Resource,
        kind: &Kind,
        spec: &KindSpec,
        candidates: Vec<Candidate>,
    ) -> Result<Outcome, String> {
        let all = candidates.len();
        let mut left = contenders(kind, candidates);
        let mut because = None;
        if let Some(wanted) = self.options.uses.get(&resource.name) {
            left.retain(|c| is_called(&c.candidate, wanted));
            if left.is_empty() {
                return Err(format!(
                    "there is no {} `{wanted}` in {} (named with --use)",
                    spec.noun,
                    self.source.region()
                ));
            }
            because = Some("named with --use".to_owned());
        } else if let Some(only) = &resource.only {
            let holding = self.holding(only, kind, spec, &mut left).await?;
            let mut keep = holding.into_iter();
            left.retain(|_| keep.next().unwrap_or(false));
        }
        for preference in &resource.prefer {
            if left.len() <= 1 || because.as_deref() == Some("named with --use") {
                break;
            }
            let holding = self.holding(&preference.holds, kind, spec, &mut left).await?;
            if holding.contains(&true) {
                let mut keep = holding.into_iter();
                left.retain(|_| keep.next().unwrap_or(false));
                because = Some(preference.because.clone());
            }
        }
        let mut because = match (left.len(), because) {
            (0, _) => return Ok(Outcome::Absent),
            (1, Some(because)) => because,
            (1, None) if all > 1 => "the only one that fits".to_owned(),
            (1, None) => "the only one".to_owned(),
            // Several show the same signs: the newest is the one that the student works on.
            (_, Some(because)) => {
                left.sort_by(|a, b| {
                    (&b.candidate.made, &a.candidate.name).cmp(&(&a.candidate.made, &b.candidate.name))
                });
                format!("{because}; the newest of {}", left.len())
            }
            (several, None) => {
                return Err(format!(
                    "there are {several} {}s and nothing tells which is this lab's: name yours with --use {}=NAME",
                    spec.noun, resource.name
                ));
            }
        };
        let mut chosen = left.swap_remove(0);
        if !chosen.described && reads_beyond(self.lab, &resource.name, spec) {
            self.describe(kind, spec, &mut chosen).await.map_err(|e| self.say(&e))?;
        }
        if all == 1 && resource.prefer.is_empty() {
            because = "the only one".to_owned();
        }
        let derived = !resource.with.is_empty();
        Ok(Outcome::Found {
            chosen: (!derived).then(|| Chosen {
                arn: chosen.candidate.arn.clone().or_else(|| {
                    let arn = chosen.candidate.document.get(spec.arn?)?.as_str()?;
                    Some(arn.to_owned())
                }),
                name: chosen.candidate.name.clone(),
                noun: spec.noun.to_owned(),
                candidates: all,
                because,
            }),
            document: filled(spec, chosen.candidate.document),
        })
    }

    /// For each of `left`, whether `condition` holds. What it mentions beside `it` may be absent: then a condition
    /// that needs it does not hold. When it is unknown and there is a choice to make, the choice is unknown too.
    async fn holding(
        &self,
        condition: &Compiled<Expr>,
        kind: &Kind,
        spec: &KindSpec,
        left: &mut [Contender],
    ) -> Result<Vec<bool>, String> {
        let mut needs = Needs::default();
        needs.add(self.lab, condition.value.mentions());
        let scope = self.scope(&needs).await;
        if let Some(Obstacle::Unknown(reason)) = self.obstacle(&needs) {
            return Err(reason);
        }
        if condition_reads_beyond(condition, spec) {
            self.describe_all(kind, spec, left).await?;
        }
        Ok(left
            .iter()
            .map(|c| holds(condition, &scope, spec, &c.candidate))
            .collect())
    }

    async fn describe_all(&self, kind: &Kind, spec: &KindSpec, left: &mut [Contender]) -> Result<(), String> {
        let answers: Vec<Option<CallError>> = stream::iter(left.iter_mut().filter(|c| !c.described))
            .map(|contender| async move { self.describe(kind, spec, contender).await.err() })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        // One that cannot be read (somebody else's bucket) is no candidate; when none can be, nothing can be told.
        let failed = answers.iter().flatten().count();
        match answers.into_iter().flatten().next() {
            Some(error) if failed == left.len() => Err(self.say(&error)),
            _ => Ok(()),
        }
    }

    async fn describe(&self, kind: &Kind, spec: &KindSpec, contender: &mut Contender) -> Result<(), CallError> {
        if let Some(more) = self.source.describe(kind, spec.name, &contender.candidate).await? {
            if let (Some(document), serde_json::Value::Object(more)) =
                (contender.candidate.document.as_object_mut(), more)
            {
                document.extend(more);
            }
            contender.described = true;
        }
        Ok(())
    }
}

/// Whether finding `resource`, or anything that the lab says of it, takes more than its kind's list.
pub fn reads_descriptions(lab: &Lab, resource: &Resource) -> bool {
    let Some(spec) = discover::spec(&resource.kind) else {
        return false;
    };
    let mut conditions = resource.prefer.iter().map(|p| &p.holds).chain(&resource.only);
    reads_beyond(lab, &resource.name, spec) || conditions.any(|c| condition_reads_beyond(c, spec))
}

/// Whether anything in the lab reads a field of `name` that its list does not have.
fn reads_beyond(lab: &Lab, name: &str, spec: &KindSpec) -> bool {
    lab.fields_read(name)
        .is_none_or(|fields| fields.iter().any(|f| !spec.listed.contains(&f.as_str())))
}

fn condition_reads_beyond(condition: &Compiled<Expr>, spec: &KindSpec) -> bool {
    match condition.value.mentions().fields_of("it") {
        Some(fields) => fields.iter().any(|f| !spec.listed.contains(f)),
        None => true,
    }
}

fn contenders(kind: &Kind, candidates: Vec<Candidate>) -> Vec<Contender> {
    let described = kind.describe.is_none();
    candidates
        .into_iter()
        .map(|candidate| Contender { candidate, described })
        .collect()
}

fn holds(condition: &Compiled<Expr>, scope: &Scope, spec: &KindSpec, candidate: &Candidate) -> bool {
    let document = filled(spec, candidate.document.clone());
    condition.value.holds(&scope.with("it", &document)).unwrap_or(false)
}

/// Whether `--use` names this one: by its name, its ARN or its id, where names need not be unique.
fn is_called(candidate: &Candidate, wanted: &str) -> bool {
    let in_arn = wanted.starts_with("arn:") && candidate.arn.is_none();
    candidate.name == wanted
        || candidate.document["id"] == wanted
        || candidate.arn.as_deref() == Some(wanted)
        || (in_arn && wanted.rsplit(['/', ':']).next() == Some(candidate.name.as_str()))
}

fn filled(spec: &KindSpec, mut document: serde_json::Value) -> serde_json::Value {
    spec.shape.fill(&mut document);
    document
}
