//! An error is never a fail, and has its reason.

use crate::front::{Front, LABS, all, each, solved};
use crate::requests::OPERATIONS;
use edemlab::report::Status;
use serde_json::json;

/// Kinds of errors, and what is said of each.
const KINDS: &[(&str, &str)] = &[
    ("denied", "is denied"),
    ("opt-in", "OptInRequired"),
    ("broken", "ServiceError"),
];

/// What a probe asks for.
const OF_PROBES: &[&str] = &[
    "dynamodb.DeleteItem",
    "dynamodb.GetItem",
    "dynamodb.Scan",
    "kinesis.PutRecord",
    "lambda.Invoke",
    "logs.FilterLogEvents",
    "stepfunctions.DescribeExecution",
    "stepfunctions.GetExecutionHistory",
    "stepfunctions.ListExecutions",
    "stepfunctions.StopExecution",
];

/// Without it, nobody knows whose account it is, and there is no report.
const FIRST: &str = "sts.GetCallerIdentity";

#[test]
fn an_error_of_every_operation_is_no_fail() {
    let mut jobs = Vec::new();
    for (n, lab) in LABS.iter().enumerate() {
        for (m, kind) in KINDS.iter().enumerate() {
            jobs.push((*lab, format!("94000000{n}0{m:02}"), kind));
        }
    }
    each(&jobs, |(lab, account, (kind, said))| {
        solved(lab, account);
        let front = Front::new(&json!({"error": {"kind": kind, "besides": [FIRST]}}));
        let checked = front.check(lab, account, &["--no-probe"]);
        assert!(checked.with(Status::Fail).is_empty(), "{kind}: {}", checked.json);
        let unknown = checked.with(Status::Unknown);
        assert!(unknown.len() > 10, "{kind}: {}", checked.json);
        for id in unknown {
            let found = checked.found(id);
            assert!(found.contains(said), "{kind} {id}: {found}");
        }
    });
}

#[test]
fn an_error_of_what_a_probe_sends_is_no_fail() {
    let sends = [("datastream", "kinesis.PutRecord"), ("eventdriven", "lambda.Invoke")];
    let mut jobs = Vec::new();
    let few = if all() { KINDS } else { &KINDS[1..] };
    for (n, (lab, operation)) in sends.iter().enumerate() {
        for (m, kind) in few.iter().enumerate() {
            jobs.push((*lab, format!("94000001{n}0{m:02}"), *operation, kind));
        }
    }
    each(&jobs, |(lab, account, operation, (kind, said))| {
        solved(lab, account);
        let front = Front::new(&json!({"error": {"kind": kind, "only": [operation]}}));
        let checked = front.check(lab, account, &[]);
        assert!(front.count(operation) > 0, "{operation}");
        assert!(
            checked.with(Status::Fail).is_empty(),
            "{kind} {operation}: {}",
            checked.json
        );
        let unknown = checked.with(Status::Unknown);
        assert!(!unknown.is_empty(), "{kind} {operation}: {}", checked.json);
        assert!(
            checked.found(unknown[0]).contains(said),
            "{kind} {operation}: {}",
            checked.found(unknown[0])
        );
    });
}

#[test]
fn an_error_of_each_operation_by_itself_is_no_fail() {
    if !all() {
        return eprintln!("not tested: EDEMLAB_CONTRACT=all");
    }
    for (n, lab) in LABS.iter().enumerate() {
        // Some accounts are enough: an error leaves nothing behind.
        let account = format!("94000002{n}000");
        solved(lab, &account);
        let mut jobs = Vec::new();
        for operation in OPERATIONS.iter().filter(|operation| **operation != FIRST) {
            jobs.extend(KINDS.iter().map(|(kind, _)| (*operation, *kind)));
        }
        each(&jobs, |(operation, kind)| {
            let front = Front::new(&json!({"error": {"kind": kind, "only": [operation]}}));
            let args: &[&str] = if OF_PROBES.contains(operation) {
                &[]
            } else {
                &["--no-probe"]
            };
            let checked = front.check(lab, &account, args);
            assert!(
                checked.with(Status::Fail).is_empty(),
                "{kind} {operation}: {}",
                checked.json
            );
        });
    }
}
