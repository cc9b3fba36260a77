//! The kinds that a service has, of every service.

use super::kind::Kind;
use super::{
    apigateway, container, dynamodb, ecr, events, iam, kinesis, lambda, logs, personalize, s3, sns, states, sts, web,
};

/// One line a kind.
pub(super) const OF_SERVICES: &[Kind] = &[
    sts::CALLER_IDENTITY,
    kinesis::STREAM,
    kinesis::STREAM_ELSEWHERE,
    dynamodb::TABLE,
    lambda::FUNCTION,
    iam::ROLE,
    iam::ACCESS,
    s3::BUCKET,
    s3::CSV,
    personalize::DATASET_GROUP,
    personalize::DATASET,
    personalize::SOLUTION,
    personalize::RECOMMENDER,
    personalize::EVENT_TRACKER,
    ecr::REPOSITORY,
    container::SERVICE,
    web::PAGE,
    events::BUS,
    events::RULE,
    logs::GROUP,
    logs::RESOURCE_POLICY,
    sns::TOPIC,
    sns::SUBSCRIPTION,
    states::MACHINE,
    states::WALK,
    apigateway::REST_API,
    apigateway::HTTP_API,
    apigateway::METHOD,
    apigateway::STAGE,
];

/// The kind of a service that is called `name`.
pub(super) fn of_service(name: &str) -> Option<&'static Kind> {
    OF_SERVICES.iter().find(|kind| (kind.spec)().name == name)
}
