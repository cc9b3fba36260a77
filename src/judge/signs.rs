//! How much of a lab an account shows in its region: what shows a sign of the lab, before anything is judged.

use super::evidence::Live;
use super::lab_run::LabRun;
use super::options::Options;
use super::search::{ResourceSearch, is_called};
use crate::account::Account;
use crate::course::{Lab, Resource};
use crate::discover::{self, Args, Kind};
use futures::future::join_all;
use std::collections::BTreeSet;
use tokio::sync::watch;

/// The resources of a lab that are known by their signs, and that a region has for itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signs {
    /// Those of which a candidate shows a sign.
    pub seen: usize,
    /// Those that could not be read: they may be there.
    pub unread: usize,
    /// All of them.
    pub of: usize,
}

impl Signs {
    /// Nothing of `lab` could be read.
    pub fn unread(lab: &Lab) -> Self {
        let of = signed(lab).count();
        Self {
            seen: 0,
            unread: of,
            of,
        }
    }
}

/// Looks for the signs of `lab` in the account's region. A resource that `options` name counts as one that shows a sign.
/// What is asked here is kept with the account, so that judging in it asks nothing again.
pub async fn signs(lab: &Lab, account: &Account, options: &Options) -> Signs {
    let (_keep, stop) = watch::channel(0u8);
    let live = Live::new(account);
    let run = LabRun::new(lab, &live, options, &|_| (), stop);
    let shown = join_all(signed(lab).map(|resource| shows_sign(&run, resource))).await;
    Signs {
        seen: shown.iter().filter(|shown| **shown == Ok(true)).count(),
        unread: shown.iter().filter(|shown| shown.is_err()).count(),
        of: shown.len(),
    }
}

/// The names of the resources of the kind `kind` that show a sign of `lab` in the account's region.
///
/// # Errors
/// Why that is not known.
pub(super) async fn names_with_a_sign(
    lab: &Lab,
    account: &Account,
    options: &Options,
    kind: &str,
) -> Result<BTreeSet<String>, String> {
    let (_keep, stop) = watch::channel(0u8);
    let live = Live::new(account);
    let run = LabRun::new(lab, &live, options, &|_| (), stop);
    let mut names = BTreeSet::new();
    for resource in signed(lab).filter(|resource| resource.kind == kind) {
        let search = ResourceSearch::new(&run, resource)?;
        let mut left = search.contenders(&Args::new()).await?;
        if let Some(uncertain) = search.exclude(&mut left).await?
            && left.is_empty()
        {
            return Err(uncertain);
        }
        if !left.is_empty() && search.tied(&mut left).await?.is_some() {
            names.extend(left.iter().map(|contender| contender.listed.candidate.name.clone()));
        }
    }
    Ok(names)
}

/// Whether any candidate of `resource` shows a sign of the lab, or is the one that the user names.
///
/// # Errors
/// Why that is not known.
async fn shows_sign(run: &LabRun<'_>, resource: &Resource) -> Result<bool, String> {
    let search = ResourceSearch::new(run, resource)?;
    let mut left = search.contenders(&Args::new()).await?;
    if let Some(wanted) = run.options.uses.get(&resource.name) {
        return Ok(left.iter().any(|c| is_called(&c.listed.candidate, wanted)));
    }
    let uncertain = search.exclude(&mut left).await?;
    if left.is_empty() {
        return uncertain.map_or(Ok(false), Err);
    }
    Ok(search.tied(&mut left).await?.is_some())
}

fn signed(lab: &Lab) -> impl Iterator<Item = &Resource> {
    let by_itself = |r: &&Resource| !r.is_list && r.with.is_empty() && r.when.is_none() && !r.signs.is_empty();
    let regional = |r: &&Resource| discover::kind(&r.kind).is_some_and(Kind::is_regional);
    lab.resources.values().filter(by_itself).filter(regional)
}
