//! What is decided sooner is not decided wrongly: an event that comes late, and in time, has come.

use crate::common;

use common::cloud::{Checked, Cloud, REGION, check_at, checked, shared};
use common::course::{STACK, solution, solution_with_code};
use common::relay::Relay;
use common::relay::answers::Instead;
use edemlab::report::Status;

fn cloud() -> &'static Cloud {
    shared("datastream")
}

/// What the simulator answers where it is wrong: the sandbox lets the role do all of it.
const WRONG: (&str, &str, &str) = (
    "SimulatePrincipalPolicy",
    "<EvalDecision>allowed</EvalDecision><MatchedStatements></MatchedStatements>\
     <MissingContextValues></MissingContextValues>",
    "<EvalDecision>implicitDeny</EvalDecision>",
);

/// What a trigger says of its last try, and what one says whose try was before its role was made right.
const STALE: (&str, &str, &str) = (
    "event-source-mappings",
    "\"LastProcessingResult\": \"",
    "\"LastProcessingResult\": \"PROBLEM: Cannot access stream. ",
);

fn looked_at(account: &str, relay: &Relay) -> Checked {
    checked(check_at(
        &relay.endpoint(),
        &cloud().student(account),
        &["--format", "json", "iam", "lambda", "final"],
    ))
}

/// An account with this solution, seen by a simulator that is wrong.
fn doubted(account: &str, template: &serde_json::Value) -> Checked {
    cloud().deploy_as(account, REGION, STACK, template);
    looked_at(account, &Relay::telling(cloud().endpoint(), &[WRONG]))
}

/// The solution, whose function takes this long before it stores anything.
fn slow(seconds: u32) -> serde_json::Value {
    let wait = format!("    failed = []\n    __import__('time').sleep({seconds})");
    let mut template = solution_with_code("    failed = []", &wait);
    template["Resources"]["Function"]["Properties"]["Timeout"] = 60.into();
    template
}

fn all_of_the_probe_passes(seen: &Checked) {
    for hop in ["final.invoked", "final.stored", "final.batch"] {
        assert_eq!(seen.get(hop).status, Status::Pass, "{hop}: {}", seen.json);
    }
}

#[test]
fn where_a_prediction_is_wrong_an_item_that_comes_within_the_grace_has_come() {
    all_of_the_probe_passes(&doubted("391000000001", &slow(6)));
}

#[test]
fn what_is_under_way_is_waited_for_as_long_as_ever() {
    all_of_the_probe_passes(&doubted("391000000002", &slow(12)));
}

#[test]
fn a_run_that_is_seen_late_has_run_whatever_is_predicted() {
    let account = "391000000003";
    cloud().deploy(account, &solution());
    let wrong = Relay::telling(cloud().endpoint(), &[WRONG]);
    // Looks are ever further apart: the eighth is some five seconds after the first.
    let late = Instead::json("FilterLogEvents", 8, r#"{"events":[]}"#);
    let seen = looked_at(account, &Relay::mistaking(&wrong.endpoint(), vec![late]));
    all_of_the_probe_passes(&seen);
}

#[test]
fn a_run_that_is_seen_late_has_run_whatever_the_trigger_said_of_a_try_before() {
    let account = "391000000004";
    cloud().deploy(account, &solution());
    let wrong = Relay::telling(cloud().endpoint(), &[WRONG, STALE]);
    let late = Instead::json("FilterLogEvents", 5, r#"{"events":[]}"#);
    let seen = looked_at(account, &Relay::mistaking(&wrong.endpoint(), vec![late]));
    all_of_the_probe_passes(&seen);
}

#[test]
fn where_no_event_is_expected_the_report_says_that_it_was_not_waited_for_long() {
    let account = "391000000005";
    let mut template = solution();
    cloud().deploy(account, &template);
    template["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"] = serde_json::json!([
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]);
    cloud().deploy(account, &template);
    let seen = cloud().report(account, &["iam", "lambda", "final"]);
    let invoked = seen.get("final.invoked");
    assert_eq!(invoked.status, Status::Fail, "{}", seen.json);
    let said = invoked.evidence.iter().find(|line| line.starts_with("waited for "));
    let said = said.unwrap_or_else(|| panic!("{:?}", invoked.evidence));
    assert!(
        said.ends_with("s and not for 60: no event is expected here while iam.trust fails"),
        "{said}"
    );
}

#[test]
fn one_run_that_failed_is_no_proof_and_another_event_tells() {
    let account = "391000000006";
    let scratch = tempfile::tempdir().unwrap();
    let flag = scratch.path().join("ran").display().to_string();
    // It fails as it would while a role is not yet known everywhere, says so, and answers that all went well.
    let fails_once = format!(
        "    failed = []\n    import os\n    if not os.path.exists({flag:?}):\n        open({flag:?}, 'w').close()\n        \
         print('ERROR AccessDeniedException: not authorized to perform: dynamodb:PutItem')\n        \
         return {{'statusCode': 200}}"
    );
    let template = solution_with_code("    failed = []", &fails_once);
    cloud().deploy_as(account, REGION, STACK, &template);
    let relay = Relay::to(cloud().endpoint());
    let seen = looked_at(account, &relay);
    all_of_the_probe_passes(&seen);
    assert_eq!(relay.count("Kinesis_20131202.PutRecord\r"), 2, "{}", relay.sent());
}

#[test]
fn a_function_that_fails_each_time_and_answers_well_is_told_by_two_events() {
    let account = "391000000007";
    let fails = "    failed = []\n    print('ERROR AccessDeniedException: not authorized to perform: dynamodb:PutItem')\n    \
                 return {'statusCode': 200}";
    let template = solution_with_code("    failed = []", fails);
    cloud().deploy_as(account, REGION, STACK, &template);
    let relay = Relay::to(cloud().endpoint());
    let seen = looked_at(account, &relay);
    let stored = seen.get("final.stored");
    assert_eq!(stored.status, Status::Fail, "{}", seen.json);
    assert!(
        stored.found.as_deref().unwrap_or_default().contains("dynamodb:PutItem"),
        "{}",
        seen.json
    );
    assert_eq!(relay.count("Kinesis_20131202.PutRecord\r"), 2, "{}", relay.sent());
}

#[test]
fn a_function_that_goes_through_a_batch_backwards_and_slowly_stores_all_of_it() {
    let account = "391000000008";
    let backwards = "for record in (__import__('time').sleep(2) or r for r in reversed(records)):";
    let mut template = solution_with_code("for record in records:", backwards);
    template["Resources"]["Function"]["Properties"]["Timeout"] = 60.into();
    cloud().deploy_as(account, REGION, STACK, &template);
    all_of_the_probe_passes(&cloud().report(account, &["final"]));
}

#[test]
fn events_that_come_together_and_are_handed_over_one_by_one_are_all_stored() {
    let account = "391000000009";
    let mut template = slow(2);
    template["Resources"]["Trigger"]["Properties"]["BatchSize"] = 1.into();
    cloud().deploy_as(account, REGION, STACK, &template);
    all_of_the_probe_passes(&cloud().report(account, &["final"]));
}
