//! A throttle costs little, and is no verdict.

use std::collections::BTreeMap;

use crate::front::{Front, LABS, all, each, solved, verdicts};
use edemlab::report::Status;
use serde_json::json;

/// In seconds, how much one throttled answer may cost.
const COST: f64 = 3.0;

#[test]
fn a_throttle_of_each_operation_costs_little() {
    let times = if all() { &[1, 4][..] } else { &[4] };
    let each_lab = LABS
        .iter()
        .flat_map(|lab| times.iter().map(move |times| (*lab, *times)));
    let jobs: Vec<(&str, usize)> = each_lab.collect();
    each(&jobs, |(lab, times)| {
        let front = Front::new(&json!({"error": {"kind": "throttled", "times": times}}));
        let checked = front.check(lab, &solved(lab), &[]);
        assert_eq!(
            checked.with(Status::Pass).len(),
            verdicts(&checked).len(),
            "{times}: {}",
            checked.json
        );
        // Each operation was throttled, the probe's sends included.
        for operation in ["sts.GetCallerIdentity", "iam.ListRoles", "lambda.ListFunctions"] {
            assert!(front.count(operation) > *times, "{operation}");
        }
        let sends = if *lab == LABS[0] {
            "kinesis.PutRecord"
        } else {
            "lambda.Invoke"
        };
        assert!(front.count(sends) > *times, "{sends}");
        // The first two requests of an operation without arguments are one, tried again.
        let mut came: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for request in front.requests() {
            came.entry(request.operation.unwrap_or_default())
                .or_default()
                .push(request.at);
        }
        for operation in ["sts.GetCallerIdentity", "iam.ListRoles", "lambda.ListFunctions"] {
            let times = &came[operation];
            assert!(times[1] - times[0] < COST, "{operation}: {times:?}");
        }
    });
}

#[test]
fn what_is_throttled_all_the_time_is_told_so() {
    let jobs = [
        ("datastream", "kinesis.ListStreams", "kinesis.exists"),
        ("datastream", "kinesis.PutRecord", "final.invoked"),
        ("eventdriven", "stepfunctions.ListExecutions", "final.started"),
        ("eventdriven", "lambda.Invoke", "final.approved"),
        ("datastream", "s3.ListBuckets", "s3.exists"),
        ("datastream", "iam.ListRoles", "iam.exists"),
    ];
    let few = if all() { jobs.len() } else { 1 };
    each(&jobs[..few], |(lab, operation, check)| {
        let front = Front::new(&json!({"error": {"kind": "throttled", "only": [operation]}}));
        let checked = front.check(lab, &solved(lab), &[]);
        assert!(checked.with(Status::Fail).is_empty(), "{operation}: {}", checked.json);
        assert_eq!(
            checked.get(check).status,
            Status::Unknown,
            "{operation}: {}",
            checked.json
        );
        let found = checked.found(check);
        assert!(found.contains("slow down"), "{operation}: {found}");
    });
}
