//! A service, as its things are listed.

use super::item::Item;
use crate::account::{Account, CallError};
use futures::future::BoxFuture;

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
