//! The plan: what of a lab stands, what of that is the lab's alone, and in which order it goes.

use super::contents::foreign_in;
use super::files::LabFiles;
use super::left::{others, unsure, with_a_sign};
use super::made::made;
use super::plan::{PLAN_SCHEMA, Plan, Planned, Staying};
use super::stays::{reasons, unseen};
use super::tagged::{kept, kept_of_iam};
use crate::account::{Account, CallError};
use crate::inventory::{Item, Removal};
use crate::survey::{Survey, Wanted, owners, survey};
use chrono::{DateTime, SecondsFormat, Utc};
use std::collections::BTreeSet;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// A call that everything needs failed: whose account it is, or what carries the tag that keeps things.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The user has named what is not there.
    #[error(
        "nothing in this account is called `{0}` (named with --also): write its name, or its ARN, as `edemlab costs` or the console shows it"
    )]
    NotThere(String),
}

/// Makes the plan for the one lab that is wanted. `also` are names or ids of what goes too: it is not what the lab's checks
/// judge, holds what is not the lab's, or shows no sign of the lab at all. What is left of an `earlier` plan goes too: without
/// what that has deleted, it may show no sign any more.
///
/// # Errors
/// When it cannot be said whose account it is, what carries the tag that keeps things, or `also` names what is not there.
pub async fn make(
    wanted: &Wanted<'_>,
    files: &LabFiles,
    also: &[String],
    earlier: Option<&Plan>,
    account: &Account,
    now: DateTime<Utc>,
) -> Result<Plan, MakeError> {
    let survey = survey(wanted, account).await?;
    let items: Vec<&Item> = survey.items().into_iter().map(|(_, item)| item).collect();
    let is_named = |item: &Item| also.contains(&item.name) || also.contains(&item.id);
    let names = |item: &Item, name: &String| *name == item.name || *name == item.id;
    let is_there = |name: &&String| items.iter().any(|item| names(item, name));
    if let Some(name) = also.iter().find(|name| !is_there(name)) {
        return Err(MakeError::NotThere(name.clone()));
    }
    let left = left_of(earlier, &survey.identity.account, &items, account).await;
    let before = |item: &Item| {
        left.iter()
            .find(|one| one.is(item) && !one.is_other_than(item))
            .copied()
    };
    let root = |item: &Item| match is_named(item) {
        true => Some("you have named it".to_owned()),
        false => before(item).map(|one| format!("on the plan that was not finished: {}", one.because)),
    };
    let owners = owners(wanted, &survey, |standing, _| standing.is_judged, root);
    let planned: BTreeSet<usize> = owners.keys().copied().collect();
    let kept = kept_of(&survey, &planned, account).await?;
    let was_named = |item: &Item| before(item).is_some_and(|one| one.is_named);
    let is_named = |item: &Item| is_named(item) || was_named(item);
    let (named, unnamed) = planned.iter().partition(|place| is_named(items[**place]));
    let foreign = foreign_in(account, &items, &unnamed, files).await;
    let staying = reasons(&items, &planned, &named, &kept, &foreign, &unseen(&survey));
    let mut deletions: Vec<Planned> = planned
        .iter()
        .filter(|place| !staying.contains_key(place))
        .map(|place| deletion(items[*place], &owners[place].because, is_named(items[*place])))
        .collect();
    for one in &mut deletions {
        one.made = made(account, one).await;
    }
    deletions.sort_by_key(|one| {
        let last = one.turn.is_none();
        (last, one.turn, one.region.clone(), one.noun.clone(), one.name.clone())
    });
    let mut staying: Vec<Staying> = staying
        .into_iter()
        .map(|(place, why)| Staying::new(items[place], why))
        .collect();
    staying.extend(with_a_sign(&survey, &items, &planned));
    staying.extend(unsure(&items, &planned, files));
    staying.sort();
    staying.dedup_by(|one, other| one.is_same(other));
    let others = others(&items, &planned, &staying);
    let mut unknown: Vec<String> = Vec::new();
    unknown.extend(
        survey
            .regions
            .iter()
            .flat_map(|region| region.unknown().collect::<Vec<_>>()),
    );
    unknown.extend(
        survey
            .not_looked
            .iter()
            .map(|(region, why)| format!("{region} was not looked at: {why}")),
    );
    unknown.sort();
    unknown.dedup();
    Ok(Plan {
        schema: PLAN_SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        lab: wanted.labs.first().map(|lab| lab.id.clone()).unwrap_or_default(),
        account: survey.identity.account.clone(),
        region: account.region().to_owned(),
        everywhere: wanted.everywhere,
        made: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        deletions,
        staying,
        others,
        unknown,
        digest: String::new(),
    }
    .sealed())
}

/// What is left of an earlier plan of the account that was begun and not finished.
async fn left_of<'p>(earlier: Option<&'p Plan>, own: &str, items: &[&Item], account: &Account) -> Vec<&'p Planned> {
    let mut left = Vec::new();
    let Some(plan) = earlier.filter(|plan| plan.account == own) else {
        return left;
    };
    let is_there = |one: &&Planned| items.iter().any(|item| one.is(item));
    if plan.deletions.iter().all(|one| is_there(&one)) {
        return left;
    }
    for one in plan.deletions.iter().filter(is_there) {
        let at = made(account, one).await;
        if one.made.is_empty() || at.is_empty() || at == one.made {
            left.push(one);
        }
    }
    left
}

fn deletion(item: &Item, because: &str, is_named: bool) -> Planned {
    Planned {
        turn: match item.of.removal {
            Removal::ByCall { turn, .. } => Some(turn),
            Removal::WithOwner => None,
        },
        of: item.of.name.to_owned(),
        noun: item.of.noun.to_owned(),
        name: item.name.clone(),
        id: item.id.clone(),
        region: item.region.clone(),
        made: item.made.clone(),
        because: because.to_owned(),
        is_named,
    }
}

/// The ids of what carries the tag, in each region in which something is planned for.
pub(super) async fn kept_of(
    survey: &Survey<'_>,
    planned: &BTreeSet<usize>,
    account: &Account,
) -> Result<BTreeSet<String>, CallError> {
    let items = survey.items();
    let mut ids = BTreeSet::new();
    let of_planned = planned.iter().map(|place| items[*place].1.region.as_str());
    let regions: BTreeSet<&str> = of_planned.filter(|region| !region.is_empty()).collect();
    for region in regions {
        ids.extend(kept(&account.in_region(region)).await?);
    }
    let planned: Vec<&Item> = planned.iter().map(|place| items[*place].1).collect();
    ids.extend(kept_of_iam(account, &planned).await?);
    Ok(ids)
}
