//! How much of a lab an account shows in its region: what shows a sign of the lab, before anything is judged.

use super::evidence::Live;
use super::find::{contenders, is_called};
use super::lab_run::LabRun;
use super::options::Options;
use super::verdict::call_failure;
use crate::account::Account;
use crate::course::{Lab, Resource};
use crate::discover::{self, Args, Kind};
use futures::future::join_all;
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
    let shown = join_all(signed(lab).map(|resource| run.shows_sign(resource))).await;
    Signs {
        seen: shown.iter().filter(|shown| **shown == Ok(true)).count(),
        unread: shown.iter().filter(|shown| shown.is_err()).count(),
        of: shown.len(),
    }
}

impl LabRun<'_> {
    /// Whether any candidate of `resource` shows a sign of the lab, or is the one that the user names.
    ///
    /// # Errors
    /// Why that is not known.
    async fn shows_sign(&self, resource: &Resource) -> Result<bool, String> {
        let known = discover::kind(&resource.kind).zip(discover::spec(&resource.kind));
        let (kind, spec) = known.ok_or_else(|| format!("there is no kind `{}`", resource.kind))?;
        let listed = self.source.list(kind, spec.name, &Args::new()).await;
        let mut left = contenders(kind, spec, listed.map_err(|e| call_failure(&e))?);
        if let Some(wanted) = self.options.uses.get(&resource.name) {
            return Ok(left.iter().any(|c| is_called(&c.listed.candidate, wanted)));
        }
        if let Some(only) = &resource.only {
            let mut keep = self.holding(only, kind, spec, &mut left).await?.into_iter();
            left.retain(|_| keep.next().unwrap_or(false));
        }
        if left.is_empty() {
            return Ok(false);
        }
        Ok(self.tied(resource, kind, spec, &mut left).await?.is_some())
    }
}

fn signed(lab: &Lab) -> impl Iterator<Item = &Resource> {
    let by_itself = |r: &&Resource| !r.many && r.with.is_empty() && r.when.is_none() && !r.signs.is_empty();
    let regional = |r: &&Resource| discover::kind(&r.kind).is_some_and(Kind::is_regional);
    lab.resources.values().filter(by_itself).filter(regional)
}
