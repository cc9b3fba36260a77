//! `container.service`: what runs an image and has an address, on App Runner or in ECS Express Mode.
//!
//! App Runner takes
//! [no new customers](https://docs.aws.amazon.com/apprunner/latest/dg/apprunner-availability-change.html) since
//! 2026-04-30, and Express Mode is what AWS names in its place: for a course, both are one thing. So a document has one
//! set of fields, called as App Runner calls them.

mod apprunner;
mod candidate;
mod ecs;

pub(crate) use apprunner::REGIONS as APP_RUNNER_REGIONS;

use super::kind::{Candidate, Kind};
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use futures::FutureExt;
use futures::future::join;
use serde_json::json;

/// The services of both.
pub(super) const SERVICE: Kind = Kind {
    spec: || {
        KindSpec::new(
            "container.service",
            "service",
            &json!({
                "Platform": null, "ServiceName": null, "ServiceArn": null, "ServiceUrl": null, "Status": null,
                "ImageIdentifier": null, "Port": null, "CreatedAt": null,
            }),
        )
    },
    actions: &[
        apprunner::ACTIONS[0],
        apprunner::ACTIONS[1],
        ecs::ACTIONS[0],
        ecs::ACTIONS[1],
        ecs::ACTIONS[2],
        ecs::ACTIONS[3],
    ],
    list: |account, _| services(account).boxed(),
    describe: None,
};

async fn services(account: &Account) -> Result<Vec<Candidate>, CallError> {
    match join(apprunner::services(account), ecs::services(account)).await {
        (Ok(mut one), Ok(other)) => {
            one.extend(other);
            Ok(one)
        }
        // Whoever may not, or can not, use one of them has what they have in the other.
        (Ok(some), Err(_)) | (Err(_), Ok(some)) if !some.is_empty() => Ok(some),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}
