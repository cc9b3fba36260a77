//! Answers that lack a member which AWS always sends are not AWS's.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

/// The members that AWS's model requires of the answers to an operation, of those that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Required {
    /// The service's id, as [`super::wire::Service::id`] has it.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static str,
    /// The members, each as a path: `Roles[].Arn` is the member `Arn` of each item of `Roles`.
    pub members: &'static [&'static str],
}

const fn of(service: &'static str, operation: &'static str, members: &'static [&'static str]) -> Required {
    Required {
        service,
        operation,
        members,
    }
}

/// All of them. Without one, a client takes a text for empty, a number for 0 and a list for one without items, which
/// would be a verdict.
pub const REQUIRED: &[Required] = &[
    of(
        "AppRunner",
        "DescribeService",
        &[
            "Service",
            "Service.ServiceName",
            "Service.ServiceArn",
            "Service.CreatedAt",
            "Service.Status",
            "Service.SourceConfiguration",
            "Service.SourceConfiguration.ImageRepository.ImageIdentifier",
        ],
    ),
    of("AppRunner", "ListServices", &["ServiceSummaryList"]),
    of(
        "CloudFormation",
        "DescribeStacks",
        &["Stacks[].StackName", "Stacks[].StackStatus"],
    ),
    of(
        "DynamoDB",
        "DescribeTable",
        &[
            "Table.AttributeDefinitions[].AttributeName",
            "Table.AttributeDefinitions[].AttributeType",
            "Table.KeySchema[].AttributeName",
            "Table.KeySchema[].KeyType",
        ],
    ),
    of(
        "ECS",
        "DescribeExpressGatewayService",
        &[
            "service.activeConfigurations[].primaryContainer.image",
            "service.activeConfigurations[].ingressPaths[].accessType",
            "service.activeConfigurations[].ingressPaths[].endpoint",
        ],
    ),
    of("EventBridge", "ListTargetsByRule", &["Targets[].Arn", "Targets[].Id"]),
    of(
        "IAM",
        "ListRoles",
        &["Roles", "Roles[].RoleName", "Roles[].Arn", "Roles[].CreateDate"],
    ),
    of(
        "IAM",
        "SimulatePrincipalPolicy",
        &[
            "EvaluationResults[].EvalActionName",
            "EvaluationResults[].EvalDecision",
            "EvaluationResults[].ResourceSpecificResults[].EvalResourceName",
            "EvaluationResults[].ResourceSpecificResults[].EvalResourceDecision",
        ],
    ),
    of(
        "Kinesis",
        "DescribeStreamSummary",
        &[
            "StreamDescriptionSummary",
            "StreamDescriptionSummary.OpenShardCount",
            "StreamDescriptionSummary.RetentionPeriodHours",
            "StreamDescriptionSummary.StreamARN",
            "StreamDescriptionSummary.StreamName",
            "StreamDescriptionSummary.StreamStatus",
        ],
    ),
    of(
        "Kinesis",
        "ListStreams",
        &[
            "StreamNames",
            "StreamSummaries[].StreamARN",
            "StreamSummaries[].StreamName",
            "StreamSummaries[].StreamStatus",
            "StreamSummaries[].StreamModeDetails.StreamMode",
        ],
    ),
    of("Kinesis", "PutRecord", &["SequenceNumber"]),
    of("Kinesis", "PutRecords", &["Records"]),
    of("SFN", "DescribeExecution", &["executionArn", "status"]),
    of(
        "SFN",
        "DescribeMapRun",
        &[
            "itemCounts",
            "itemCounts.pending",
            "itemCounts.running",
            "itemCounts.total",
        ],
    ),
    of(
        "SFN",
        "DescribeStateMachine",
        &["definition", "name", "roleArn", "stateMachineArn", "type"],
    ),
    of(
        "SFN",
        "GetExecutionHistory",
        &[
            "events",
            "events[].type",
            "events[].lambdaFunctionScheduledEventDetails.resource",
            "events[].stateEnteredEventDetails.name",
            "events[].taskFailedEventDetails.resource",
            "events[].taskScheduledEventDetails.parameters",
            "events[].taskScheduledEventDetails.resource",
            "events[].taskSucceededEventDetails.resource",
            "events[].taskTimedOutEventDetails.resource",
        ],
    ),
    of(
        "SFN",
        "ListExecutions",
        &[
            "executions",
            "executions[].executionArn",
            "executions[].name",
            "executions[].startDate",
            "executions[].status",
        ],
    ),
    of("SFN", "ListMapRuns", &["mapRuns", "mapRuns[].mapRunArn"]),
    of(
        "SFN",
        "ListStateMachines",
        &[
            "stateMachines",
            "stateMachines[].creationDate",
            "stateMachines[].name",
            "stateMachines[].stateMachineArn",
            "stateMachines[].type",
        ],
    ),
    of("SFN", "StartExecution", &["executionArn"]),
];

/// The first member that an answer to an operation lacks.
pub(super) fn lacking(service: &str, operation: &str, answer: &Value) -> Option<&'static str> {
    let of_operation = |required: &&Required| (required.service, required.operation) == (service, operation);
    let required = REQUIRED.iter().find(of_operation)?;
    required.members.iter().copied().find(|path| is_lacking(answer, path))
}

/// Whether a member of a path is absent although what it is a member of is there.
fn is_lacking(value: &Value, path: &str) -> bool {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let (name, of_each) = match first.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (first, false),
    };
    match (&value[name], rest) {
        (inner, None) => inner.is_null(),
        (Value::Array(items), Some(rest)) if of_each => items.iter().any(|item| is_lacking(item, rest)),
        (Value::Object(_), Some(rest)) if !of_each => is_lacking(&value[name], rest),
        _ => false,
    }
}

/// Refuses what lacks one of [`REQUIRED`], of the answers in JSON to a generated client.
#[derive(Debug, Clone, Copy)]
pub(super) struct Complete;

/// Refuses what does not come from S3: what is read of an object is whatever somebody has put there, and so a page of
/// whoever is in between would be read as well.
#[derive(Debug, Clone, Copy)]
pub(super) struct FromS3;

/// The headers of which AWS's answers have one.
const REQUEST_IDS: [&str; 2] = ["x-amz-request-id", "x-amzn-requestid"];

#[dyn_dispatch_hint]
impl Intercept for FromS3 {
    fn name(&self) -> &'static str {
        "FromS3"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let has_id = REQUEST_IDS.iter().any(|name| response.headers().get(*name).is_some());
        match response.status().is_success() && !has_id {
            true => Err(Incomplete(REQUEST_IDS[0]).into()),
            false => Ok(()),
        }
    }
}

/// Refuses an answer without this field, which AWS always sends although its model does not say so.
#[derive(Debug, Clone, Copy)]
pub struct Requires(pub &'static str);

/// The answer has no such member.
#[derive(Debug, thiserror::Error)]
#[error("the answer has no `{0}`, which AWS always sends: is a proxy intercepting requests?")]
pub(super) struct Incomplete(pub(super) &'static str);

#[dyn_dispatch_hint]
impl Intercept for Complete {
    fn name(&self) -> &'static str {
        "Complete"
    }

    // Before, the body has not been read.
    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(called) = config.load::<Metadata>() else {
            return Ok(());
        };
        let lacking = success(context).and_then(|answer| lacking(called.service(), called.name(), &answer));
        lacking.map_or(Ok(()), |member| Err(Incomplete(member).into()))
    }
}

#[dyn_dispatch_hint]
impl Intercept for Requires {
    fn name(&self) -> &'static str {
        "Requires"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match success(context) {
            Some(answer) if answer[self.0].is_null() => Err(Incomplete(self.0).into()),
            _ => Ok(()),
        }
    }
}

/// An answer that is no error, as JSON. What is no document at all is refused by whoever reads it.
fn success(context: &AfterDeserializationInterceptorContextRef<'_>) -> Option<Value> {
    let response = context.response();
    let body = response.body().bytes().unwrap_or_default();
    let read = || serde_json::from_slice(body).ok().filter(Value::is_object);
    response.status().is_success().then(read).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_member_is_lacking_only_where_what_has_it_is_there() {
        let lacks = |answer: Value| lacking("IAM", "ListRoles", &answer);
        let role = json!({"RoleName": "r", "Arn": "a", "CreateDate": "d"});
        assert_eq!(lacks(json!({"Roles": [role]})), None);
        assert_eq!(lacks(json!({"Roles": []})), None);
        // An empty list of a query service is an empty text.
        assert_eq!(lacks(json!({"Roles": ""})), None);
        assert_eq!(lacks(json!({})), Some("Roles"));
        assert_eq!(
            lacks(json!({"Roles": [role, {"RoleName": "r", "CreateDate": "d"}]})),
            Some("Roles[].Arn")
        );
        let nested = "events[].taskScheduledEventDetails.resource";
        assert!(!is_lacking(&json!({"events": [{"type": "PassStateEntered"}]}), nested));
        assert!(is_lacking(
            &json!({"events": [{"taskScheduledEventDetails": {}}]}),
            nested
        ));
    }
}
