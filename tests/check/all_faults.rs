//! `edemlab prove` of the shipped course, with every fault and its fix.

use crate::common;

use common::aws_cli::AwsCli;
use common::cloud::{alone, run};
use common::course::course;

fn prove(lab: &str, at_least: usize) {
    let mut command = alone(&["prove", lab]);
    let tools = tempfile::tempdir().unwrap();
    let _aws = AwsCli::on_path(&mut command, tools.path());
    let printed = run(command);
    assert_eq!(printed.code, 0, "{}\n{}", printed.stdout, printed.stderr);
    let last = printed.stdout.lines().last().unwrap_or_default();
    let checks = course().lab(lab).expect("a lab").checks().count();
    assert!(last.starts_with(&format!("proved: {checks} checks")), "{last}");
    let accounts = printed.stdout.lines().filter(|line| line.contains('✓')).count();
    assert!(accounts > at_least, "{}", printed.stdout);
    assert!(!printed.stdout.contains('✗'), "{}", printed.stdout);
}

/// The longest of all tests begin among the first.
#[test]
fn datastream_is_proved() {
    prove("datastream", 24);
}

#[test]
fn eventdriven_is_proved() {
    prove("eventdriven", 26);
}

#[test]
fn no_lab_is_proved_nowhere() {
    assert_eq!(course().labs.keys().collect::<Vec<_>>(), ["datastream", "eventdriven"]);
}
