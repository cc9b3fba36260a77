//! Kinds of resource, one file a service: AWS's answer becomes a JSON document with AWS's own field names.
//!
//! A new kind is a [`Kind`] in its service's file and one line in `kinds.rs`.

mod ahead;
mod apigateway;
mod code;
mod container;
mod dates;
mod dynamodb;
mod ecr;
mod elsewhere;
mod events;
mod iam;
mod kept;
mod kind;
mod kinds;
mod kinesis;
mod lambda;
mod logs;
pub mod older;
mod personalize;
mod s3;
mod sns;
mod states;
mod sts;
mod time;
mod web;

pub use ahead::{ahead, expected};
pub use code::code;
pub(crate) use container::APP_RUNNER_REGIONS;
pub use dates::{Dates, dates};
pub use elsewhere::kind_elsewhere;
pub(crate) use events::rules_with_targets;
pub use kept::{Described, Listed, key, list};
pub use kind::{Args, Candidate, Describe, Description, Kind, List};
pub(crate) use lambda::event_source_mappings;

use crate::course::KindSpec;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// Every kind.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    kinds::OF_SERVICES.iter().chain([&elsewhere::RESOURCE])
}

/// Every kind by its name, with its spec, which is made once: each has a shape of some dozen parts.
fn known() -> &'static HashMap<&'static str, (&'static Kind, KindSpec)> {
    static KNOWN: OnceLock<HashMap<&str, (&Kind, KindSpec)>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let all = kinds().map(|kind| (kind, (kind.spec)()));
        all.map(|(kind, spec)| (spec.name, (kind, spec))).collect()
    })
}

/// The kind called `name`.
pub fn kind(name: &str) -> Option<&'static Kind> {
    known().get(name).map(|(kind, _)| *kind)
}

/// What the kind called `name` is.
pub fn spec(name: &str) -> Option<&'static KindSpec> {
    known().get(name).map(|(_, spec)| spec)
}

/// Whether a field is the first name of any kind's [`KindSpec::secret`] places.
pub fn is_secret_field(name: &str) -> bool {
    static FIRST: OnceLock<HashSet<&str>> = OnceLock::new();
    let first = FIRST.get_or_init(|| {
        let places = known().values().flat_map(|(_, spec)| spec.secret);
        places.filter_map(|place| place.split('.').next()).collect()
    });
    first.contains(name)
}
