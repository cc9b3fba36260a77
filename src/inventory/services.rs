//! Every service that is listed, and the listing of all of them in one region.

use super::item::Item;
use super::service::Service;
use super::{
    apigateway, apprunner, dynamodb, ecr, ecs, events, firehose, http_api, iam, kinesis, lambda, loadbalancing, logs,
    personalize, s3, sns, states,
};
use crate::account::{Account, CallError};
use futures::future::join_all;

/// All of them.
const ALL: &[Service] = &[
    kinesis::LISTED,
    lambda::LISTED,
    dynamodb::LISTED,
    s3::LISTED,
    personalize::LISTED,
    ecr::LISTED,
    apprunner::LISTED,
    ecs::LISTED,
    loadbalancing::LISTED,
    logs::LISTED,
    firehose::LISTED,
    events::LISTED,
    sns::LISTED,
    states::LISTED,
    apigateway::LISTED,
    http_api::LISTED,
    iam::LISTED,
];

/// What stands in one region.
#[derive(Debug, Default)]
pub struct Listing {
    /// The things.
    pub items: Vec<Item>,
    /// The services that could not be listed, and why.
    pub unlisted: Vec<(&'static str, CallError)>,
    /// How many services were listed.
    pub services: usize,
}

/// Every service.
pub fn services() -> &'static [Service] {
    ALL
}

/// Lists what of the services that `wanted` takes stands in the account's region.
pub async fn list(account: &Account, wanted: impl Fn(&Service) -> bool) -> Listing {
    let services = ALL.iter().filter(|service| wanted(service));
    let listed = join_all(services.map(|service| async move { (service.name, (service.list)(account).await) })).await;
    let mut listing = Listing::default();
    for (name, listed) in listed {
        match listed {
            Ok(items) => {
                listing.items.extend(items);
                listing.services += 1;
            }
            Err(error) => listing.unlisted.push((name, error)),
        }
    }
    listing
}
