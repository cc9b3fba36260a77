//! `edemlab watch`: what has just turned green is said, an event is sent when there is a reason to, and nothing is left.

use crate::common;

use common::cloud::{Cloud, REGION, alone, shared, wait};
use common::course::{fault, solution_with_code};
use common::relay::Relay;
use common::running::Running;
use edemlab::account::services::IAM;
use serde_json::json;

const PUT_RECORD: &str = "Kinesis_20131202.PutRecord";
const LOOK: &str = "DynamoDB_20120810.GetItem";
const LISTED: &str = "DynamoDB_20120810.ListTables";

fn cloud() -> &'static Cloud {
    shared("datastream")
}

fn watching(relay: &Relay, account: &str, args: &[&str]) -> Running {
    let keys = cloud().student(account);
    let mut command = alone(&["watch", "datastream", "--every", "5s"]);
    command
        .args(args)
        .env("AWS_ENDPOINT_URL", relay.endpoint())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    Running::new(command)
}

/// An account whose function may not write to the table, and the name of the function's role.
fn without_dynamodb(account: &str) -> String {
    for template in fault("role-without-dynamodb") {
        cloud().deploy(account, &template);
    }
    cloud().report(account, &["--no-probe"]).report.resources["role"]
        .name
        .clone()
}

fn policy(account: &str, action: &str, role: &str) {
    let policy = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess";
    let input = json!({"RoleName": role, "PolicyArn": policy});
    wait(cloud().root(account).call(&IAM, action, input)).expect(action);
}

#[test]
fn what_turns_green_and_red_is_said_and_the_event_waits_for_what_it_needs() {
    let account = "620000000001";
    let role = without_dynamodb(account);
    let relay = Relay::to(cloud().endpoint());
    let mut watch = watching(&relay, account, &[]);
    watch.says("✗ iam.write-table");
    // It has looked once more since, and sent nothing: what the event needs is not right.
    relay.wait_for_times(LISTED, relay.count(LISTED) + 1);
    assert_eq!(relay.count(PUT_RECORD), 0);

    policy(account, "AttachRolePolicy", &role);
    watch.says("✓ iam.write-table The role may write to the table 3/3");
    watch.says("✓ final.stored The item arrives in the table 6/6");
    assert!(relay.count(PUT_RECORD) > 0);
    // Nothing has changed: looked at again, and nothing sent.
    let sent = relay.count(PUT_RECORD);
    relay.wait_for_times(LISTED, relay.count(LISTED) + 1);
    assert_eq!(relay.count(PUT_RECORD), sent);

    policy(account, "DetachRolePolicy", &role);
    watch.says("✗ iam.write-table denied to role");
    // What an event would meet now is not known: its green is taken back.
    watch.says("checks wait for iam.write-table: final.invoked, final.stored");
    assert_eq!(relay.count(PUT_RECORD), sent);
    watch.interrupt();
    let (code, said) = watch.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains('\u{1b}'), "a plain reader sees plain lines: {said:?}");
}

#[test]
fn a_reader_that_has_gone_does_not_end_it() {
    let account = "620000000006";
    let relay = Relay::to(cloud().endpoint());
    let keys = cloud().student(account);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = alone(&["watch", "datastream", "--every", "5s", "--no-probe"]);
    let mut watch = command
        .env("AWS_ENDPOINT_URL", relay.endpoint())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key)
        .stdout(writer)
        .spawn()
        .expect("it starts");
    relay.wait_for_times(LISTED, 2);
    common::kill("INT", watch.id());
    assert_eq!(watch.wait().expect("it ends").code(), Some(0));
}

#[test]
fn enter_sends_the_event_although_something_is_not_right() {
    let account = "620000000002";
    without_dynamodb(account);
    let relay = Relay::to(cloud().endpoint());
    let mut watch = watching(&relay, account, &[]);
    watch.says("✗ iam.write-table");
    watch.enter();
    watch.says("✗ final.stored the function ran");
    assert!(relay.count(PUT_RECORD) > 0);
}

#[test]
fn without_a_probe_nothing_is_ever_sent() {
    let account = "620000000003";
    let role = without_dynamodb(account);
    let relay = Relay::to(cloud().endpoint());
    let mut watch = watching(&relay, account, &["--no-probe"]);
    watch.says("✗ iam.write-table");
    policy(account, "AttachRolePolicy", &role);
    watch.says("✓ iam.write-table");
    watch.enter();
    relay.wait_for_times(LISTED, relay.count(LISTED) + 2);
    assert_eq!(relay.count(PUT_RECORD), 0);
}

#[test]
fn ended_while_an_event_is_on_its_way_it_takes_it_away_first() {
    let account = "620000000004";
    let slow = solution_with_code("    failed = []", "    failed = []\n    __import__('time').sleep(4)");
    let table = cloud().deploy(account, &slow)["TableName"].clone();
    let relay = Relay::to(cloud().endpoint());
    let watch = watching(&relay, account, &[]);
    relay.wait_for(PUT_RECORD);
    relay.wait_for_times(LOOK, relay.count(LOOK) + 3);
    watch.interrupt();
    let (code, said) = watch.end();
    assert_eq!(code, Some(0), "{said}");
    // It waited for the event, or says which item may still come.
    let items = cloud().items(account, &table);
    assert!(
        items.is_empty() || said.contains("edemlab-"),
        "{items:?} in spite of:\n{said}"
    );
}

#[test]
fn what_is_wrong_from_the_beginning_is_said_as_check_says_it() {
    let wrong = common::cloud::run(alone(&["watch", "datastrem"]));
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("did you mean `datastream`?"), "{}", wrong.stderr);
    let soon = common::cloud::run(alone(&["watch", "datastream", "--every", "1s"]));
    assert_eq!(soon.code, 2);
    assert!(soon.stderr.contains("must be at least 5s"), "{}", soon.stderr);
    let mut nobody = alone(&["watch", "datastream"]);
    nobody.env("AWS_REGION", REGION);
    let nobody = common::cloud::run(nobody);
    assert_eq!(nobody.code, 2);
    assert!(nobody.stderr.contains("credentials"), "{}", nobody.stderr);
}
