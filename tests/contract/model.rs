//! What the program says of AWS by itself, held against AWS's own model: where its services are, what requests are signed
//! for, and what its answers always have.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::common::cloud::wait;
use crate::front::order;
use crate::requests::OPERATIONS;
use edemlab::account::partition::{ALL, Partition};
use edemlab::account::wire::Service;
use edemlab::account::{Connection, Keys, REQUIRED, services};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The services that are called by their wire protocol, as the model calls them.
const SERVICES: &[(&str, &Service)] = &[
    ("apigateway", &services::APIGATEWAY),
    ("apprunner", &services::APPRUNNER),
    ("cloudformation", &services::CLOUDFORMATION),
    ("dynamodb", &services::DYNAMODB),
    ("ecr", &services::ECR),
    ("ecs", &services::ECS),
    ("elbv2", &services::ELASTICLOADBALANCING),
    ("events", &services::EVENTBRIDGE),
    ("firehose", &services::FIREHOSE),
    ("iam", &services::IAM),
    ("kinesis", &services::KINESIS),
    ("lambda", &services::LAMBDA),
    ("logs", &services::LOGS),
    ("personalize", &services::PERSONALIZE),
    ("resourcegroupstaggingapi", &services::TAGGING),
    ("sns", &services::SNS),
    ("stepfunctions", &services::STATES),
    ("sts", &services::STS),
];

/// Where a service is in a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    service: String,
    region: String,
    url: String,
    signing_name: String,
}

/// Where this process, with its environment, takes every service to be in every region.
fn places() -> Vec<Place> {
    let mut places = Vec::new();
    for partition in ALL {
        for region in partition.regions {
            let connection = Connection {
                region: Some((*region).to_owned()),
                keys: Some(Keys {
                    access_key_id: "AKIAEXAMPLE".to_owned(),
                    secret_access_key: "secret".to_owned(),
                    session_token: None,
                }),
                ..Connection::default()
            };
            let account = wait(connection.open()).expect("keys and a region are there");
            places.extend(SERVICES.iter().map(|(name, service)| Place {
                service: (*name).to_owned(),
                region: (*region).to_owned(),
                url: account.endpoint(service),
                signing_name: service.signing.to_owned(),
            }));
        }
    }
    places
}

/// What [`places`] begins with when it is printed.
const PRINTED: &str = "places: ";

#[test]
#[ignore = "run by `every_service_is_where_awss_model_has_it`, in an environment of its own"]
fn prints_places() {
    println!("\n{PRINTED}{}", serde_json::to_string(&places()).unwrap());
}

/// [`places`] where these variables are set.
fn places_with(variables: &[&str]) -> Vec<Place> {
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "model::prints_places", "--ignored", "--nocapture"]);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            again.env_remove(name);
        }
    }
    again.envs(variables.iter().map(|name| (name, "true")));
    again
        .env("AWS_CONFIG_FILE", "no-such-file")
        .env("AWS_SHARED_CREDENTIALS_FILE", "no-such-file");
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().find_map(|line| line.strip_prefix(PRINTED));
    let line = line.unwrap_or_else(|| panic!("nothing is printed: {said}"));
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn every_service_is_where_awss_model_has_it() {
    const FIPS: &str = "AWS_USE_FIPS_ENDPOINT";
    const DUAL_STACK: &str = "AWS_USE_DUALSTACK_ENDPOINT";
    for variables in [&[][..], &[FIPS], &[DUAL_STACK], &[FIPS, DUAL_STACK]] {
        let is_set = |name: &str| variables.contains(&name);
        for place in places_with(variables) {
            // FIPS is a standard of the United States: other partitions have no such endpoints.
            let partition = Partition::of_region(&place.region).id;
            if is_set(FIPS) && !["aws", "aws-us-gov"].contains(&partition) {
                continue;
            }
            let expected = &expected(is_set(FIPS), is_set(DUAL_STACK))[&(place.service.clone(), place.region.clone())];
            assert_eq!(Some(&place), Some(expected), "{variables:?}");
        }
    }
}

/// Where the model has the services, by service and region; asked for once for each setting.
fn expected(fips: bool, dual_stack: bool) -> &'static BTreeMap<(String, String), Place> {
    use std::sync::OnceLock;
    static KNOWN: [OnceLock<BTreeMap<(String, String), Place>>; 4] = [const { OnceLock::new() }; 4];
    KNOWN[usize::from(fips) + 2 * usize::from(dual_stack)].get_or_init(|| {
        let names: Vec<&str> = SERVICES.iter().map(|(name, _)| *name).collect();
        let regions: Vec<&str> = ALL.iter().flat_map(|p| p.regions).copied().collect();
        let asked = json!({
            "ask": "endpoints", "services": names, "regions": regions, "fips": fips, "dual_stack": dual_stack,
        });
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let answer = order(&asked);
        let places = answer.as_array().expect("a list").iter().map(|place| Place {
            service: text(&place["service"]),
            region: text(&place["region"]),
            url: text(&place["url"]),
            signing_name: text(&place["signing_name"]),
        });
        places.map(|p| ((p.service.clone(), p.region.clone()), p)).collect()
    })
}

#[test]
fn the_partitions_are_those_of_awss_model() {
    let known: BTreeMap<String, BTreeSet<String>> =
        serde_json::from_value(order(&json!({"ask": "partitions"}))).unwrap();
    for (id, regions) in known {
        // Nobody outside of them reaches these.
        if id.starts_with("aws-iso") {
            continue;
        }
        let ours = ALL.iter().find(|partition| partition.id == id);
        let ours = ours.unwrap_or_else(|| panic!("no partition {id}")).regions.iter();
        assert_eq!(ours.map(|r| (*r).to_owned()).collect::<BTreeSet<_>>(), regions, "{id}");
    }
}

/// What the model requires and nothing reads, by operation: members, with all below them.
const NOT_READ: &[(&str, &[&str])] = &[
    // What an HTTP API is called is shown where it is there, and decides nothing.
    ("apigatewayv2.GetApis", &["items"]),
    (
        "apprunner.DescribeService",
        &[
            "Service.AutoScalingConfigurationSummary",
            "Service.EncryptionConfiguration",
            "Service.InstanceConfiguration",
            "Service.NetworkConfiguration",
            "Service.ObservabilityConfiguration",
            "Service.ServiceId",
            "Service.SourceConfiguration.CodeRepository",
            "Service.SourceConfiguration.ImageRepository.ImageRepositoryType",
            "Service.UpdatedAt",
        ],
    ),
    (
        "cloudformation.DescribeStacks",
        &[
            "Stacks[].CreationTime",
            "Stacks[].DriftInformation",
            "Stacks[].RollbackConfiguration",
            "Stacks[].Tags",
        ],
    ),
    (
        "dynamodb.DescribeTable",
        &[
            "Table.GlobalSecondaryIndexes",
            "Table.LocalSecondaryIndexes",
            "Table.RestoreSummary",
            "Table.StreamSpecification",
            "Table.VectorIndexes",
        ],
    ),
    ("ecr.DescribeRepositories", &["repositories"]),
    (
        "ecs.DescribeExpressGatewayService",
        &[
            "service.activeConfigurations[].primaryContainer.awsLogsConfiguration",
            "service.activeConfigurations[].primaryContainer.secrets",
        ],
    ),
    ("ecs.DescribeServices", &["services"]),
    (
        "events.ListTargetsByRule",
        &[
            "Targets[].BatchParameters",
            "Targets[].EcsParameters",
            "Targets[].InputTransformer",
            "Targets[].KinesisParameters",
            "Targets[].RedshiftDataParameters",
            "Targets[].RunCommandParameters",
            "Targets[].SageMakerPipelineParameters",
        ],
    ),
    (
        "iam.ListRoles",
        &[
            "Roles[].Path",
            "Roles[].RoleId",
            "Roles[].SourceRoleTemplate",
            "Roles[].Tags",
        ],
    ),
    (
        "kinesis.DescribeStreamSummary",
        &[
            "StreamDescriptionSummary.EnhancedMonitoring",
            "StreamDescriptionSummary.StreamCreationTimestamp",
            "StreamDescriptionSummary.StreamModeDetails",
        ],
    ),
    ("kinesis.ListStreams", &["HasMoreStreams"]),
    ("kinesis.PutRecord", &["ShardId"]),
    ("lambda.ListFunctions", &["Functions"]),
    ("stepfunctions.DescribeExecution", &["startDate", "stateMachineArn"]),
    (
        "stepfunctions.DescribeMapRun",
        &[
            "executionArn",
            "executionCounts",
            "itemCounts.aborted",
            "itemCounts.failed",
            "itemCounts.resultsWritten",
            "itemCounts.succeeded",
            "itemCounts.timedOut",
            "mapRunArn",
            "maxConcurrency",
            "startDate",
            "status",
            "toleratedFailureCount",
            "toleratedFailurePercentage",
        ],
    ),
    (
        "stepfunctions.DescribeStateMachine",
        &["creationDate", "encryptionConfiguration"],
    ),
    (
        "stepfunctions.GetExecutionHistory",
        &[
            "events[].activityScheduledEventDetails",
            "events[].evaluationFailedEventDetails",
            "events[].id",
            "events[].stateExitedEventDetails",
            "events[].taskFailedEventDetails.resourceType",
            "events[].taskScheduledEventDetails.region",
            "events[].taskScheduledEventDetails.resourceType",
            "events[].taskStartFailedEventDetails",
            "events[].taskStartedEventDetails",
            "events[].taskSubmitFailedEventDetails",
            "events[].taskSubmittedEventDetails",
            "events[].taskSucceededEventDetails.resourceType",
            "events[].taskTimedOutEventDetails.resourceType",
            "events[].timestamp",
        ],
    ),
    ("stepfunctions.ListExecutions", &["executions[].stateMachineArn"]),
    (
        "stepfunctions.ListMapRuns",
        &[
            "mapRuns[].executionArn",
            "mapRuns[].startDate",
            "mapRuns[].stateMachineArn",
        ],
    ),
    ("stepfunctions.StartExecution", &["startDate"]),
    ("stepfunctions.StopExecution", &["stopDate"]),
    // In XML, which a generated client reads: it checks for itself what is signed with.
    ("sts.AssumeRole", &["AssumedRoleUser", "Credentials"]),
];

#[test]
fn what_an_answer_always_has_is_what_awss_model_requires() {
    let named = |id: &str| {
        SERVICES
            .iter()
            .find(|(_, service)| service.id == id)
            .map(|(name, _)| *name)
    };
    let mut table: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for required in REQUIRED {
        let service = named(required.service).unwrap_or_else(|| panic!("no service {}", required.service));
        let members = required.members.iter().map(|m| (*m).to_owned()).collect();
        let twice = table.insert(format!("{service}.{}", required.operation), members);
        assert_eq!(twice, None, "{}.{}", required.service, required.operation);
    }
    let operations: BTreeSet<&str> = OPERATIONS
        .iter()
        .copied()
        .chain(table.keys().map(String::as_str))
        .collect();
    let model = order(&json!({"ask": "required", "operations": operations}));
    let model: BTreeMap<String, BTreeSet<String>> = serde_json::from_value(model).unwrap();
    for (operation, required) in model {
        let not_read = NOT_READ
            .iter()
            .find(|(of, _)| *of == operation)
            .map_or(&[][..], |(_, paths)| paths);
        let below = |path: &str, of: &str| {
            path.strip_prefix(of)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let is_read = |path: &&String| !not_read.iter().any(|of| below(path, of));
        let read: BTreeSet<String> = required.iter().filter(is_read).cloned().collect();
        assert_eq!(table.remove(&operation).unwrap_or_default(), read, "{operation}");
    }
}
