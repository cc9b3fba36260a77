//! The proof: everything is listed again, and nothing of the plan is there.

use super::apply::Deleted;
use super::plan::{Plan, Planned};
use crate::account::{Account, CallError};
use crate::inventory::Item;
use crate::survey::{Wanted, survey};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

/// The name and version of the format of the report.
pub const REPORT_SCHEMA: &str = "edemlab/cleanup-report/1";

/// What is left of a plan.
#[derive(Debug, Clone, Serialize)]
pub struct Proof {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// The regions that were listed.
    pub regions: Vec<String>,
    /// How many lists were made, of a service in a region each.
    pub lists: usize,
    /// What of the plan is still there.
    pub left: Vec<Planned>,
    /// What could not be listed.
    pub unknown: Vec<String>,
}

/// What was planned, what became of it, and what is left: kept beside the plan.
#[derive(Debug, Clone, Serialize)]
pub struct Report<'r> {
    /// Always `edemlab/cleanup-report/1`.
    pub schema: &'static str,
    /// The plan.
    pub plan: &'r Plan,
    /// What has become of each of its deletions.
    pub deleted: &'r [Deleted],
    /// What is left.
    pub proof: &'r Proof,
}

impl Report<'_> {
    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report has only text keys")
    }
}

/// Lists everything again.
///
/// # Errors
/// When it cannot be said whose account it is.
pub async fn prove(
    plan: &Plan,
    wanted: &Wanted<'_>,
    account: &Account,
    now: DateTime<Utc>,
) -> Result<Proof, CallError> {
    let account = account.with_fresh_cache();
    let survey = survey(wanted, &account).await?;
    let items: Vec<&Item> = survey.items().into_iter().map(|(_, item)| item).collect();
    let is_there = |planned: &&Planned| items.iter().any(|item| planned.is(item));
    let unlisted = survey.regions.iter().flat_map(|region| {
        let name = region.account().region().to_owned();
        let said = move |(service, error): &(&str, CallError)| format!("{service} in {name}: {error}");
        region.listing.unlisted.iter().map(said).collect::<Vec<_>>()
    });
    let not_looked = survey.not_looked.iter().map(|(region, why)| format!("{region}: {why}"));
    Ok(Proof {
        at: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        regions: survey.region_names(),
        lists: survey.regions.iter().map(|region| region.listing.services).sum(),
        left: plan.deletions.iter().filter(is_there).cloned().collect(),
        unknown: unlisted.chain(not_looked).collect(),
    })
}
