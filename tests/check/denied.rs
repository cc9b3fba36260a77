//! Whoever may not read something is told which action that is; nothing is a zero for that, and nothing else suffers.

use crate::common;

use common::cloud::{Checked, Cloud, checked, run, shared};
use common::course::solution;
use edemlab::report::Status;
use serde_json::{Value, json};

/// An account that earns every point.
const ACCOUNT: &str = "300000000001";

/// The same, where no name says what anything is for.
const OWN_NAMES: &str = "300000000002";

fn cloud() -> &'static Cloud {
    use std::sync::Once;
    static DEPLOYED: Once = Once::new();
    let cloud = shared("datastream");
    DEPLOYED.call_once(|| {
        let mut template = solution();
        // By its name it is the lab's, also for somebody who cannot see which service runs its image.
        template["Resources"]["Repository"]["Properties"]["RepositoryName"] = "grafana-aws".into();
        cloud.deploy(ACCOUNT, &template);
        cloud.deploy(OWN_NAMES, &solution());
    });
    cloud
}

fn everything_but(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": action, "Resource": "*"},
    ]})
}

/// The account as somebody sees it who may do everything but this.
fn without(action: &str) -> Checked {
    without_in(ACCOUNT, action)
}

fn without_in(account: &str, action: &str) -> Checked {
    let cloud = cloud();
    let keys = cloud.user(account, &action.replace(':', "-"), &everything_but(action));
    let seen = checked(cloud.check(&keys, &["--format", "json"]));

    let text = run(cloud.check(&keys, &[]));
    assert_eq!(text.code, 3, "{}", text.stdout);
    assert!(text.stdout.contains(action), "{}", text.stdout);
    assert_eq!(
        text.stdout.matches(" unknown: ").count(),
        seen.report.steps.iter().filter(|s| s.status == Status::Unknown).count(),
        "each step says in short that it is unknown:\n{}",
        text.stdout
    );
    let reasons = text
        .stdout
        .lines()
        .filter(|line| line.trim_start().starts_with("reason "));
    assert_eq!(reasons.count(), 1, "the reason of many is said once:\n{}", text.stdout);
    seen
}

/// All of `ids` could not be determined, because of `action`; all else is as it is for somebody who may do everything.
fn only_these_are_unknown(seen: &Checked, action: &str, ids: &[&str]) {
    let mut passed = seen.verdicts();
    passed.retain(|(_, status, _)| *status != Status::Pass);
    let other: Vec<&str> = passed.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(other, ids, "{}", seen.json);
    for id in seen.with(Status::Unknown) {
        assert!(seen.found(id).contains(action), "{id}: {}", seen.found(id));
        assert_eq!(seen.get(id).points, 0);
    }
    assert_eq!((seen.code, seen.with(Status::Fail).len()), (3, 0));
    let points = seen.report.points;
    assert_eq!(
        points.earned + points.unknown,
        points.possible + seen.extra(),
        "nothing is lost"
    );
}

#[test]
fn streams_that_may_not_be_listed_make_only_what_needs_one_unknown() {
    let seen = without("kinesis:ListStreams");
    only_these_are_unknown(
        &seen,
        "kinesis:ListStreams",
        &[
            // Whether the stream is here decides whether it is looked for elsewhere.
            "setup.region",
            "personalize.sender",
            "personalize.sender-role",
            "kinesis.exists",
            "kinesis.on-demand",
            "iam.read-stream",
            "lambda.trigger",
            "lambda.trigger-enabled",
            "final.invoked",
            "final.stored",
            "final.batch",
        ],
    );
    assert_eq!(seen.step("kinesis"), Status::Unknown);
    assert_eq!(seen.step("s3"), Status::Pass);
}

#[test]
fn buckets_that_may_not_be_listed_make_only_their_step_unknown() {
    let seen = without("s3:ListAllMyBuckets");
    only_these_are_unknown(
        &seen,
        "s3:ListAllMyBuckets",
        &[
            "s3.exists",
            "s3.policy-list",
            "s3.policy-read",
            "s3.csv-interactions",
            "s3.csv-items",
            "s3.csv-users",
        ],
    );
}

#[test]
fn a_role_that_may_not_be_simulated_is_judged_by_the_policies_that_are_known_by_name() {
    let (cloud, action) = (cloud(), "iam:SimulatePrincipalPolicy");
    let keys = cloud.user(ACCOUNT, "no-simulation", &everything_but(action));
    // The solution grants PutItem by a policy of its own, of which the name says nothing.
    let seen = checked(cloud.check(&keys, &["--format", "json", "--no-probe", "iam"]));
    assert_eq!(seen.step("iam"), Status::Unknown, "{}", seen.json);
    assert_eq!(seen.get("iam.write-table").status, Status::Unknown);
    assert_eq!(seen.get("iam.read-stream").status, Status::Pass);
    // What no policy's name says, an event has proved.
    let seen = checked(cloud.check(&keys, &["--format", "json"]));
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert!(
        seen.report.notes.iter().any(|note| note.contains("iam.write-table")),
        "{}",
        seen.json
    );
}

#[test]
fn tables_that_may_not_be_listed_make_only_what_needs_one_unknown() {
    let seen = without("dynamodb:ListTables");
    only_these_are_unknown(
        &seen,
        "dynamodb:ListTables",
        &[
            "iam.write-table",
            "dynamodb.exists",
            "dynamodb.partition-key",
            "dynamodb.sort-key",
            "lambda.table-variable",
            "final.stored",
            "final.batch",
        ],
    );
}

#[test]
fn a_log_that_may_not_be_read_does_not_stand_in_the_way_of_an_event_that_arrives() {
    let cloud = cloud();
    let action = "logs:FilterLogEvents";
    let keys = cloud.user(ACCOUNT, "no-logs", &everything_but(action));
    let seen = checked(cloud.check(&keys, &["--format", "json"]));
    // The item in the table proves that the function ran.
    assert_eq!((seen.code, seen.step("final")), (0, Status::Pass), "{}", seen.json);
}

#[test]
fn a_probe_that_may_not_be_sent_is_unknown() {
    let seen = without("kinesis:PutRecord");
    let probe = ["final.invoked", "final.stored", "final.batch"];
    only_these_are_unknown(&seen, "kinesis:PutRecord", &probe);
    let seen = without("kinesis:PutRecords");
    only_these_are_unknown(&seen, "kinesis:PutRecords", &probe[2..]);
}

#[test]
fn an_item_that_may_not_be_removed_is_told() {
    let cloud = cloud();
    let keys = cloud.user(ACCOUNT, "no-delete", &everything_but("dynamodb:DeleteItem"));
    let seen = checked(cloud.check(&keys, &["--format", "json"]));
    assert_eq!(seen.step("final"), Status::Pass, "{}", seen.json);
    let notes = seen.report.leftovers.join("\n");
    assert!(
        notes.contains("dynamodb:DeleteItem") && notes.contains("edemlab-"),
        "{notes}"
    );
}

#[test]
fn somebody_who_may_do_nothing_is_told_what_to_ask_for() {
    let cloud = cloud();
    let nothing = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "*", "Resource": "*"},
    ]});
    let keys = cloud.user(ACCOUNT, "nobody", &nothing);
    let seen = checked(cloud.check(&keys, &["--format", "json"]));
    assert_eq!((seen.code, seen.with(Status::Fail).len()), (3, 0), "{}", seen.json);
    for (step, action) in [
        ("s3", "s3:ListAllMyBuckets"),
        ("kinesis", "kinesis:ListStreams"),
        ("iam", "iam:ListRoles"),
        ("dynamodb", "dynamodb:ListTables"),
        ("lambda", "lambda:List"),
        ("personalize", "personalize:ListDatasetGroups"),
        ("ecr", "ecr:DescribeRepositories"),
        ("apprunner", "apprunner:ListServices"),
    ] {
        assert_eq!(seen.step(step), Status::Unknown, "{step}");
        let exists = format!("{step}.exists");
        assert!(seen.found(&exists).contains(action), "{}", seen.found(&exists));
    }
}

#[test]
fn a_learner_lab_without_personalize_and_app_runner_loses_nothing() {
    let seen = without("personalize:ListDatasetGroups");
    assert_eq!((seen.code, seen.with(Status::Fail).len()), (3, 0), "{}", seen.json);
    assert_eq!(seen.step("personalize"), Status::Unknown);
    for check in &seen.report.steps.iter().find(|s| s.id == "personalize").unwrap().checks {
        assert_eq!(check.status, Status::Unknown, "{}", check.id);
        assert!(
            check
                .found
                .as_deref()
                .unwrap_or_default()
                .contains("personalize:ListDatasetGroups")
        );
    }
    let others = seen.report.steps.iter().filter(|s| s.id != "personalize");
    assert!(others.into_iter().all(|s| s.status == Status::Pass), "{}", seen.json);

    let action = "apprunner:ListServices";
    let seen = without(action);
    let unknown: Vec<&str> = seen.with(Status::Unknown);
    assert_eq!(
        unknown,
        [
            "apprunner.exists",
            "apprunner.image",
            "apprunner.port",
            "apprunner.running",
            "apprunner.answers"
        ]
    );
    // The repository is found by its wiring to the service where that is known, and otherwise by its name.
    assert_eq!(seen.step("ecr"), Status::Pass);

    // Where the name says nothing, the only repository may be anybody's: that is no fail, and no pass.
    let seen = without_in(OWN_NAMES, action);
    assert_eq!(
        (seen.step("ecr"), seen.with(Status::Fail).len()),
        (Status::Unknown, 0),
        "{}",
        seen.json
    );
    assert!(
        seen.found("ecr.exists").contains(action),
        "{}",
        seen.found("ecr.exists")
    );
}
