//! One finding.

use serde::Serialize;
use std::collections::BTreeSet;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Prerequisite {
    /// Its name for programs.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// How it is.
    pub state: Readiness,
    /// What was found, in one sentence without capital and stop.
    pub found: String,
    /// What it is needed for.
    pub needed_for: &'static str,
    /// How to fix it, a sentence each. Empty where there is nothing to fix.
    pub fix: Vec<String>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readiness {
    /// As it should be.
    Ready,
    /// It works, and something should be known about it.
    Warning,
    /// It is needed and not there.
    Missing,
    /// It is not there; most of the course goes without.
    Optional,
    /// It could not be determined.
    Unknown,
}

impl Prerequisite {
    pub(super) fn new(id: &'static str, name: &'static str, needed_for: &'static str, seen: Observed) -> Self {
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
pub(super) struct Observed(pub(super) Readiness, pub(super) String, pub(super) Vec<String>);

impl Observed {
    pub(super) fn ready(found: impl Into<String>) -> Self {
        Self(Readiness::Ready, found.into(), Vec::new())
    }

    pub(super) fn new<'f>(state: Readiness, found: impl Into<String>, fix: impl IntoIterator<Item = &'f str>) -> Self {
        Self(state, found.into(), fix.into_iter().map(str::to_owned).collect())
    }
}
