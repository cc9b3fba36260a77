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
mod who;

pub use pace::Pace;

use crate::account::Account;
use crate::account::partition::Partition;
use crate::report::{Chosen, Trail};
use event::Event;
use futures::future::join_all;
use indexmap::IndexMap;
use lookup::Lookup;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// What a role needs to read it.
pub const ACTIONS: [&str; 1] = ["cloudtrail:LookupEvents"];

/// For how long CloudTrail keeps what it tells without a trail of one's own.
const DAYS: i64 = 90;

/// More changes of one thing, each by somebody else, are not kept.
const MAX_CHANGES: usize = 8;

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

/// A resource that is looked up. One without an ARN is not: its name alone may be that of something else.
#[derive(Debug)]
struct Wanted<'a> {
    identity: &'a str,
    /// As events may call it. Services differ, and so do a service's operations: a table is called by its name, and by its ARN
    /// where the call did; a state machine by its ARN once it is there; an API by its id, with which its ARN ends.
    names: BTreeSet<&'a str>,
    arn: &'a str,
}

impl<'a> Wanted<'a> {
    fn of(chosen: &'a Chosen) -> Option<Self> {
        let arn = chosen
            .arn
            .as_deref()
            .filter(|arn| arn.splitn(6, ':').count() == 6 && chosen.is_made())?;
        let end = arn.rsplit([':', '/']).next().unwrap_or(arn);
        Some(Self {
            identity: chosen.identity(),
            names: [arn, &chosen.name, end]
                .into_iter()
                .filter(|name| !name.is_empty())
                .collect(),
            arn,
        })
    }

    fn part(&self, place: usize) -> &'a str {
        self.arn.splitn(6, ':').nth(place).unwrap_or_default()
    }

    fn service(&self) -> &'a str {
        self.part(2)
    }

    /// Where its events are: those of a global service are in one region of the partition.
    fn region(&self, here: &str) -> String {
        match (self.part(3), self.service()) {
            ("", "iam") => Partition::named(self.part(1)).global_region.to_owned(),
            ("", _) => here.to_owned(),
            (region, _) => region.to_owned(),
        }
    }

    /// The bus that a rule is on.
    fn bus(&self) -> Option<&'a str> {
        let rule = self
            .part(5)
            .strip_prefix("rule/")
            .filter(|_| self.service() == "events")?;
        Some(rule.rsplit_once('/').map_or("default", |(bus, _)| bus))
    }

    /// Whether an event is about it, and not about another thing of the same name.
    fn is_of(&self, event: &Event) -> bool {
        let source = event.source.strip_suffix(".amazonaws.com").unwrap_or(&event.source);
        let of_role = self.service() != "iam" || event.name.contains("Role");
        let bus = event.bus.as_deref().map(|bus| bus.rsplit('/').next().unwrap_or(bus));
        let on_bus = self.bus().is_none_or(|own| bus.is_none_or(|bus| bus == own));
        source == self.service()
            && of_role
            && on_bus
            && event.names.iter().any(|name| self.names.contains(name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(name: &str, arn: &str) -> Chosen {
        Chosen {
            arn: (!arn.is_empty()).then(|| arn.to_owned()),
            name: name.to_owned(),
            noun: "rule".to_owned(),
            candidates: 1,
            because: "the only one".to_owned(),
            made: None,
            changed: None,
            changes: None,
            code: None,
        }
    }

    #[test]
    fn another_thing_of_the_same_name_is_another_thing() {
        let rule = chosen(
            "orders",
            "arn:aws:events:eu-central-1:111122223333:rule/tacobell/orders",
        );
        let rule = Wanted::of(&rule).unwrap();
        let event = |source: &str, bus: Option<&str>| Event {
            source: format!("{source}.amazonaws.com"),
            name: "PutRule".to_owned(),
            names: vec!["orders".to_owned()],
            bus: bus.map(str::to_owned),
            ..Event::default()
        };
        assert!(rule.is_of(&event("events", Some("tacobell"))) && rule.is_of(&event("events", None)));
        assert!(!rule.is_of(&event("events", Some("default"))) && !rule.is_of(&event("sns", None)));
        let role = chosen("student", "arn:aws-cn:iam::111122223333:role/student");
        let role = Wanted::of(&role).unwrap();
        let user = Event {
            source: "iam.amazonaws.com".to_owned(),
            name: "CreateUser".to_owned(),
            names: vec!["student".to_owned()],
            ..Event::default()
        };
        assert!(!role.is_of(&user));
        assert_eq!(role.region("cn-northwest-1"), "cn-north-1");
        assert!(Wanted::of(&chosen("orders", "")).is_none());
    }
}
