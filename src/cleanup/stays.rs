//! Why something that belongs to a lab stays all the same: somebody wants it, or something else needs it.

use super::plan::also;
use super::tagged::KEEP;
use crate::expr::policy::like;
use crate::inventory::Item;
use crate::survey::Survey;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Where something may stand that cannot be seen, and why: by region, and for what belongs to no region.
pub(super) struct Unseen {
    by_region: BTreeMap<String, String>,
    anywhere: Option<String>,
}

/// The services whose things use others.
const USERS: &[&str] = &[
    "API Gateway",
    "API Gateway's HTTP APIs",
    "App Runner",
    "Data Firehose",
    "ECS",
    "EventBridge",
    "Lambda",
    "Personalize",
    "Step Functions",
];

/// What could not be seen of an account: something there may need what is planned for.
pub(super) fn unseen(survey: &Survey<'_>) -> Unseen {
    let mut by_region = BTreeMap::new();
    for region in &survey.regions {
        let mut unlisted = region
            .listing
            .unlisted
            .iter()
            .filter(|(service, _)| USERS.contains(service));
        if let Some((service, error)) = unlisted.next() {
            let name = region.account().region().to_owned();
            by_region.insert(name.clone(), format!("{service} in {name}: {error}"));
        }
    }
    let not_looked = survey.not_looked.iter().map(|(region, why)| format!("{region}: {why}"));
    let anywhere = by_region.values().cloned().chain(not_looked).next();
    Unseen { by_region, anywhere }
}

impl Unseen {
    fn for_item(&self, item: &Item) -> Option<String> {
        let why = match item.region.as_str() {
            "" => self.anywhere.as_ref(),
            region => self.by_region.get(region),
        };
        why.map(|why| format!("whether anything else needs it cannot be seen ({why})"))
    }
}

/// Why each of the `planned` (by their places in `items`) stays, if it does. `kept` are the ids of what carries the tag;
/// `foreign` says of a bucket what it holds that is not the lab's. What the user has `named` goes although it cannot be seen
/// whether somebody else may want it.
pub(super) fn reasons(
    items: &[&Item],
    planned: &BTreeSet<usize>,
    named: &BTreeSet<usize>,
    kept: &BTreeSet<String>,
    foreign: &BTreeMap<usize, String>,
    unseen: &Unseen,
) -> BTreeMap<usize, String> {
    let mut staying: BTreeMap<usize, String> = BTreeMap::new();
    for place in planned {
        let item = items[*place];
        if is_kept(item, kept) {
            staying.insert(*place, format!("it carries the tag {KEEP}"));
        } else if let Some(what) = foreign.get(place) {
            staying.insert(*place, what.clone());
        } else if let Some(why) = preset(item)
            .or_else(|| unseen.for_item(item))
            .or_else(|| held_by_others(item))
        {
            staying.insert(*place, why);
        } else if let Some(why) = shared(items, planned, item)
            .or_else(|| trusted_by_others(item))
            .filter(|_| !named.contains(place))
        {
            staying.insert(*place, format!("{why}: {}", also(item)));
        }
    }
    // What stays needs what it uses, and has its parts: until nothing more follows.
    loop {
        let deleted: BTreeSet<usize> = planned
            .iter()
            .copied()
            .filter(|place| !staying.contains_key(place))
            .collect();
        let more: Vec<(usize, String)> = deleted
            .iter()
            .filter_map(|place| Some((*place, needed(items, &deleted, *place)?)))
            .collect();
        if more.is_empty() {
            return staying;
        }
        staying.extend(more);
    }
}

/// Some tags know a log group by its ARN, which ends in its name.
fn is_kept(item: &Item, kept: &BTreeSet<String>) -> bool {
    let by_name = |arn: &String| {
        let ends = [":log-group:", "/restapis/"].map(|kind| format!("{kind}{}", item.id));
        arn.contains(&format!(":{}:", item.region)) && ends.iter().any(|end| arn.trim_end_matches(":*").ends_with(end))
    };
    kept.contains(&item.id) || kept.iter().any(by_name)
}

/// The roles that a class's accounts come with: AWS Academy's labs and their users live by them.
const PRESET: &[&str] = &["LabRole", "vocareum", "voclabs", "vocstartsoft"];

fn preset(item: &Item) -> Option<String> {
    let is_role = item.of.name == "AWS::IAM::Role";
    let is_preset = is_role && PRESET.contains(&item.name.as_str());
    is_preset.then(|| "AWS Academy has made it, not the lab".to_owned())
}

/// What of all that is not deleted needs this one.
fn needed(items: &[&Item], deleted: &BTreeSet<usize>, place: usize) -> Option<String> {
    let item = items[place];
    let others = items.iter().enumerate().filter(|(other, _)| !deleted.contains(other));
    for (_, other) in others {
        if !are_together(item, other) {
            continue;
        }
        let named = format!("{} {}", other.of.noun, other.name);
        if other.uses.contains(&item.id) || mentions(other, item) {
            return Some(format!("{named} uses it, and stays"));
        }
        // A policy about a log group does not need it.
        if other.part_of.contains(&item.id) && other.of.name != POLICY {
            return Some(format!("{named} is part of it, and stays"));
        }
        if item.part_of.contains(&other.id) {
            return Some(format!("it is part of {named}, which stays"));
        }
    }
    None
}

fn are_together(one: &Item, other: &Item) -> bool {
    one.region == other.region || one.region.is_empty() || other.region.is_empty()
}

/// Whether a variable of a function, the definition of a state machine or a template of an API names `item`, alone or quoted in
/// a longer text: then that is worked on.
pub(super) fn mentions(other: &Item, item: &Item) -> bool {
    let quoted = format!("\"{}\"", item.name);
    let is_in = |text: &String| {
        *text == item.name
            || text.contains(&quoted)
            || *text == item.id
            || (is_arn(&item.id) && text.contains(&item.id))
    };
    other.of.name != POLICY && item.of.kind.is_some() && other.mentions.iter().any(is_in)
}

fn is_arn(id: &str) -> bool {
    id.starts_with("arn:")
}

/// The type of a resource policy of CloudWatch Logs, which is about log groups by their names or patterns of these.
const POLICY: &str = "AWS::Logs::ResourcePolicy";

/// What an item has that is not the lab's, so that it is somebody else's too: a policy about other log groups, an API that leads
/// to other functions, a topic that others listen to.
fn shared(items: &[&Item], planned: &BTreeSet<usize>, item: &Item) -> Option<String> {
    let is_planned = |other: &Item| planned.iter().any(|place| std::ptr::eq(items[*place], other));
    let others = || {
        items
            .iter()
            .copied()
            .filter(|other| !is_planned(other) && other.region == item.region)
    };
    let planned_groups = || {
        planned
            .iter()
            .map(|place| items[*place])
            .filter(|one| one.of.name == "AWS::Logs::LogGroup")
    };
    match item.of.name {
        POLICY => {
            let is_foreign = |pattern: &&String| !planned_groups().any(|group| like(pattern, &group.name, false));
            let pattern = item.mentions.iter().find(is_foreign);
            let group = others().find(|other| item.part_of.contains(&other.id));
            let group = group.map(|group| &group.name).or(pattern)?;
            Some(format!("it is about the log group {group} too"))
        }
        "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api" => {
            let is_function = |other: &&Item| other.of.name == "AWS::Lambda::Function" && item.uses.contains(&other.id);
            let function = others().find(is_function)?;
            Some(format!("it leads to the function {} too", function.name))
        }
        "AWS::SNS::Topic" => {
            let protocols = ["sqs", "lambda", "firehose", "application"];
            let listens = |other: &&&Item| {
                other.part_of.contains(&item.id)
                    && protocols
                        .iter()
                        .any(|protocol| other.document["Protocol"] == **protocol)
            };
            let endpoints = items
                .iter()
                .filter(listens)
                .map(|one| one.document["Endpoint"].as_str().unwrap_or_default());
            let mut of_others = endpoints.filter(|endpoint| !planned.iter().any(|place| items[*place].id == *endpoint));
            of_others.next().map(|endpoint| format!("{endpoint} listens to it"))
        }
        _ => None,
    }
}

/// The services whose things are listed, so that it is known whether any of them uses a role.
const LISTED_PRINCIPALS: &[&str] = &[
    "lambda.amazonaws.com",
    "events.amazonaws.com",
    "states.amazonaws.com",
    "apigateway.amazonaws.com",
    "personalize.amazonaws.com",
    "build.apprunner.amazonaws.com",
    "tasks.apprunner.amazonaws.com",
    "ecs.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "firehose.amazonaws.com",
];

/// Who else may take on a role: what of theirs uses it cannot be seen.
fn trusted_by_others(item: &Item) -> Option<String> {
    let statements = item.document["Trust"]["Statement"].as_array()?;
    let mut principals = statements.iter().flat_map(|statement| texts(&statement["Principal"]));
    let other = principals.find(|principal| !LISTED_PRINCIPALS.contains(&principal.as_str()))?;
    Some(format!(
        "{other} may take it on too, and whether it does cannot be seen"
    ))
}

/// Which user or group has a policy: these are no lab's.
fn held_by_others(item: &Item) -> Option<String> {
    let of = |list: &str, field: &str, noun: &str| {
        let name = item.document[list][0][field].as_str()?;
        Some(format!("the {noun} {name} has it"))
    };
    of("PolicyUsers", "UserName", "user").or_else(|| of("PolicyGroups", "GroupName", "group"))
}

/// Every text in a principal: a text, a list, or a map of these.
fn texts(principal: &Value) -> Vec<String> {
    match principal {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => all.iter().flat_map(texts).collect(),
        Value::Object(kinds) => kinds.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::USERS;
    use crate::inventory::services;

    #[test]
    fn whoever_uses_others_is_a_service_that_is_listed() {
        for name in USERS {
            assert!(services().iter().any(|service| service.name == *name), "{name}");
        }
    }
}
