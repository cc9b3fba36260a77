//! What of a lab stands in an account: every candidate that shows a sign of it, whichever of them is judged.

use super::evidence::Live;
use super::lab_run::LabRun;
use super::options::Options;
use super::outcome::Outcome;
use super::search::ResourceSearch;
use crate::account::Account;
use crate::course::{Lab, Resource};
use crate::discover::{self, Args, Kind};
use futures::future::join_all;
use tokio::sync::watch;

/// Something in an account that shows a sign of a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The name under which the lab looks for it.
    pub resource: String,
    /// Its kind.
    pub kind: String,
    /// Its own name.
    pub name: String,
    /// Its ARN, where a list has it.
    pub arn: Option<String>,
    /// Its id, where names need not be unique.
    pub id: Option<String>,
    /// The sign, in the course's words.
    pub because: String,
    /// Whether it is the one that a check of the lab judges.
    pub is_judged: bool,
}

/// What of a lab stands in the account's region.
#[derive(Debug, Default)]
pub struct Standings {
    /// All that shows a sign.
    pub found: Vec<Standing>,
    /// Why it is not known of something whether it does.
    pub unknown: Vec<String>,
}

/// Looks for everything that shows a sign of `lab` in the account's region; for what belongs to no region only where
/// `with_global`.
pub async fn standing(lab: &Lab, account: &Account, options: &Options, with_global: bool) -> Standings {
    let (_keep, stop) = watch::channel(0u8);
    let live = Live::new(account);
    let run = LabRun::new(lab, &live, options, &|_| (), stop);
    let is_here = |r: &&Resource| with_global || discover::kind(&r.kind).is_some_and(Kind::is_regional);
    let by_signs = |r: &&Resource| !r.is_list && r.with.is_empty() && r.when.is_none() && !r.signs.is_empty();
    let resources = lab.resources.values().filter(by_signs).filter(is_here);
    let mut standings = Standings::default();
    for shown in join_all(resources.map(|resource| of_resource(&run, resource))).await {
        standings.found.extend(shown.found);
        standings.unknown.extend(shown.unknown);
    }
    // One reason often stands in the way of several.
    standings.unknown.sort();
    standings.unknown.dedup();
    standings
}

async fn of_resource(run: &LabRun<'_>, resource: &Resource) -> Standings {
    let mut standings = Standings::default();
    match candidates_with_signs(run, resource, &mut standings.unknown).await {
        Ok(found) => standings.found = found,
        Err(reason) => standings.unknown.push(reason),
    }
    let chosen = match run.outcome(&resource.name).await {
        Outcome::Found {
            chosen: Some(chosen), ..
        } => chosen,
        _ => return standings,
    };
    let is_chosen = |one: &Standing| one.name == chosen.name && (one.arn.is_none() || one.arn == chosen.arn);
    match standings.found.iter_mut().find(|one| is_chosen(one)) {
        Some(one) => one.is_judged = true,
        // Named by the user.
        None => standings.found.push(Standing {
            resource: resource.name.clone(),
            kind: resource.kind.clone(),
            name: chosen.name.clone(),
            arn: chosen.arn.clone(),
            id: None,
            because: chosen.because.clone(),
            is_judged: true,
        }),
    }
    standings
}

async fn candidates_with_signs(
    run: &LabRun<'_>,
    resource: &Resource,
    unknown: &mut Vec<String>,
) -> Result<Vec<Standing>, String> {
    let search = ResourceSearch::new(run, resource)?;
    let mut left = search.contenders(&Args::new()).await?;
    unknown.extend(search.exclude(&mut left).await?);
    left.retain(|contender| !contender.listed.candidate.aws_default);
    let mut because: Vec<Option<&str>> = vec![None; left.len()];
    for sign in &resource.signs {
        if because.iter().all(Option::is_some) {
            break;
        }
        // Another sign may be seen all the same.
        match search.evaluated(&sign.holds, &mut left).await {
            Ok(evaluated) => {
                unknown.extend(evaluated.unknown);
                for (because, holds) in because.iter_mut().zip(evaluated.holding) {
                    if holds {
                        because.get_or_insert(&sign.reason);
                    }
                }
            }
            Err(reason) => unknown.push(reason),
        }
    }
    let shown = left.iter().zip(because).filter_map(|(contender, because)| {
        let candidate = &contender.listed.candidate;
        Some(Standing {
            resource: resource.name.clone(),
            kind: resource.kind.clone(),
            name: candidate.name.clone(),
            arn: candidate.arn.clone(),
            id: candidate.document["id"].as_str().map(str::to_owned),
            because: because?.to_owned(),
            is_judged: false,
        })
    });
    Ok(shown.collect())
}
