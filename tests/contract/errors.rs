//! An error is never a fail, and has its reason.

use crate::front::{Front, LABS, all, each, solved, solved_in};
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
    "kinesis.PutRecords",
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
    let labs = if all() { &LABS[..] } else { &LABS[..1] };
    let each_lab = labs.iter().flat_map(|lab| KINDS.iter().map(move |kind| (*lab, kind)));
    let jobs: Vec<_> = each_lab.collect();
    each(&jobs, |(lab, (kind, said))| {
        let front = Front::new(&json!({"error": {"kind": kind, "besides": [FIRST]}}));
        let checked = front.check(lab, &solved(lab), &["--no-probe"]);
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
    let sends = [
        ("datastream", "kinesis.PutRecord"),
        ("datastream", "kinesis.PutRecords"),
        ("eventdriven", "lambda.Invoke"),
    ];
    let few = if all() { KINDS } else { &KINDS[2..] };
    let each_send = sends.iter().flat_map(|send| few.iter().map(move |kind| (send, kind)));
    let jobs: Vec<_> = each_send.collect();
    each(&jobs, |((lab, operation), (kind, said))| {
        let front = Front::new(&json!({"error": {"kind": kind, "only": [operation]}}));
        let checked = front.check(lab, &solved(lab), &[]);
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
    for lab in LABS {
        // What is left behind here is nobody else's.
        let account = if lab == LABS[0] { "940000000000" } else { "940000000001" };
        solved_in(lab, account);
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
            let checked = front.check(lab, account, args);
            assert!(
                checked.with(Status::Fail).is_empty(),
                "{kind} {operation}: {}",
                checked.json
            );
        });
    }
}
