//! The lab's own resource that cannot be described is unknown: no other one is judged in its place.

use crate::common::cloud::REGION;
use crate::common::course::solution_of;
use crate::common::orders::role;
use crate::front::{Front, all, cloud, each, faulty_in, solved_in};
use edemlab::report::Status;
use serde_json::{Value, json};

/// These resources of a lab's solution.
fn part(lab: &str, names: &[&str]) -> Value {
    let solution = solution_of(lab);
    let resources = names
        .iter()
        .map(|name| ((*name).to_owned(), solution["Resources"][name].clone()));
    let resources: serde_json::Map<String, Value> = resources.collect();
    json!({"Resources": resources})
}

/// A machine with the names of the lab's states.
fn machine() -> Value {
    let wait = json!({"Type": "Wait", "Seconds": 1, "End": true});
    let definition = json!({"StartAt": "WaitForApproval", "States": {"WaitForApproval": wait}});
    json!({"Resources": {
        "Role": role("states.amazonaws.com", &[], &json!("*")),
        "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "StateMachineType": "STANDARD", "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "DefinitionString": definition.to_string(),
        }},
    }})
}

#[test]
fn no_other_resource_is_judged_in_the_place_of_one_that_cannot_be_described() {
    // What is in the account, what the lab's own one is called, what of it cannot be asked for, and what is unknown then.
    let jobs = [
        ("datastream", None, "bucket", "s3.GetBucketPolicy", "s3.exists"),
        (
            "eventdriven",
            Some("no-order-rule"),
            "machine",
            "stepfunctions.DescribeStateMachine",
            "stepfunctions.machine",
        ),
        (
            "datastream",
            Some("variable-missing"),
            "table",
            "dynamodb.DescribeTable",
            "dynamodb.exists",
        ),
    ];
    let few = if all() { jobs.len() } else { 2 };
    let jobs: Vec<_> = jobs[..few].iter().enumerate().collect();
    each(&jobs, |(n, (lab, fault, resource, operation, check))| {
        let account = format!("970000000{n:03}");
        match fault {
            Some(fault) => faulty_in(lab, &account, fault),
            None => solved_in(lab, &account),
        }
        let before = Front::new(&json!({})).check(lab, &account, &["--no-probe"]);
        let own = before.report.resources[*resource].name.clone();
        let other = match *resource {
            "bucket" => part(lab, &["Bucket", "BucketPolicy"]),
            "table" => part(lab, &["Table"]),
            _ => machine(),
        };
        cloud().deploy_as(&account, REGION, "another", &other);
        for kind in if all() { &["denied", "broken"][..] } else { &["denied"] } {
            let front = Front::new(&json!({"error": {"kind": kind, "only": [operation], "holding": own}}));
            let checked = front.check(lab, &account, &["--no-probe"]);
            assert!(front.count(operation) > 1, "{operation}");
            assert_eq!(checked.get(check).status, Status::Unknown, "{own}: {}", checked.json);
            assert!(
                !checked.report.resources.contains_key(*resource),
                "{own}: {}",
                checked.json
            );
            let failed = |checked: &crate::common::cloud::Checked| {
                let ids = checked.with(Status::Fail);
                ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()
            };
            // Whoever knows that another one is the lab's can say so.
            let says = format!("--use {resource}=");
            assert!(checked.found(check).contains(&says), "{}", checked.json);
            let was: Vec<String> = failed(&before);
            assert!(
                failed(&checked).iter().all(|id| was.contains(id)),
                "{own}: {}",
                checked.json
            );
        }
    });
}
