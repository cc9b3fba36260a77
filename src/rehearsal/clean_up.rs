//! Everything that a rehearsal made is deleted: its stack, then what others have made on its behalf, such as log groups. Then
//! everything is listed again.

use super::outcome::{CleanUp, Thing, rounded};
use super::record::Record;
use super::stage::{Progress, RehearsalError, Stage, unlisted};
use crate::inventory::{Item, Removal};
use crate::report::text::visible;
use crate::stack::{Stack, StackError};
use chrono::{SecondsFormat, Utc};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How often a stack is deleted that CloudFormation cannot delete whole.
const DELETIONS: usize = 3;

/// Deletes the stack and what else is the rehearsal's.
///
/// # Errors
/// When AWS cannot be asked any more. What it refuses to delete is in the result.
pub async fn clean_up(stage: &Stage<'_>, record: &mut Record) -> Result<CleanUp, RehearsalError> {
    let (began, asked) = (Instant::now(), stage.asked());
    let name = record.stack.clone();
    let stack = Stack::new(stage.account, &name, stage.limits.stack);
    stage.note_made(&stack, record).await?;
    (stage.tell)(Progress::DeletingStack(&name));
    let mut why = delete(stage, &stack, record, asked).await?;
    let is_stack_gone = stack.status().await?.is_none();
    let mut pause = PAUSE;
    let (listing, own) = loop {
        let listing = stage.listed().await;
        let own: Vec<Item> = listing.items.iter().filter(|i| is_own(record, i)).cloned().collect();
        if own.is_empty() || began.elapsed() > stage.limits.clean_up {
            break (listing, own);
        }
        (stage.tell)(Progress::Deleting {
            count: own.len(),
            first: &visible(&Thing::new(&own[0]).named()),
        });
        delete_each(stage, &own, &mut why).await;
        if stage.pause(pause).await.is_err() {
            break (listing, own);
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    let is_new = |item: &&Item| record.before.is_some() && !record.was_before(item) && !is_own(record, item);
    let new = listing.items.iter().filter(is_new).map(Thing::new).collect();
    let reason = |item: &Item| {
        let why = why.get(&item.id).cloned();
        why.unwrap_or_else(|| "AWS still lists it".to_owned())
    };
    Ok(CleanUp {
        at: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
        seconds: rounded(began.elapsed()),
        is_stack_gone,
        left: own.iter().map(|item| (Thing::new(item), reason(item))).collect(),
        new,
        unknown: unlisted(&listing),
        lists: listing.services,
    })
}

/// Deletes the stack. What keeps CloudFormation from it, such as a bucket with files in it, is deleted by itself.
async fn delete(
    stage: &Stage<'_>,
    stack: &Stack<'_>,
    record: &Record,
    asked: u8,
) -> Result<BTreeMap<String, String>, RehearsalError> {
    let mut why = BTreeMap::new();
    for _ in 0..DELETIONS {
        let deleted = tokio::select! {
            deleted = stack.delete() => deleted,
            () = stage.stopped_again(asked) => return Err(RehearsalError::Stopped),
        };
        match deleted {
            Ok(()) => break,
            Err(StackError::Call(error)) => return Err(error.into()),
            Err(failed) => {
                (stage.tell)(Progress::NotDeleted(&failed.to_string()));
                let items = stage.listed().await.items;
                let own: Vec<Item> = items.into_iter().filter(|item| is_own(record, item)).collect();
                delete_each(stage, &own, &mut why).await;
            }
        }
    }
    Ok(why)
}

/// Deletes each, in the order in which nothing is at work any more that needs it.
async fn delete_each(stage: &Stage<'_>, own: &[Item], why: &mut BTreeMap<String, String>) {
    let mut calls: Vec<_> = own
        .iter()
        .filter_map(|item| match item.of.removal {
            Removal::ByCall { turn, delete, .. } => Some((turn, delete, item)),
            Removal::WithOwner => None,
        })
        .collect();
    calls.sort_by_key(|(turn, ..)| *turn);
    for (_, delete, item) in calls {
        let there = match item.region.as_str() {
            "" => stage.account.with_fresh_cache(),
            region => stage.account.in_region(region),
        };
        if let Err(error) = delete(&there, item).await {
            why.insert(item.id.clone(), error.to_string());
        }
    }
}

/// Whether something was made by the rehearsal: it was not there before, and it has the stack's name in its own, or
/// CloudFormation has named it, or it is the log of what CloudFormation has named.
fn is_own(record: &Record, item: &Item) -> bool {
    if record.was_before(item) {
        return false;
    }
    let stack = record.stack.to_lowercase();
    let named = |text: &str| text.to_lowercase().contains(&stack);
    let last = item.id.rsplit(['/', ':']).next().unwrap_or_default();
    let is_made = |text: &str| record.made.contains(text);
    // See <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>.
    let of_api = item.name.strip_prefix("API-Gateway-Execution-Logs_");
    let api = of_api.and_then(|rest| rest.split('/').next());
    named(&item.name)
        || named(&item.id)
        || is_made(&item.id)
        || is_made(&item.name)
        || is_made(last)
        || api.is_some_and(is_made)
}
