//! `edemlab prove`: the shipped course is proved; a check that can no longer fail is found out.

mod common;

use common::cloud::{alone, run};
use common::course::{Copy, course};

/// One lab after the other: each takes what a machine has.
#[test]
fn the_shipped_course_is_proved() {
    let course = course();
    for (lab, at_least) in [("datastream", 24), ("eventdriven", 26)] {
        let printed = run(alone(&["prove", lab]));
        assert_eq!(printed.code, 0, "{}\n{}", printed.stdout, printed.stderr);
        let last = printed.stdout.lines().last().unwrap_or_default();
        let checks = course.lab(lab).expect("a lab").checks().count();
        assert!(last.starts_with(&format!("proved: {checks} checks")), "{last}");
        let accounts = printed.stdout.lines().filter(|line| line.contains('✓')).count();
        assert!(accounts > at_least, "{}", printed.stdout);
        assert!(!printed.stdout.contains('✗'), "{}", printed.stdout);
    }
    assert_eq!(course.labs.len(), 2, "a lab that is proved nowhere");
}

#[test]
fn a_check_that_passes_whatever_there_is_does_not_hold() {
    let course = Copy::new();
    course.replace(
        "checks/datastream/kinesis.yaml",
        "expect: stream.StreamModeDetails.StreamMode == \"ON_DEMAND\"",
        "expect: true",
    );
    let mut command = alone(&["prove", "datastream", "--fault", "provisioned-stream", "--course"]);
    command.arg(course.folder());
    let printed = run(command);
    assert_eq!(printed.code, 1, "{}\n{}", printed.stdout, printed.stderr);
    for part in [
        "✓ the solution",
        "✗ provisioned-stream",
        "kinesis.on-demand should fail, is Pass",
        "the fault is at labs/datastream/faults.yaml:",
        "not proved: 1 of 2 accounts",
    ] {
        assert!(printed.stdout.contains(part), "no {part:?} in:\n{}", printed.stdout);
    }
}

#[test]
fn a_check_that_fails_where_it_should_not_does_not_hold_either() {
    let course = Copy::new();
    course.replace(
        "checks/datastream/setup.yaml",
        "expect: '!caller.Arn.endsWith(\":root\")'",
        "expect: '!caller.Arn.endsWith(\"student\")'",
    );
    let mut command = alone(&["prove", "datastream", "--fault", "no-bucket-policy", "--course"]);
    command.arg(course.folder());
    let printed = run(command);
    assert_eq!(printed.code, 1, "{}\n{}", printed.stdout, printed.stderr);
    for part in [
        "setup.identity should pass, is Fail",
        "setup.identity should not fail, is Fail",
        "the solution does not pass",
        "not proved: 2 of 2 accounts",
    ] {
        assert!(printed.stdout.contains(part), "no {part:?} in:\n{}", printed.stdout);
    }
}
