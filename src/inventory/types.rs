//! Every type that there is.

use super::item::{Removal, ResourceType};
use super::{
    apigateway, apprunner, dynamodb, ecr, ecs, events, firehose, http_api, iam, kinesis, lambda, loadbalancing, logs,
    personalize, s3, sns, states,
};

const ALL: &[&ResourceType] = &[
    &kinesis::STREAM,
    &personalize::CAMPAIGN,
    &personalize::RECOMMENDER,
    &apprunner::SERVICE,
    &ecs::SERVICE,
    &loadbalancing::LOAD_BALANCER,
    &loadbalancing::TARGET_GROUP,
    &dynamodb::TABLE,
    &s3::BUCKET,
    &ecr::REPOSITORY,
    &logs::GROUP,
    &logs::RESOURCE_POLICY,
    &lambda::FUNCTION,
    &lambda::EVENT_SOURCE_MAPPING,
    &personalize::DATASET_GROUP,
    &personalize::DATASET,
    &personalize::SCHEMA,
    &personalize::SOLUTION,
    &personalize::EVENT_TRACKER,
    &firehose::STREAM,
    &events::BUS,
    &events::RULE,
    &sns::TOPIC,
    &sns::SUBSCRIPTION,
    &states::MACHINE,
    &apigateway::REST_API,
    &http_api::API,
    &iam::ROLE,
    &iam::MANAGED_POLICY,
];

/// CloudFormation's names of everything of which it is known what it costs while nobody uses it: types, and their parts.
pub fn template_types() -> impl Iterator<Item = &'static str> {
    ALL.iter()
        .flat_map(|of| [of.name].into_iter().chain(of.parts.iter().copied()))
}

/// The type that CloudFormation calls so.
pub(super) fn of_name(name: &str) -> Option<&'static ResourceType> {
    ALL.iter().find(|of| of.name == name).copied()
}

/// The IAM actions that deleting needs.
pub fn removal_actions() -> impl Iterator<Item = &'static str> {
    let of = |removal: Removal| match removal {
        Removal::ByCall { actions, .. } => actions,
        Removal::WithOwner => &[],
    };
    ALL.iter().flat_map(move |each| of(each.removal)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_type_and_part_is_named_once() {
        let names: Vec<&str> = template_types().collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn each_kind_that_a_course_finds_by_signs_has_its_type() {
        let derived = ["sts", "web"];
        let arguments = |kind: &crate::course::KindSpec| kind.args.iter().any(|arg| arg.required);
        let found = crate::discover::kinds().map(|kind| (kind.spec)());
        let found = found.filter(|kind| !arguments(kind) && !derived.iter().any(|of| kind.name.starts_with(of)));
        // Lists of other regions are no resources.
        let others = ["kinesis.stream_elsewhere", "logs.resource_policy"];
        for kind in found.filter(|kind| !others.contains(&kind.name)) {
            assert!(ALL.iter().any(|of| of.kind == Some(kind.name)), "{}", kind.name);
        }
    }
}
