//! What a fleet refuses, before anything is uploaded or sent, and what it says.

use crate::common;

use std::path::PathBuf;

use common::class::PROFESSOR;
use common::cloud::{Cloud, Printed, REGION, run, shared};
use common::course::Copy;
use common::fleet::Fleet;
use serde_json::json;

fn cloud() -> &'static Cloud {
    shared("fleet")
}

const STACK: &str = "edemlab-fleet";

fn fleet() -> &'static Fleet {
    static FLEET: std::sync::OnceLock<Fleet> = std::sync::OnceLock::new();
    FLEET.get_or_init(|| Fleet::new(cloud(), STACK))
}

/// A professor's folder with a roster and a secret; where the class goes.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(roster: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("roster.csv"), roster).unwrap();
        std::fs::write(folder.path().join("secret"), format!("{}\n", "0f".repeat(32))).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn grade(&self, args: &[&str]) -> Printed {
        let (roster, secret, out) = (self.text("roster.csv"), self.text("secret"), self.text("class"));
        let all = ["grade", &roster, "--secret", &secret, "--out", &out];
        let mut command = cloud().professor(&[&all, args].concat());
        command.current_dir(self.folder.path());
        run(command)
    }

    /// What is said when it is refused; nothing was begun.
    fn refused(&self, args: &[&str]) -> String {
        let printed = self.grade(args);
        assert_eq!(printed.code, 2, "{}{}", printed.stdout, printed.stderr);
        assert!(!self.path("class").join("reports").exists());
        assert!(!self.path("class").join("underway").join("fleet.json").exists());
        printed.stderr
    }
}

const ONE: &str = "student,account\ns000,890000000001\n";

#[test]
fn whoever_is_not_reached_by_a_role_is_named() {
    let desk = Desk::new(
        "student,role_arn,profile,credentials\n\
         s000,arn:aws:iam::890000000001:role/edemlab-grader,,\n\
         s001,,lucia,\n\
         s002,,,keys.txt\n",
    );
    std::fs::write(
        desk.path("keys.txt"),
        "aws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key=not-a-key\n",
    )
    .unwrap();
    let said = desk.refused(&["--fleet", STACK]);
    for expected in [
        "by a role only",
        "line 3: s001 (a profile)",
        "line 4: s002 (keys",
        "without --fleet",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    assert!(!said.contains("s000") && !said.contains("not-a-key"), "{said}");
}

#[test]
fn a_stack_that_is_not_there_or_not_a_fleet_s_is_named() {
    let desk = Desk::new(ONE);
    let said = desk.refused(&["--fleet", "nowhere"]);
    assert!(
        said.contains("no stack `nowhere`") && said.contains(REGION) && said.contains("fleet template"),
        "{said}"
    );
    let other = json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}});
    cloud().deploy_as(PROFESSOR, REGION, "another", &other);
    let said = desk.refused(&["--fleet", "another"]);
    assert!(said.contains("was not made from `edemlab fleet template`"), "{said}");
}

#[test]
fn a_function_with_another_course_grades_nobody() {
    let fleet = fleet();
    let desk = Desk::new(ONE);
    let copy = Copy::new();
    copy.replace("checks/datastream/kinesis.yaml", "points: 4", "points: 14");
    let said = desk.refused(&["--fleet", STACK, "--course", copy.folder().to_str().unwrap()]);
    assert!(
        said.contains("another course than yours") && said.contains("build it again"),
        "{said}"
    );
    assert_eq!(fleet.executions()[0]["status"], "FAILED");
}

#[test]
fn a_run_of_another_stack_is_joined_first() {
    let _ = fleet();
    let desk = Desk::new(ONE);
    let class = desk.path("class");
    std::fs::create_dir_all(class.join("underway")).unwrap();
    let ledger = json!({
        "stack": "yesterday", "region": REGION, "account": PROFESSOR, "bucket": "b", "machine": "m", "execution": null,
        "open": {"s000": ["datastream"]},
        "run": {
            "run": "r", "roster": "runs/r/roster.csv", "map": "runs/r/map", "at_once": 1, "tool": "0.1.0", "course": "", "limit": 1, "no_probe": true,
            "region": null,
        },
    });
    std::fs::write(class.join("underway").join("fleet.json"), ledger.to_string()).unwrap();
    let printed = desk.grade(&["--fleet", STACK]);
    assert_eq!(printed.code, 2, "{}", printed.stdout);
    assert!(
        printed.stderr.contains("`yesterday`") && printed.stderr.contains("fleet.json"),
        "{}",
        printed.stderr
    );
    let printed = desk.grade(&[]);
    assert_eq!(printed.code, 2, "{}", printed.stdout);
    assert!(
        printed.stderr.contains("--fleet yesterday joins it"),
        "{}",
        printed.stderr
    );
    // It was not touched.
    assert_eq!(
        std::fs::read_to_string(class.join("underway").join("fleet.json")).unwrap(),
        ledger.to_string()
    );
}

#[test]
fn nobody_grades_more_at_once_than_can_be() {
    let desk = Desk::new(ONE);
    let said = desk.refused(&["--at-once", "513"]);
    assert!(said.contains("512") && said.contains("--fleet"), "{said}");
    let said = desk.refused(&["--at-once", "10001", "--fleet", STACK]);
    assert!(said.contains("10000"), "{said}");
}
