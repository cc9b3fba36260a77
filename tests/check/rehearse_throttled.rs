//! AWS says "slow down" in the middle of a rehearsal, more often than a call asks again: it goes on, and ends as it would have.

use crate::common;

use common::cloud::shared;
use common::rehearsal::{Rehearsal, last_line, things};
use common::relay::Relay;
use common::relay::answers::Instead;
use serde_json::{Value, json};

/// One call asks six times.
const TIMES: usize = 7;

/// In the words of a service of the query protocol.
const QUERY: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";

/// In those of the others.
const JSON: &str = r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#;

/// What is asked, after what, and how a service says that this was too often.
const RULES: &[(&str, &str, &str, &str)] = &[
    (
        "Action=ListStackResources",
        "Action=CreateStack",
        "400 Bad Request",
        QUERY,
    ),
    // What is asked in a check, of the services and of who asks; and its event.
    (
        "Action=GetCallerIdentity",
        "Action=CreateStack",
        "400 Bad Request",
        QUERY,
    ),
    (
        "GET /2015-03-31/functions",
        "Action=CreateStack",
        "429 Too Many Requests",
        JSON,
    ),
    (
        "Kinesis_20131202.PutRecord",
        "Action=CreateStack",
        "400 Bad Request",
        JSON,
    ),
    ("Action=UpdateStack", "Action=CreateStack", "400 Bad Request", QUERY),
    ("Action=DescribeStacks", "Action=UpdateStack", "400 Bad Request", QUERY),
    ("Action=DeleteStack", "Action=UpdateStack", "400 Bad Request", QUERY),
    // What proves that nothing is left.
    (
        "Logs_20140328.DescribeLogGroups",
        "Action=DeleteStack",
        "400 Bad Request",
        JSON,
    ),
    ("Action=ListRoles", "Action=DeleteStack", "400 Bad Request", QUERY),
];

/// What a trial has shown, without its times.
fn shown(record: &Value) -> Vec<Value> {
    let trials = record["trials"].as_array().expect("trials").iter();
    let statuses = |trial: &Value| -> Vec<Value> {
        let checks = trial["checks"].as_array().expect("checks").iter();
        checks.map(|check| json!([check["check"], check["status"]])).collect()
    };
    trials
        .map(|trial| {
            json!([
                trial["subject"],
                trial["wrong"],
                trial["leftovers"],
                statuses(trial),
                trial["not_back_by_update"]
            ])
        })
        .collect()
}

#[test]
fn throttled_in_the_middle_it_goes_on_and_ends_the_same() {
    let cloud = shared("rehearse");
    let args = ["--yes", "--settle", "60", "--fault", "trigger-off"];
    let calm = Rehearsal::new("datastream", "640000000017");
    let printed = calm.run(&args);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);

    let account = "640000000018";
    let before = things(account);
    let mut rehearsal = Rehearsal::new("datastream", account);
    let instead = |(of, after, status, body): &(&'static str, &'static str, &str, &str)| {
        Instead::page(of, TIMES, status, body).after(after)
    };
    let relay = Relay::mistaking(cloud.endpoint(), RULES.iter().map(instead).collect());
    rehearsal.endpoint = relay.endpoint();
    let printed = rehearsal.run(&args);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    assert!(
        last_line(&printed).starts_with("Nothing of the rehearsal is left"),
        "{}",
        printed.stdout
    );
    // Each was asked again after all of its refusals.
    for (of, after, ..) in RULES {
        let times = relay.count(of);
        assert!(times > TIMES, "{of} after {after}: {times}");
    }
    assert_eq!(shown(&rehearsal.record()), shown(&calm.record()));
    assert_eq!(things(account), before);
}
