//! What is judged from a recording is what was judged of the account; what was changed by hand is refused.

use crate::common;

use std::path::Path;
use std::process::Command;

use common::cloud::{REGION, alone, check_lab_at, run, shared};
use common::course::{fault_of, solution_of};
use common::taped::{kept, of_orders, recording};
use edemlab::recording::{Endpoint, Recording};
use serde_json::json;

/// Checks into a new file, and judges again from it.
fn same_again(mut check: Command, folder: &Path, name: &str) {
    let file = folder.join(format!("{name}.jsonl"));
    let checked = run({
        check.arg("--record").arg(&file);
        check
    });
    assert!(
        checked.stderr.contains("exchanges with AWS"),
        "{name}: {}{}",
        checked.stdout,
        checked.stderr
    );
    let read = Recording::open(&file).expect("a recording");
    let again = recording(&["replay"], &file);
    assert_eq!(
        again.code, 0,
        "{name}: {}{}\n{}",
        again.stdout, again.stderr, checked.stdout
    );
    assert!(
        again
            .stdout
            .contains(&format!("{} checks, all as recorded", read.end.checks.len())),
        "{name}: {}",
        again.stdout
    );
    let verified = recording(&["verify"], &file);
    assert_eq!(verified.code, 0, "{name}: {}", verified.stdout);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_replay_judges_as_the_run_did() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("datastream", "solution"),
        ("datastream", "other-names"),
        ("datastream", "crash"),
        ("datastream", "no-bucket"),
        ("eventdriven", "solution"),
        ("eventdriven", "payload-without-token"),
    ];
    std::thread::scope(|scope| {
        for (index, (lab, id)) in cases.into_iter().enumerate() {
            let folder = folder.path();
            scope.spawn(move || {
                let cloud = shared(lab);
                let account = format!("3702000000{index:02}");
                let templates = match id {
                    "solution" => vec![solution_of(lab)],
                    id => fault_of(lab, id),
                };
                for template in &templates {
                    cloud.deploy_as(&account, REGION, &format!("edemlab-{lab}"), template);
                }
                cloud.confirm(&account, REGION);
                let keys = cloud.student(&account);
                let check = check_lab_at(cloud.endpoint(), lab, &keys, &[]);
                same_again(check, folder, &format!("{lab}-{id}"));
            });
        }
    });
}

#[test]
fn what_was_denied_is_denied_again() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = shared("datastream");
    let account = "370300000001";
    cloud.deploy(account, &solution_of("datastream"));
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": ["iam:SimulatePrincipalPolicy", "lambda:ListFunctions"], "Resource": "*"},
    ]});
    let keys = cloud.user(account, "quim-ferrandis", &policy);
    same_again(cloud.check(&keys, &[]), folder.path(), "denied");
}

#[test]
fn every_kept_recording_is_judged_as_it_was_and_is_clean() {
    for file in kept() {
        for verb in ["replay", "verify"] {
            let printed = recording(&[verb], &file);
            assert_eq!(
                printed.code,
                0,
                "{}: {}{}",
                file.display(),
                printed.stdout,
                printed.stderr
            );
        }
        let shown = recording(&["show"], &file);
        assert!(
            shown.stdout.contains("operation") && shown.stdout.contains(" exchanges, "),
            "{}",
            shown.stdout
        );
        assert!(
            shown.stdout.lines().all(|line| line.chars().count() <= 80),
            "{}",
            shown.stdout
        );
        let differences = recording(&["diff", "--with", file.to_str().unwrap()], &file);
        assert_eq!((differences.code, differences.stdout.trim()), (0, "no differences"));
    }
}

#[test]
fn what_was_changed_by_hand_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(of_orders()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.len();
    let with = |line: usize, from: &str, to: &str| {
        let changed = lines[line - 1].replacen(from, to, 1);
        assert_ne!(changed, lines[line - 1], "{from}");
        let mut lines: Vec<&str> = lines.clone();
        lines[line - 1] = &changed;
        lines.join("\n")
    };
    let without = |line: usize| {
        let mut lines = lines.clone();
        lines.remove(line - 1);
        lines.join("\n")
    };
    let cases = [
        (
            "verdict",
            with(last, "\"verdict\":\"pass\"", "\"verdict\":\"fail\""),
            last,
            "was changed",
        ),
        ("check", with(last, ":\"pass\"", ":\"fail\""), last, "was changed"),
        (
            "secret",
            with(4, "\"body\":\"", "\"body\":\"Ferrandis "),
            4,
            "`Fe…` (9 characters)",
        ),
        (
            "twice",
            with(5, "\"headers\":{", "\"headers\":{\"accept\":\"84.88.12.201\","),
            5,
            "was changed",
        ),
        (
            "word",
            with(5, "\"content-type\":\"", "\"content-type\":\"84.88.12.201 "),
            5,
            "no pseudonym",
        ),
        ("status", with(6, "\"status\":200", "\"status\":201"), 6, "was changed"),
        ("cut", without(last), last, "cut off"),
        ("taken", without(7), 7, "was changed"),
        (
            "field",
            with(3, "{\"exchange\":{", "{\"exchange\":{\"note\":1,"),
            3,
            "unknown field `note`",
        ),
        ("json", with(8, "{", ""), 8, "not a line of a recording"),
        ("empty", String::new(), 1, "empty"),
        (
            "schema",
            with(1, "recording/1", "recording/9"),
            1,
            "edemlab/recording/1",
        ),
    ];
    for (name, text, line, said) in cases {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let printed = recording(&["verify"], &file);
        let all = format!("{}{}", printed.stdout, printed.stderr);
        // What does not begin like a recording is none.
        let begins = !["empty", "schema"].contains(&name);
        assert_eq!(printed.code, if begins { 1 } else { 2 }, "{name}: {all}");
        assert_eq!(all.contains("is no recording"), !begins, "{name}: {all}");
        assert!(
            all.contains(&format!("line {line}: ")) && all.contains(said),
            "{name}: {all}"
        );
    }
}

#[test]
fn a_file_that_is_there_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("there");
    std::fs::write(&file, "mine").unwrap();
    let mut check = alone(&["check", "datastream", "--record"]);
    check.arg(&file).env("AWS_REGION", REGION);
    let printed = run(check);
    assert_eq!(printed.code, 2);
    assert!(printed.stderr.contains("exists already"), "{}", printed.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}

/// As AWS's own hosts would have answered: a bucket is a part of its host.
fn of_aws(mut recording: Recording) -> Recording {
    recording.header.endpoint = Endpoint::Aws;
    for exchange in &mut recording.exchanges {
        let request = &mut exchange.request;
        let region = exchange.region.clone().unwrap_or_default();
        if exchange.service == "s3" {
            let path = request.path.trim_start_matches('/').to_owned();
            let (bucket, rest) = path.split_once('/').unwrap_or(("", &path));
            let host = if bucket.is_empty() {
                String::new()
            } else {
                format!("{bucket}.")
            };
            request.host = format!("{host}s3.{region}.amazonaws.com");
            request.path = format!("/{rest}");
        } else if exchange.service != "web" {
            request.host = format!("{}.{region}.amazonaws.com", exchange.service);
        }
    }
    recording
}

#[test]
fn a_recording_of_aws_own_hosts_is_replayed_without_a_network() {
    let folder = tempfile::tempdir().unwrap();
    for file in kept() {
        let recorded = of_aws(Recording::open(&file).expect("a recording"));
        let other = folder.path().join(file.file_name().unwrap());
        recorded.write(&other).unwrap();
        let printed = recording(&["replay"], &other);
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        let shown = recording(&["show"], &other).stdout;
        let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("answered by AWS."), "{shown}");
    }
}

#[test]
fn what_a_recording_does_not_hold_is_unknown_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut recorded = Recording::open(&of_orders()).expect("a recording");
    recorded.exchanges.retain(|exchange| exchange.operation != "ListTopics");
    let file = folder.path().join("less");
    recorded.write(&file).unwrap();
    let printed = recording(&["replay"], &file);
    assert_eq!(printed.code, 1, "{}{}", printed.stdout, printed.stderr);
    for said in [
        "sns.topic: recorded pass, now unknown",
        "not in the recording",
        "sns ListTopics",
    ] {
        assert!(printed.stdout.contains(said), "{said}: {}", printed.stdout);
    }
}
