//! What is ready on this computer before the first step of a lab, and how to mend what is not.

mod aws;
mod programs;

use crate::account::Connection;
use serde::Serialize;
use std::collections::BTreeSet;

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
    pub items: Vec<Item>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its name for programs.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// How it is.
    pub state: State,
    /// What was found, in one sentence without capital and stop.
    pub found: String,
    /// What it is needed for.
    pub needed_for: &'static str,
    /// How to mend it, a sentence each. Empty where there is nothing to mend.
    pub fix: Vec<String>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As it should be.
    Ready,
    /// It works, and something should be known about it.
    Warning,
    /// It is needed and not there.
    Missing,
    /// It is not there; most of the course goes without.
    Optional,
    /// It could not be told.
    Unknown,
}

impl Item {
    fn new(id: &'static str, name: &'static str, needed_for: &'static str, seen: Seen) -> Self {
        Self {
            id,
            name,
            needed_for,
            state: seen.0,
            found: seen.1,
            fix: seen.2,
        }
    }
}

/// What a lab needs of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uses {
    /// The lab.
    pub lab: String,
    /// The services of what it looks for, by the prefixes of their IAM actions.
    pub services: BTreeSet<String>,
}

/// A state, what was found, and the fix.
struct Seen(State, String, Vec<String>);

impl Seen {
    fn ready(found: impl Into<String>) -> Self {
        Self(State::Ready, found.into(), Vec::new())
    }

    fn new<'f>(state: State, found: impl Into<String>, fix: impl IntoIterator<Item = &'f str>) -> Self {
        Self(state, found.into(), fix.into_iter().map(str::to_owned).collect())
    }
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
    fn of(items: Vec<Item>) -> Self {
        let version = Seen::ready(env!("CARGO_PKG_VERSION"));
        let mut all = vec![Item::new("edemlab", "edemlab", "checking your labs", version)];
        all.extend(items);
        Self {
            schema: SCHEMA,
            ready: all.iter().all(|item| item.state != State::Missing),
            items: all,
        }
    }
}
