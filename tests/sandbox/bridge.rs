//! The bridge, seen from outside: through AWS's own protocol, as `tests/sandbox/bridge/*.py` speak it. Each file has accounts of
//! its own in one sandbox.

use crate::common;

use std::process::Command;

use common::bare::with_emulator;
use common::cloud::{Cloud, shared};
use common::text;
use serde_json::{Value, json};

fn cloud() -> &'static Cloud {
    shared("sandbox")
}

/// Where this file of `tests/sandbox/bridge/` is.
fn file(name: &str) -> String {
    format!("{}/tests/sandbox/bridge/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Runs a file of tests with the sandbox's own interpreter, which has boto3.
fn passes(name: &str) {
    let cloud = cloud();
    let output = Command::new(cloud.own().interpreter())
        .args(["-B", &file(name)])
        .env_clear()
        .env("ENDPOINT", cloud.endpoint())
        .env("SECRET", cloud.root_keys("000000000000").secret_access_key)
        .env("HOME", cloud.own().folder())
        .output()
        .unwrap();
    let said = text(&output);
    assert!(output.status.success() && said.ends_with("\nOK\n"), "{said}");
    assert!(!said.contains("Ran 0 tests"), "{said}");
}

#[test]
fn eventbridge() {
    passes("events.py");
}

#[test]
fn roles_of_other_accounts() {
    passes("access.py");
}

#[test]
fn signatures() {
    passes("signatures.py");
}

#[test]
fn sessions_that_begin_at_once() {
    passes("sessions.py");
}

#[test]
fn api_gateway() {
    passes("gateway.py");
}

#[test]
fn step_functions() {
    passes("machines.py");
}

#[test]
fn distributed_maps() {
    passes("maps.py");
}

#[test]
fn functions_with_a_runtime_of_their_own() {
    passes("natives.py");
}

#[test]
fn s3_buckets() {
    passes("buckets.py");
}

#[test]
fn sns_by_mail() {
    passes("mail.py");
}

#[test]
fn cloudwatch_logs() {
    passes("logs.py");
}

#[test]
fn cloudtrail() {
    passes("trail.py");
}

#[test]
fn kinesis() {
    passes("streams.py");
}

#[test]
fn personalize_app_runner_and_express() {
    passes("services.py");
}

/// `edemlab sandbox inbox` of an account, which must do this well.
fn inbox(account: &str, args: &[&str]) -> String {
    let all = [&["inbox", "--account", account], args].concat();
    let output = cloud().own().sandbox(&all).env_remove("COLUMNS").output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn subscribed(reader: &str) -> Value {
    json!({"Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "orders"}},
        "Reader": {"Type": "AWS::SNS::Subscription", "Properties": {
            "TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": reader}},
    }})
}

#[test]
fn the_inbox_shows_what_waits_and_confirms_it() {
    let account = "180000000001";
    assert!(inbox(account, &[]).starts_with("no mails in account 180000000001\n"));
    assert_eq!(
        inbox(account, &["--confirm"]),
        "nothing waits to be confirmed in account 180000000001\n"
    );

    cloud().deploy(account, &subscribed("ana@example.com"));
    let shown = inbox(account, &[]);
    for part in [
        "To       ana@example.com\n",
        "Topic    orders, eu-central-1\n",
        "Subject  AWS Notification - Subscription Confirmation\n",
        "1 subscription waits to be confirmed",
        "    edemlab sandbox inbox --account 180000000001 --confirm\n",
    ] {
        assert!(shown.contains(part), "no {part:?} in\n{shown}");
    }
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(inbox(account, &["--region", "us-east-1"]).starts_with("no mails in account 180000000001, us-east-1\n"));
    let elsewhere = inbox(account, &["--region", "us-east-1", "--confirm"]);
    assert!(elsewhere.starts_with("nothing waits"), "{elsewhere}");

    let confirmed = inbox(account, &["--region", "eu-central-1", "--confirm"]);
    assert!(
        confirmed.contains("ana@example.com for the topic orders, eu-central-1"),
        "{confirmed}"
    );
    let shown = inbox(account, &[]);
    assert!(
        shown.contains("To       ana@example.com\n") && !shown.contains("waits"),
        "{shown}"
    );
}

#[test]
fn a_hostile_mail_does_nothing_to_the_terminal() {
    let account = "180000000002";
    cloud().deploy(
        account,
        &subscribed("a\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}1m\u{202e}@example.com"),
    );
    for args in [&[][..], &["--confirm"]] {
        let shown = inbox(account, args);
        assert!(shown.contains("␛]0;owned␇␛[2J·1m·@example.com"), "{shown:?}");
        let tame = |c: char| c == '\n' || !c.is_control() && c != '\u{202e}';
        assert!(shown.chars().all(tame), "{shown:?}");
    }
}

#[test]
fn an_inbox_without_a_sandbox() {
    let own = common::OwnSandbox::new("no-inbox");
    let output = own.sandbox(&["inbox"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output);
    assert!(
        said.contains("not running, so it has no inbox") && said.contains("sandbox start"),
        "{said}"
    );
}

/// What a start says when this was done to a module of MiniStack before.
fn started_with(module: &str, change: &str) -> (bool, String) {
    let python = cloud().own().interpreter();
    let lines = format!(
        "exec '{}' -B '{}' '{module}' '{change}' \"$@\"",
        python.display(),
        file("altered.py")
    );
    let bare = with_emulator(&lines);
    let output = bare.command().output().unwrap();
    let stopped = bare.command_of(&["sandbox", "stop"]).output().unwrap();
    assert!(stopped.status.success(), "{}", text(&stopped));
    (output.status.success(), text(&output))
}

#[test]
fn a_ministack_that_is_not_the_one_it_knows_is_not_started() {
    let (started, said) = started_with("ministack.app", "pass");
    assert!(started, "unaltered, it starts: {said}");
    for (module, change, reason) in [
        (
            "ministack.services.sns",
            "del module._fanout",
            "ministack.services.sns._fanout is not as expected",
        ),
        (
            "ministack.services.eventbridge",
            "module._invoke_target = lambda target: None",
            "ministack.services.eventbridge._invoke_target is not as expected",
        ),
        (
            "ministack.core.lambda_runtime",
            "module._PYTHON_WORKER_SCRIPT = str()",
            "its Python worker has changed near",
        ),
        (
            "ministack.app",
            "module.SERVICE_HANDLERS.update(personalize=print)",
            "it has personalize of its own",
        ),
    ] {
        let (started, said) = started_with(module, change);
        let line = format!("refused to start: this version of MiniStack does not fit: {reason}");
        assert!(!started && said.contains(&line), "{change}: {said}");
    }
}
