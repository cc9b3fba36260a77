//! An account as it should be: every point, in every format, and of a part of it what was asked for.

use crate::common;

use common::cloud::{Checked, Cloud, REGION, alone, check_at, checked, run, shared};
use common::course::{self, LAB, fault, solution};
use common::relay::Relay;
use common::shown::without_ids;
use common::text;
use edemlab::account::Keys;
use edemlab::report::{SCHEMA, Status};

const ACCOUNT: &str = "350000000001";

fn cloud() -> &'static Cloud {
    use std::sync::Once;
    static DEPLOYED: Once = Once::new();
    let cloud = shared("datastream");
    DEPLOYED.call_once(|| {
        cloud.deploy(ACCOUNT, &solution());
    });
    cloud
}

fn student() -> Keys {
    cloud().student(ACCOUNT)
}

fn steps(seen: &Checked) -> Vec<&str> {
    seen.report.steps.iter().map(|step| step.id.as_str()).collect()
}

fn columns(text: &str) -> usize {
    let widths = text.lines().map(textwrap::core::display_width);
    widths.max().unwrap_or_default()
}

#[test]
fn it_earns_every_point() {
    let seen = cloud().report(ACCOUNT, &[]);
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert!(seen.verdicts().iter().all(|(_, status, _)| *status == Status::Pass));
    let points = seen.report.points;
    assert_eq!((points.possible, points.unknown, seen.extra()), (100, 0, 3));
    assert_eq!(points.earned, points.possible + seen.extra());
    assert_eq!(steps(&seen), course::steps());
    assert_eq!(
        (seen.report.schema.as_str(), seen.report.account.as_str()),
        (SCHEMA, ACCOUNT)
    );
    assert!(seen.report.leftovers.is_empty(), "{:?}", seen.report.leftovers);
}

#[test]
fn a_sandbox_of_ones_own_is_started_filled_and_checked_by_one_command() {
    let own = common::OwnSandbox::new("one-command");
    let name = own.folder().file_name().unwrap().to_owned();
    let command = |args: &[&str]| {
        let mut command = common::edemlab(&["check", LAB, "--sandbox"]);
        command.args(args).env("EDEMLAB_SANDBOX", &name).output().unwrap()
    };
    let first = command(&[]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first));
    let shown = String::from_utf8_lossy(&first.stdout);
    assert!(shown.contains("Everything is as it should be."), "{shown}");
    let again = command(&["kinesis"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again));
    assert!(!text(&again).contains("deploying"), "{}", text(&again));
}

#[test]
fn the_json_is_as_the_published_schema_says() {
    let printed = run(alone(&["report-schema"]));
    assert_eq!(printed.code, 0);
    let schema = serde_json::from_str(&printed.stdout).expect("JSON");
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("edemlab.json", schema).expect("a name");
    let schema = compiler.compile("edemlab.json", &mut schemas).expect("a JSON Schema");
    let account = "350000000002";
    for template in fault("keys-swapped") {
        cloud().deploy(account, &template);
    }
    for seen in [
        cloud().report(ACCOUNT, &[]),
        cloud().report(ACCOUNT, &["--use", "stream=none", "--no-probe"]),
        cloud().report(account, &[]),
        cloud().report("350000000003", &[]),
    ] {
        let json = serde_json::from_str(&seen.json).unwrap();
        if let Err(wrong) = schemas.validate(&json, schema) {
            panic!("{wrong:#}\n{}", seen.json);
        }
    }
    assert!(
        schemas
            .validate(&serde_json::json!({"schema": SCHEMA}), schema)
            .is_err()
    );
}

#[test]
fn junit_has_a_case_for_each_check() {
    let account = "350000000004";
    for template in fault("no-stream") {
        cloud().deploy(account, &template);
    }
    let printed = run(cloud().check(&cloud().student(account), &["--format", "junit"]));
    assert_eq!(printed.code, 1);
    let xml = quick_junit::Report::deserialize_from_str(&printed.stdout).expect("JUnit XML");
    let seen = cloud().report(account, &[]);
    assert_eq!(xml.tests, seen.verdicts().len());
    let failed: usize = xml.test_suites.iter().map(|suite| suite.failures).sum();
    let is_untaken = |id: &&str| seen.get(id).optional;
    let untaken = seen.with(Status::Fail).into_iter().filter(is_untaken).count();
    assert_eq!(failed, seen.with(Status::Fail).len() - untaken);
    let cases = xml.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let skipped = cases.filter(|case| matches!(case.status, quick_junit::TestCaseStatus::Skipped { .. }));
    assert_eq!(skipped.count(), seen.with(Status::Blocked).len() + untaken);
}

#[test]
fn text_fits_the_columns_and_has_no_color_without_a_terminal() {
    let account = "350000000005";
    for template in fault("other-region") {
        cloud().deploy_as(account, "eu-west-1", "mine", &template);
    }
    let other = cloud().student(account);
    for (keys, args, width) in [
        (&student(), &[][..], "80"),
        (&student(), &["--use", "table=none", "--no-probe"], "80"),
        (&other, &[], "80"),
        (&other, &[], "60"),
    ] {
        let mut command = cloud().check(keys, args);
        command.env("COLUMNS", width);
        let printed = run(command);
        let widest = columns(&printed.stdout);
        assert!(
            widest <= width.parse().unwrap(),
            "{widest} columns in:\n{}",
            printed.stdout
        );
        assert!(!printed.stdout.contains('\u{1b}'), "{:?}", printed.stdout);
        assert!(!printed.stderr.contains('\u{1b}'), "{:?}", printed.stderr);
        let trailing = printed.stdout.lines().filter(|line| line.ends_with(' ')).count();
        assert_eq!(trailing, 0, "spaces at the end of lines in:\n{}", printed.stdout);
    }
}

#[test]
fn color_comes_when_it_is_asked_for_and_only_then() {
    let is_colored = |args: &[&str], name: &str, value: &str| {
        let mut command = cloud().check(&student(), &[&["kinesis"], args].concat());
        command.env(name, value);
        run(command).stdout.contains('\u{1b}')
    };
    assert!(is_colored(&["--color", "always"], "TERM", "xterm"));
    assert!(is_colored(&["--color", "always"], "NO_COLOR", "1"), "the flag wins");
    assert!(!is_colored(&["--color", "never"], "CLICOLOR_FORCE", "1"));
    assert!(!is_colored(&[], "NO_COLOR", "1"));
}

#[test]
fn a_passed_step_takes_little_room() {
    let printed = run(cloud().check(&student(), &[]));
    assert_eq!(printed.code, 0, "{}", printed.stdout);
    assert!(printed.stdout.lines().count() < 20, "{}", printed.stdout);
    assert_eq!(
        printed.stdout.lines().filter(|line| line.starts_with(" ✓ ")).count(),
        course::steps().len(),
        "{}",
        printed.stdout
    );
}

#[test]
fn named_steps_come_with_what_they_need_and_nothing_else() {
    for (asked, judged) in [
        (&["kinesis"][..], &["kinesis"][..]),
        (&["iam"], &["kinesis", "iam", "dynamodb"]),
        (&["setup", "s3"], &["setup", "s3"]),
        (&["final"], &["kinesis", "dynamodb", "lambda", "final"]),
    ] {
        let seen = cloud().report(ACCOUNT, asked);
        assert_eq!((steps(&seen), seen.code), (judged.to_vec(), 0), "{asked:?}");
    }
}

#[test]
fn what_is_not_asked_for_is_not_called() {
    let relay = Relay::to(cloud().endpoint());
    let seen = checked(check_at(
        &relay.endpoint(),
        &student(),
        &["--format", "json", "dynamodb"],
    ));
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert_eq!(relay.count("DynamoDB_20120810.ListTables"), 1);
    for call in ["SimulatePrincipalPolicy", "PutRecord", "ListBuckets", "GetBucketPolicy"] {
        assert_eq!(relay.count(call), 0, "{call}");
    }
}

#[test]
fn each_call_is_made_once() {
    let relay = Relay::to(cloud().endpoint());
    let seen = checked(check_at(&relay.endpoint(), &student(), &["--format", "json"]));
    assert_eq!(seen.code, 0, "{}", seen.json);
    for call in [
        "Action=GetCallerIdentity",
        "Action=ListRoles",
        "Kinesis_20131202.ListStreams",
        "DynamoDB_20120810.ListTables",
        "DynamoDB_20120810.DescribeTable",
        "GET /2015-03-31/functions",
        "GET /2015-03-31/event-source-mappings",
    ] {
        assert_eq!(relay.count(call), 1, "{call}");
    }
    assert_eq!(
        relay.count("Action=SimulatePrincipalPolicy"),
        3,
        "for the stream, for the table and for Personalize"
    );
}

#[test]
fn a_skipped_step_is_left_out_and_costs_nothing() {
    let seen = cloud().report(ACCOUNT, &["--skip", "s3", "--skip", "final"]);
    let mut left = course::steps();
    left.retain(|id| id != "s3" && id != "final");
    assert_eq!(steps(&seen), left);
    let points = seen.report.points;
    assert_eq!((seen.code, points.earned), (0, points.possible + seen.extra()));
}

#[test]
fn without_a_probe_nothing_is_written() {
    let account = "350000000006";
    let outputs = cloud().deploy(account, &solution());
    let relay = Relay::to(cloud().endpoint());
    let keys = cloud().student(account);
    let seen = checked(check_at(&relay.endpoint(), &keys, &["--format", "json", "--no-probe"]));
    assert_eq!(seen.code, 0, "{}", seen.json);
    for call in ["PutRecord", ".PutItem", "DeleteItem", "FilterLogEvents"] {
        assert_eq!(relay.count(call), 0, "{call}");
    }
    assert!(cloud().items(account, &outputs["TableName"]).is_empty());
    let steps = steps(&seen);
    assert!(!steps.contains(&"final"), "{steps:?}");
}

#[test]
fn a_probe_leaves_nothing_behind() {
    let account = "350000000007";
    let outputs = cloud().deploy(account, &solution());
    let seen = cloud().report(account, &[]);
    assert_eq!(seen.code, 0, "{}", seen.json);
    let stored = cloud().log(account, &outputs["FunctionName"]);
    assert!(
        stored.iter().any(|line| line.contains("OK userId=edemlab-")),
        "it was there"
    );
    assert!(cloud().items(account, &outputs["TableName"]).is_empty());
}

#[test]
fn a_role_is_as_good_as_a_user() {
    let keys = cloud().session(ACCOUNT, "students");
    let seen = checked(cloud().check(&keys, &["--format", "json", "setup", "--region", REGION]));
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert!(
        seen.report.caller.contains(":assumed-role/students/lucia"),
        "{}",
        seen.report.caller
    );
}

#[test]
fn an_empty_account_is_told_where_to_begin() {
    let printed = run(cloud().check(&cloud().student("350000000008"), &[]));
    assert_eq!(printed.code, 1);
    insta::assert_snapshot!("empty_account", printed.stdout);
}

#[test]
fn a_mistake_is_shown_with_its_reason_its_fix_and_its_chapter() {
    let account = "350000000009";
    for template in fault("keys-swapped") {
        cloud().deploy(account, &template);
    }
    let printed = run(cloud().check(&cloud().student(account), &["--no-probe"]));
    assert_eq!(printed.code, 1);
    insta::assert_snapshot!("keys_swapped", without_ids(&printed.stdout));
}
