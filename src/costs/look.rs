//! The look around in an account, reckoned up.

use super::month::Month;
use super::report::{Amounts, CostsReport, NotLooked, SCHEMA};
use super::tally::{finish, tally};
use crate::account::{Account, CallError};
use crate::survey::{Wanted, survey};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};

/// Looks around in `account`, and reckons up what is found at `now`.
///
/// # Errors
/// When it cannot be said whose account it is.
pub async fn look(wanted: &Wanted<'_>, account: &Account, now: DateTime<Utc>) -> Result<CostsReport, CallError> {
    let survey = survey(wanted, account).await?;
    // What is said to the second is reckoned to the second.
    let now = now.trunc_subsecs(0);
    let month = Month::of(now);
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let not_looked = survey.not_looked.iter().map(|(region, why)| NotLooked {
        region: region.clone(),
        why: why.clone(),
    });
    let mut report = CostsReport {
        schema: SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        labs: wanted.labs.iter().map(|lab| lab.id.clone()).collect(),
        account: survey.identity.account.clone(),
        caller: survey.identity.arn.clone(),
        is_in_place_of_aws: account.has_custom_endpoint(),
        started: time(now),
        month_ends: time(month.end),
        currency: "USD",
        prices_of: None,
        regions: survey.region_names(),
        not_looked: not_looked.collect(),
        items: Vec::new(),
        others: Vec::new(),
        sum: Amounts::default(),
        not_listed: wanted.labs.iter().flat_map(|lab| lab.costs.clone()).collect(),
        unknown: Vec::new(),
    };
    tally(wanted, &survey, &month, &mut report).await;
    finish(&mut report);
    Ok(report)
}
