//! Every error that AWS's model lists for an operation means what the table of meanings says, and every other one is ours:
//! it is nothing that a student did. In milliseconds each, without a sandbox; and the table's own ones through the program.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::cloud::wait;
use crate::forms::Endpoint;
use crate::front::{Front, all, each, order, solved};
use crate::requests::{OF_THE_FLEET, OPERATIONS};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_kinesis::primitives::Blob;
use edemlab::account::services::{
    APIGATEWAY, APIGATEWAY_V2, APPRUNNER, CLOUDFORMATION, DYNAMODB, ECR, ECS, EVENTBRIDGE, IAM, KINESIS, LAMBDA, LOGS,
    PERSONALIZE, SNS, STATES, STS,
};
use edemlab::account::wire::Service;
use edemlab::account::{Account, CallError, MEANINGS, Meaning};
use edemlab::report::Status;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// Errors of every service, which no model lists, with their status; see
/// <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>.
const COMMON: &[(&str, u16)] = &[
    ("AccessDenied", 403),
    ("AccessDeniedException", 400),
    ("ExpiredTokenException", 403),
    ("IncompleteSignature", 403),
    ("InternalFailure", 500),
    ("InvalidAction", 400),
    ("InvalidClientTokenId", 403),
    ("MalformedHttpRequestException", 400),
    ("MissingAuthenticationToken", 403),
    ("NotAuthorized", 400),
    ("OptInRequired", 403),
    ("RequestAbortedException", 400),
    ("RequestEntityTooLargeException", 413),
    ("RequestExpired", 400),
    ("RequestTimeoutException", 408),
    ("ServiceUnavailable", 503),
    ("ThrottlingException", 400),
    ("UnknownOperationException", 404),
    ("UnrecognizedClientException", 403),
    ("ValidationError", 400),
    ("ValidationException", 400),
];

/// What is in the table and in no model: operation, code, status, and where AWS tells of it.
const NOT_MODELLED: &[(&str, &str, u16, &str)] = &[
    (
        "dynamodb.DeleteItem",
        "ValidationException",
        400,
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html",
    ),
    (
        "dynamodb.GetItem",
        "ValidationException",
        400,
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html",
    ),
    (
        "s3.GetBucketPolicy",
        "NoSuchBucketPolicy",
        404,
        "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html",
    ),
];

/// The modelled errors that end a whole check: they are about the credentials that it has.
const OF_CREDENTIALS: &[(&str, &str)] = &[("sts.AssumeRole", "ExpiredTokenException")];

/// An error as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    code: String,
    modelled: bool,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// What may come of each operation.
fn errors() -> BTreeMap<String, Vec<Sent>> {
    let operations: Vec<&str> = OPERATIONS.iter().chain(OF_THE_FLEET).copied().collect();
    let mut of: BTreeMap<&str, Vec<(&str, u16)>> = BTreeMap::new();
    for (operation, code, status, _) in NOT_MODELLED {
        of.entry(operation).or_default().push((code, *status));
    }
    let asked = json!({"ask": "errors", "operations": operations, "more": COMMON, "of": of});
    serde_json::from_value(order(&asked)).expect("errors")
}

/// The services that are called by their wire protocol, by the model's name.
fn service(name: &str) -> Option<&'static Service> {
    Some(match name {
        "apigateway" => &APIGATEWAY,
        "apigatewayv2" => &APIGATEWAY_V2,
        "apprunner" => &APPRUNNER,
        "cloudformation" => &CLOUDFORMATION,
        "dynamodb" => &DYNAMODB,
        "ecr" => &ECR,
        "ecs" => &ECS,
        "events" => &EVENTBRIDGE,
        "iam" => &IAM,
        "kinesis" => &KINESIS,
        "lambda" => &LAMBDA,
        "logs" => &LOGS,
        "personalize" => &PERSONALIZE,
        "sns" => &SNS,
        "stepfunctions" => &STATES,
        "sts" => &STS,
        _ => return None,
    })
}

/// The IAM action of an operation.
fn action(operation: &str) -> String {
    let (name, called) = operation.split_once('.').expect("a service and an operation");
    match (name, called) {
        ("apigateway" | "apigatewayv2", _) => "apigateway:GET".to_owned(),
        ("lambda", "Invoke") => "lambda:InvokeFunction".to_owned(),
        ("stepfunctions", _) => format!("states:{called}"),
        _ => format!("{name}:{called}"),
    }
}

/// What comes of a request of a generated client.
macro_rules! sdk {
    ($operation:expr, $request:expr) => {
        wait($request.send())
            .map(drop)
            .map_err(|error| CallError::from_sdk(&action($operation), &error))
    };
}

/// One call of an operation, as the program makes it: through a generated client or the wire protocol.
fn ask(account: &Account, operation: &str) -> Result<(), CallError> {
    let arn = "arn:aws:states:eu-central-1:111122223333:execution:m:e";
    let text = || AttributeValue::S("1".to_owned());
    let (dynamodb, sfn, s3) = (account.dynamodb(), account.sfn(), account.s3("eu-central-1"));
    match operation {
        "dynamodb.GetItem" => sdk!(operation, dynamodb.get_item().table_name("t").key("k", text())),
        "dynamodb.DeleteItem" => sdk!(operation, dynamodb.delete_item().table_name("t").key("k", text())),
        "dynamodb.Scan" => sdk!(operation, dynamodb.scan().table_name("t")),
        "events.TestEventPattern" => {
            let asked = account.eventbridge().test_event_pattern();
            sdk!(operation, asked.event_pattern("{}").event("{}"))
        }
        "kinesis.PutRecord" => {
            let asked = account.kinesis().put_record().stream_name("s");
            sdk!(operation, asked.partition_key("k").data(Blob::new("{}")))
        }
        "logs.FilterLogEvents" => sdk!(operation, account.logs().filter_log_events().log_group_name("g")),
        "s3.DeleteObject" => sdk!(operation, s3.delete_object().bucket("b").key("k")),
        "s3.GetBucketPolicy" => sdk!(operation, s3.get_bucket_policy().bucket("b")),
        "s3.GetObject" => sdk!(operation, s3.get_object().bucket("b").key("k")),
        "s3.ListBuckets" => sdk!(operation, s3.list_buckets()),
        "s3.ListObjectsV2" => sdk!(operation, s3.list_objects_v2().bucket("b")),
        "s3.PutObject" => sdk!(operation, s3.put_object().bucket("b").key("k")),
        "stepfunctions.DescribeExecution" => sdk!(operation, sfn.describe_execution().execution_arn(arn)),
        "stepfunctions.DescribeMapRun" => sdk!(operation, sfn.describe_map_run().map_run_arn(arn)),
        "stepfunctions.GetExecutionHistory" => sdk!(operation, sfn.get_execution_history().execution_arn(arn)),
        "stepfunctions.ListExecutions" => sdk!(operation, sfn.list_executions().state_machine_arn(arn)),
        "stepfunctions.ListMapRuns" => sdk!(operation, sfn.list_map_runs().execution_arn(arn)),
        "stepfunctions.StartExecution" => sdk!(operation, sfn.start_execution().state_machine_arn(arn)),
        "stepfunctions.StopExecution" => sdk!(operation, sfn.stop_execution().execution_arn(arn)),
        "sts.AssumeRole" => sdk!(
            operation,
            account.sts().assume_role().role_arn(arn).role_session_name("s")
        ),
        "lambda.Invoke" => wait(account.invoke("f", &json!({}), Duration::from_secs(10))).map(drop),
        _ => {
            let (name, called) = operation.split_once('.').expect("a service and an operation");
            let service = service(name).unwrap_or_else(|| panic!("nothing calls {operation}"));
            let asked = match name {
                "apigateway" | "apigatewayv2" | "lambda" => {
                    wait(account.get(service, &action(operation), "/things", &[]))
                }
                _ => wait(account.call(service, called, json!({}))),
            };
            asked.map(drop)
        }
    }
}

/// What the table says of an error.
fn listed(operation: &str, code: &str) -> Meaning {
    let action = action(operation);
    let row = MEANINGS
        .iter()
        .find(|row| row.action == action && row.codes.contains(&code));
    row.map_or(Meaning::Undetermined, |row| row.meaning)
}

#[test]
fn every_error_of_every_operation_means_what_the_table_says() {
    let endpoint = Endpoint::new();
    let (mut modelled, mut common, mut meaning) = (0, 0, 0);
    for (operation, errors) in errors() {
        for error in errors {
            let mut headers: Vec<(&str, &str)> = error.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            // What is to be tried again is, at once.
            headers.push(("x-amz-retry-after", "1"));
            endpoint.answers(error.status, &headers, &error.body);
            let what = format!("{operation} {} {}", error.status, error.code);
            let found = ask(&endpoint.account, &operation).expect_err(&what);
            let expected = listed(&operation, &error.code);
            assert_eq!(found.meaning(), expected, "{what}: {:?}", found.kind);
            if error.modelled {
                let of_credentials = OF_CREDENTIALS.contains(&(&*operation, &*error.code));
                assert_eq!(found.ends_everything(), of_credentials, "{what}: {:?}", found.kind);
                modelled += 1;
            } else {
                common += 1;
            }
            meaning += usize::from(expected != Meaning::Undetermined);
        }
    }
    let operations = OPERATIONS.len() + OF_THE_FLEET.len();
    eprintln!(
        "{operations} operations, {modelled} modelled errors and {common} others; {meaning} of them mean something"
    );
    let in_the_table: usize = MEANINGS.iter().map(|row| row.codes.len()).sum();
    assert_eq!(meaning, in_the_table);
    assert!(modelled > 3 * operations && common > 15 * operations);
}

/// Parts of the names of errors that are the caller's, the service's or the moment's, whatever is asked for: AWS's models say
/// so of each that has one. A function's own role is denied with the only exception.
const OURS: &[&str] = &[
    "AccessDenied",
    "Aborted",
    "Authorization",
    "ClientToken",
    "Expired",
    "Internal",
    "LimitExceeded",
    "NotAuthorized",
    "OptIn",
    "Quota",
    "ServiceException",
    "Throttl",
    "Throughput",
    "TooLarge",
    "TooMany",
    "Unavailable",
    "UnknownOperation",
    "Unrecognized",
];
const OF_THE_FUNCTIONS_ROLE: &str = "EC2AccessDeniedException";

#[test]
fn no_row_of_the_table_is_about_the_caller_or_the_service() {
    for row in MEANINGS {
        for code in row.codes.iter().filter(|code| **code != OF_THE_FUNCTIONS_ROLE) {
            let part = OURS.iter().find(|part| code.contains(**part));
            assert_eq!(part, None, "{} {code} is ours", row.action);
        }
    }
}

#[test]
fn every_row_of_the_table_is_an_error_that_aws_has() {
    let errors = errors();
    let mut not_modelled: BTreeSet<(&str, &str)> = NOT_MODELLED.iter().map(|(o, c, ..)| (*o, *c)).collect();
    for row in MEANINGS {
        let operation = errors.keys().find(|operation| action(operation) == row.action);
        let operation = operation.unwrap_or_else(|| panic!("nothing asks for {}", row.action));
        for code in row.codes {
            if errors[operation].iter().any(|e| e.modelled && e.code == *code) {
                continue;
            }
            let known = NOT_MODELLED.iter().find(|(o, c, ..)| o == operation && c == code);
            let (o, c, _, page) = known.unwrap_or_else(|| panic!("AWS's model has no {code} for {operation}"));
            assert_eq!(*page, row.page, "{operation} {code}");
            not_modelled.remove(&(*o, *c));
        }
    }
    assert!(
        not_modelled.is_empty(),
        "modelled, or not in the table: {not_modelled:?}"
    );
}

/// Of what a probe sends: the lab, the operation, and the hop that sends it.
const SENDS: &[(&str, &str, &str)] = &[
    ("datastream", "kinesis.PutRecord", "final.invoked"),
    ("eventdriven", "lambda.Invoke", "final.approved"),
];

/// Of these the short form tries: one that the service names with a status of its own failures, and two that are ours.
const SHORT: &[&str] = &[
    "KMSDisabledException",
    "KMSAccessDeniedException",
    "ServiceQuotaExceededException",
];

#[test]
fn only_what_the_students_own_resource_refuses_is_a_fail() {
    let errors = errors();
    let mut jobs: Vec<(&str, &str, &str, &Sent)> = Vec::new();
    for (lab, operation, hop) in SENDS {
        let known = errors[*operation].iter().filter(|error| error.modelled);
        let tried = known.filter(|e| all() || (*operation == "lambda.Invoke" && SHORT.contains(&&*e.code)));
        jobs.extend(tried.map(|error| (*lab, *operation, *hop, error)));
    }
    assert!(jobs.len() >= SHORT.len());
    each(&jobs, |(lab, operation, hop, error)| {
        let rule: Value = json!({"code": error.code, "status": error.status, "only": [operation]});
        let checked = Front::new(&json!({"error": rule})).check(lab, &solved(lab), &[]);
        let what = format!("{operation} {}: {}", error.code, checked.json);
        match listed(operation, &error.code) {
            Meaning::Refused => {
                assert_eq!(checked.get(hop).status, Status::Fail, "{what}");
                assert!(checked.found(hop).contains(&error.code), "{what}");
            }
            Meaning::Answers | Meaning::Undetermined => {
                assert!(checked.with(Status::Fail).is_empty(), "{what}");
                assert_eq!(checked.get(hop).status, Status::Unknown, "{what}");
            }
        }
    });
}
