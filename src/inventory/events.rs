//! Amazon EventBridge: buses and rules.

use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::listing::{each, texts};
use super::logs;
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::EVENTBRIDGE;
use crate::account::{Account, CallError};
use crate::discover::rules_with_targets;
use futures::FutureExt;
use serde_json::{Value, json};

/// An event bus: charged by what is put on it. See [prices](https://aws.amazon.com/eventbridge/pricing/).
pub(super) const BUS: ResourceType = ResourceType {
    name: "AWS::Events::EventBus",
    noun: "event bus",
    kind: Some("events.bus"),
    parts: &["AWS::Events::EventBusPolicy"],
    is_companion: false,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Around,
        actions: &["events:DeleteEventBus"],
        delete: |account, item| delete_bus(account, item).boxed(),
    },
};

/// A rule of a bus.
pub(super) const RULE: ResourceType = ResourceType {
    name: "AWS::Events::Rule",
    noun: "rule",
    kind: None,
    parts: &[],
    is_companion: false,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Entrance,
        actions: &["events:RemoveTargets", "events:DeleteRule"],
        delete: |account, item| delete_rule(account, item).boxed(),
    },
};

/// [`ListEventBuses`](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html), and the rules
/// of each with their targets.
pub(super) const LISTED: Service = Service {
    name: "EventBridge",
    template: "AWS::Events",
    actions: &["events:ListEventBuses", "events:ListRules", "events:ListTargetsByRule"],
    is_regional: true,
    bills_by_hour: false,
    list: |account| list(account).boxed(),
};

/// The bus that every account has.
const DEFAULT: &str = "default";

async fn list(account: &Account) -> Result<Vec<Item>, CallError> {
    let buses = account
        .list(&EVENTBRIDGE, "ListEventBuses", json!({}), "EventBuses")
        .await?;
    let rules = each(buses.clone(), |bus| async move {
        let name = bus["Name"].as_str().unwrap_or_default();
        let rules = rules_with_targets(account, name, None).await?;
        // What an AWS service has made for itself goes with that service.
        let own = rules.into_iter().filter(|rule| rule["ManagedBy"].is_null());
        Ok::<_, CallError>(own.map(|rule| of_bus(account, &bus, rule)).collect::<Vec<_>>())
    });
    let rules = rules.await?.into_iter().flatten();
    let buses = buses.into_iter().filter(|bus| bus["Name"] != DEFAULT);
    let buses = buses.map(|bus| Item::read(&BUS, account, bus, "Name", "Arn", ""));
    Ok(buses.chain(rules).collect())
}

/// A rule is part of its bus. The default bus is everybody's: a rule there is part of nothing, and uses what it leads to.
fn of_bus(account: &Account, bus: &Value, rule: Value) -> Item {
    let item = Item::read(&RULE, account, rule, "Name", "Arn", "");
    let targets = &item.document["Targets"];
    let leads_to: Vec<String> = texts(targets, "Arn").map(str::to_owned).collect();
    let roles: Vec<String> = texts(targets, "RoleArn").map(str::to_owned).collect();
    let groups: Vec<String> = leads_to
        .iter()
        .filter_map(|arn| logs::name_in(arn))
        .map(str::to_owned)
        .collect();
    let bus = bus["Arn"].as_str().filter(|_| bus["Name"] != DEFAULT);
    item.part_of(bus)
        .uses(roles.iter().chain(&groups).chain(&leads_to).map(String::as_str))
}

/// By [`DeleteEventBus`](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html).
async fn delete_bus(account: &Account, bus: &Item) -> Result<(), CallError> {
    gone(
        account
            .call(&EVENTBRIDGE, "DeleteEventBus", json!({"Name": bus.name}))
            .await,
    )
}

/// By [`DeleteRule`](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html), which takes no rule
/// that has targets.
async fn delete_rule(account: &Account, rule: &Item) -> Result<(), CallError> {
    let bus = &rule.document["EventBusName"];
    let ids: Vec<&str> = texts(&rule.document["Targets"], "Id").collect();
    if !ids.is_empty() {
        let input = json!({"Rule": rule.name, "EventBusName": bus, "Ids": ids});
        gone(account.call(&EVENTBRIDGE, "RemoveTargets", input).await)?;
    }
    let input = json!({"Name": rule.name, "EventBusName": bus});
    gone(account.call(&EVENTBRIDGE, "DeleteRule", input).await)
}
