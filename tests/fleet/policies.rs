//! Each statement of the fleet's policies is needed: without it something is not done, and the professor is told what.

use crate::common;

use common::cloud::{Cloud, Printed, REGION, alone, run, shared};
use common::fleet::{Fleet, template};
use common::taught::{Class, LABS, id, reports};
use edemlab::fleet::template::{FUNCTION_MAY, MACHINE_MAY};
use edemlab::report::{Report, Verdict};
use serde_json::Value;

fn cloud() -> &'static Cloud {
    shared("fleet")
}

/// What a class of one came to.
struct Seen {
    printed: Printed,
    report: Option<Report>,
    /// Notes of what a probe may have left.
    loose: Vec<String>,
    logged: Vec<String>,
    /// How the last execution ended.
    status: String,
}

impl Seen {
    fn of(class: &Class, fleet: &Fleet) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let out = scratch.path().join("class");
        let printed = class.graded(
            &out,
            &["--fleet", &fleet.stack.name, "--lab", LABS[0], "--region", REGION],
        );
        let report = reports(&out, 1).remove(&(id(0), LABS[0].to_owned()));
        if report.is_some() {
            let again = run(alone(&["regrade", out.to_str().unwrap()]));
            assert!(
                again.stdout.contains("all points are what they were"),
                "{}{}",
                again.stdout,
                again.stderr
            );
        }
        Self {
            report,
            printed,
            loose: fleet.keys("loose/"),
            logged: cloud().log(common::class::PROFESSOR, &fleet.stack.name),
            status: fleet.executions()[0]["status"].as_str().expect("a status").to_owned(),
        }
    }

    /// All that is said: on the terminal, and by the checks.
    fn said(&self) -> String {
        let checks = self.report.iter().flat_map(|r| r.checks());
        let found: Vec<_> = checks.filter_map(|(_, c)| c.found.clone()).collect();
        format!("{}{}{}", self.printed.stdout, self.printed.stderr, found.join("\n"))
    }

    fn passed(&self) -> bool {
        self.report.as_ref().is_some_and(|r| r.verdict == Verdict::Pass)
    }

    fn whole(&self) -> bool {
        let clean = self.report.as_ref().is_some_and(|r| r.leftovers.is_empty());
        self.passed() && clean && self.loose.is_empty() && !self.logged.is_empty() && self.status == "SUCCEEDED"
    }
}

/// The template without a statement.
fn without(sid: &str) -> Value {
    let mut template = template();
    let mut removed = 0;
    for role in ["FunctionRole", "MachineRole"] {
        let policies = &mut template["Resources"][role]["Properties"]["Policies"];
        let statements = policies[0]["PolicyDocument"]["Statement"]
            .as_array_mut()
            .expect("statements");
        let all = statements.len();
        statements.retain(|statement| statement["Sid"] != sid);
        removed += all - statements.len();
    }
    assert_eq!(removed, 1, "{sid}");
    template
}

/// Whether it is missed, as it should be.
fn missed(sid: &str, seen: &Seen) -> bool {
    let left = || seen.report.as_ref().is_some_and(|r| !r.leftovers.is_empty());
    let said = |what: &str| !seen.passed() && seen.said().contains(what);
    match sid {
        "EnterAccounts" => said("refused to let you assume"),
        "WriteReports" => said("s3:PutObject is denied"),
        "NoteLooseEnds" => said("the probe was not sent"),
        "TieLooseEnds" => seen.passed() && left() && !seen.loose.is_empty(),
        "FindLooseEnds" => seen.passed() && left(),
        "WriteLog" => seen.passed() && seen.logged.is_empty(),
        "CallFunction" => said("lambda:InvokeFunction"),
        "ReadRoster" => said("s3:GetObject"),
        "WriteResults" => seen.passed() && seen.status == "FAILED" && seen.said().contains("every report is here, but"),
        "StartStudents" => said("states:StartExecution"),
        "SeeRun" => said("states:DescribeExecution"),
        other => panic!("what is missing without {other}?"),
    }
}

#[test]
fn without_any_of_its_statements_something_is_not_done() {
    let class = Class::new(cloud(), "88000", 1);
    let seen = Seen::of(&class, &Fleet::new(cloud(), "fleet-whole"));
    assert!(seen.whole(), "{} {:?} {:?}", seen.said(), seen.loose, seen.logged);
    for may in FUNCTION_MAY.iter().chain(&MACHINE_MAY) {
        let fleet = Fleet::of(
            cloud(),
            &format!("fleet-without-{}", may.sid.to_lowercase()),
            &without(may.sid),
        );
        let seen = Seen::of(&class, &fleet);
        let leftovers = seen.report.as_ref().map(|r| r.leftovers.clone());
        assert!(
            missed(may.sid, &seen),
            "{}: {} {leftovers:?} {:?} {:?} {}",
            may.sid,
            seen.said(),
            seen.loose,
            seen.logged,
            seen.status
        );
    }
}
