//! Clocks differ: what AWS writes down has AWS's time, by which it is looked for.

use crate::common::cloud::Checked;
use crate::front::{Front, LABS, all, cloud, each, faulty, solved, verdicts};
use edemlab::report::Status;
use serde_json::json;

/// How far this computer's clock is ahead of AWS's, in seconds. (Signatures bear five minutes.)
const SHORT: &[i64] = &[-30, 200];
const LONG: &[i64] = &[-30, 2, 30, 75, 200];

fn skews() -> &'static [i64] {
    if all() { LONG } else { SHORT }
}

/// A check where AWS's clock is that far behind.
fn at(lab: &str, account: &str, ahead: i64) -> Checked {
    let keys = cloud().student(account);
    let keys = json!({"id": keys.access_key_id, "secret": keys.secret_access_key});
    let front = Front::new(&json!({"clock": {"ahead": -ahead, "keys": keys}}));
    let checked = front.check(lab, account, &[]);
    front.asked_well(&format!("{lab}, {ahead} s ahead"));
    checked
}

#[test]
fn a_clock_that_is_wrong_changes_no_verdict() {
    // The other lab looks for nothing by its time but the runs of a function.
    let labs = if all() { &LABS[..] } else { &LABS[1..] };
    let each_lab = labs
        .iter()
        .flat_map(|lab| skews().iter().map(move |ahead| (*lab, *ahead)));
    let jobs: Vec<(&str, i64)> = each_lab.collect();
    each(&jobs, |(lab, ahead)| {
        let checked = at(lab, &solved(lab), *ahead);
        assert_eq!(checked.code, 0, "{lab}, {ahead} s: {}", checked.json);
        assert_eq!(
            checked.with(Status::Pass).len(),
            verdicts(&checked).len(),
            "{ahead} s: {}",
            checked.json
        );
    });
}

#[test]
fn a_clock_that_is_wrong_names_no_other_hop() {
    // The cause of each stands in a log, or in an execution's history.
    let faults = [("eventdriven", "function-raises"), ("datastream", "crash")];
    let few = if all() { &faults[..] } else { &faults[..1] };
    let skews = if all() { LONG } else { &SHORT[1..] };
    let each_fault = few
        .iter()
        .flat_map(|(lab, fault)| skews.iter().map(move |ahead| (*lab, *fault, *ahead)));
    let jobs: Vec<(&str, &str, i64)> = each_fault.collect();
    each(&jobs, |(lab, fault, ahead)| {
        let account = faulty(lab, fault);
        let plain = Front::new(&json!({})).check(lab, &account, &[]);
        assert!(!plain.with(Status::Fail).is_empty(), "{}", plain.json);
        let checked = at(lab, &account, *ahead);
        assert_eq!(verdicts(&checked), verdicts(&plain), "{ahead} s: {}", checked.json);
    });
}
