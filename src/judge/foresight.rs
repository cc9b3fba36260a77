//! What the judge will most likely ask, asked ahead of it: a call that need not wait for another costs no time.
//!
//! Lists alone mostly show which candidate the judge will settle on, before all is read that decides it. What is derived from
//! that one is asked for meanwhile, and what is read of it beyond its list. Nothing is decided here and nothing is recorded:
//! the answers are kept with the account, and are there when the judge asks. After a wrong guess, some reads were in vain.

use super::graph::{Needs, wanted};
use super::lab_run::LabRun;
use super::outcome::Outcome;
use super::search::{Contender, ResourceSearch, condition_reads_beyond, is_called};
use crate::account::Account;
use crate::course::{Compiled, Resource, Step, arguments};
use crate::discover::{self, Args, Listed};
use crate::expr::{Document, Expr, Mentions, Scope};
use futures::FutureExt;
use futures::future::{LocalBoxFuture, join, join_all};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// The guesses about a lab under way.
struct Foresight<'r> {
    run: &'r LabRun<'r>,
    account: &'r Account,
    /// The resources that the judge looks for whatever it finds.
    wanted: BTreeSet<&'r str>,
    guesses: BTreeMap<&'r str, OnceCell<Option<Guess>>>,
}

/// What the judge will most likely settle on.
enum Guess {
    /// It has settled on this, or this is all that will be known.
    Whole(Arc<Document>),
    /// This candidate.
    One(Arc<Listed>),
    /// All of a list, without what describing them brings.
    All(Arc<Document>),
}

/// Asks what the checks of `steps` will most likely ask for.
pub(super) async fn look_ahead(run: &LabRun<'_>, steps: &[&Step]) {
    let Some(account) = run.source.ahead() else {
        return;
    };
    let names = run.lab.resources.keys();
    let foresight = Foresight {
        run,
        account,
        wanted: wanted(run.lab, steps),
        guesses: names.map(|name| (name.as_str(), OnceCell::new())).collect(),
    };
    join_all(foresight.wanted.iter().map(|name| foresight.look(name))).await;
}

impl Foresight<'_> {
    /// Asks for what is derived from others, and for what is read of a candidate beyond its list.
    async fn look(&self, name: &str) {
        let resource = &self.run.lab.resources[name];
        let Ok(search) = ResourceSearch::new(self.run, resource) else {
            return;
        };
        let is_described = !resource.is_list && search.kind.describe.is_some() && search.reads_beyond();
        let guessed = async {
            if is_described || !resource.with.is_empty() {
                self.document(name, is_described).await;
            }
        };
        // A part of it is the same whatever its arguments will be; and then the connection to its host is open.
        let args = search.spec.args;
        let fixed = async {
            if !resource.with.is_empty() && args.iter().all(|arg| !arg.required) {
                let _ = discover::ahead(self.account, search.kind, search.spec.name, &Args::new()).await;
            }
        };
        join(guessed, fixed).await;
    }

    /// The document that `name` will most likely have, with what describing it brings, or as its list has it.
    async fn document(&self, name: &str, is_described: bool) -> Option<Arc<Document>> {
        let listed = match self.guess(name).await? {
            Guess::Whole(document) => return Some(document.clone()),
            Guess::All(documents) => return (!is_described).then(|| documents.clone()),
            Guess::One(listed) => listed,
        };
        let search = ResourceSearch::new(self.run, &self.run.lab.resources[name]).ok()?;
        match &search.kind.describe {
            Some(description) if is_described => {
                let look = || (description.look)(self.account, &listed.candidate);
                Some(listed.described(search.spec, look).await.ok()?.document)
            }
            _ => Some(listed.document(search.spec).clone()),
        }
    }

    /// The guess about `name`, made once.
    fn guess<'s>(&'s self, name: &'s str) -> LocalBoxFuture<'s, Option<&'s Guess>> {
        async move {
            let make = || self.make(&self.run.lab.resources[name]).boxed_local();
            self.guesses[name].get_or_init(make).await.as_ref()
        }
        .boxed_local()
    }

    async fn make(&self, resource: &Resource) -> Option<Guess> {
        if resource.when.is_some() || !self.is_listed_anyway(resource) {
            return None;
        }
        let search = ResourceSearch::new(self.run, resource).ok()?;
        let args = self.arguments(resource).await?;
        if discover::kind_elsewhere(search.spec.name, &args).is_some() {
            return None;
        }
        if let Some(document) = discover::expected(search.spec, &args) {
            return Some(Guess::Whole(Arc::new(document)));
        }
        let listed = discover::ahead(self.account, search.kind, search.spec.name, &args).await;
        match listed.ok()? {
            Some(listed) => self.choose(&search, search.contending(Ok(listed)).ok()?).await,
            None => self.settled(&resource.name).await,
        }
    }

    /// Whether the judge lists these, whatever it finds.
    fn is_listed_anyway(&self, resource: &Resource) -> bool {
        let listed = |name: &&str| {
            let other = &self.run.lab.resources[*name];
            other.kind == resource.kind && other.with.is_empty()
        };
        self.wanted.contains(resource.name.as_str()) || (resource.with.is_empty() && self.wanted.iter().any(listed))
    }

    /// What the judge itself settles on, where nothing is asked ahead of it.
    async fn settled(&self, name: &str) -> Option<Guess> {
        let (name, _) = self.run.lab.resources.get_key_value(name)?;
        if !self.wanted.contains(name.as_str()) {
            return None;
        }
        match self.run.outcome(name).await {
            Outcome::Found { document, .. } => Some(Guess::Whole(document.clone())),
            _ => None,
        }
    }

    /// What is left of the candidates by the conditions that can be evaluated by now.
    async fn choose(&self, search: &ResourceSearch<'_>, mut left: Vec<Contender>) -> Option<Guess> {
        let resource = search.resource;
        if let Some(wanted) = self.run.options.uses.get(&resource.name) {
            left.retain(|c| is_called(&c.listed.candidate, wanted));
        } else if let Some(only) = &resource.filter {
            let mut holding = self.holding(search, only, &left).await?.into_iter();
            left.retain(|_| holding.next().unwrap_or(false));
        }
        if resource.is_list {
            let documents = Document::list(left.iter().map(|c| &**search.document(c)));
            return Some(Guess::All(Arc::new(documents)));
        }
        // First by what needs no other resource: most often its name.
        let alone = |c: &&Compiled<Expr>| Needs::of_condition(self.run.lab, c).names().is_empty();
        let conditions = || resource.choosers().map(|p| &p.holds);
        let (first, then) = (conditions().filter(alone), conditions().filter(|c| !alone(c)));
        for condition in first.chain(then) {
            if left.len() < 2 {
                break;
            }
            if let Some(holding) = self.holding(search, condition, &left).await
                && holding.contains(&true)
            {
                let mut holding = holding.into_iter();
                left.retain(|_| holding.next().unwrap_or(false));
            }
        }
        match left.as_slice() {
            [one] => Some(Guess::One(one.listed.clone())),
            _ => None,
        }
    }

    /// For which of `left` a condition holds, as far as their lists show; nothing where it reads more, or what is not known.
    async fn holding(
        &self,
        search: &ResourceSearch<'_>,
        condition: &Compiled<Expr>,
        left: &[Contender],
    ) -> Option<Vec<bool>> {
        if condition_reads_beyond(condition, search.spec) {
            return None;
        }
        let needs = Needs::of_condition(self.run.lab, condition);
        let scope = self.scope(&needs, &[condition.value.mentions()]).await?;
        let holds = left.iter().map(|contender| {
            let mut scope = scope.clone();
            scope.share("it", search.document(contender));
            condition.value.holds(&scope).unwrap_or(false)
        });
        Some(holds.collect())
    }

    async fn arguments(&self, resource: &Resource) -> Option<Args> {
        let mut texts = Vec::new();
        resource.with.values().for_each(|arg| arg.texts(&mut texts));
        let mentions = texts.iter().flat_map(|text| text.value.mentions().map(|(_, m)| m));
        let needs = Needs::of_arguments(self.run.lab, &resource.with);
        let scope = self.scope(&needs, &mentions.collect::<Vec<_>>()).await?;
        arguments(&resource.with, &scope).ok()
    }

    /// What can be seen of what is mentioned; nothing where one of it is not known.
    async fn scope(&self, needs: &Needs, mentions: &[&Mentions]) -> Option<Scope> {
        let names: Vec<&str> = needs.names().into_iter().collect();
        let documents = names.iter().map(|name| {
            let is_described = mentions.iter().any(|m| self.reads_description(m, name));
            self.document(name, is_described)
        });
        let (me, documents) = join(self.run.identity(needs), join_all(documents)).await;
        let mut scope = self.run.account_scope(me.as_ref());
        for (name, document) in names.iter().zip(documents) {
            let document = document?;
            scope.share(name, &document);
        }
        Some(scope)
    }

    /// Whether an expression reads of `name` what its list does not have.
    fn reads_description(&self, mentions: &Mentions, name: &str) -> bool {
        let resource = &self.run.lab.resources[name];
        let described = discover::spec(&resource.kind).map_or(&[][..], |spec| spec.described);
        let read = match resource.is_list {
            true => mentions.fields_of_items(name),
            false => mentions.fields_of(name),
        };
        !described.is_empty() && read.is_none_or(|fields| fields.iter().any(|field| described.contains(field)))
    }
}
