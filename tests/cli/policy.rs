//! The policy that `edemlab policy` prints is enough to check a lab, and nothing in it is too much.

use crate::common;

use std::process::Command;

use common::cloud::{REGION, alone, run, shared};
use common::course::{Copy, course};
use edemlab::account::Keys;
use serde_json::Value;

/// An account that shows what the lab asks: the solution, or a fault of it.
fn deploy(account: &str, lab: &str, fault: Option<&str>) {
    let mut command = alone(&["sandbox", "deploy", lab, "--account", account]);
    command.args(fault.map(|id| ["--fault", id]).into_iter().flatten());
    let done = run(in_sandbox(command));
    assert_eq!(done.code, 0, "{}", done.stderr);
}

fn in_sandbox(mut command: Command) -> Command {
    let own = shared("cli").own();
    command
        .env("EDEMLAB_CACHE_DIR", own.paths().cache())
        .env("EDEMLAB_SANDBOX", own.folder().file_name().unwrap());
    command
}

fn policy(lab: &str, flags: &[&str]) -> Value {
    let printed = run(alone(&[&["policy", lab], flags].concat()));
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    serde_json::from_str(&printed.stdout).expect("JSON")
}

/// What somebody with this policy is told, exit code and all.
fn check(account: &str, lab: &str, name: &str, policy: &Value, flags: &[&str]) -> (i32, Value) {
    let keys: Keys = shared("cli").user(account, name, policy);
    let mut command = alone(&[&["check", lab, "--format", "json"], flags].concat());
    command
        .env("AWS_ENDPOINT_URL", shared("cli").endpoint())
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    let seen = run(command);
    (seen.code, serde_json::from_str(&seen.stdout).expect("a report"))
}

/// With the whole policy everything is seen; without any one of its statements something is not.
/// The first account has the solution, the others a fault each.
fn is_enough_and_not_too_much(lab: &str, accounts: &[&str], faults: &[&str], flags: &[&str]) {
    assert!(course().lab(lab).is_ok());
    deploy(accounts[0], lab, None);
    for (account, fault) in accounts[1..].iter().zip(faults) {
        deploy(account, lab, Some(fault));
    }
    let whole = policy(lab, flags);
    let name = format!("whole{}", flags.len());
    let (code, report) = check(accounts[0], lab, &name, &whole, flags);
    assert_eq!(code, 0, "{report:#}");
    for account in &accounts[1..] {
        let (_, report) = check(account, lab, &name, &whole, flags);
        assert!(
            !report.to_string().contains("is denied to these credentials"),
            "{report:#}"
        );
    }

    let statements = whole["Statement"].as_array().expect("statements").len();
    for left_out in 0..statements {
        let mut less = whole.clone();
        let gone = less["Statement"].as_array_mut().unwrap().remove(left_out);
        let missed = accounts.iter().any(|account| {
            let name = format!("without{left_out}-{}", flags.len());
            let (_, report) = check(account, lab, &name, &less, flags);
            report.to_string().contains("is denied")
        });
        assert!(missed, "nobody misses {gone}");
    }
}

#[test]
fn datastream_with_its_probe() {
    // Who may not ask why nothing has come waits for all of a hop's time.
    let course = Copy::new();
    course.replace("checks/datastream/final.yaml", "within: 60s", "within: 15s");
    let course = course.folder().display().to_string();
    // One with a service in ECS Express Mode, in place of App Runner.
    let accounts = [
        "370000000001",
        "370000000002",
        "370000000010",
        "370000000012",
        "370000000014",
    ];
    let others = ["crash", "express-wrong-port", "trains-by-itself", "function-throttled"];
    is_enough_and_not_too_much("datastream", &accounts, &others, &["--course", &course]);
}

#[test]
fn datastream_reads_only() {
    is_enough_and_not_too_much(
        "datastream",
        &["370000000003", "370000000004", "370000000011", "370000000013"],
        &["no-trigger", "express-wrong-port", "trains-by-itself"],
        &["--no-probe"],
    );
}

#[test]
fn eventdriven_with_its_probe() {
    is_enough_and_not_too_much("eventdriven", &["370000000005", "370000000006"], &["log-rule-off"], &[]);
}

#[test]
fn eventdriven_reads_only() {
    is_enough_and_not_too_much(
        "eventdriven",
        &["370000000007", "370000000008"],
        &["no-machine"],
        &["--no-probe"],
    );
}

#[test]
fn a_policy_that_only_reads_has_no_action_that_writes() {
    for lab in course().labs.keys() {
        let text = policy(lab, &["--no-probe"]).to_string();
        for verb in ["Put", "Delete", "Invoke", "Stop", "Update", "Create"] {
            assert!(!text.contains(&format!(":{verb}")), "{lab}: {text}");
        }
    }
}

#[test]
fn an_account_and_a_region_narrow_it() {
    let text = policy("datastream", &["--account", "370000000009", "--region", REGION]).to_string();
    assert!(
        text.contains("arn:aws:kinesis:eu-central-1:370000000009:stream/*"),
        "{text}"
    );
}
