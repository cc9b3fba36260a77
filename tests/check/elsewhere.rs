//! What is in another region than the one that is checked is found there, and spoken of where it is the lab's.

use crate::common;

use common::cloud::{Checked, REGION, check_lab_at, checked, shared};
use common::course::solution;
use edemlab::report::Status;
use serde_json::json;

/// What is read of the other lab in this account.
fn of_the_orders(account: &str) -> Checked {
    let cloud = shared("datastream");
    let args = ["--format", "json", "--no-probe"];
    checked(check_lab_at(
        cloud.endpoint(),
        "eventdriven",
        &cloud.student(account),
        &args,
    ))
}

#[test]
fn every_region_is_right_when_it_is_the_one_that_is_checked() {
    let (account, region) = ("310000000006", "ap-southeast-2");
    let cloud = shared("datastream");
    cloud.deploy_as(account, region, "mine", &solution());
    let seen = cloud.report(account, &["--region", region]);
    assert_eq!((seen.code, seen.report.region.as_str()), (0, region), "{}", seen.json);
}

#[test]
fn work_in_another_region_is_found_and_told() {
    let (account, region) = ("310000000007", "sa-east-1");
    let cloud = shared("datastream");
    let outputs = cloud.deploy_as(account, region, "mine", &solution());
    let seen = cloud.report(account, &["--no-probe"]);
    assert_eq!(seen.code, 1);
    let found = seen.found("setup.region");
    assert!(
        found.starts_with("nothing here") && found.contains("with a trigger in sa-east-1"),
        "{found}"
    );
    assert!(found.contains(&outputs["StreamName"]), "{found}");
    let fix = seen.get("setup.region").fix.as_deref().unwrap_or_default();
    assert!(fix.contains("--region sa-east-1"), "{fix}");
}

#[test]
fn a_strangers_resource_in_another_region_is_no_reason_to_look_there() {
    let (account, region) = ("310000000025", "sa-east-1");
    let cloud = shared("datastream");
    let strangers = json!({"Resources": {
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "metrics", "ShardCount": 1}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"},
        ]}}},
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "StateMachineName": "invoices", "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "DefinitionString": "{\"StartAt\": \"Ask\", \"States\": {\"Ask\": {\"Type\": \"Pass\", \"End\": true}}}",
        }},
    }});
    cloud.deploy_as(account, region, "strangers", &strangers);
    let seen = cloud.report(account, &["--no-probe"]);
    assert_eq!(seen.get("setup.region").status, Status::Pass, "{}", seen.json);
    assert_eq!(seen.get("kinesis.exists").status, Status::Fail, "{}", seen.json);
    let seen = of_the_orders(account);
    assert_eq!(seen.get("setup.region").status, Status::Pass, "{}", seen.json);
    // Beside it, the lab's own is found all the same.
    cloud.deploy_as(account, region, "mine", &solution());
    let seen = cloud.report(account, &["--no-probe"]);
    let found = seen.found("setup.region");
    assert!(
        found.starts_with("nothing here") && !found.contains("metrics"),
        "{found}"
    );
}

#[test]
fn one_part_in_another_region_is_said_where_the_rest_is_here() {
    let (account, region) = ("310000000026", "eu-west-1");
    let cloud = shared("datastream");
    let rest = common::course::fault_of("eventdriven", "no-machine");
    cloud.deploy_as(account, REGION, "rest", &rest[0]);
    cloud.deploy_as(account, region, "machine", &common::course::solution_of("eventdriven"));
    let seen = of_the_orders(account);
    let found = seen.found("setup.region");
    assert!(
        found.starts_with("state machine ") && found.contains(" is in eu-west-1; everything else is here"),
        "{found}"
    );
}
