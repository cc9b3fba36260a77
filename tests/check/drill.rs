//! A drill from its beginning to its end: what is broken is not said before it is found, hints climb, and only what is
//! fixed ends it.

use crate::common;

use common::{OwnSandbox, edemlab, text};
use edemlab::drill::{self, Drill, Level};
use std::process::Output;

struct Drills {
    own: OwnSandbox,
}

impl Drills {
    fn run(&self, args: &[&str]) -> Output {
        let mut command = edemlab(args);
        command.env("EDEMLAB_SANDBOX", self.own.name()).env("COLUMNS", "100");
        command.output().unwrap()
    }

    /// What `edemlab drill …` prints, with its lines joined, where it ends with this code.
    fn drill(&self, args: &[&str], code: i32) -> String {
        let output = self.run(&[&["drill"], args].concat());
        let said = text(&output);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn record(&self) -> Drill {
        let read = Drill::read(&self.own.paths().drill()).expect("a drill");
        read.expect("one is under way")
    }

    fn deploy(&self, lab: &str, more: &[&str]) {
        let account = self.record().account;
        let args = [&["sandbox", "deploy", lab, "--account", &account], more].concat();
        let output = self.run(&args);
        assert!(output.status.success(), "{}", text(&output));
    }

    /// One drill: begun, hinted at, fixed.
    fn one(&self, lab: &str, level: Level, seed: u64) {
        let (name, number) = (level.to_string(), seed.to_string());
        let begun = self.drill(&[lab, "--level", &name, "--seed", &number], 0);
        let record = self.record();
        let course = common::course::course();
        let lab_of = course.lab(lab).unwrap();
        let faults: Vec<_> = record
            .faults
            .iter()
            .map(|id| lab_of.faults.iter().find(|f| f.deviation.id == *id).expect("a fault"))
            .collect();
        assert_eq!(faults.len(), if level == Level::Two { 2 } else { 1 }, "{begun}");
        assert!(
            begun.contains("A customer says: “") && begun.contains(&record.account),
            "{begun}"
        );
        for fault in &faults {
            let (id, title) = (&fault.deviation.id, &fault.deviation.title);
            assert!(
                !begun.contains(id.as_str()) && !begun.contains(title.as_str()),
                "{begun}"
            );
        }
        assert!(self.drill(&[lab], 2).contains("is under way"));
        assert!(self.drill(&["check"], 1).contains("✗ not yet"));
        let all = 3 * faults.len();
        for n in 1..=all {
            let hint = self.drill(&["hint"], 0);
            assert!(hint.contains(&format!("hint {n} of {all}")), "{hint}");
            assert_eq!(hint.contains("Fix: ") && n <= 3, n == 3, "{hint}");
        }
        self.deploy(lab, &[]);
        let ended = self.drill(&["check"], 0);
        assert!(ended.contains("✓ found and fixed in "), "{ended}");
        assert!(ended.contains(&format!("with {all} hints")), "{ended}");
        for fault in &faults {
            assert!(ended.contains(&fault.deviation.title), "{ended}");
        }
        assert!(self.drill(&["check"], 2).contains("no drill is under way"));
    }
}

/// Faults that are gone once the solution is deployed in their place, with the drills that are about nothing else.
const DRILLS: [(&str, Level, &[&str]); 10] = [
    ("datastream", Level::Easy, &["variable-name"]),
    (
        "eventdriven",
        Level::Two,
        &["error-swallowed", "order-rule-off", "topic-variable-name"],
    ),
    ("datastream", Level::Hard, &["not-decoded"]),
    ("eventdriven", Level::Hard, &["handler-does-not-reject"]),
    ("eventdriven", Level::Easy, &["choice-reversed"]),
    (
        "datastream",
        Level::Two,
        &["variable-name", "wrong-handler", "not-decoded"],
    ),
    ("datastream", Level::Hard, &["wrong-handler"]),
    ("eventdriven", Level::Easy, &["error-swallowed"]),
    ("eventdriven", Level::Hard, &["function-raises"]),
    ("eventdriven", Level::Easy, &["topic-variable-name"]),
];

/// The number of a drill that is about some of these faults only.
fn seed(lab: &str, level: Level, faults: &[&str]) -> u64 {
    let course = common::course::course();
    let lab = course.lab(lab).unwrap();
    let mut seeds = 1..10_000;
    let found = seeds.find(|seed| {
        let choice = drill::choose(lab, level, *seed).expect("the lab has such faults");
        choice
            .faults
            .iter()
            .all(|fault| faults.contains(&fault.deviation.id.as_str()))
    });
    found.unwrap_or_else(|| panic!("no drill is about {faults:?}"))
}

#[test]
fn a_fault_is_found_fixed_and_only_then_named() {
    std::thread::scope(|scope| {
        for (n, part) in DRILLS.chunks(DRILLS.len() / 2).enumerate() {
            scope.spawn(move || {
                let drills = Drills {
                    own: OwnSandbox::new(&format!("drill-{n}")),
                };
                for (lab, level, faults) in part {
                    drills.one(lab, *level, seed(lab, *level, faults));
                }
            });
        }
    });
}

#[test]
fn who_breaks_something_else_is_told_and_who_gives_up_too() {
    let drills = Drills {
        own: OwnSandbox::new("drill-besides"),
    };
    assert!(drills.drill(&["hint"], 2).contains("no drill is under way"));
    drills.drill(&["datastream", "--seed", "1"], 0);
    let record = drills.record();

    drills.deploy("datastream", &["--fault", "no-bucket-policy"]);
    let said = drills.drill(&["check"], 1);
    assert!(said.contains("Broken besides: s3."), "{said}");
    let course = common::course::course();
    let lab = course.lab("datastream").unwrap();
    let fault = lab.faults.iter().find(|f| f.deviation.id == record.faults[0]).unwrap();
    let said = drills.drill(&["end"], 0);
    assert!(said.contains(&fault.deviation.title), "{said}");
    // The account ends with its sandbox.
    drills.drill(&["datastream", "--seed", "1"], 0);
    assert_eq!(drills.record().faults, record.faults);
    assert!(drills.own.sandbox(&["stop"]).output().unwrap().status.success());
    assert!(drills.drill(&["show"], 2).contains("the sandbox has ended"));
}

#[test]
fn a_level_without_a_lab_is_no_question_about_the_drill_under_way() {
    for args in [&["--level", "hard"][..], &["--seed", "7"]] {
        let output = edemlab(&[&["drill"], args].concat()).output().unwrap();
        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("<LAB>") && said.contains("Usage: edemlab drill"),
            "{said}"
        );
    }
}
