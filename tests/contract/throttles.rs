//! A throttle costs little, and is no verdict.

use std::time::{Duration, Instant};

use crate::front::{Front, LABS, all, each, solved, verdicts};
use edemlab::report::Status;
use serde_json::json;

#[test]
fn a_throttle_of_each_operation_costs_little() {
    let mut jobs = Vec::new();
    for (n, lab) in LABS.iter().enumerate() {
        for times in if all() { &[1, 4][..] } else { &[4] } {
            jobs.push((*lab, format!("95000000{n}00{times}"), *times));
        }
    }
    each(&jobs, |(lab, account, times)| {
        solved(lab, account);
        let front = Front::new(&json!({"error": {"kind": "throttled", "times": times}}));
        let checked = front.check(lab, account, &[]);
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
    let account = "950000000100";
    solved(LABS[0], account);
    let took = |rules: &serde_json::Value| {
        let began = Instant::now();
        let front = Front::new(rules);
        let checked = front.check(LABS[0], account, &["--no-probe"]);
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
        ("datastream", "950000000200", "kinesis.ListStreams", "kinesis.exists"),
        ("datastream", "950000000201", "kinesis.PutRecord", "final.accepted"),
        (
            "eventdriven",
            "950000000202",
            "stepfunctions.ListExecutions",
            "final.started",
        ),
        ("eventdriven", "950000000203", "lambda.Invoke", "final.approved"),
        ("datastream", "950000000204", "s3.ListBuckets", "s3.exists"),
        ("datastream", "950000000205", "iam.ListRoles", "iam.exists"),
    ];
    let few = if all() { jobs.len() } else { 2 };
    each(&jobs[..few], |(lab, account, operation, check)| {
        solved(lab, account);
        let front = Front::new(&json!({"error": {"kind": "throttled", "only": [operation]}}));
        let checked = front.check(lab, account, &[]);
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
