//! What became of the search for a resource, and the scope that expressions see of it.

use super::Run;
use crate::course::{Lab, UnknownName};
use crate::expr::{Document, Mentions, Scope};
use crate::report::Chosen;
use futures::future::join_all;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What became of the search for one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// There it is: its document, or the list of all documents of a `list`.
    Found {
        /// The document.
        document: Arc<Document>,
        /// Which one, out of how many, and why; nothing for a `list` and for what is derived from others.
        chosen: Option<Chosen>,
    },
    /// There is none of this lab.
    Absent {
        /// The names of those of its kind that nothing ties to the lab.
        others: Vec<String>,
    },
    /// It is derived from resources that are not there.
    Blocked {
        /// Those.
        by: BTreeSet<String>,
    },
    /// It could not be told.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// What stands between an expression and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Resources that are not there.
    Absent(BTreeSet<String>),
    /// A resource of which nothing could be told: why.
    Unknown(String),
}

/// The resources that something mentions: `true` where it only asks whether they are there.
#[derive(Debug, Default, Clone)]
pub(super) struct Needs(pub Vec<(String, bool)>);

impl Needs {
    pub fn add(&mut self, lab: &Lab, mentions: &Mentions) {
        for mention in mentions.names() {
            if lab.resources.contains_key(&mention.name) {
                self.0.push((mention.name.clone(), mention.asked));
            }
        }
    }

    pub fn names(&self) -> BTreeSet<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }
}

impl Run<'_> {
    /// Waits for everything that is mentioned and gives what expressions can see of it. What is not there is `null`.
    pub(super) async fn scope(&self, needs: &Needs) -> Scope {
        let mut scope = Scope::default();
        if let Ok(me) = self.source.identity().await {
            scope.bind("account", &me.account.as_str().into());
            scope.bind("partition", &me.partition().into());
        }
        scope.bind("region", &self.source.region().into());
        let names: Vec<&str> = needs.names().into_iter().collect();
        for (name, outcome) in names.iter().zip(join_all(names.iter().map(|n| self.outcome(n))).await) {
            match outcome {
                Outcome::Found { document, .. } => scope.share(name, document),
                _ => scope.bind(name, &Value::Null),
            }
        }
        scope
    }

    /// What stands in the way, once [`Run::scope`] has waited: what is unknown before what is absent.
    pub(super) fn obstacle(&self, needs: &Needs) -> Option<Obstacle> {
        let mut absent = BTreeSet::new();
        for (name, asked) in &needs.0 {
            match self.outcomes[name.as_str()].get() {
                Some(Outcome::Unknown { reason }) => return Some(Obstacle::Unknown(reason.clone())),
                Some(Outcome::Absent { .. }) if !asked => {
                    absent.insert(name.clone());
                }
                Some(Outcome::Blocked { by }) => absent.extend(by.iter().cloned()),
                _ => {}
            }
        }
        (!absent.is_empty()).then_some(Obstacle::Absent(absent))
    }

    /// The ids of the checks that say whether these resources are there.
    pub(super) fn exists_checks<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<String> {
        let mut ids: Vec<String> = names
            .filter_map(|name| self.lab.exists_check(name))
            .map(|check| check.id.clone())
            .collect();
        ids.dedup();
        ids
    }
}

/// The step called `id`, or an error that names those that there are.
pub(super) fn known_step<'l>(lab: &'l Lab, id: &str) -> Result<&'l crate::course::Step, UnknownName> {
    lab.step(id)
        .ok_or_else(|| UnknownName::new("step", id, lab.steps.iter().map(|s| s.id.as_str())))
}
