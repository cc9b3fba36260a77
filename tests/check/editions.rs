//! Next year's course is a folder: other rules and a new step, in YAML alone.

use crate::common;

use std::path::{Path, PathBuf};

use common::cloud::{Checked, alone, check_lab_at, checked, run, shared};
use common::course::copy;
use edemlab::course::{Course, CourseFiles, Part, load};
use edemlab::report::Status;
use serde_json::Value;

const LAB: &str = "datastream";

fn edition() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check/editions/2026")
}

fn course(folder: &Path) -> Course {
    let files = CourseFiles::read(folder).expect("a course");
    load(files, &edemlab::judge::vocabulary(), Part::Everything).expect("a sound course")
}

fn solution() -> Value {
    course(&edition())
        .lab(LAB)
        .unwrap()
        .solution
        .clone()
        .expect("a solution")
}

fn fault(id: &str) -> Vec<Value> {
    let course = course(&edition());
    let lab = course.lab(LAB).unwrap();
    let fault = lab
        .faults
        .iter()
        .find(|fault| fault.deviation.id == id)
        .expect("a fault");
    fault
        .deviation
        .templates(lab.solution.as_ref().unwrap())
        .expect("it fits")
}

/// An account with these templates, checked by the course in `folder`.
fn check(account: &str, templates: &[Value], folder: &Path) -> Checked {
    let cloud = shared("datastream");
    for template in templates {
        cloud.deploy(account, template);
    }
    let mut command = check_lab_at(cloud.endpoint(), LAB, &cloud.student(account), &["--format", "json"]);
    command.arg("--course").arg(folder);
    checked(command)
}

fn command(args: &[&str]) -> std::process::Command {
    let mut command = alone(args);
    command.arg("--course").arg(edition());
    command
}

#[test]
fn it_has_no_mistake() {
    let printed = run(command(&["lint"]));
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    assert!(
        printed.stdout.contains("datastream: 7 steps, 16 checks, 14 faults"),
        "{}",
        printed.stdout
    );
}

#[test]
fn it_is_proved() {
    let printed = run(command(&["prove", LAB]));
    assert_eq!(printed.code, 0, "{}\n{}", printed.stdout, printed.stderr);
    let last = printed.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("proved: 16 checks, 15 accounts"), "{last}");
}

#[test]
fn its_own_solution_passes_and_its_two_functions_are_told_apart() {
    let seen = check("480000000001", &[solution()], &edition());
    assert_eq!((seen.code, seen.report.edition.as_str()), (0, "2026"), "{}", seen.json);
    assert_eq!(seen.report.points.earned, seen.report.points.possible);
    assert!(seen.report.leftovers.is_empty(), "{:?}", seen.report.leftovers);
    let name = |of: &str| seen.report.resources[of].name.as_str();
    assert!(
        name("processor").contains("-Function-") && name("counter").contains("-Counter-"),
        "{}",
        seen.json
    );
    let cloud = shared("datastream");
    let stored = cloud.items("480000000001", &seen.report.resources["table"].name);
    assert!(stored.is_empty(), "left behind: {stored:?}");
}

#[test]
fn last_years_account_does_not_pass_this_years_rules() {
    let seen = check("480000000002", &[common::course::solution()], &edition());
    let failed = seen.with(Status::Fail);
    for id in ["kinesis.provisioned", "iam.names", "counter.batch"] {
        assert!(failed.contains(&id), "{id} in {failed:?}");
    }
    assert_eq!(
        seen.step("final"),
        Status::Pass,
        "the events find their way all the same"
    );
}

#[test]
fn it_says_what_is_wrong_in_its_own_words() {
    let seen = check("480000000003", &fault("two-shards"), &edition());
    assert_eq!(seen.with(Status::Fail), ["kinesis.one-shard"], "{}", seen.json);
    assert!(seen.found("kinesis.one-shard").starts_with("2 open shards of stream "));
    let explained = run(command(&["explain", LAB, "counter"]));
    assert!(
        explained.stdout.contains("A second function reads the stream"),
        "{}",
        explained.stdout
    );
}

#[test]
fn the_course_that_is_built_in_is_another_one() {
    let printed = run(alone(&["explain", LAB]));
    assert!(
        !printed.stdout.contains("A second function reads the stream"),
        "{}",
        printed.stdout
    );
}

#[test]
fn a_hop_is_blocked_by_the_checks_that_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    copy(&edition(), folder.path());
    let file = folder.path().join("checks/datastream/final.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let asked = "      points: 2\n      send: kinesis.put_record\n";
    assert_eq!(text.matches(asked).count(), 1);
    let needs = "      points: 2\n      needs: [kinesis.one-shard]\n      send: kinesis.put_record\n";
    std::fs::write(&file, text.replace(asked, needs)).unwrap();
    let seen = check("480000000004", &fault("two-shards"), folder.path());
    assert_eq!(seen.get("final.invoked").status, Status::Blocked, "{}", seen.json);
    assert_eq!(seen.get("final.invoked").needs, ["kinesis.one-shard"]);
}

#[test]
fn advice_that_no_fault_shows_is_not_proved() {
    let folder = tempfile::tempdir().unwrap();
    copy(&edition(), folder.path());
    let advice = "advice:
  - id: nothing-of-that
    symptom: what no function says
    when: error.code == \"NoSuchError\"
    fix: Nothing to do.

  - id: far-away
    symptom: what only AWS says
    when: error.code == \"NoSuchErrorHere\"
    fix: Nothing to do.
    unproved: the sandbox does not say so

  - id: whatever
    symptom: any error
    when: 'error.source in [\"log\", \"trigger\", \"code\", \"item\"]'
    fix: Look at it.
    unproved: it is said to be rare
";
    std::fs::write(folder.path().join("labs/datastream/advice.yaml"), advice).unwrap();
    let mut command = alone(&["prove", LAB, "--course"]);
    command.arg(folder.path());
    let printed = run(command);
    assert_eq!(printed.code, 1, "{}\n{}", printed.stdout, printed.stderr);
    for part in [
        "advice nothing-of-that (labs/datastream/advice.yaml:4:11): no fault shows it",
        "advice whatever (labs/datastream/advice.yaml:15:11): a fault shows it: remove its `unproved`",
        "not proved: 2 of the lab's 3 lines of advice",
    ] {
        assert!(printed.stdout.contains(part), "no {part:?} in:\n{}", printed.stdout);
    }
    assert!(!printed.stdout.contains("far-away"), "{}", printed.stdout);
}
