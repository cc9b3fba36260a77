//! What a rehearsal deletes is its own, whatever has a name like it and whatever its record says.

use crate::common;

use std::time::Duration;

use common::cloud::{REGION, shared, wait};
use common::rehearsal::{Rehearsal, flat, last_line, things};
use common::running::Running;
use edemlab::stack::Stack;
use serde_json::json;

/// What has a name like the stack's, made before a rehearsal or while it runs, is somebody's own.
#[test]
fn names_that_look_alike_are_somebody_elses() {
    let account = "640000000011";
    let cloud = shared("rehearse");
    let alike = |suffix: &str| {
        json!({"Resources": {
            "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {
                "LogGroupName": format!("/aws/lambda/edemlab-rehearsal-datastream-Function-{suffix}"),
            }},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {
                "RoleName": format!("edemlab-rehearsal-datastream-Role-{suffix}"),
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
            }},
        }})
    };
    cloud.deploy_as(account, REGION, "before", &alike("before"));
    let rehearsal = Rehearsal::new("datastream", account);
    let mut running = Running::new(rehearsal.command(&["--yes", "--fault", "role-with-deny"]));
    running.says("✓ solution");
    cloud.deploy_as(account, REGION, "during", &alike("during"));
    let there = things(account);
    let (code, printed) = running.end_of_long();
    assert_eq!(code, Some(0), "{printed}");
    let after = things(account);
    for suffix in ["before", "during"] {
        let own = |thing: &&String| thing.ends_with(&format!("-{suffix}"));
        let stood: Vec<_> = there.iter().filter(own).collect();
        assert_eq!(
            (stood.len(), stood),
            (2, after.iter().filter(own).collect()),
            "{printed}"
        );
    }
    assert!(
        flat(&printed).contains("new since it began, and not the rehearsal's: role"),
        "{printed}"
    );
}

/// Without its record a rehearsal is found by the tag of its stack. What has no tag, or is another run's, is not touched.
#[test]
fn without_a_record_only_what_is_tagged_is_deleted_and_after_a_yes() {
    let account = "640000000012";
    let cloud = shared("rehearse");
    let nothing = things(account);
    let rehearsal = Rehearsal::new("datastream", account);
    let none = rehearsal.run(&["--clean-up"]);
    assert_eq!(none.code, 0, "{}{}", none.stdout, none.stderr);
    assert!(
        flat(&none.stdout).contains("nothing is left of a rehearsal"),
        "{}",
        none.stdout
    );
    let own =
        json!({"Resources": {"Grades": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "grades"}}}});
    cloud.deploy_as(account, REGION, "edemlab-rehearsal-datastream", &own);
    let before = things(account);
    for args in [&["--clean-up", "--yes"][..], &["--yes"]] {
        let refused = rehearsal.run(args);
        assert_eq!(refused.code, 2, "{}{}", refused.stdout, refused.stderr);
        assert_eq!(things(account), before);
    }
    let root = cloud.root(account);
    let stack = Stack::new(&root, "edemlab-rehearsal-datastream", Duration::from_secs(60));
    wait(stack.delete()).expect("it can be deleted");
    // Killed once its stack stands, and its folder lost.
    let mut running = Running::new(rehearsal.command(&["--yes", "--fault", "role-with-deny"]));
    running.says("✓ solution");
    let other = Rehearsal::new("datastream", account);
    let asked = other.run(&["--clean-up"]);
    assert_eq!(asked.code, 2, "{}{}", asked.stdout, asked.stderr);
    assert!(
        flat(&asked.stdout).contains("Nothing was deleted. To delete all of it, add --yes."),
        "{}",
        asked.stdout
    );
    assert!(
        asked
            .stdout
            .contains("AWS::Kinesis::Stream edemlab-rehearsal-datastream-"),
        "{}",
        asked.stdout
    );
    drop(running);
    let cleaned = other.run(&["--clean-up", "--yes"]);
    assert_eq!(cleaned.code, 0, "{}{}", cleaned.stdout, cleaned.stderr);
    assert!(
        last_line(&cleaned).starts_with("Nothing of the rehearsal is left"),
        "{}",
        cleaned.stdout
    );
    assert!(!other.out().exists());
    assert_eq!(things(account), nothing);
}

#[test]
fn a_record_that_was_changed_by_hand_deletes_nothing() {
    let account = "640000000013";
    let cloud = shared("rehearse");
    let own =
        json!({"Resources": {"Grades": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "grades"}}}});
    cloud.deploy_as(account, REGION, "my-own-stack", &own);
    let before = things(account);
    let rehearsal = Rehearsal::new("datastream", account);
    let mut running = Running::new(rehearsal.command(&["--yes", "--fault", "role-with-deny"]));
    running.says("✓ solution");
    running.interrupt();
    running.end_of_long();
    let file = rehearsal.out().join("rehearsal.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("edemlab-rehearsal-datastream\"", "my-own-stack\"")).unwrap();
    let refused = rehearsal.run(&["--clean-up", "--yes"]);
    assert_eq!(refused.code, 2, "{}{}", refused.stdout, refused.stderr);
    assert!(refused.stderr.contains("was changed by hand"), "{}", refused.stderr);
    assert_eq!(things(account), before);
}

#[test]
fn without_full_marks_no_fault_is_shown() {
    let account = "640000000014";
    let before = things(account);
    let rehearsal = Rehearsal::new("eventdriven", account);
    let args = [
        "--yes",
        "--email",
        "t@example.com",
        "--wait-for-mail",
        "1",
        "--settle",
        "1",
    ];
    let printed = rehearsal.run(&args);
    assert_eq!(printed.code, 1, "{}{}", printed.stdout, printed.stderr);
    assert!(
        flat(&printed.stderr).contains("does not show full marks"),
        "{}",
        printed.stderr
    );
    assert!(
        last_line(&printed).starts_with("Nothing of the rehearsal is left"),
        "{}",
        printed.stdout
    );
    assert_eq!(rehearsal.record()["trials"].as_array().unwrap().len(), 1);
    assert_eq!(things(account), before);
}
