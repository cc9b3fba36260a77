//! JUnit XML, for whatever reads test results: a suite a step, a case a check.

use super::{Report, Status};
use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// The report as JUnit XML. What could not be determined is an error, what was not reached is skipped.
pub fn junit(report: &Report) -> String {
    let mut junit = Junit::new(format!("{} {}", report.lab, report.account));
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
            lines.extend(check.evidence.iter().cloned());
            let non_success = |kind| {
                let mut status = TestCaseStatus::non_success(kind);
                status.set_message(check.found.as_deref().unwrap_or(&check.title));
                status.set_description(lines.join("\n"));
                status
            };
            let status = match check.status {
                Status::Pass => TestCaseStatus::success(),
                Status::Fail => non_success(NonSuccessKind::Failure),
                Status::Unknown => non_success(NonSuccessKind::Error),
                Status::Blocked => {
                    let mut status = TestCaseStatus::skipped();
                    status.set_message(format!("needs {}", check.needs.join(", ")));
                    status
                }
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
