//! `sts.caller_identity`: who is asking.

use super::kind::{Args, Candidate, Kind};
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

/// [`GetCallerIdentity`](https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
pub(super) const CALLER_IDENTITY: Kind = Kind {
    spec: || {
        KindSpec::new(
            "sts.caller_identity",
            "identity",
            &json!({"Account": null, "Arn": null, "UserId": null}),
        )
        .always()
    },
    actions: &[],
    list,
    describe: None,
};

fn list<'a>(account: &'a Account, _: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let me = account.identity().await?;
        Ok(vec![Candidate {
            name: me.who().to_owned(),
            arn: Some(me.arn.clone()),
            document: json!({"Account": me.account, "Arn": me.arn, "UserId": me.user_id}),
            ..Candidate::default()
        }])
    }
    .boxed()
}
