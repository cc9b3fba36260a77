//! Accounts as students really have them: work that is right and looks unusual is not failed, and of work that is wrong the
//! cause is named, with advice that asks for nothing that is right already.

use crate::common;

use common::cloud::{Checked, Cloud, check_at, checked, shared};
use common::course::{Copy, fault, solution};
use common::relay::Relay;
use common::relay::answers::Instead;
use edemlab::report::Status;
use serde_json::{Value, json};

fn cloud() -> &'static Cloud {
    shared("datastream")
}

fn check(account: &str, templates: &[Value]) -> Checked {
    for template in templates {
        cloud().deploy(account, template);
    }
    cloud().report(account, &[])
}

/// What a hop that failed says: what was found, and what to do.
fn said<'s>(seen: &'s Checked, hop: &str) -> (&'s str, &'s str) {
    let check = seen.get(hop);
    assert_eq!(check.status, Status::Fail, "{hop}: {}", seen.json);
    let text = |text: &'s Option<String>| text.as_deref().unwrap_or_default();
    (text(&check.found), text(&check.fix))
}

/// A fault whose hop must name this cause, and whose advice must have the one text and not the other.
fn cause(account: &str, id: &str, hop: &str, found: &str, advice: &str, never: &str) {
    let seen = check(account, &fault(id));
    let (was, fix) = said(&seen, hop);
    assert!(was.contains(found), "{id}: {was}");
    assert!(fix.contains(advice), "{id}: {fix}");
    assert!(!was.contains(never) && !fix.contains(never), "{id}: {was}\n{fix}");
}

#[test]
fn a_filter_that_drops_the_event_is_the_cause() {
    for (account, id, pattern) in [
        ("510000000001", "trigger-with-filter", "Purchase"),
        (
            "510000000002",
            "filter-without-data",
            r#"{"eventType": ["Watch", "Play", "Stop"]}"#,
        ),
    ] {
        cause(
            account,
            id,
            "final.invoked",
            "has a filter that drops the event",
            "**Filter criteria**",
            "IAM",
        );
        let seen = cloud().report(account, &["final"]);
        assert!(said(&seen, "final.invoked").0.contains(pattern), "{}", seen.json);
    }
}

#[test]
fn of_a_log_group_that_functions_share_only_the_functions_own_streams_count() {
    let seen = check("510000000003", &fault("trigger-off-shared-log"));
    let failed = ["lambda.trigger-enabled", "final.invoked"];
    assert_eq!(seen.with(Status::Fail), failed, "{}", seen.json);
    assert!(said(&seen, "final.invoked").0.contains("is disabled"), "{}", seen.json);
}

#[test]
fn of_a_log_group_that_functions_share_the_errors_of_another_one_are_no_cause() {
    let mut template = fault("error-hidden").remove(0);
    let resources = &mut template["Resources"];
    resources["Logs"] = json!({"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "all-my-functions"}});
    for function in ["Function", "Sender"] {
        resources[function]["Properties"]["LoggingConfig"] = json!({"LogGroup": {"Ref": "Logs"}});
    }
    let code = &mut resources["Sender"]["Properties"]["Code"]["ZipFile"];
    let text = code.as_str().expect("code");
    assert!(text.contains("event[\"Records\"]"), "{text}");
    *code = text.replace("event[\"Records\"]", "event[\"clicks\"]").into();
    let seen = check("510000000018", &[template]);
    assert_eq!(seen.with(Status::Fail), ["final.stored"], "{}", seen.json);
    let lines = cloud().log_of("510000000018", "all-my-functions");
    assert!(
        lines.iter().any(|line| line.contains("KeyError: 'clicks'")),
        "{lines:?}"
    );
    assert!(!seen.json.contains("clicks'"), "{}", seen.json);
    let (found, fix) = said(&seen, "final.stored");
    assert!(found.contains("logged no error"), "{found}");
    assert!(!fix.contains("the key in quotes"), "{fix}");
}

#[test]
fn errors_count_in_a_log_as_json_and_their_message_is_quoted() {
    let hop = "final.stored";
    cause(
        "510000000004",
        "json-log-denied",
        hop,
        "dynamodb:PutItem",
        "that allows dynamodb:PutItem",
        "{\"",
    );
    cause(
        "510000000005",
        "json-log-crash",
        hop,
        "KeyError: 'records' (index.py, line",
        "the key in quotes",
        "{\"",
    );
}

#[test]
fn of_an_import_error_the_error_is_quoted_and_not_the_report_of_the_run() {
    let (of_file, of_library) = ("**Runtime settings**", "a module that Lambda does not have");
    for (account, id, advice) in [
        ("510000000006", "wrong-file", of_file),
        ("510000000007", "missing-library", of_library),
    ] {
        cause(
            account,
            id,
            "final.stored",
            "Unable to import module",
            advice,
            "REPORT RequestId",
        );
    }
}

#[test]
fn a_function_that_gets_no_answer_in_its_vpc_needs_a_way_out_and_no_longer_timeout() {
    let never = "give it a timeout";
    cause(
        "510000000008",
        "vpc-without-way-out",
        "final.stored",
        "is in VPC vpc-",
        "gateway endpoint",
        never,
    );
    cause(
        "510000000009",
        "timeout",
        "final.stored",
        "timed out",
        "timeout of 30 seconds",
        "VPC",
    );
}

#[test]
fn an_image_for_another_processor_is_named_where_the_port_is_right() {
    let seen = check("510000000010", &fault("tag-that-is-not-there"));
    assert_eq!(seen.get("apprunner.port").status, Status::Pass, "{}", seen.json);
    let fix = said(&seen, "apprunner.running").1;
    assert!(
        fix.contains("exec format error") && fix.contains("linux/amd64"),
        "{fix}"
    );
    assert!(!fix.contains("3000"), "{fix}");
}

/// An account whose trigger delivers nothing, and a course that does not wait long for it.
fn undelivered(account: &str, result: &'static str) -> Checked {
    let cloud = cloud();
    for template in fault("function-throttled") {
        cloud.deploy(account, &template);
    }
    let course = Copy::new();
    course.replace("checks/datastream/final.yaml", "within: 60s", "within: 4s");
    let rule = (
        "GET /2015-03-31/event-source-mappings/",
        r#""LastProcessingResult": ""#,
        result,
    );
    let relay = Relay::telling(cloud.endpoint(), &[rule]);
    let folder = course.folder().display().to_string();
    let args = ["--format", "json", "--course", &folder];
    checked(check_at(&relay.endpoint(), &cloud.student(account), &args))
}

#[test]
fn an_error_of_lambdas_own_is_nobodys() {
    let told = r#""LastProcessingResult": "PROBLEM: internal Lambda error. Please contact Lambda customer support.", "Was": ""#;
    let seen = undelivered("510000000011", told);
    assert_eq!(seen.get("final.invoked").status, Status::Unknown, "{}", seen.json);
    assert!(
        seen.found("final.invoked").contains("internal error of its own"),
        "{}",
        seen.json
    );
}

#[test]
fn what_a_trigger_says_of_an_earlier_try_asks_for_no_right_that_is_there() {
    let told =
        r#""LastProcessingResult": "PROBLEM: Cannot access stream S. Please ensure the role can read it.", "Was": ""#;
    let seen = undelivered("510000000012", told);
    assert_eq!(seen.get("iam.read-stream").status, Status::Pass, "{}", seen.json);
    let (found, fix) = said(&seen, "final.invoked");
    assert!(found.contains("Cannot access stream"), "{found}");
    assert!(
        fix.contains("wait a few minutes") && !fix.contains("AWSLambdaKinesisExecutionRole"),
        "{fix}"
    );
}

#[test]
fn a_trigger_that_collects_longer_than_anybody_waits_leaves_it_open() {
    let account = "510000000013";
    let mut template = solution();
    template["Resources"]["Trigger"]["Properties"]["MaximumBatchingWindowInSeconds"] = 300.into();
    cloud().deploy(account, &template);
    let course = Copy::new();
    course.replace("checks/datastream/final.yaml", "within: 60s", "within: 2s");
    let folder = course.folder().display().to_string();
    let seen = cloud().report(account, &["--course", &folder]);
    assert_eq!(seen.with(Status::Fail), Vec::<&str>::new(), "{}", seen.json);
    assert_eq!(
        seen.with(Status::Unknown),
        ["final.invoked", "final.stored", "final.batch"],
        "{}",
        seen.json
    );
    assert!(
        seen.found("final.invoked").contains("collects for up to 300 s"),
        "{}",
        seen.json
    );
}

#[test]
fn a_key_that_these_credentials_may_not_use_is_ours() {
    let account = "510000000014";
    cloud().deploy(account, &solution());
    let body =
        json!({"__type": "KMSAccessDeniedException", "message": "The ciphertext refers to a key that does not exist"});
    let refused = Instead::page("Kinesis_20131202.PutRecord", 99, "400 Bad Request", &body.to_string());
    let relay = Relay::mistaking(cloud().endpoint(), vec![refused]);
    let seen = checked(check_at(
        &relay.endpoint(),
        &cloud().student(account),
        &["--format", "json"],
    ));
    assert_eq!(seen.with(Status::Fail), Vec::<&str>::new(), "{}", seen.json);
    assert_eq!(
        seen.with(Status::Unknown),
        ["final.invoked", "final.stored", "final.batch"],
        "{}",
        seen.json
    );
    assert!(
        seen.found("final.invoked").contains("kms:GenerateDataKey"),
        "{}",
        seen.json
    );
}

#[test]
fn variables_under_a_key_that_these_credentials_may_not_use_leave_open_what_they_would_decide() {
    let account = "510000000015";
    let mut template = solution();
    template["Resources"]["Table"]["Properties"]["TableName"] = "my-clicks".into();
    cloud().deploy(account, &template);
    let unreadable = (
        "GET /2015-03-31/functions/",
        r#"{"Variables": {"DYNAMO_DB_TABLE_NAME": "my-clicks"}}"#,
        r#"{"Error": {"ErrorCode": "AccessDeniedException", "Message": "Lambda was unable to decrypt"}}"#,
    );
    let relay = Relay::telling(cloud().endpoint(), &[unreadable]);
    let seen = checked(check_at(
        &relay.endpoint(),
        &cloud().student(account),
        &["--format", "json"],
    ));
    assert_eq!(seen.with(Status::Fail), Vec::<&str>::new(), "{}", seen.json);
    let open = seen.get("lambda.table-variable");
    assert_eq!(open.status, Status::Unknown, "{}", seen.json);
    assert!(
        seen.found("lambda.table-variable").contains("kms:Decrypt"),
        "{}",
        seen.json
    );
}

#[test]
fn a_tracking_id_in_the_code_refuses_no_extra_credit_and_makes_no_processor() {
    let account = "510000000016";
    let mut template = solution();
    let sender = &mut template["Resources"]["Sender"]["Properties"];
    sender["FunctionName"] = "disney-clicks-onward".into();
    sender["Environment"] = json!({"Variables": {}});
    sender["Role"] = json!({"Fn::GetAtt": ["OnwardRole", "Arn"]});
    let mut role = template["Resources"]["SenderRole"].clone();
    role["Properties"]["ManagedPolicyArns"] = json!([
        "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole",
        "arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess",
    ]);
    template["Resources"]["OnwardRole"] = role;
    // What would tell the other one apart is missing.
    let processor = &mut template["Resources"]["Function"]["Properties"];
    processor["FunctionName"] = "disney-clicks-table".into();
    processor["Environment"] = json!({"Variables": {"DYNAMODB_TABLE_NAME": {"Ref": "Table"}}});
    let seen = check(account, &[template]);
    assert_eq!(
        seen.report.resources["processor"].name, "disney-clicks-table",
        "{}",
        seen.json
    );
    let sender = seen.get("personalize.sender");
    assert_eq!(sender.status, Status::Unknown, "{}", seen.json);
    assert!(
        seen.found("personalize.sender").contains("disney-clicks-onward"),
        "{}",
        seen.json
    );
}

#[test]
fn a_policy_that_aws_does_not_have_cannot_be_attached() {
    let root = cloud().root("510000000017");
    let trust = r#"{"Version": "2012-10-17", "Statement": []}"#;
    common::cloud::wait(async {
        use edemlab::account::services::IAM;
        let made = json!({"RoleName": "r", "AssumeRolePolicyDocument": trust});
        root.call(&IAM, "CreateRole", made).await.unwrap();
        for (name, there) in [
            ("AmazonDynamoDBFullAccess_v2", true),
            ("AmazonDynamoDBFullAccess_v3", false),
            ("AWSLambdaKinesisExecutionRole", false),
            ("service-role/AWSLambdaKinesisExecutionRole", true),
        ] {
            let attach = json!({"RoleName": "r", "PolicyArn": format!("arn:aws:iam::aws:policy/{name}")});
            let attached = root.call(&IAM, "AttachRolePolicy", attach).await;
            let code = attached
                .as_ref()
                .err()
                .and_then(|error| error.code().map(str::to_owned));
            assert_eq!(code.as_deref(), (!there).then_some("NoSuchEntity"), "{name}");
        }
    });
}
