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

/// Several of them at once, for the short form: all that do not contradict each other.
const TOGETHER: &[&[&str]] = &[
    &[
        "members that are new",
        "absent lists empty",
        "timestamps with an exponent",
        "indented",
        "a namespace prefix",
        "members in another order",
    ],
    &[
        "empty lists and texts absent",
        "timestamps in milliseconds",
        "an XML declaration and comments",
        "CDATA",
        "plain UTF-8",
        "other headers",
    ],
    &["null for what is absent", "timestamps in whole seconds"],
];

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
    let style = |names: &[&str]| json!({"style": names});
    let mut rules: Vec<Value> = match all() {
        true => STYLES.iter().map(|name| style(&[*name])).collect(),
        false => TOGETHER.iter().map(|names| style(names)).collect(),
    };
    let pages = [
        json!({"size": 1}),
        json!({"size": 1, "empty": 1}),
        json!({"size": 3, "empty": 11}),
        json!({"empty": 30}),
    ];
    let short = if all() { &pages[..] } else { &pages[1..2] };
    rules.extend(short.iter().map(|pages| json!({"pages": pages})));
    if !all() {
        let only = [
            "logs.FilterLogEvents",
            "stepfunctions.ListExecutions",
            "lambda.ListFunctions",
        ];
        rules.push(json!({"pages": {"empty": 30, "only": only}}));
    }
    rules
}

fn read(lab: &str, account: &str, rules: &Value) -> Checked {
    let front = Front::new(rules);
    let checked = front.check(lab, account, &[]);
    front.asked_well(&rules.to_string());
    if rules["pages"]["empty"].is_u64() {
        assert!(front.split().len() >= 2, "{rules}: {:?}", front.split());
    }
    checked
}

#[test]
fn a_legal_answer_is_read_alike() {
    let mut jobs = Vec::new();
    for (n, lab) in LABS.iter().enumerate() {
        for (m, rules) in rules().into_iter().enumerate() {
            jobs.push((*lab, format!("93000000{n}0{m:02}"), rules));
        }
    }
    each(&jobs, |(lab, account, rules)| {
        solved(lab, account);
        let checked = read(lab, account, rules);
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
    let mut jobs = Vec::new();
    let few = if all() { FAULTS.len() } else { 0 };
    for (n, (lab, fault)) in FAULTS[..few].iter().enumerate() {
        for (m, rules) in rules().into_iter().enumerate() {
            jobs.push((*lab, *fault, format!("93000001{n}0{m:02}"), rules));
        }
    }
    each(&jobs, |(lab, fault, account, rules)| {
        faulty(lab, account, fault);
        let plain = read(lab, account, &json!({}));
        assert_eq!(
            verdicts(&read(lab, account, rules)),
            verdicts(&plain),
            "{lab} {fault} {rules}"
        );
    });
}

#[test]
fn what_is_behind_too_many_pages_is_unknown() {
    let jobs = [
        (
            "datastream",
            "930000020001",
            "kinesis.ListStreams",
            1_100,
            "kinesis.exists",
        ),
        (
            "eventdriven",
            "930000020002",
            "logs.FilterLogEvents",
            250,
            "final.logged",
        ),
        (
            "eventdriven",
            "930000020003",
            "stepfunctions.ListExecutions",
            250,
            "final.started",
        ),
    ];
    let few = if all() { jobs.len() } else { 1 };
    each(&jobs[..few], |(lab, account, operation, empty, check)| {
        solved(lab, account);
        let args: &[&str] = if check.starts_with("final.") {
            &[]
        } else {
            &["--no-probe"]
        };
        let front = Front::new(&json!({"pages": {"empty": empty, "only": [operation]}}));
        let checked = front.check(lab, account, args);
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
    let account = "930000020004";
    solved("eventdriven", account);
    // An old execution that was redriven is listed as a new one is: before what was started meanwhile.
    let front = Front::new(&json!({"redriven": true, "pages": {"size": 1, "only": ["stepfunctions.ListExecutions"]}}));
    let checked = front.check("eventdriven", account, &[]);
    front.asked_well("redriven");
    assert_eq!(checked.code, 0, "{}", checked.json);
}
