//! What cannot be an answer of AWS's is unknown: a required member that is missing, another root element, a page.

use crate::front::{Front, all, each, solved};
use crate::requests::OPERATIONS;
use edemlab::account::REQUIRED;
use edemlab::report::Status;
use serde_json::{Value, json};

const PAGE: &str = "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>Sign in</title></head><body><p>Sign in</p></body></html>";

/// A lab whose check asks for an operation, and whether its probe does.
const ASKED: &[(&str, &str, bool)] = &[
    ("apprunner.DescribeService", "datastream", false),
    ("apprunner.ListServices", "datastream", false),
    ("dynamodb.DescribeTable", "datastream", false),
    ("events.ListTargetsByRule", "eventdriven", false),
    ("iam.ListRoles", "datastream", false),
    ("iam.SimulatePrincipalPolicy", "datastream", false),
    ("kinesis.ListStreams", "datastream", false),
    ("kinesis.PutRecord", "datastream", true),
    ("kinesis.PutRecords", "datastream", true),
    ("stepfunctions.DescribeExecution", "eventdriven", true),
    ("stepfunctions.DescribeStateMachine", "eventdriven", false),
    ("stepfunctions.GetExecutionHistory", "eventdriven", true),
    ("stepfunctions.ListExecutions", "eventdriven", true),
    ("stepfunctions.ListStateMachines", "eventdriven", false),
];

/// What the short form tries: of each way to read an answer, one.
const SHORT: &[(&str, &str)] = &[
    ("kinesis.ListStreams", "StreamSummaries[].StreamARN"),
    ("iam.ListRoles", "Roles"),
    ("stepfunctions.ListExecutions", "executions[].startDate"),
];

fn model_name(id: &str) -> String {
    match id {
        "EventBridge" => "events".to_owned(),
        "SFN" => "stepfunctions".to_owned(),
        other => other.to_lowercase(),
    }
}

#[test]
fn an_answer_without_a_required_member_is_unknown() {
    let mut jobs = Vec::new();
    for required in REQUIRED {
        let operation = format!("{}.{}", model_name(required.service), required.operation);
        let Some((_, lab, by_probe)) = ASKED.iter().find(|(asked, ..)| *asked == operation) else {
            continue;
        };
        for member in required.members {
            if all() || SHORT.contains(&(operation.as_str(), *member)) {
                jobs.push((*lab, operation.clone(), *member, *by_probe));
            }
        }
    }
    assert!(jobs.len() >= SHORT.len());
    each(&jobs, |(lab, operation, member, by_probe)| {
        let path: Vec<&str> = member.split('.').map(|part| part.trim_end_matches("[]")).collect();
        let front = Front::new(&json!({"drop": [[operation, path]]}));
        let args: &[&str] = if *by_probe { &[] } else { &["--no-probe"] };
        let checked = front.check(lab, &solved(lab), args);
        assert!(front.count(operation) > 0, "{operation}");
        let what = format!("{operation} without {member}");
        assert!(checked.with(Status::Fail).is_empty(), "{what}: {}", checked.json);
        // Some members only some answers have.
        let is_there = !member.contains("Details") && !member.contains("ResourceSpecificResults");
        if is_there {
            let unknown = checked.with(Status::Unknown);
            assert!(!unknown.is_empty(), "{what}: {}", checked.json);
            let last = member.split('.').next_back().unwrap_or_default();
            assert!(
                checked.found(unknown[0]).contains(last),
                "{what}: {}",
                checked.found(unknown[0])
            );
        }
    });
}

#[test]
fn an_answer_to_another_operation_is_unknown() {
    let other = "<ListOtherResponse><ListOtherResult><A>1</A></ListOtherResult></ListOtherResponse>";
    let without = |called: &str| format!("<{called}Response><ResponseMetadata/></{called}Response>");
    let jobs = [
        ("datastream", "iam.ListRoles", other.to_owned(), "iam.exists"),
        ("eventdriven", "sns.ListTopics", other.to_owned(), "sns.topic"),
        ("eventdriven", "sns.ListTopics", without("ListTopics"), "sns.topic"),
    ];
    each(&jobs, |(lab, operation, body, check)| {
        let raw = json!({"status": 200, "headers": [["Content-Type", "text/xml"]], "body": body, "only": [operation]});
        let checked = Front::new(&json!({"raw": raw})).check(lab, &solved(lab), &["--no-probe"]);
        assert!(checked.with(Status::Fail).is_empty(), "{operation}: {}", checked.json);
        assert_eq!(
            checked.get(check).status,
            Status::Unknown,
            "{operation}: {}",
            checked.json
        );
        assert!(
            checked.found(check).contains("did not come from AWS"),
            "{}",
            checked.found(check)
        );
    });
}

#[test]
fn a_page_in_the_place_of_an_answer_is_unknown() {
    let raw = |only: &[&str]| -> Value {
        let headers = [["Content-Type", "text/html"]];
        json!({"raw": {"status": 200, "headers": headers, "body": PAGE, "only": only}})
    };
    let reads: Vec<&str> = OPERATIONS
        .iter()
        .copied()
        .filter(|o| *o != "sts.GetCallerIdentity")
        .collect();
    let mut jobs = vec![
        ("datastream", raw(&reads), false),
        ("eventdriven", raw(&reads), false),
        ("datastream", raw(&["s3.GetBucketPolicy"]), false),
        ("datastream", raw(&["s3.GetObject"]), false),
        // Of what a probe sends, since it is read in another way.
        ("eventdriven", raw(&["lambda.Invoke"]), true),
    ];
    if all() {
        for operation in &reads {
            for lab in crate::front::LABS {
                jobs.push((lab, raw(&[operation]), true));
            }
        }
    }
    each(&jobs, |(lab, rules, with_probe)| {
        let args: &[&str] = if *with_probe { &[] } else { &["--no-probe"] };
        let front = Front::new(rules);
        let checked = front.check(lab, &solved(lab), args);
        assert!(checked.with(Status::Fail).is_empty(), "{rules}: {}", checked.json);
        assert!(
            *with_probe || !checked.with(Status::Unknown).is_empty(),
            "{rules}: {}",
            checked.json
        );
    });
}
