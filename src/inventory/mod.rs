//! What stands in an account: types of resource by CloudFormation's names, what each thing is a part of and what it uses,
//! and what AWS charges for it while nobody uses it. One file a service; `services.rs` lists them.

mod apigateway;
mod apprunner;
mod belonging;
mod charge;
mod dynamodb;
mod ecr;
mod ecs;
mod events;
mod firehose;
mod hourly;
mod http_api;
mod iam;
mod item;
mod kinesis;
mod lambda;
mod least;
mod listing;
mod loadbalancing;
mod logs;
mod personalize;
mod removal;
mod s3;
mod service;
mod services;
mod sns;
mod states;
mod types;

pub use belonging::{Tie, belonging};
pub use charge::Charge;
pub use hourly::hourly;
pub use item::{Item, Removal, ResourceType, WhileIdle};
pub use least::least;
pub use removal::Turn;
pub use service::Service;
pub use services::{Listing, list, services};
pub use types::{removal_actions, template_types};
