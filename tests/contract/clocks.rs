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
    let mut jobs = Vec::new();
    for (n, lab) in LABS.iter().enumerate() {
        for (m, ahead) in skews().iter().enumerate() {
            jobs.push((*lab, format!("9100000{n}0{m:02}0"), *ahead));
        }
    }
    each(&jobs, |(lab, account, ahead)| {
        solved(lab, account);
        let checked = at(lab, account, *ahead);
        assert_eq!(
            checked.with(Status::Pass).len(),
            verdicts(&checked).len(),
            "{ahead} s: {}",
            checked.json
        );
        assert_eq!(checked.code, 0, "{lab}, {ahead} s: {}", checked.json);
    });
}

#[test]
fn a_clock_that_is_wrong_names_no_other_hop() {
    let faults = [("datastream", "crash"), ("eventdriven", "function-raises")];
    let mut jobs = Vec::new();
    for (n, (lab, fault)) in faults.iter().enumerate() {
        for (m, ahead) in skews().iter().enumerate() {
            jobs.push((*lab, *fault, format!("9100000{n}0{m:02}1"), *ahead));
        }
    }
    each(&jobs, |(lab, fault, account, ahead)| {
        faulty(lab, account, fault);
        let same = Front::new(&json!({})).check(lab, account, &[]);
        let failed = |checked: &Checked| {
            let ids = checked.with(Status::Fail);
            ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()
        };
        assert!(!failed(&same).is_empty(), "{}", same.json);
        let checked = at(lab, account, *ahead);
        assert_eq!(failed(&checked), failed(&same), "{ahead} s: {}", checked.json);
        assert_eq!(verdicts(&checked), verdicts(&same), "{ahead} s");
    });
}
