//! JUnit XML, for whatever reads test results: a suite a step, a case a check.

use super::view::{Mark, Order};
use super::{Report, Status};
use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The report as JUnit XML. What could not be determined is an error. What was not reached, and extra credit that was not
/// taken, is skipped. The type of a failure says whether anything of its step is there.
pub fn junit(report: &Report) -> String {
    let mut junit = Junit::new(format!("{} {}", report.lab, report.account));
    let order = Order::of(report);
    for step in &report.steps {
        let mut suite = TestSuite::new(step.id.as_str());
        for check in &step.checks {
            let text = [
                ("expected", Some(&check.expected)),
                ("found", check.found.as_ref()),
                ("fix", check.fix.as_ref()),
            ];
            let mut lines: Vec<String> = text
                .into_iter()
                .filter_map(|(label, text)| Some(format!("{label}: {}", text?)))
                .collect();
            lines.extend(check.cli.iter().map(|command| format!("or: {command}")));
            lines.extend(check.evidence.iter().cloned());
            let non_success = |kind| {
                let mut status = TestCaseStatus::non_success(kind);
                status.set_message(check.found.as_deref().unwrap_or(&check.title));
                status.set_description(lines.join("\n"));
                status
            };
            let skipped = |why: String| {
                let mut status = TestCaseStatus::skipped();
                status.set_message(why);
                status
            };
            let status = match check.status {
                Status::Pass => TestCaseStatus::success(),
                Status::Fail if check.optional => skipped("extra credit that was not taken".to_owned()),
                Status::Fail => {
                    let mut status = non_success(NonSuccessKind::Failure);
                    status.set_type(Mark::of_check(&order, step, check).word());
                    status
                }
                Status::Unknown => non_success(NonSuccessKind::Error),
                Status::Blocked => skipped(format!("needs {}", check.needs.join(", "))),
            };
            let mut case = TestCase::new(format!("{}: {}", check.id, check.title), status);
            case.set_classname(format!("{}.{}", report.lab, step.id));
            case.set_time(Duration::from_secs_f64(check.seconds.max(0.0)));
            suite.add_test_case(case);
        }
        junit.add_test_suite(suite);
    }
    junit.to_string().expect("a report without control characters is XML")
}
