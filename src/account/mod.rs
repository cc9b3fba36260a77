//! One AWS account: credentials, region, clients on one shared HTTP client, each call made once.

mod assume;
mod calls;
mod client;
mod clock;
mod complete;
mod connect;
mod credentials;
mod error;
pub mod http;
mod identity;
mod meaning;
mod once;
pub mod partition;
mod preflight;
pub mod regions;
mod repeats;
pub mod services;
pub mod web;
pub mod wire;

pub use assume::AssumedRole;
pub use calls::CallCount;
pub use client::Account;
pub use complete::{REQUIRED, Required, Requires};
pub use connect::{ConnectError, Connection, RegionFrom};
pub use credentials::Keys;
pub use error::{CallError, ErrorKind, too_many_pages};
pub use identity::Identity;
pub use meaning::{MEANINGS, Meaning, Row as ErrorMeaning};
pub use once::Once;
pub use preflight::{FirstAnswer, Preflight, Reachability};
pub use repeats::Repeats;
