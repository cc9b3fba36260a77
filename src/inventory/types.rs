//! Every type that there is.

use super::item::ResourceType;
use super::{
    apigateway, apprunner, dynamodb, ecr, ecs, events, firehose, iam, kinesis, lambda, loadbalancing, logs,
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
    &iam::ROLE,
];

/// The type whose resources a course finds by this kind. Of several, each has what the others lack.
pub fn of_kind(kind: &str) -> impl Iterator<Item = &'static ResourceType> {
    ALL.iter().copied().filter(move |of| of.kind == Some(kind))
}

/// Whether it is known what a resource of this CloudFormation type costs while nobody uses it.
pub fn known_by_template(name: &str) -> bool {
    ALL.iter().any(|of| of.name == name || of.parts.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_type_and_part_is_named_once() {
        let names: Vec<&str> = ALL
            .iter()
            .flat_map(|of| [of.name].into_iter().chain(of.parts.iter().copied()))
            .collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert!(known_by_template("AWS::S3::BucketPolicy"));
        assert!(!known_by_template("AWS::SQS::Queue"));
    }
}
