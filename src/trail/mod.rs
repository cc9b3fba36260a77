//! When and by whom the resources of a report were changed, from the management events of the last 90 days that
//! [CloudTrail keeps of every account](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html).
//!
//! What CloudTrail does not tell here: what is done with data (a record or an item that is put, an event that is sent, an
//! invocation: these are data events, which no account keeps unless it pays for that), what is older than 90 days, and what
//! has happened in the last minutes (AWS delivers an event after about five). Whoever has switched roles in the console, or
//! has opened a session in another region, is known by the role only. So nothing here is more than evidence.

mod event;
mod lookup;
mod pace;
mod wanted;
mod who;

pub use pace::Pace;

use crate::account::Account;
use crate::report::{Chosen, Trail};
use futures::future::join_all;
use indexmap::IndexMap;
use lookup::Lookup;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;
use wanted::Wanted;

/// What a role needs to read it.
pub const ACTIONS: [&str; 1] = ["cloudtrail:LookupEvents"];

/// What CloudTrail has recorded of `resources`, which are those of a report on the account `owner`. Never an error: what could
/// not be read in `time` is said.
pub async fn read(
    account: &Account,
    owner: &str,
    resources: &IndexMap<String, Chosen>,
    pace: &Pace,
    time: Duration,
) -> Trail {
    let end = Instant::now() + time;
    let mut by_region: BTreeMap<String, Vec<Wanted<'_>>> = BTreeMap::new();
    for wanted in resources.values().filter_map(Wanted::of) {
        let region = wanted.region(account.region());
        by_region.entry(region).or_default().push(wanted);
    }
    let regions = by_region.iter().map(|(region, wanted)| async move {
        match region == account.region() {
            true => Lookup::new(account, owner, pace, end).changes(wanted).await,
            false => {
                let there = account.in_region(region);
                Lookup::new(&there, owner, pace, end).changes(wanted).await
            }
        }
    });
    let mut trail = Trail::default();
    for (changes, unread) in join_all(regions).await {
        trail.changes.extend(changes);
        trail.unread = trail.unread.or(unread);
    }
    trail
}
