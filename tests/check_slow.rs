//! A function that takes its time: as long as it is at work, nothing is said to have failed.

#![cfg(unix)]

mod common;

use common::cloud::{Cloud, shared};
use common::course::{Copy, STACK, solution_with_code};
use common::eventually;
use edemlab::report::{Report, Status};

fn cloud() -> &'static Cloud {
    shared("slow")
}

/// An account whose function does this before it stores anything, and its table.
fn taking(account: &str, first: &str) -> String {
    let template = solution_with_code("    failed = []", &format!("    failed = []\n    {first}"));
    cloud().deploy_as(account, common::cloud::REGION, STACK, &template)["TableName"].clone()
}

#[test]
fn what_comes_late_from_a_function_at_work_has_come() {
    let account = "390000000001";
    // Longer than the 20 s that the item has.
    let table = taking(account, "__import__('time').sleep(22)");
    let seen = cloud().report(account, &["final"]);
    assert_eq!(seen.get("final.stored").status, Status::Pass, "{}", seen.json);
    assert_eq!(cloud().items(account, &table), Vec::<String>::new());
}

#[test]
fn a_function_that_does_not_end_leaves_it_open() {
    let account = "390000000002";
    let scratch = tempfile::tempdir().unwrap();
    let told = scratch.path().join("go-on");
    let table = taking(
        account,
        &format!(
            "while not __import__('os').path.exists({:?}): __import__('time').sleep(0.1)",
            told.display().to_string()
        ),
    );
    let impatient = Copy::new();
    impatient.replace("checks/datastream/final.yaml", "within: 20s", "within: 1s");
    let course = impatient.folder().display().to_string();
    let seen = cloud().report(account, &["--course", &course, "final"]);
    let stored = seen.get("final.stored");
    let found = stored.found.clone().unwrap_or_default();
    assert_eq!((stored.status, seen.code), (Status::Unknown, 3), "{}", seen.json);
    assert!(found.contains("is still running, since"), "{found}");
    // It is named which item may still come, since nobody is there any more to take it away.
    std::fs::write(&told, "").unwrap();
    eventually("the item has come", || !cloud().items(account, &table).is_empty());
    let items = cloud().items(account, &table);
    let id = items[0].split('"').find(|part| part.starts_with("edemlab-")).unwrap();
    let report: Report = serde_json::from_str(&seen.json).unwrap();
    assert!(
        report.leftovers.iter().any(|left| left.contains(id)),
        "{id}: {:?}",
        report.leftovers
    );
}
