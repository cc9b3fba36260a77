//! A throttle costs little, and is no verdict.

use std::time::{Duration, Instant};

use crate::front::{Front, LABS, all, each, solved, verdicts};
use edemlab::report::Status;
use serde_json::json;

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
    });
}

/// How much longer a check may take when one answer is a throttle.
const COST: Duration = Duration::from_secs(3);

#[test]
fn one_throttle_costs_little() {
    let account = solved(LABS[0]);
    let took = |rules: &serde_json::Value| {
        let began = Instant::now();
        let front = Front::new(rules);
        let checked = front.check(LABS[0], &account, &["--no-probe"]);
        assert!(checked.with(Status::Unknown).is_empty(), "{}", checked.json);
        (front, began.elapsed())
    };
    let (_, without) = took(&json!({}));
    for operation in ["sts.GetCallerIdentity", "kinesis.ListStreams"] {
        let (front, with) = took(&json!({"error": {"kind": "throttled", "times": 1, "only": [operation]}}));
        assert_eq!(front.count(operation), 2, "{operation}");
        assert!(with < without + COST, "{operation}: {with:?}, {without:?} without");
    }
}

#[test]
fn what_is_throttled_all_the_time_is_told_so() {
    let jobs = [
        ("datastream", "kinesis.ListStreams", "kinesis.exists"),
        ("datastream", "kinesis.PutRecord", "final.accepted"),
        ("eventdriven", "stepfunctions.ListExecutions", "final.started"),
        ("eventdriven", "lambda.Invoke", "final.approved"),
        ("datastream", "s3.ListBuckets", "s3.exists"),
        ("datastream", "iam.ListRoles", "iam.exists"),
    ];
    let few = if all() { jobs.len() } else { 2 };
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
