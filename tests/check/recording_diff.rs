//! Where the answers of two recordings differ in shape, that is found; and nothing else is.

use crate::common;

use std::collections::BTreeMap;

use common::cloud::run;
use common::orders;
use common::relay::Relay;
use common::taped::{of_orders, recording};
use edemlab::recording::{Exchange, Recording};
use regex::Regex;

/// Changes each answer of an operation in place.
fn alter(recording: &mut Recording, operation: &str, change: impl Fn(&mut Exchange)) {
    let mut found = 0;
    for exchange in recording
        .exchanges
        .iter_mut()
        .filter(|exchange| exchange.operation == operation)
    {
        change(exchange);
        found += 1;
    }
    assert!(found > 0, "no {operation}");
}

fn in_body(exchange: &mut Exchange, from: &str, to: &str) {
    let answer = exchange.answer.as_mut().expect("an answer");
    let changed = Regex::new(from).unwrap().replace_all(&answer.body, to).into_owned();
    assert_ne!(changed, answer.body, "{from}");
    answer.body = changed;
}

#[test]
fn each_of_the_ways_in_which_a_sandbox_was_altered_is_found() {
    let file = &of_orders();
    let mut altered = Recording::open(file).expect("a recording");
    // A field less, another type, another name of an element, another status, another type of body, states in another order.
    alter(&mut altered, "DescribeStateMachine", |e| {
        in_body(e, r#""roleArn": ?"[^"]*", ?"#, "")
    });
    alter(&mut altered, "GET /restapis?limit", |e| {
        in_body(e, r#""createdDate": ?([0-9.]+)"#, r#""createdDate": "$1""#)
    });
    alter(&mut altered, "ListTopics", |e| in_body(e, "TopicArn>", "Topic>"));
    alter(&mut altered, "ListEventBuses", |e| {
        e.answer.as_mut().unwrap().status = 202
    });
    alter(&mut altered, "ListTables", |e| {
        e.answer
            .as_mut()
            .unwrap()
            .headers
            .insert("content-type".to_owned(), "text/plain".to_owned());
    });
    alter(&mut altered, "DescribeExecution", |e| {
        let answer = e.answer.as_mut().unwrap();
        answer.body = answer.body.replace("RUNNING", "SUCCEEDED");
    });
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("altered");
    altered.write(&other).unwrap();
    let printed = recording(&["diff", "--with", other.to_str().unwrap()], file);
    assert_eq!(printed.code, 1, "{}{}", printed.stdout, printed.stderr);
    let flat = printed.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = BTreeMap::from([
        (
            "states DescribeStateMachine",
            "roleArn: recorded text; the other one missing",
        ),
        (
            "apigateway GET /restapis?limit",
            "item[].createdDate: recorded number; the other one text",
        ),
        ("sns ListTopics", "recorded text; the other one missing"),
        ("events ListEventBuses", "outcomes: recorded 200; the other one 202"),
        ("dynamodb ListTables", "the other one text/plain"),
        ("states DescribeExecution", "status, order of states: recorded RUNNING"),
    ]);
    for (operation, said) in expected {
        assert!(
            flat.contains(operation) && flat.contains(said),
            "{operation}: {}",
            printed.stdout
        );
    }
    // A renamed element is one that is gone and one that is new.
    assert!(flat.ends_with("7 differences"), "{}", printed.stdout);
}

#[test]
fn a_sandbox_that_was_altered_in_five_ways_differs_in_these_five() {
    let lab = orders::Orders::with("370500000001", &[orders::solution()]);
    let folder = tempfile::tempdir().unwrap();
    let record = |endpoint: &str, name: &str| {
        let file = folder.path().join(name);
        let mut check = lab.command_at(endpoint, &lab.student(), &["--record"]);
        check.arg(&file);
        let printed = run(check);
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        file
    };
    let altered = Relay::telling(
        lab.cloud.endpoint(),
        &[
            ("GET /2015-03-31/functions/", "\"CodeSha256\"", "\"CodeSha\""),
            (
                "GET /2015-03-31/functions/",
                "\"MemorySize\": 128",
                "\"MemorySize\": \"128\"",
            ),
            ("Action=ListRoles", "IsTruncated>", "Truncated>"),
            ("GET /restapis?", "\"apiKeySource\"", "\"keySource\""),
            (
                "Logs_20140328.DescribeLogGroups",
                "\"metricFilterCount\": 0",
                "\"metricFilterCount\": null",
            ),
        ],
    );
    let (straight, other) = (
        record(lab.cloud.endpoint(), "straight"),
        record(&altered.endpoint(), "altered"),
    );
    let printed = recording(&["diff", "--with", other.to_str().unwrap()], &straight);
    assert_eq!(printed.code, 1, "{}{}", printed.stdout, printed.stderr);
    let flat = printed.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "Functions[].CodeSha256: recorded text; the other one missing",
        "Functions[].MemorySize: recorded number; the other one text",
        "ListRolesResponse.ListRolesResult.IsTruncated: recorded text; the other one missing",
        "item[].apiKeySource: recorded text; the other one missing",
        "logGroups[].metricFilterCount: recorded number; the other one null",
    ] {
        assert!(flat.contains(said), "{said}: {}", printed.stdout);
    }
    for operation in ["SimulatePrincipalPolicy", "ListTopics", "PutEvents", "ListRules"] {
        assert!(
            !flat.contains(operation),
            "{operation} was not altered: {}",
            printed.stdout
        );
    }
}
