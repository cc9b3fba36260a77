//! A resource that is looked up: how events call it, and which of them are about it.

use super::event::Event;
use crate::account::partition::Partition;
use crate::report::Chosen;
use std::collections::BTreeSet;

/// A resource that is looked up. One without an ARN is not: its name alone may be that of something else.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    /// What it is known by in a report.
    pub identity: &'a str,
    /// As events may call it. Services differ, and so do a service's operations: a table is called by its name, and by its ARN
    /// where the call did; a state machine by its ARN once it is there; an API by its id, with which its ARN ends.
    pub names: BTreeSet<&'a str>,
    arn: &'a str,
}

impl<'a> Wanted<'a> {
    pub fn of(chosen: &'a Chosen) -> Option<Self> {
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
    pub fn region(&self, here: &str) -> String {
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
    pub fn is_of(&self, event: &Event) -> bool {
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
            without_points: false,
            made: None,
            changed: None,
            changes: None,
            code: None,
            given_name: false,
        }
    }

    #[test]
    fn another_thing_of_the_same_name_is_another_thing() {
        let rule = chosen("orders", "arn:aws:events:eu-central-1:111122223333:rule/shop/orders");
        let rule = Wanted::of(&rule).unwrap();
        let event = |source: &str, bus: Option<&str>| Event {
            source: format!("{source}.amazonaws.com"),
            name: "PutRule".to_owned(),
            names: vec!["orders".to_owned()],
            bus: bus.map(str::to_owned),
            ..Event::default()
        };
        assert!(rule.is_of(&event("events", Some("shop"))) && rule.is_of(&event("events", None)));
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
