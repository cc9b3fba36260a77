//! Finding a resource by what it does: every candidate of its kind, then the most telling sign that any of them shows.

use super::choice::{first_names, narrow};
use super::graph::Needs;
use super::lab_run::LabRun;
use super::outcome::{Obstacle, Outcome};
use super::search::{Contender, ResourceSearch, is_called};
use super::verdict::call_failure;
use crate::course::{Compiled, arguments};
use crate::discover::{self, Args, code, dates};
use crate::expr::{Document, Expr};
use crate::report::Chosen;
use std::sync::Arc;

impl LabRun<'_> {
    /// Looks for `name`.
    pub(super) async fn resolve(&self, name: &str) -> Outcome {
        let search = async { ResourceSearch::new(self, &self.lab.resources[name])?.find().await };
        search.await.unwrap_or_else(|reason| Outcome::Unknown { reason })
    }
}

impl ResourceSearch<'_> {
    /// What the search comes to.
    ///
    /// # Errors
    /// Why that is unknown.
    async fn find(&self) -> Result<Outcome, String> {
        if let Some(when) = &self.resource.when
            && !self.is_wanted(when).await?
        {
            return Ok(match self.resource.is_list {
                true => all(Document::list(std::iter::empty())),
                false => nothing(),
            });
        }
        let args = match self.arguments().await? {
            Ok(args) => args,
            Err(Obstacle::Absent(by)) => return Ok(Outcome::Blocked { by }),
            Err(Obstacle::Unknown(reason)) => return Ok(Outcome::Unknown { reason }),
        };
        let mut left = match discover::kind_elsewhere(self.spec.name, &args) {
            Some(kind) => self.contenders_elsewhere(&kind, &args).await?,
            None => self.contenders(&args).await?,
        };
        if !self.resource.is_list {
            return self.choose(left).await;
        }
        if let Some(uncertain) = self.exclude(&mut left).await? {
            return Err(uncertain);
        }
        if self.reads_beyond() {
            self.describe_all(&mut left).await?;
        }
        Ok(all(Document::list(left.iter().map(|c| &**self.document(c)))))
    }

    /// Whether the resource is looked for at all.
    async fn is_wanted(&self, when: &Compiled<Expr>) -> Result<bool, String> {
        let needs = Needs::of_condition(self.run.lab, when);
        let mut scope = self.run.scope(&needs).await;
        let holds = when.value.holds(&scope).map_err(|e| format!("{}: {e}", when.place()))?;
        if let Some(Obstacle::Unknown(reason)) = self.run.obstacle(&needs) {
            // Whether what is unknown is there is not known: does it matter?
            for name in needs.names() {
                if matches!(self.run.known_outcome(name), Some(Outcome::Unknown { .. })) {
                    scope.bind(name, &serde_json::json!({}));
                }
            }
            if when.value.holds(&scope) != Ok(holds) {
                return Err(reason);
            }
        }
        Ok(holds)
    }

    /// The arguments of the kind, or what stands in their way.
    async fn arguments(&self) -> Result<Result<Args, Obstacle>, String> {
        let with = &self.resource.with;
        let needs = Needs::of_arguments(self.run.lab, with);
        let scope = self.run.scope(&needs).await;
        match self.run.obstacle(&needs) {
            Some(obstacle) => Ok(Err(obstacle)),
            None => arguments(with, &scope)
                .map(Ok)
                .map_err(|(place, e)| format!("{place}: {e}")),
        }
    }

    /// The one that is the lab's.
    async fn choose(&self, mut left: Vec<Contender>) -> Result<Outcome, String> {
        let (resource, spec) = (self.resource, self.spec);
        let all = left.len();
        let mut because = None;
        // Of one that may be the lab's, and that could not be read.
        let mut uncertain = None;
        if let Some(wanted) = self.run.options.uses.get(&resource.name) {
            let names: Vec<String> = left.iter().map(|c| c.listed.candidate.name.clone()).collect();
            left.retain(|c| is_called(&c.listed.candidate, wanted));
            if left.is_empty() {
                let there = match names.is_empty() {
                    true => "there is none at all".to_owned(),
                    false => format!(
                        "--use {} takes: {}",
                        resource.name,
                        first_names(names.iter().map(String::as_str))
                    ),
                };
                return Err(format!(
                    "there is no {} `{wanted}` in {} (named with --use); {there}",
                    spec.noun,
                    self.run.source.region()
                ));
            }
            because = Some("named with --use".to_owned());
        } else {
            uncertain = self.exclude(&mut left).await?;
            if !resource.signs.is_empty() && !left.is_empty() {
                match self.tied(&mut left).await? {
                    Some(sign) => because = Some(sign),
                    None => {
                        if let Some(uncertain) = uncertain {
                            return Err(uncertain);
                        }
                        let others = left.iter().filter(|c| !c.listed.candidate.aws_default);
                        let others = others.map(|c| c.listed.candidate.name.clone()).collect();
                        return Ok(Outcome::Absent { others });
                    }
                }
            }
            for preference in &resource.prefer {
                if left.len() <= 1 {
                    break;
                }
                let evaluated = self.evaluated(&preference.holds, &mut left).await?;
                narrow(&mut left, &evaluated.holding, &preference.reason, &mut because);
            }
        }
        let because = match (left.len(), because) {
            (0, _) => return uncertain.map_or(Ok(nothing()), Err),
            (1, Some(because)) => because,
            (1, None) if all > 1 => "the only one that fits".to_owned(),
            (1, None) => "the only one".to_owned(),
            (_, because) => self.newest(&mut left, because).await?,
        };
        let mut chosen = left.swap_remove(0);
        if chosen.described.is_none() && self.reads_beyond() {
            self.describe(&mut chosen).await.map_err(|e| call_failure(&e))?;
        }
        let derived = !resource.with.is_empty();
        let (candidate, document) = (&chosen.listed.candidate, self.document(&chosen));
        let dates = dates(&self.created_at(&chosen), document.value());
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
                without_points: false,
                made: dates.made,
                changed: dates.changed,
                changes: None,
                code: code(document.value()),
                given_name: false,
            }),
            document: document.clone(),
        })
    }
}

fn nothing() -> Outcome {
    Outcome::Absent { others: Vec::new() }
}

/// All documents of a `list`.
fn all(documents: Document) -> Outcome {
    Outcome::Found {
        document: Arc::new(documents),
        chosen: None,
    }
}
