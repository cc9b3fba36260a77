//! Whatever comes between: a clean-up ends well all the same, or says what to do.

use crate::common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use common::cleaner::{Cleaner, cloud, gone, ids, stranger};
use common::cloud::{REGION, alone, run, wait};
use common::course::solution;
use common::relay::Relay;
use common::relay::answers::Instead;
use common::{eventually, kill, orders};
use edemlab::account::services::DYNAMODB;
use serde_json::{Value, json};

/// How many deletions were asked for.
fn deletions(relay: &Relay) -> usize {
    let asked = [".Delete", "DELETE /", "Action=Delete"];
    asked.iter().map(|what| relay.count(what)).sum()
}

#[test]
fn killed_at_any_moment_the_same_plan_goes_on_to_the_same_end() {
    let account = "621000000002";
    let mut cleaner = Cleaner::with("datastream", account, &[solution()]);
    let plan = cleaner.plan(&[]);
    let before = cleaner.standing();
    // Each run is killed as soon as it has asked for a deletion, or some of them: what is left of the plan differs each time.
    let mut killed = 0;
    for many in [1, 1, 1, 2, 1, 2, 1, 3, 1, 1] {
        let relay = Relay::to(cloud().endpoint());
        cleaner.through(&relay);
        let mut command = cleaner.command(&["--yes"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        eventually("it deletes, or ends", || {
            deletions(&relay) >= many || child.try_wait().unwrap().is_some()
        });
        if child.try_wait().unwrap().is_none() {
            kill("KILL", child.id());
            killed += 1;
        }
        child.wait().unwrap();
    }
    assert!(killed >= 5, "killed {killed} times");
    cleaner.endpoint = cloud().endpoint().to_owned();
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    assert!(printed.stdout.contains("had gone before"), "{}", printed.stdout);
    let after = cleaner.standing();
    let gone = gone(&before, &after);
    assert_eq!(gone, ids(&plan));
}

#[test]
fn what_is_denied_is_said_and_all_else_goes() {
    let account = "621000000003";
    let cleaner = Cleaner::with("datastream", account, &[solution()]);
    cleaner.plan(&[]);
    let mut policy = run(alone(&["policy", "datastream", "--for", "cleanup"]));
    let mut denied: Value = serde_json::from_str(&std::mem::take(&mut policy.stdout)).expect("a policy");
    let statement = json!({"Effect": "Deny", "Action": "dynamodb:DeleteTable", "Resource": "*"});
    denied["Statement"].as_array_mut().unwrap().push(statement);
    let keys = cloud().user(account, "careful", &denied);
    let mut command = cleaner.command(&["--yes"]);
    command
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    let printed = run(command);
    assert_eq!(printed.code, 1, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stdout.contains("dynamodb:DeleteTable is denied"),
        "{}",
        printed.stdout
    );
    let report = cleaner.read("plan.report.json");
    let left = report["proof"]["left"].as_array().unwrap();
    assert_eq!(left.len(), 1, "{report:#}");
    assert_eq!(left[0]["noun"], "table");
    // Whoever may, ends it with the same command.
    assert_eq!(cleaner.apply(&[]).code, 0);
}

#[test]
fn slow_down_in_use_and_lost_answers_only_take_longer() {
    let account = "621000000004";
    let mut cleaner = Cleaner::with("eventdriven", account, &[orders::solution()]);
    cleaner.plan(&[]);
    let error = |code: &str| format!("{{\"__type\":\"{code}\",\"message\":\"not now\"}}");
    let json = "400 Bad Request\r\ncontent-type: application/x-amz-json-1.1";
    let relay = Relay::mistaking(
        cloud().endpoint(),
        vec![
            Instead::page(
                "DynamoDB_20120810.DeleteTable",
                2,
                json,
                &error("ResourceInUseException"),
            ),
            Instead::page(
                "AWSEvents.DeleteRule",
                1,
                json,
                &error("ConcurrentModificationException"),
            ),
            Instead::page(
                "AWSStepFunctions.DeleteStateMachine",
                1,
                json,
                &error("ThrottlingException"),
            ),
            Instead::lost("Logs_20140328.DeleteLogGroup", 1),
        ],
    );
    cleaner.through(&relay);
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    assert!(relay.count("DynamoDB_20120810.DeleteTable") >= 3);
}

#[test]
fn a_delete_that_is_answered_and_not_done_is_caught() {
    let account = "621000000005";
    let mut cleaner = Cleaner::with("eventdriven", account, &[orders::solution()]);
    cleaner.plan(&[]);
    let json = "200 OK\r\ncontent-type: application/x-amz-json-1.0";
    let always = vec![Instead::page("DynamoDB_20120810.DeleteTable", usize::MAX, json, "{}")];
    let relay = Relay::mistaking(cloud().endpoint(), always);
    cleaner.through(&relay);
    let printed = cleaner.apply(&["--wait", "1"]);
    assert_eq!(printed.code, 1, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stdout.contains("AWS took the call, and still lists it"),
        "{}",
        printed.stdout
    );
    assert!(printed.stdout.contains("Still there"), "{}", printed.stdout);
    let report = cleaner.read("plan.report.json");
    assert_eq!(report["proof"]["left"].as_array().map(Vec::len), Some(1), "{report:#}");
}

#[test]
fn what_has_changed_since_the_plan_ends_it_before_anything_is_deleted() {
    let account = "621000000006";
    let made = cloud().deploy(account, &solution());
    let cleaner = Cleaner::new("datastream", account);
    cleaner.plan(&[]);
    let role = format!("arn:aws:iam::{account}:role/{}", made["RoleName"]);
    cloud().deploy_as(account, REGION, "stranger", &stranger(&role));
    let before = cleaner.standing();
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 2, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stderr.contains("function payments uses it"),
        "{}",
        printed.stderr
    );
    assert!(
        printed.stderr.contains("edemlab cleanup datastream"),
        "{}",
        printed.stderr
    );
    assert_eq!(cleaner.standing(), before, "nothing was deleted");
}

#[test]
fn a_file_that_comes_into_the_bucket_after_the_plan_is_not_deleted() {
    let account = "621000000009";
    let made = cloud().deploy(account, &solution());
    let cleaner = Cleaner::new("datastream", account);
    cleaner.plan(&[]);
    let root = cloud().root(account);
    let put = root
        .s3(REGION)
        .put_object()
        .bucket(&made["BucketName"])
        .key("thesis.docx");
    wait(
        put.body(aws_sdk_s3::primitives::ByteStream::from_static(b"mine"))
            .send(),
    )
    .unwrap();
    let before = cleaner.standing();
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 2, "{}{}", printed.stdout, printed.stderr);
    assert!(printed.stderr.contains("thesis.docx"), "{}", printed.stderr);
    assert_eq!(cleaner.standing(), before, "nothing was deleted");
}

#[test]
fn where_it_cannot_be_seen_who_else_needs_something_it_stays() {
    let account = "621000000010";
    let cleaner = Cleaner::with("eventdriven", account, &[orders::solution()]);
    let policy = run(alone(&["policy", "eventdriven", "--for", "cleanup"]));
    let mut denied: Value = serde_json::from_str(&policy.stdout).expect("a policy");
    let statement = json!({"Effect": "Deny", "Action": "firehose:ListDeliveryStreams", "Resource": "*"});
    denied["Statement"].as_array_mut().unwrap().push(statement);
    let keys = cloud().user(account, "blind", &denied);
    let mut command = cleaner.command(&["--here"]);
    command
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    let printed = run(command);
    assert_eq!(printed.code, 3, "{}{}", printed.stdout, printed.stderr);
    let flat = printed.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("whether anything else needs it cannot be seen"), "{flat}");
    assert!(flat.contains("firehose:ListDeliveryStreams is denied"), "{flat}");
    assert!(flat.contains("Nothing of it is deleted"), "{flat}");
}

#[test]
fn a_subscription_of_a_stranger_that_waits_is_not_the_labs() {
    let account = "621000000011";
    let cleaner = Cleaner::with("eventdriven", account, &[orders::solution()]);
    let alarms = json!({"Resources": {
        "Alarms": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "alarms"}},
        "Mail": {"Type": "AWS::SNS::Subscription", "Properties": {
            "TopicArn": {"Ref": "Alarms"}, "Protocol": "email", "Endpoint": "somebody@example.com",
        }},
    }});
    cloud().deploy_as(account, REGION, "alarms", &alarms);
    let plan = cleaner.clean(&[]);
    let subscriptions = |list: &str| {
        let all = plan[list].as_array().unwrap().iter();
        all.filter(|one| one["noun"] == "subscription").count()
    };
    assert_eq!(
        (subscriptions("deletions"), subscriptions("staying")),
        (1, 0),
        "{plan:#}"
    );
}

#[test]
fn a_plan_is_of_one_account_and_lab_and_is_whole() {
    let cleaner = Cleaner::with("eventdriven", "621000000007", &[orders::solution()]);
    cleaner.plan(&[]);
    let mut other = Cleaner::new("eventdriven", "621000000008");
    std::fs::copy(cleaner.file(), other.file()).unwrap();
    let printed = other.apply(&[]);
    assert_eq!(printed.code, 2);
    assert!(
        printed.stderr.contains("this plan is for account 621000000007"),
        "{}",
        printed.stderr
    );
    other.lab = "datastream";
    assert!(
        other
            .apply(&[])
            .stderr
            .contains("is for eventdriven, not for datastream")
    );
    std::fs::write(other.file(), "{\"schema\": 1").unwrap();
    let printed = other.apply(&[]);
    assert!(
        printed.stderr.contains("is not a plan of `edemlab cleanup`"),
        "{}",
        printed.stderr
    );
    // A file that is no plan is not overwritten by one.
    let printed = run(other.command(&["--here"]));
    assert!(
        printed.code == 2 && printed.stderr.contains("is no plan of `edemlab cleanup`"),
        "{}",
        printed.stderr
    );
    assert_eq!(std::fs::read_to_string(other.file()).unwrap(), "{\"schema\": 1");
    // Without a plan, nothing is confirmed beforehand.
    let printed = run(alone(&["cleanup", "datastream", "--yes"]));
    assert!(
        printed.code == 2 && printed.stderr.contains("--plan"),
        "{}",
        printed.stderr
    );
    assert!(Path::new(&cleaner.file()).exists());
}

/// What an unfinished plan has left shows no sign any more: who begins again with a new plan gets it all the same.
#[test]
fn a_new_plan_takes_over_what_an_unfinished_one_has_left() {
    let account = "622000000013";
    let mut cleaner = Cleaner::with("datastream", account, &[solution()]);
    let first = cleaner.plan(&[]);
    let before = cleaner.standing();
    let relay = Relay::to(cloud().endpoint());
    cleaner.through(&relay);
    let mut command = cleaner.command(&["--yes"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually("it is half done, or ends", || {
        deletions(&relay) >= 12 || child.try_wait().unwrap().is_some()
    });
    kill("KILL", child.id());
    child.wait().unwrap();
    cleaner.endpoint = cloud().endpoint().to_owned();
    let second = cleaner.plan(&[]);
    let left: BTreeSet<String> = ids(&first)
        .into_iter()
        .filter(|what| cleaner.standing().contains_key(what))
        .collect();
    assert!(!left.is_empty() && left.len() < ids(&first).len(), "{left:?}");
    assert_eq!(ids(&second), left, "all that is left of the first plan");
    assert_eq!(cleaner.apply(&[]).code, 0);
    let after = cleaner.standing();
    let gone = gone(&before, &after);
    assert_eq!(gone, ids(&first));
}

/// A plan says what it is about by names and by ARNs: both have to be what was planned.
#[test]
fn a_plan_that_was_changed_by_hand_is_not_applied() {
    let account = "622000000014";
    let cleaner = Cleaner::with("datastream", account, &[solution()]);
    let mut plan = cleaner.plan(&[]);
    let before = cleaner.standing();
    let table = plan["deletions"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|one| one["noun"] == "table")
        .unwrap();
    table["id"] = json!(format!("arn:aws:dynamodb:{REGION}:{account}:table/innocent"));
    std::fs::write(cleaner.file(), plan.to_string()).unwrap();
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 2, "{}{}", printed.stdout, printed.stderr);
    assert!(printed.stderr.contains("was changed by hand"), "{}", printed.stderr);
    assert_eq!(cleaner.standing(), before);
}

/// A table of the same name that was made since has another one's data.
#[test]
fn a_table_that_was_made_again_since_ends_it() {
    let account = "622000000015";
    let made = cloud().deploy(account, &solution());
    let cleaner = Cleaner::new("datastream", account);
    cleaner.plan(&[]);
    let root = cloud().root(account);
    wait(async {
        let name = json!({"TableName": made["TableName"]});
        root.call(&DYNAMODB, "DeleteTable", name).await.unwrap();
        // DynamoDB has the time of a table to a fraction of a second.
        let table = json!({
            "TableName": made["TableName"], "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "thesis", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "thesis", "KeyType": "HASH"}],
        });
        root.call(&DYNAMODB, "CreateTable", table).await.unwrap();
    });
    let before = cleaner.standing();
    let printed = cleaner.apply(&[]);
    assert_eq!(printed.code, 2, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stderr.contains("it was made or changed since"),
        "{}",
        printed.stderr
    );
    assert_eq!(cleaner.standing(), before);
}
