//! What of a lab stands in other regions: of the candidates there, those that show a sign of it where they are.

use super::options::Options;
use super::search::{Contender, ResourceSearch};
use super::signs::names_with_a_sign;
use crate::account::{Account, CallError};
use crate::course::Lab;
use crate::discover::{self, Args, Listed};
use futures::FutureExt;
use futures::future::join_all;
use std::collections::BTreeSet;
use std::sync::Arc;

impl ResourceSearch<'_> {
    /// The candidates of this kind, which lists resources of the kind `kind` in other regions. A stranger's are none.
    ///
    /// # Errors
    /// Why they could not be listed, or their signs not be read.
    pub(super) async fn contenders_elsewhere(&self, kind: &str, args: &Args) -> Result<Vec<Contender>, String> {
        let (lab, run_kind, name, kind) = (self.run.lab, self.kind, self.spec.name, kind.to_owned());
        let key = args.clone();
        let look = move |account| {
            async move {
                let listed = discover::list(account, run_kind, name, &key).await?;
                of_the_lab(lab, account, &kind, listed).await
            }
            .boxed_local()
        };
        let listed = self.run.source.look_for(name, args, Box::new(look)).await;
        self.contending(listed)
    }
}

async fn of_the_lab(
    lab: &Lab,
    account: &Account,
    kind: &str,
    listed: Vec<Arc<Listed>>,
) -> Result<Vec<Arc<Listed>>, CallError> {
    let region = |listed: &Listed| {
        listed.candidate.document["Region"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let regions: BTreeSet<String> = listed.iter().map(|listed| region(listed)).collect();
    let looks = regions.into_iter().map(|region| async move {
        let names = names_with_a_sign(lab, &account.in_region(&region), &Options::default(), kind).await;
        (region, names)
    });
    let mut found = Vec::new();
    for (there, names) in join_all(looks).await {
        let names = names.map_err(|why| CallError::other(&format!("looking around in {there}"), "SignNotRead", why))?;
        let mine = |listed: &&Arc<Listed>| region(listed) == there && names.contains(&listed.candidate.name);
        found.extend(listed.iter().filter(mine).cloned());
    }
    Ok(found)
}
