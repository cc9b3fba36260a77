//! `edemlab prove` of the shipped course, with every fault and its fix.

use crate::common;

use common::aws_cli::AwsCli;
use common::cloud::{alone, run};
use common::course::course;

/// One lab after the other: each takes what a machine has. The longest of all tests begins among the first.
#[test]
fn the_shipped_course_is_proved() {
    let course = course();
    for (lab, at_least) in [("datastream", 24), ("eventdriven", 26)] {
        let mut command = alone(&["prove", lab]);
        let tools = tempfile::tempdir().unwrap();
        let _aws = AwsCli::on_path(&mut command, tools.path());
        let printed = run(command);
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
