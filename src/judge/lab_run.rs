//! One lab in one account under way: what became of each resource and check, each judged once, by whoever asks first.

use super::evidence::Source;
use super::graph::Needs;
use super::observer::Observer;
use super::options::Options;
use super::outcome::{Obstacle, Outcome};
use crate::account::Identity;
use crate::course::{Check, Lab};
use crate::discover;
use crate::expr::Scope;
use crate::report::{CheckReport, Chosen, Status};
use futures::FutureExt;
use futures::future::{LocalBoxFuture, join, join_all};
use indexmap::IndexMap;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::slice;
use tokio::sync::{OnceCell, watch};

/// One lab in one account under way.
pub(super) struct LabRun<'a> {
    pub lab: &'a Lab,
    pub source: &'a dyn Source,
    pub options: &'a Options,
    pub observer: &'a dyn Observer,
    /// How often the user has asked to stop.
    pub stop: watch::Receiver<u8>,
    /// The reports of the checks that are decided.
    pub done: RefCell<BTreeMap<String, CheckReport>>,
    outcomes: BTreeMap<&'a str, OnceCell<Outcome>>,
    statuses: BTreeMap<&'a str, OnceCell<Status>>,
}

impl<'a> LabRun<'a> {
    pub fn new(
        lab: &'a Lab,
        source: &'a dyn Source,
        options: &'a Options,
        observer: &'a dyn Observer,
        stop: watch::Receiver<u8>,
    ) -> Self {
        Self {
            lab,
            source,
            options,
            observer,
            stop,
            done: RefCell::default(),
            outcomes: lab.resources.keys().map(|n| (n.as_str(), OnceCell::new())).collect(),
            statuses: lab.checks().map(|(_, c)| (c.id.as_str(), OnceCell::new())).collect(),
        }
    }

    /// What became of the search for `name`: the first who asks makes it.
    pub fn outcome<'s>(&'s self, name: &'s str) -> LocalBoxFuture<'s, &'s Outcome> {
        // Many wait while one searches: only the one who does has the room that it takes.
        async move {
            let search = || self.resolve(name).boxed_local();
            self.outcomes[name].get_or_init(search).await
        }
        .boxed_local()
    }

    /// What became of the search for `name`, if it is over.
    pub fn known_outcome(&self, name: &str) -> Option<&Outcome> {
        self.outcomes.get(name)?.get()
    }

    /// The status of a check: the first who asks judges it.
    pub fn status<'s>(&'s self, check: &'s Check) -> LocalBoxFuture<'s, Status> {
        async move {
            let judge = || self.check(check).boxed_local();
            *self.statuses[check.id.as_str()].get_or_init(judge).await
        }
        .boxed_local()
    }

    /// Waits for everything that is mentioned and gives what expressions can see of it. What is not there is `null`.
    pub async fn scope(&self, needs: &Needs) -> Scope {
        let names: Vec<&str> = needs.names().into_iter().collect();
        let outcomes = join_all(names.iter().map(|n| self.outcome(n)));
        let (me, outcomes) = join(self.identity(needs), outcomes).await;
        let mut scope = self.account_scope(me.as_ref());
        for (name, outcome) in names.iter().zip(outcomes) {
            match outcome {
                Outcome::Found { document, .. } => scope.share(name, document),
                _ => scope.bind(name, &Value::Null),
            }
        }
        scope
    }

    /// What expressions can see of what is known by now. A resource that was not found, or not looked for, is `null`.
    pub fn known_scope(&self, me: &Identity) -> Scope {
        let mut scope = self.account_scope(Some(me));
        for name in self.lab.resources.keys() {
            match self.known_outcome(name) {
                Some(Outcome::Found { document, .. }) => scope.share(name, document),
                _ => scope.bind(name, &Value::Null),
            }
        }
        scope
    }

    /// Whose account it is, where that is mentioned: nothing else waits for it.
    pub async fn identity(&self, needs: &Needs) -> Option<Identity> {
        match needs.identity() {
            true => self.source.identity().await.ok(),
            false => None,
        }
    }

    /// What expressions can see of the account itself.
    pub fn account_scope(&self, me: Option<&Identity>) -> Scope {
        let mut scope = Scope::default();
        if let Some(me) = me {
            scope.bind("account", &me.account.as_str().into());
            scope.bind("partition", &me.partition().into());
        }
        scope.bind("region", &self.source.region().into());
        scope
    }

    /// What stands in the way, once [`LabRun::scope`] has waited: what is unknown before what is absent.
    pub fn obstacle(&self, needs: &Needs) -> Option<Obstacle> {
        let mut absent = BTreeSet::new();
        for need in needs.iter() {
            match self.known_outcome(&need.name) {
                Some(Outcome::Unknown { reason }) => return Some(Obstacle::Unknown(reason.clone())),
                Some(Outcome::Absent { .. }) if !need.presence_only => {
                    absent.insert(need.name.clone());
                }
                Some(Outcome::Blocked { by }) => absent.extend(by.iter().cloned()),
                _ => {}
            }
        }
        (!absent.is_empty()).then_some(Obstacle::Absent(absent))
    }

    /// The ids of the checks that say whether these resources are there, in the course's order.
    pub fn exists_checks<'n>(&self, names: impl Iterator<Item = &'n str>) -> Vec<String> {
        let ids: BTreeSet<&str> = names
            .filter_map(|name| self.lab.exists_check(name))
            .map(|check| check.id.as_str())
            .collect();
        let checks = self.lab.checks().map(|(_, check)| &check.id);
        checks.filter(|id| ids.contains(id.as_str())).cloned().collect()
    }

    /// The documents of all resources that were found, each with its kind; of a `list`, all in one.
    pub fn documents(&self) -> Vec<(&str, &Value)> {
        let found = self.lab.resources.iter().filter_map(|(name, resource)| {
            let outcome = self.known_outcome(name)?;
            Some((resource.kind.as_str(), outcome))
        });
        let documents = found.filter_map(|(kind, outcome)| match outcome {
            Outcome::Found { document, .. } => Some((kind, document.value())),
            _ => None,
        });
        documents.collect()
    }

    /// A fingerprint of each resource that was found, of the fields of its kind but for those that change by themselves.
    pub fn fingerprints(&self) -> BTreeMap<String, u64> {
        let found = self.lab.resources.iter().filter_map(|(name, resource)| {
            let Some(Outcome::Found { document, .. }) = self.known_outcome(name) else {
                return None;
            };
            let spec = discover::spec(&resource.kind)?;
            let mut hasher = DefaultHasher::new();
            let documents = document
                .value()
                .as_array()
                .map_or(slice::from_ref(document.value()), Vec::as_slice);
            for document in documents {
                for field in spec.shape.fields().into_iter().filter(|f| !spec.changing.contains(f)) {
                    field.hash(&mut hasher);
                    fingerprint(&document[field], spec.changing, &mut hasher);
                }
            }
            Some((name.clone(), hasher.finish()))
        });
        found.collect()
    }

    /// Which resources were chosen among several, in the order of the lab.
    pub fn chosen(&self) -> IndexMap<String, Chosen> {
        let names = self.lab.resources.keys();
        names
            .filter_map(|name| match self.known_outcome(name) {
                Some(Outcome::Found {
                    chosen: Some(chosen), ..
                }) => Some((name.clone(), chosen.clone())),
                _ => None,
            })
            .collect()
    }
}

/// Adds a value to a fingerprint, without the fields of these names in it.
fn fingerprint(value: &Value, without: &[&str], hasher: &mut DefaultHasher) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| fingerprint(item, without, hasher)),
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| !without.contains(&name.as_str())) {
                name.hash(hasher);
                fingerprint(value, without, hasher);
            }
        }
        plain => plain.to_string().hash(hasher),
    }
}
