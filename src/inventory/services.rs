//! Every service that is listed, and the listing of all of them in one region.

use super::item::Item;
use super::{
    apigateway, apprunner, dynamodb, ecr, ecs, events, firehose, iam, kinesis, lambda, loadbalancing, logs,
    personalize, s3, sns, states,
};
use crate::account::{Account, CallError};
use futures::future::{BoxFuture, join_all};

/// A service whose things are listed.
pub struct Service {
    /// Its name, as AWS has it.
    pub name: &'static str,
    /// How CloudFormation's names of its types begin.
    pub template: &'static str,
    /// The IAM actions that listing needs, and asking what a thing costs.
    pub actions: &'static [&'static str],
    /// Whether each region has its own.
    pub is_regional: bool,
    /// Whether anything of it costs by the hour by itself, so that it is looked for where no lab is.
    pub bills_by_hour: bool,
    /// The things that stand in the account's region.
    pub list: List,
}

/// How the things of a service are listed.
pub type List = for<'a> fn(&'a Account) -> BoxFuture<'a, Result<Vec<Item>, CallError>>;

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

impl Service {
    /// All of them.
    pub fn all() -> &'static [Self] {
        ALL
    }
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
