//! What is ready on this computer before the first step of a lab, and how to fix what is not.

mod aws;
mod item;
mod programs;

pub use item::{Prerequisite, Readiness, Uses};

use crate::account::Connection;
use item::Observed;
use serde::Serialize;

/// The name and version of the findings as JSON.
pub const SCHEMA: &str = "edemlab/doctor/1";

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// Whether nothing that is needed is missing.
    pub ready: bool,
    /// One thing each, in the order in which they are shown.
    pub items: Vec<Prerequisite>,
}

/// Looks at everything, all at once. Nothing is made or changed.
pub async fn examine(connection: &Connection, labs: &[Uses]) -> Findings {
    let (aws, python, cli, docker, sandbox) = tokio::join!(
        aws::examine(connection, labs),
        programs::python(),
        programs::aws_cli(),
        programs::docker(),
        programs::sandbox(),
    );
    let mut items = Vec::from(aws);
    items.extend([python, sandbox, cli, docker]);
    Findings::of(items)
}

/// Looks at what the sandbox needs, and at nothing else.
pub async fn examine_sandbox() -> Findings {
    let (python, sandbox) = tokio::join!(programs::python(), programs::sandbox());
    Findings::of(vec![python, sandbox])
}

impl Findings {
    fn of(items: Vec<Prerequisite>) -> Self {
        let version = Observed::ready(env!("CARGO_PKG_VERSION"));
        let mut all = vec![Prerequisite::new("edemlab", "edemlab", "checking your labs", version)];
        all.extend(items);
        Self {
            schema: SCHEMA,
            ready: all.iter().all(|item| item.state != Readiness::Missing),
            items: all,
        }
    }
}
