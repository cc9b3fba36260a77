//! Everything that a rehearsal made is deleted: its stack, then what others have made on its behalf, such as log groups. Then
//! everything is listed again.

use super::outcome::{CleanUp, Thing, rounded};
use super::record::Record;
use super::stage::{Progress, RehearsalError, Stage, Whose, unlisted};
use crate::inventory::{Item, Removal};
use crate::report::text::visible;
use crate::stack::{Stack, StackError};
use chrono::{SecondsFormat, Utc};
use std::collections::{BTreeMap, BTreeSet};
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
    let mut why = BTreeMap::new();
    let whose = stage.whose(&stack, record).await?;
    if whose == Whose::Own {
        record.clean_up = None;
        stage.folder.write(record)?;
        stage.note_made(&stack, record).await?;
        (stage.tell)(Progress::DeletingStack(&name));
        why = delete(stage, &stack, record, asked).await?;
    }
    let made = made(stage, &stack, record).await?;
    let mut pause = PAUSE;
    let (listing, own) = loop {
        let listing = stage.listed().await;
        let own = own(record, &made, &listing.items);
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
    let is_new = |item: &&Item| {
        let is_own = own.iter().any(|one| one.id == item.id && one.of.name == item.of.name);
        record.before.is_some() && !record.was_before(item) && !is_own
    };
    let new = listing.items.iter().filter(is_new).map(Thing::new).collect();
    let reason = |item: &Item| {
        let why = why.get(&item.id).cloned();
        why.unwrap_or_else(|| "AWS still lists it".to_owned())
    };
    // Looked at last: what was still being made may have been taken back meanwhile.
    let whose = stage.whose(&stack, record).await?;
    Ok(CleanUp {
        at: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
        seconds: rounded(began.elapsed()),
        is_stack_gone: whose != Whose::Own,
        is_others_stack: whose == Whose::Others,
        left: own.iter().map(|item| (Thing::new(item), reason(item))).collect(),
        new,
        unknown: unlisted(&listing),
        lists: listing.services,
    })
}

/// The names of what it made and may still be there. What was proved to be gone is not made again by a run that is over, and what
/// another stack of its name has made is that one's: names repeat.
async fn made(stage: &Stage<'_>, stack: &Stack<'_>, record: &Record) -> Result<BTreeSet<String>, RehearsalError> {
    if record.clean_up.as_ref().is_some_and(CleanUp::is_proved) {
        return Ok(BTreeSet::new());
    }
    let mut made = record.made.clone();
    if stage.whose(stack, record).await? == Whose::Others {
        for resource in stack.resources().await? {
            made.remove(&resource.physical_id);
        }
    }
    Ok(made)
}

/// Deletes the stack. What keeps CloudFormation from it, such as a bucket with files in it, is deleted by itself.
async fn delete(
    stage: &Stage<'_>,
    stack: &Stack<'_>,
    record: &Record,
    asked: u8,
) -> Result<BTreeMap<String, String>, RehearsalError> {
    let mut why = BTreeMap::new();
    let (mut said, mut kept) = (String::new(), Vec::new());
    for _ in 0..DELETIONS {
        let deleted = tokio::select! {
            deleted = stack.delete_without(&kept) => deleted,
            () = stage.stopped_again(asked) => return Err(RehearsalError::Stopped),
        };
        match deleted {
            Ok(()) => break,
            Err(StackError::Call(error)) => return Err(error.into()),
            Err(failed) => {
                let reason = failed.to_string();
                if reason != said {
                    (stage.tell)(Progress::NotDeleted(&reason));
                    said = reason;
                }
                let items = stage.listed().await.items;
                let own = own(record, &record.made, &items);
                delete_each(stage, &own, &mut why).await;
                kept = not_taken_back(stack, &failed).await?;
            }
        }
    }
    Ok(why)
}

/// The custom resources, by their logical ids, that a failed deletion could not take back: their function may be gone. What such
/// a function made is part of what CloudFormation made, such as files in a bucket, and is found there.
async fn not_taken_back(stack: &Stack<'_>, failed: &StackError) -> Result<Vec<String>, RehearsalError> {
    if !matches!(failed, StackError::Failed { status, .. } if status == "DELETE_FAILED") {
        return Ok(Vec::new());
    }
    let resources = stack.resources().await?.into_iter();
    let kept = resources.filter(|resource| resource.is_custom() && resource.status == "DELETE_FAILED");
    Ok(kept.map(|resource| resource.logical_id).collect())
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

/// What the rehearsal made: it was not there before, and CloudFormation has named it, or it is the log of what CloudFormation has
/// named, or it is a part of such a thing. Names that only look alike are somebody else's.
fn own(record: &Record, made: &BTreeSet<String>, items: &[Item]) -> Vec<Item> {
    let new: Vec<&Item> = items.iter().filter(|item| !record.was_before(item)).collect();
    let mut own: Vec<&Item> = new.iter().copied().filter(|item| is_named(made, item)).collect();
    loop {
        let is_part = |item: &&Item| {
            let is_in = |id: &String| own.iter().any(|one| one.id == *id);
            !own.iter().any(|one| std::ptr::eq(*one, *item)) && item.part_of.iter().any(is_in)
        };
        let parts: Vec<&Item> = new.iter().copied().filter(is_part).collect();
        if parts.is_empty() {
            return own.into_iter().cloned().collect();
        }
        own.extend(parts);
    }
}

fn is_named(made: &BTreeSet<String>, item: &Item) -> bool {
    let is_made = |text: &str| made.contains(text);
    let last = item.id.rsplit(['/', ':']).next().unwrap_or_default();
    // See <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>.
    let api = item.name.strip_prefix("API-Gateway-Execution-Logs_");
    let api = api.and_then(|rest| rest.split('/').next());
    let function = item.name.strip_prefix("/aws/lambda/");
    is_made(&item.id)
        || is_made(&item.name)
        || is_made(last)
        || api.is_some_and(is_made)
        || function.is_some_and(is_made)
}
