//! Where a rehearsal is done and by what means, how long things may take, and what keeps it from going on.

use super::folder::{Folder, FolderError};
use super::outcome::Trial;
use super::plan::{EMAIL, RUN_TAG};
use super::record::Record;
use crate::account::{Account, CallError, ErrorKind};
use crate::course::{CourseFiles, DeviationError, Lab, SolutionPart, UnknownName};
use crate::inventory::{self, Item, Listing, Service};
use crate::judge;
use crate::recording::RecordingError;
use crate::stack::{Parameters, Stack, StackError};
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// One change of the stack.
    pub stack: Duration,
    /// Until AWS shows what was deployed.
    pub settle: Duration,
    /// Until somebody has confirmed a subscription by e-mail.
    pub mail: Duration,
    /// Until what is left beside the stack is gone.
    pub clean_up: Duration,
}

/// What is told on the way.
pub enum Progress<'p> {
    /// The stack is brought to this.
    Deploying {
        /// The subject.
        what: &'p str,
        /// Which of how many.
        number: usize,
        /// How many.
        of: usize,
    },
    /// What stands does not show what it should yet.
    Settling {
        /// For so long.
        seconds: u64,
        /// At most so long.
        within: u64,
        /// What it says otherwise.
        says: &'p str,
    },
    /// What a check reports.
    Judging(judge::Event),
    /// A subscription waits for the click in a mail to this address.
    Mail {
        /// The address, masked.
        address: &'p str,
    },
    /// A trial has ended.
    Tried(&'p Trial),
    /// The stack goes back to the solution.
    Back,
    /// A change back does not show, for this reason: a new stack is made.
    NewStack(&'p str),
    /// The stack is deleted.
    DeletingStack(&'p str),
    /// CloudFormation could not delete it whole, for these reasons.
    NotDeleted(&'p str),
    /// What is left is deleted by itself.
    Deleting {
        /// So many.
        count: usize,
        /// Such as this.
        first: &'p str,
    },
}

/// Why a rehearsal does not go on.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// The user has stopped it.
    #[error("stopped")]
    Stopped,
    /// AWS refused, or did not answer.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The solution itself could not be deployed.
    #[error(transparent)]
    Stack(StackError),
    /// The record could not be kept: nothing more is done that would not be known of.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The course has changed: it has no such step or fault.
    #[error(transparent)]
    Course(#[from] UnknownName),
    /// A fault does not fit the solution.
    #[error(transparent)]
    Deviation(#[from] DeviationError),
    /// The stack did not come back from a fault: what follows would show nothing.
    #[error("the stack did not come back to the solution after the fault `{fault}`: {says}")]
    NotBack {
        /// The fault.
        fault: String,
        /// What it shows.
        says: String,
    },
    /// What AWS answered could not be recorded.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The system gave no random bytes for a recording's pseudonyms.
    #[error("the system gave no random bytes: {0}")]
    Random(std::io::Error),
    /// There is a stack of that name, and this run has not made it.
    #[error(
        "the stack {0} is not this rehearsal's: it was made by another run, or by somebody else, so it is not touched"
    )]
    NotOwn(String),
    /// Somebody has deleted the stack meanwhile.
    #[error(
        "the stack {0} was deleted or made again by somebody else meanwhile: what was seen since then says nothing"
    )]
    Gone(String),
    /// Without full marks nothing else can be shown.
    #[error("the solution does not show full marks, so that no fault can be shown: {0}")]
    NoFullMarks(String),
    /// What is there could not be listed before anything was made, so that nothing could be told apart later.
    #[error("nothing in this account could be listed, so nothing was made: {0}")]
    NothingListed(String),
}

/// Before a service is asked again that has said "slow down" after all retries.
const THROTTLED_PAUSE: Duration = Duration::from_secs(1);

/// Where and by what means it is done.
pub struct Stage<'s> {
    /// The lab.
    pub lab: &'s Lab,
    /// The stack's name.
    pub stack: String,
    /// Its solution.
    pub solution: &'s Value,
    /// The parts that are left out.
    pub without: Vec<&'s SolutionPart>,
    /// The address that gets the mails, where the lab sends any.
    pub email: Option<&'s str>,
    /// The account.
    pub account: &'s Account,
    /// Where its record is kept.
    pub folder: &'s Folder,
    /// The course's files, where what AWS answers is recorded.
    pub recorded: Option<&'s CourseFiles>,
    /// How long things may take.
    pub limits: Limits,
    /// Who is told.
    pub tell: &'s dyn Fn(Progress<'_>),
    /// Counts up when the user stops it.
    pub stop: watch::Receiver<u8>,
}

/// Whose a stack is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// There is none of that name.
    Nobodys,
    /// This run has made it.
    Own,
    /// Another run, or somebody else.
    Others,
}

impl Stage<'_> {
    /// The parameters of its template.
    pub(super) fn parameters(&self, record: &Record) -> Parameters {
        let email = self.email.map(|address| (EMAIL.to_owned(), address.to_owned()));
        record.parameters.clone().into_iter().chain(email).collect()
    }

    /// Whose the stack of the rehearsal's name is.
    pub(super) async fn whose(&self, stack: &Stack<'_>, record: &Record) -> Result<Whose, RehearsalError> {
        Ok(match stack.tag(RUN_TAG).await? {
            None => Whose::Nobodys,
            Some(Some(run)) if run == record.run => Whose::Own,
            Some(_) => Whose::Others,
        })
    }

    /// Keeps what the stack has made so far.
    pub(super) async fn note_made(&self, stack: &Stack<'_>, record: &mut Record) -> Result<(), RehearsalError> {
        let resources = stack.resources().await?;
        let before = record.made.len();
        // A custom resource's id is what its function says: perhaps just a word.
        let made = resources.into_iter().filter(|resource| !resource.is_custom());
        record
            .made
            .extend(made.map(|resource| resource.physical_id).filter(|id| !id.is_empty()));
        if record.made.len() > before {
            self.folder.write(record)?;
        }
        Ok(())
    }

    /// The steps that are about parts which are not made.
    pub(super) fn skipped_steps(&self) -> Vec<String> {
        self.without.iter().flat_map(|part| part.steps.clone()).collect()
    }

    /// The checks of other steps that need parts which are not made.
    pub(super) fn checks_without_part(&self) -> Vec<&str> {
        let checks = self.without.iter().flat_map(|part| &part.checks);
        checks.map(String::as_str).collect()
    }

    /// Those of these checks that are not about parts which are not made.
    pub(super) fn of_what_is_made(&self, checks: &[String]) -> Vec<String> {
        let without = self.checks_without_part();
        let skipped = self.skipped_steps();
        let of_step = |check: &str| skipped.iter().any(|step| check.starts_with(&format!("{step}.")));
        let made = checks
            .iter()
            .filter(|check| !without.contains(&check.as_str()) && !of_step(check));
        made.cloned().collect()
    }

    /// The addresses, masked, whose subscriptions to the stack's topics wait for a click.
    pub(super) async fn unconfirmed(&self) -> Result<Vec<String>, RehearsalError> {
        let listing = self.listed_of(|service| service.template == "AWS::SNS").await;
        if let Some((_, error)) = listing.unlisted.into_iter().next() {
            return Err(error.into());
        }
        let items = listing.items.into_iter();
        let is_own = |item: &Item| item.part_of.iter().any(|topic| topic.contains(&self.stack));
        // One that waits has no ARN: its id is that of the topic, with the address.
        let is_waiting = |item: &Item| item.of.name == "AWS::SNS::Subscription" && item.id.contains(' ');
        let waiting = items.filter(|item| is_waiting(item) && is_own(item));
        Ok(waiting.map(|item| item.name).collect())
    }

    /// Whether the user has stopped it.
    pub(super) fn is_stopped(&self) -> bool {
        *self.stop.borrow() > 0
    }

    /// Returns once the user stops it.
    pub(super) async fn stopped(&self) {
        self.count(1).await;
    }

    /// Returns once the user asks to stop more often than `seen` times.
    pub(super) async fn stopped_again(&self, seen: u8) {
        self.count(seen.saturating_add(1)).await;
    }

    /// How often the user has asked to stop.
    pub(super) fn asked(&self) -> u8 {
        *self.stop.borrow()
    }

    async fn count(&self, count: u8) {
        let mut stop = self.stop.clone();
        // One that nobody counts any more is never reached.
        if stop.wait_for(|asked| *asked >= count).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits a moment; ends at once when the user stops.
    pub(super) async fn pause(&self, pause: Duration) -> Result<(), RehearsalError> {
        tokio::select! {
            // Between two looks; how long in all is limited.
            () = tokio::time::sleep(pause) => Ok(()),
            () = self.stopped_again(self.asked()) => Err(RehearsalError::Stopped),
        }
    }

    /// All that stands in the region, and in none.
    pub(super) async fn listed(&self) -> Listing {
        self.listed_of(|_| true).await
    }

    /// What stands of these services. One that says "slow down" is asked again.
    async fn listed_of(&self, wanted: impl Fn(&Service) -> bool) -> Listing {
        let began = Instant::now();
        let mut listing = inventory::list(&self.account.with_fresh_cache(), wanted).await;
        loop {
            let unlisted = listing.unlisted.iter();
            let throttled = unlisted.filter(|(_, error)| error.kind == ErrorKind::Throttled);
            let names: Vec<&str> = throttled.map(|(name, _)| *name).collect();
            if names.is_empty() || !self.waits_since(began).await {
                return listing;
            }
            let account = self.account.with_fresh_cache();
            let again = inventory::list(&account, |service| names.contains(&service.name)).await;
            listing.unlisted.retain(|(name, _)| !names.contains(name));
            listing.items.extend(again.items);
            listing.unlisted.extend(again.unlisted);
            listing.services += again.services;
        }
    }

    /// Waits a moment, before AWS is asked again that has said "slow down" since `began`; not where that was too long ago, nor
    /// once the user stops.
    pub(super) async fn waits_since(&self, began: Instant) -> bool {
        began.elapsed() < self.limits.settle && self.pause(THROTTLED_PAUSE).await.is_ok()
    }
}

/// The services that could not be listed.
pub(super) fn unlisted(listing: &Listing) -> Vec<String> {
    let said = |(service, error): &(&str, _)| format!("{service}: {error}");
    listing.unlisted.iter().map(said).collect()
}
