//! A plan applied: exactly what is on it is deleted, turn by turn, and each turn is waited for. Whatever ends it, applying the
//! same plan again goes on.

use super::contents::foreign_in;
use super::files::LabFiles;
use super::made::made;
use super::make::kept_of;
use super::plan::{Plan, Planned, Staying};
use super::stays::{reasons, unseen};
use crate::account::{Account, CallError, ErrorKind};
use crate::inventory::{self, Item, Removal, Turn};
use crate::survey::{Survey, Wanted, survey};
use futures::{StreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Things that are deleted at once.
const AT_ONCE: usize = 4;

/// How long to wait between two tries, at first and at most.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How long something may take to go, or be in use.
#[derive(Debug, Clone, Copy)]
pub struct Patience(pub Duration);

/// Why nothing more was deleted.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A call that everything needs failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It is another account.
    #[error("this plan is for account {planned}, and these credentials are of account {found}")]
    OtherAccount {
        /// The plan's.
        planned: String,
        /// That of the credentials.
        found: String,
    },
    /// What is there has changed since the plan was made.
    #[error("what is there has changed since this plan was made")]
    Changed(Vec<Staying>),
}

/// What has become of one thing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "why")]
pub enum Deleted {
    /// It is gone.
    Gone,
    /// It was gone before.
    WasGone,
    /// It could not be deleted.
    Failed(String),
    /// It was not tried, since something in it is still there, or the user has stopped.
    NotTried(String),
}

/// What has become of each thing on a plan, in its order.
#[derive(Debug)]
pub struct Applied {
    /// One for each.
    pub deleted: Vec<Deleted>,
    /// Whether the user has stopped it.
    pub was_stopped: bool,
}

/// What is told on the way.
pub enum Progress<'p> {
    /// This one is being deleted.
    Deleting(&'p Planned),
    /// These many are waited for.
    Waiting(usize, &'p str),
}

/// Applies `plan`.
///
/// # Errors
/// When nothing is deleted: it is another account, or what is there has changed.
pub async fn apply(
    plan: &Plan,
    wanted: &Wanted<'_>,
    files: &LabFiles,
    account: &Account,
    patience: Patience,
    stop: watch::Receiver<u8>,
    tell: &dyn Fn(Progress<'_>),
) -> Result<Applied, ApplyError> {
    let survey = survey(wanted, account).await?;
    if survey.identity.account != plan.account {
        return Err(ApplyError::OtherAccount {
            planned: plan.account.clone(),
            found: survey.identity.account.clone(),
        });
    }
    let there = standing(plan, &survey, files, account).await?;
    let mut run = Run {
        plan,
        account,
        patience,
        stop,
        tell,
        items: there
            .into_iter()
            .map(|(planned, item)| (planned, item.clone()))
            .collect(),
        deleted: plan
            .deletions
            .iter()
            .map(|planned| gone_before(planned, &survey))
            .collect(),
    };
    run.all().await;
    let was_stopped = *run.stop.borrow() > 0;
    Ok(Applied {
        deleted: run.deleted,
        was_stopped,
    })
}

/// What has become of something that no list has: it is gone, if its service could be listed.
fn gone_before(planned: &Planned, survey: &Survey<'_>) -> Deleted {
    let service = inventory::services()
        .iter()
        .find(|service| service.template == service_of(&planned.of));
    let in_region = |name: &str| service.is_some_and(|s| !s.is_regional) || name == planned.region;
    let regions = survey
        .regions
        .iter()
        .filter(|region| in_region(region.account().region()));
    let unlisted = regions.flat_map(|region| &region.listing.unlisted);
    let mut unlisted = unlisted.filter(|(name, _)| service.is_some_and(|service| service.name == *name));
    let not_looked = survey.not_looked.iter().find(|(region, _)| *region == planned.region);
    let why = unlisted.next().map(|(_, error)| error.to_string());
    match why.or_else(|| not_looked.map(|(_, why)| why.clone())) {
        Some(why) => Deleted::NotTried(format!("whether it is there is not known: {why}")),
        None => Deleted::WasGone,
    }
}

/// What of the plan still stands, by its place in the plan.
///
/// # Errors
/// When one of them is another one now, or would not be planned for any more.
async fn standing<'s>(
    plan: &Plan,
    survey: &'s Survey<'_>,
    files: &LabFiles,
    account: &Account,
) -> Result<BTreeMap<usize, &'s Item>, ApplyError> {
    let items: Vec<&Item> = survey.items().into_iter().map(|(_, item)| item).collect();
    let mut places = BTreeMap::new();
    let mut changed = Vec::new();
    for (number, planned) in plan.deletions.iter().enumerate() {
        let Some(place) = items.iter().position(|item| planned.is(item)) else {
            continue;
        };
        let at = made(account, planned).await;
        let is_another_table = !planned.made.is_empty() && !at.is_empty() && at != planned.made;
        if is_another_table || planned.is_other_than(items[place]) {
            changed.push(Staying::new(items[place], "it was made or changed since"));
        }
        places.insert(number, place);
    }
    let planned: BTreeSet<usize> = places.values().copied().collect();
    let kept = kept_of(survey, &planned, account).await?;
    let is_named = |number: &usize| plan.deletions[*number].is_named;
    let named = places
        .iter()
        .filter(|(number, _)| is_named(number))
        .map(|(_, place)| *place);
    let named: BTreeSet<usize> = named.collect();
    let unnamed = planned.difference(&named).copied().collect();
    let foreign = foreign_in(account, &items, &unnamed, files).await;
    let stays = reasons(&items, &planned, &named, &kept, &foreign, &unseen(survey));
    changed.extend(stays.into_iter().map(|(place, why)| Staying::new(items[place], why)));
    match changed.is_empty() {
        true => Ok(places
            .into_iter()
            .map(|(number, place)| (number, items[place]))
            .collect()),
        false => Err(ApplyError::Changed(changed)),
    }
}

struct Run<'r> {
    plan: &'r Plan,
    account: &'r Account,
    patience: Patience,
    stop: watch::Receiver<u8>,
    tell: &'r dyn Fn(Progress<'_>),
    /// What stands of the plan.
    items: BTreeMap<usize, Item>,
    deleted: Vec<Deleted>,
}

impl Run<'_> {
    async fn all(&mut self) {
        let turns: BTreeSet<Turn> = self.plan.deletions.iter().filter_map(|one| one.turn).collect();
        for turn in turns {
            let numbers: Vec<usize> = self
                .items
                .keys()
                .copied()
                .filter(|n| self.plan.deletions[*n].turn == Some(turn))
                .collect();
            self.turn(&numbers).await;
        }
        // AWS deletes these along with what they are part of.
        let rest: Vec<usize> = self
            .items
            .keys()
            .copied()
            .filter(|n| self.plan.deletions[*n].turn.is_none())
            .collect();
        self.wait(rest).await;
    }

    async fn turn(&mut self, numbers: &[usize]) {
        let mut tried = Vec::new();
        for number in numbers {
            match self.in_its_way(*number) {
                Some(why) => self.deleted[*number] = Deleted::NotTried(why),
                None => tried.push(*number),
            }
        }
        let results: Vec<(usize, Result<(), String>)> = stream::iter(tried)
            .map(|number| {
                let this = &*self;
                async move { (number, this.delete(number).await) }
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut waited = Vec::new();
        for (number, result) in results {
            match result {
                Ok(()) => waited.push(number),
                Err(why) => self.deleted[number] = Deleted::Failed(why),
            }
        }
        self.wait(waited).await;
    }

    /// Why something is not tried: a part of it is still there, or the user has stopped.
    fn in_its_way(&self, number: usize) -> Option<String> {
        if *self.stop.borrow() > 0 {
            return Some("stopped before its turn".to_owned());
        }
        let id = &self.items[&number].id;
        let parts = self.items.iter().filter(|(_, item)| item.part_of.contains(id));
        let mut left =
            parts.filter(|(part, _)| matches!(self.deleted[**part], Deleted::Failed(_) | Deleted::NotTried(_)));
        let (_, item) = left.next()?;
        Some(format!("{} {} is part of it, and still there", item.of.noun, item.name))
    }

    /// Deletes one thing. While AWS says that it is in use, or cannot be reached, it is tried again.
    async fn delete(&self, number: usize) -> Result<(), String> {
        let item = &self.items[&number];
        let Removal::ByCall { delete, .. } = item.of.removal else {
            return Ok(());
        };
        (self.tell)(Progress::Deleting(&self.plan.deletions[number]));
        let there = self.there(&item.region);
        let begun = Instant::now();
        let mut pause = PAUSE;
        loop {
            let error = match delete(&there, item).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            if !may_pass(&error) || begun.elapsed() > self.patience.0 {
                return Err(error.to_string());
            }
            self.pause(&mut pause)
                .await
                .map_err(|()| format!("stopped while AWS refused: {error}"))?;
        }
    }

    /// Waits until AWS lists none of these any more.
    async fn wait(&mut self, mut numbers: Vec<usize>) {
        let begun = Instant::now();
        let mut pause = PAUSE;
        while !numbers.is_empty() {
            let (left, unread) = self.left(&numbers).await;
            for number in numbers.iter().filter(|number| !left.contains(number)) {
                self.deleted[*number] = Deleted::Gone;
            }
            numbers = left;
            let waited = begun.elapsed();
            let why = match unread {
                Some(error) => format!("whether it is gone is not known: {error}"),
                None => format!("AWS took the call, and still lists it after {} s", waited.as_secs()),
            };
            if !numbers.is_empty() {
                let first = self.plan.deletions[numbers[0]].named();
                (self.tell)(Progress::Waiting(numbers.len(), &first));
                let is_over = waited > self.patience.0 || self.pause(&mut pause).await.is_err();
                if is_over {
                    numbers
                        .iter()
                        .for_each(|number| self.deleted[*number] = Deleted::Failed(why.clone()));
                    return;
                }
            }
        }
    }

    /// Which of these AWS still lists; those of a service that cannot be listed count as listed.
    async fn left(&self, numbers: &[usize]) -> (Vec<usize>, Option<CallError>) {
        let mut by_region: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for number in numbers {
            by_region.entry(&self.items[number].region).or_default().push(*number);
        }
        let (mut left, mut unread) = (Vec::new(), None);
        for (region, numbers) in by_region {
            let there = self.there(region);
            let services: BTreeSet<&str> = numbers.iter().map(|n| service_of(self.items[n].of.name)).collect();
            let listing = inventory::list(&there, |service| services.contains(service.template)).await;
            let unlisted = !listing.unlisted.is_empty();
            unread = listing.unlisted.into_iter().next().map(|(_, error)| error).or(unread);
            let planned = |number: &usize| &self.plan.deletions[*number];
            let is_there = |number: &usize| unlisted || listing.items.iter().any(|item| planned(number).is(item));
            left.extend(numbers.into_iter().filter(is_there));
        }
        (left, unread)
    }

    fn there(&self, region: &str) -> Account {
        match region {
            "" => self.account.with_fresh_cache(),
            region => self.account.in_region(region),
        }
    }

    /// Waits a moment, longer each time; ends at once when the user stops.
    async fn pause(&self, pause: &mut Duration) -> Result<(), ()> {
        let mut stop = self.stop.clone();
        let waited = *pause;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        tokio::select! {
            // Between two tries or looks; how long in all is limited by the user's patience.
            () = tokio::time::sleep(waited) => Ok(()),
            _ = stop.wait_for(|asked| *asked > 0) => Err(()),
        }
    }
}

/// The service in the name of a type: `AWS::Kinesis`.
fn service_of(of: &str) -> &str {
    of.rsplit_once("::").map_or(of, |(service, _)| service)
}

/// AWS's codes for what is in use, or about to be something else.
const IN_USE: &[&str] = &[
    "ResourceInUseException",
    "ResourceInUse",
    "ConflictException",
    "DeleteConflict",
    "InvalidStateException",
    "OperationAborted",
    "OperationAbortedException",
    "BucketNotEmpty",
    "ConcurrentModificationException",
    "LimitExceededException",
    "ServiceUnavailableException",
    "ResourceConflictException",
];

/// Whether what stands in the way may pass by itself.
fn may_pass(error: &CallError) -> bool {
    match &error.kind {
        ErrorKind::Throttled | ErrorKind::Unreachable | ErrorKind::TimedOut => true,
        ErrorKind::Other(code) => IN_USE.contains(&code.as_str()) || error.may_have_acted(),
        _ => false,
    }
}
