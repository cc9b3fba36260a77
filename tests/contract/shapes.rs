//! A legal answer is read alike, in whatever form it comes.

use crate::common::cloud::Checked;
use crate::front::{Front, LABS, all, each, faulty, solved, verdicts};
use edemlab::report::Status;
use serde_json::{Value, json};

/// Ways to write an answer.
const STYLES: &[&str] = &[
    "known members only",
    "members that are new",
    "null for what is absent",
    "empty lists and texts absent",
    "absent lists empty",
    "timestamps in whole seconds",
    "timestamps with an exponent",
    "timestamps in milliseconds",
    "indented",
    "an XML declaration and comments",
    "CDATA",
    "a namespace prefix",
    "members in another order",
    "plain UTF-8",
    "other headers",
];

/// Several of them at once, for the short form: all that do not contradict each other; and in which pages.
fn together() -> Vec<Value> {
    let first = [
        "members that are new",
        "absent lists empty",
        "timestamps with an exponent",
        "indented",
        "a namespace prefix",
        "members in another order",
    ];
    let second = [
        "null for what is absent",
        "empty lists and texts absent",
        "timestamps in milliseconds",
        "an XML declaration and comments",
        "CDATA",
        "plain UTF-8",
        "other headers",
    ];
    let slow = [
        "logs.FilterLogEvents",
        "stepfunctions.ListExecutions",
        "lambda.ListFunctions",
    ];
    vec![
        json!({"style": first, "pages": {"size": 1, "empty": 1}}),
        json!({"style": second, "pages": {"empty": 30, "only": slow}}),
    ]
}

/// Faults of which a cause is looked for.
const FAULTS: &[(&str, &str)] = &[
    ("datastream", "role-without-dynamodb"),
    ("datastream", "partition-key-name"),
    ("datastream", "trigger-off"),
    ("eventdriven", "order-rule-off"),
    ("eventdriven", "function-raises"),
    ("eventdriven", "handler-does-not-approve"),
];

/// All that is asked for.
fn rules() -> Vec<Value> {
    if !all() {
        return together();
    }
    let styles = STYLES.iter().map(|name| json!({"style": [name]}));
    let pages = [
        json!({"size": 1}),
        json!({"size": 1, "empty": 1}),
        json!({"size": 3, "empty": 11}),
        json!({"empty": 30}),
    ];
    let pages = pages.into_iter().map(|pages| json!({"pages": pages}));
    styles.chain(pages).chain(together()).collect()
}

/// A check under `rules`, with empty pages in the lists of so many operations.
fn read(lab: &str, account: &str, rules: &Value, split: usize) -> Checked {
    let front = Front::new(rules);
    let checked = front.check(lab, account, &[]);
    front.asked_well(&rules.to_string());
    if rules["pages"]["empty"].is_u64() {
        assert!(front.split().len() >= split, "{rules}: {:?}", front.split());
    }
    checked
}

#[test]
fn a_legal_answer_is_read_alike() {
    let each_lab = LABS
        .iter()
        .flat_map(|lab| rules().into_iter().map(move |rules| (*lab, rules)));
    let jobs: Vec<(&str, Value)> = each_lab.collect();
    each(&jobs, |(lab, rules)| {
        let checked = read(lab, &solved(lab), rules, 2);
        assert_eq!(checked.code, 0, "{lab} {rules}: {}", checked.json);
        assert_eq!(
            checked.with(Status::Pass).len(),
            verdicts(&checked).len(),
            "{lab} {rules}"
        );
    });
}

#[test]
fn the_cause_of_a_fault_is_read_alike() {
    if !all() {
        return eprintln!("not tested: EDEMLAB_CONTRACT=all");
    }
    let each_fault = FAULTS
        .iter()
        .flat_map(|(lab, fault)| rules().into_iter().map(move |rules| (*lab, *fault, rules)));
    let jobs: Vec<(&str, &str, Value)> = each_fault.collect();
    each(&jobs, |(lab, fault, rules)| {
        let account = faulty(lab, fault);
        let plain = read(lab, &account, &json!({}), 0);
        assert_eq!(
            // Where nothing was sent on, there are no executions to list.
            verdicts(&read(lab, &account, rules, 1)),
            verdicts(&plain),
            "{lab} {fault} {rules}"
        );
    });
}

#[test]
fn what_is_behind_too_many_pages_is_unknown() {
    let jobs = [
        ("datastream", "kinesis.ListStreams", 1_100, "kinesis.exists"),
        ("eventdriven", "logs.FilterLogEvents", 250, "final.logged"),
        ("eventdriven", "stepfunctions.ListExecutions", 250, "final.started"),
    ];
    if !all() {
        return eprintln!("not tested: EDEMLAB_CONTRACT=all");
    }
    each(&jobs, |(lab, operation, empty, check)| {
        let args: &[&str] = if check.starts_with("final.") {
            &[]
        } else {
            &["--no-probe"]
        };
        let front = Front::new(&json!({"pages": {"empty": empty, "only": [operation]}}));
        let checked = front.check(lab, &solved(lab), args);
        assert!(checked.with(Status::Fail).is_empty(), "{operation}: {}", checked.json);
        assert_eq!(
            checked.get(check).status,
            Status::Unknown,
            "{operation}: {}",
            checked.json
        );
        assert!(
            checked.found(check).contains("pages"),
            "{operation}: {}",
            checked.found(check)
        );
    });
}

#[test]
fn an_execution_is_found_behind_one_that_was_redriven() {
    // An old execution that was redriven is listed as a new one is: before what was started meanwhile.
    let front = Front::new(&json!({"redriven": true, "pages": {"size": 1, "only": ["stepfunctions.ListExecutions"]}}));
    let checked = front.check("eventdriven", &solved("eventdriven"), &[]);
    front.asked_well("redriven");
    assert_eq!(checked.code, 0, "{}", checked.json);
}
