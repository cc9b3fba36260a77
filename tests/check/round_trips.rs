//! What a check waits for: no more round trips than its longest chain of calls has, and no call that nobody needs.

use crate::common;

use common::cloud::{REGION, shared, wait};
use common::course::{course, solution_of};
use common::paced::{Hosts, Pace, paced};
use edemlab::account::{ErrorKind, Keys};
use edemlab::judge::{JudgeError, Judged};
use edemlab::report::Status;
use serde_json::{Value, json};

/// An account with the solution of a lab, and its configuration checked.
fn configuration(lab: &str, account: &str, hosts: Hosts) -> (Judged, Pace) {
    let cloud = shared(lab);
    cloud.deploy_as(account, REGION, &format!("edemlab-{lab}"), &solution_of(lab));
    cloud.confirm(account, REGION);
    of(lab, account, hosts)
}

/// The check of a lab's configuration in an account.
fn of(lab: &str, account: &str, hosts: Hosts) -> (Judged, Pace) {
    let cloud = shared(lab);
    let account = cloud.account(cloud.student(account), REGION);
    let (judged, pace) = wait(paced(course().lab(lab).unwrap(), &account, hosts));
    (judged.expect("a report"), pace)
}

#[test]
fn the_configuration_of_either_lab_takes_five_round_trips() {
    for (lab, account, calls) in [("datastream", "670000000001", 39), ("eventdriven", "670000000002", 27)] {
        let (judged, pace) = configuration(lab, account, Hosts::One);
        let failed: Vec<_> = judged
            .report
            .checks()
            .filter(|(_, c)| c.status != Status::Pass)
            .collect();
        assert!(failed.is_empty(), "{failed:?}");
        assert_eq!(pace.chain.len(), pace.round_trips);
        assert_eq!((pace.round_trips, pace.calls.len()), (5, calls), "{lab}: {pace:#?}");
    }
}

#[test]
fn a_host_for_each_service_costs_two_round_trips_at_most() {
    for (lab, account, most) in [("datastream", "670000000003", 6), ("eventdriven", "670000000004", 7)] {
        let (_, pace) = configuration(lab, account, Hosts::EachService);
        assert!(pace.round_trips <= most, "{lab}: {pace:#?}");
    }
}

/// A stack of resources that have nothing of a lab.
fn strangers(account: &str, lab: &str, resources: &Value) {
    let template = json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources});
    shared(lab).deploy_as(account, REGION, "somebody-elses", &template);
}

#[test]
fn of_a_strangers_bus_only_the_rules_are_listed() {
    let account = "670000000005";
    let rule = |n: usize| {
        json!({"Type": "AWS::Events::Rule", "Properties": {
            "EventBusName": {"Ref": "Bus"}, "Name": format!("r-{n}"), "EventPattern": {"source": ["x"]},
        }})
    };
    let mut resources = json!({"Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "garden"}}});
    for n in 0..4 {
        resources[format!("Rule{n}")] = rule(n);
    }
    strangers(account, "eventdriven", &resources);
    let (judged, pace) = of("eventdriven", account, Hosts::One);
    assert!(
        !judged.report.resources.contains_key("bus"),
        "{:?}",
        judged.report.resources
    );
    let asked = |name: &str| pace.calls.iter().filter(|call| *call == name).count();
    assert_eq!(asked("ListRules"), 1);
    assert_eq!(
        (asked("ListTargetsByRule"), asked("TestEventPattern")),
        (0, 0),
        "{pace:#?}"
    );
}

#[test]
fn a_strangers_file_is_not_opened() {
    let (account, bucket) = ("670000000007", "holiday-670000000007");
    strangers(
        account,
        "datastream",
        &json!({"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}}}),
    );
    let root = shared("datastream").root(account);
    let file = root.s3(REGION).put_object().bucket(bucket).key("private.csv");
    wait(file.body(b"DIARY\n".to_vec().into()).send()).expect("a file");
    let (judged, pace) = of("datastream", account, Hosts::One);
    assert!(
        !judged.report.resources.contains_key("bucket"),
        "{:?}",
        judged.report.resources
    );
    let asked = |path: &str| pace.calls.contains(&format!("s3 GET /{bucket}{path}"));
    assert!(asked("/") && !asked("/private.csv"), "{pace:#?}");
}

#[test]
fn whoever_has_wrong_keys_waits_for_one_call() {
    let cloud = shared("datastream");
    let keys = cloud.student("670000000006");
    let wrong = Keys {
        secret_access_key: "wrong".to_owned(),
        ..keys
    };
    let account = cloud.account(wrong, REGION);
    let (judged, pace) = wait(paced(course().lab("datastream").unwrap(), &account, Hosts::One));
    let Err(JudgeError::Call(error)) = judged else {
        panic!("{judged:?}");
    };
    assert_eq!(error.action, "sts:GetCallerIdentity");
    assert_eq!(error.kind, ErrorKind::WrongCredentials);
    assert_eq!(pace.chain, ["connect", "GetCallerIdentity"]);
}
