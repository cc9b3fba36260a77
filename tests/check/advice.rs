//! Advice knows what has passed: it never asks for what is right already. It is the course's, not the program's, and saved
//! evidence gives the same again.

use crate::common;

use std::path::{Path, PathBuf};

use aws_sdk_s3::types::CreateBucketConfiguration;
use common::class::hand_in;
use common::cloud::{Checked, Cloud, REGION, alone, check_lab_at, checked, run, shared, wait};
use common::course::{Copy, fault, solution_with_code};
use edemlab::report::{Report, Status};
use serde_json::{Value, json};

const ADVICE: &str = "labs/datastream/advice.yaml";

fn cloud() -> &'static Cloud {
    shared("datastream")
}

fn check(account: &str, templates: &[Value]) -> Checked {
    for template in templates {
        cloud().deploy(account, template);
    }
    cloud().report(account, &[])
}

fn fix(seen: &Checked) -> &str {
    seen.get("final.stored").fix.as_deref().unwrap_or_default()
}

/// The variable names the table, the role may write to every one, and the code asks for another.
fn another_table_in_code() -> Value {
    let mut template = fault("variable-value").remove(0);
    let function = &mut template["Resources"]["Function"]["Properties"];
    function["Environment"]["Variables"]["DYNAMO_DB_TABLE_NAME"] = json!({"Ref": "Table"});
    let code = function["Code"]["ZipFile"].as_str().expect("code");
    let read = r#"os.environ.get("DYNAMO_DB_TABLE_NAME", "DisneyClickstreamTable")"#;
    assert!(code.contains(read), "{code}");
    function["Code"]["ZipFile"] = code.replace(read, "\"DisneyClickstreamTabel\"").into();
    template
}

#[test]
fn a_variable_that_is_right_is_not_asked_for() {
    let seen = check("340000000001", &[another_table_in_code()]);
    assert_eq!(seen.get("lambda.table-variable").status, Status::Pass, "{}", seen.json);
    assert_eq!(seen.with(Status::Fail), ["final.stored"], "{}", seen.json);
    assert!(
        seen.found("final.stored").contains("ResourceNotFoundException"),
        "{}",
        seen.json
    );
    let fix = fix(&seen);
    assert!(
        !fix.contains("**Environment variables**") && !fix.contains("Set it"),
        "{fix}"
    );
    assert!(
        fix.contains("→ Code: the variable DYNAMO_DB_TABLE_NAME names your table"),
        "{fix}"
    );

    // The same error, and the variable is what is wrong.
    let seen = check("340000000002", &fault("variable-value"));
    assert!(self::fix(&seen).contains("**Environment variables**"), "{}", seen.json);
}

#[test]
fn keys_that_are_right_and_rights_that_are_there_are_not_asked_for() {
    let seen = check(
        "340000000003",
        &[solution_with_code("\"timestamp\": click[\"timestamp\"],", "")],
    );
    assert_eq!(seen.with(Status::Fail), ["final.stored"], "{}", seen.json);
    assert!(
        seen.found("final.stored").contains("ValidationException"),
        "{}",
        seen.json
    );
    assert!(
        fix(&seen).contains("→ Code: the table's keys are right"),
        "{}",
        fix(&seen)
    );

    // The role may write to the table, and the function asks for another one.
    let seen = check("340000000004", &fault("variable-name"));
    assert_eq!(seen.get("iam.write-table").status, Status::Pass, "{}", seen.json);
    let fix = fix(&seen);
    assert!(!fix.contains("**Add permissions**"), "{fix}");
    assert!(fix.contains("Set DYNAMO_DB_TABLE_NAME to your table's name"), "{fix}");
}

/// A class of one, graded: its folder, its report and its evidence.
struct Graded {
    folder: tempfile::TempDir,
}

impl Graded {
    fn new(account: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        hand_in(&at("s001.txt"), &cloud().student(account));
        std::fs::write(
            at("roster.csv"),
            "student,credentials,region\ns001,s001.txt,eu-central-1\n",
        )
        .unwrap();
        let (roster, out) = (at("roster.csv"), at("class"));
        let args = [
            "grade",
            roster.to_str().unwrap(),
            "--lab",
            "datastream",
            "--out",
            out.to_str().unwrap(),
        ];
        let graded = run(cloud().professor(&args));
        assert_eq!(graded.code, 0, "{}{}", graded.stdout, graded.stderr);
        Self { folder }
    }

    fn fix(&self) -> String {
        let file = self.folder.path().join("class/reports/s001/datastream.json");
        let report: Report = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let (_, stored) = report
            .checks()
            .find(|(_, check)| check.id == "final.stored")
            .expect("the hop");
        stored.fix.clone().unwrap_or_default()
    }

    fn evidence(&self) -> PathBuf {
        fn search(folder: &Path) -> Option<PathBuf> {
            let mut entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            entries.find_map(|path| match path.is_dir() {
                true => search(&path),
                false => path.to_str().unwrap().ends_with(".evidence.json").then_some(path),
            })
        }
        search(self.folder.path()).expect("evidence")
    }

    fn regrade(&self, args: &[&str]) {
        let folder = self.folder.path().join("class");
        let mut command = alone(&["regrade", folder.to_str().unwrap()]);
        command.args(args);
        let again = run(command);
        assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    }
}

#[test]
fn saved_evidence_gives_the_same_advice_and_older_evidence_its_own() {
    let account = "340000000005";
    for template in fault("crash") {
        cloud().deploy(account, &template);
    }
    let graded = Graded::new(account);
    let before = graded.fix();
    assert!(before.contains("the key in quotes is not in the event"), "{before}");
    graded.regrade(&[]);
    assert_eq!(graded.fix(), before);

    // Another course says it in other words.
    let course = Copy::new();
    course.replace(
        ADVICE,
        "Code: the key in quotes is not in the event,",
        "Code: the key {{ error.code }} is not there,",
    );
    graded.regrade(&["--course", course.folder().to_str().unwrap()]);
    assert!(
        graded.fix().contains("Code: the key KeyError is not there,"),
        "{}",
        graded.fix()
    );

    // Evidence of a version whose program gave the advice.
    let file = graded.evidence();
    let mut evidence: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let clues = evidence["probes"]["final"]["hops"]["final.stored"]["clues"].as_array_mut();
    for clue in clues
        .expect("clues")
        .iter_mut()
        .filter(|clue| clue["found"].is_string())
    {
        clue.as_object_mut().unwrap().remove("error").expect("facts");
        clue["fix"] = "Compare with the code of that year.".into();
    }
    std::fs::write(&file, evidence.to_string()).unwrap();
    graded.regrade(&[]);
    assert_eq!(graded.fix(), "Compare with the code of that year.");
}

#[test]
fn a_course_without_advice_has_the_fix_of_its_check() {
    let course = Copy::new();
    std::fs::remove_file(course.folder().join(ADVICE)).unwrap();
    // The page shows the advice that there is not any more.
    course.replace("book/src/troubleshooting.md", "{{#advice datastream}}\n", "");
    let account = "340000000006";
    for template in fault("crash") {
        cloud().deploy(account, &template);
    }
    let mut command = check_lab_at(
        cloud().endpoint(),
        "datastream",
        &cloud().student(account),
        &["--format", "json"],
    );
    command.arg("--course").arg(course.folder());
    let seen = checked(command);
    assert!(seen.found("final.stored").contains("KeyError"), "{}", seen.json);
    assert!(
        fix(&seen).contains("compare with the lab's code line by line"),
        "{}",
        fix(&seen)
    );
}

#[test]
fn a_zip_with_a_folder_in_it_is_named_as_the_cause() {
    let account = "340000000031";
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("lab");
    std::fs::create_dir(&folder).unwrap();
    let mut template = common::course::solution();
    let function = &mut template["Resources"]["Function"]["Properties"];
    std::fs::write(
        folder.join("index.py"),
        function["Code"]["ZipFile"].as_str().expect("code"),
    )
    .unwrap();
    let zip = scratch.path().join("code.zip");
    let mut zipping = std::process::Command::new(cloud().own().interpreter());
    zipping.args(["-m", "zipfile", "-c"]).arg(&zip).arg(&folder);
    assert!(zipping.output().unwrap().status.success());
    let root = cloud().root(account);
    wait(async {
        let here = CreateBucketConfiguration::builder()
            .location_constraint(REGION.into())
            .build();
        let made = root
            .s3(REGION)
            .create_bucket()
            .bucket(account)
            .create_bucket_configuration(here);
        made.send().await.expect("a bucket");
        let body = std::fs::read(&zip).unwrap().into();
        let put = root.s3(REGION).put_object().bucket(account).key("code.zip").body(body);
        put.send().await.expect("it is uploaded");
    });
    function["Code"] = json!({"S3Bucket": account, "S3Key": "code.zip"});
    let seen = check(account, &[template]);
    assert_eq!(seen.with(Status::Fail), ["final.stored"], "{}", seen.json);
    let found = seen.found("final.stored");
    assert!(
        found.contains("ImportModuleError") && found.contains("No module named"),
        "{found}"
    );
    let fix = fix(&seen);
    assert!(fix.contains("Code") && fix.contains("folder"), "{fix}");
}
