//! `account.elsewhere`: what of the lab is in other regions.

use super::kind::{Args, Candidate, Kind, text};
use super::kinds::of_service;
use crate::account::partition::Partition;
use crate::account::{Account, CallError};
use crate::course::{ArgSpec, KindSpec};
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use serde_json::json;

/// The resources of the kind `kind` in every other region of the partition: asked only when nothing is here.
pub(super) const RESOURCE: Kind = Kind {
    spec: || {
        KindSpec::new(
            "account.elsewhere",
            "resource in another region",
            &json!({"Region": null, "Noun": null, "Name": null}),
        )
        .args(const { &[ArgSpec::required("kind")] })
    },
    // Those of the kind, which the lab needs anyway.
    actions: &[],
    list: elsewhere,
    describe: None,
};

/// The kind whose resources in other regions a list of the kind `name` has; none where it has those of this region.
pub fn kind_elsewhere(name: &str, args: &Args) -> Option<String> {
    match name {
        "account.elsewhere" => Some(text(args, "kind").to_owned()),
        "kinesis.stream_elsewhere" => Some("kinesis.stream".to_owned()),
        _ => None,
    }
}

fn elsewhere<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let Some(kind) = of_service(text(args, "kind")) else {
            let message = format!("there is no kind {:?}", text(args, "kind"));
            return Err(CallError::other("account.elsewhere", "NoSuchKind", message));
        };
        let me = account.identity().await?;
        let others = Partition::named(me.partition())
            .regions
            .iter()
            .filter(|region| **region != account.region())
            .map(|region| in_region(account, region, kind));
        Ok(join_all(others).await.into_iter().flatten().collect())
    }
    .boxed()
}

/// A region that is switched off, or denied, has nothing to say: it is not an error of this look around.
async fn in_region(account: &Account, region: &str, kind: &Kind) -> Vec<Candidate> {
    let there = account.in_region(region);
    let found = (kind.list)(&there, &Args::new()).await.unwrap_or_default();
    let noun = (kind.spec)().noun;
    found
        .into_iter()
        .map(|one| Candidate {
            document: json!({"Region": region, "Noun": noun, "Name": one.name}),
            ..one
        })
        .collect()
}
