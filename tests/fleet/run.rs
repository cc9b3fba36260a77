//! A class graded by the function of a stack, in the sandbox: the same reports as from this computer, whatever happens.

use crate::common;

use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::cloud::{Cloud, REGION, alone, run, shared, wait};
use common::course::solution_with_code;
use common::fleet::{Fleet, template};
use common::running::Running;
use common::taught::{Class, LABS, Reports, id, reports};
use edemlab::account::services::IAM;
use edemlab::report::{Report, Verdict};
use regex::Regex;
use serde_json::json;

fn cloud() -> &'static Cloud {
    shared("fleet")
}

/// Students of the class; `EDEMLAB_CLASS_SIZE=40` for a whole one.
fn size() -> usize {
    std::env::var("EDEMLAB_CLASS_SIZE").map_or(5, |n| n.parse().expect("a number"))
}

fn class() -> &'static Class {
    static CLASS: std::sync::OnceLock<Class> = std::sync::OnceLock::new();
    CLASS.get_or_init(|| Class::new(cloud(), "86000", size()))
}

fn fleet() -> &'static Fleet {
    static FLEET: std::sync::OnceLock<Fleet> = std::sync::OnceLock::new();
    FLEET.get_or_init(|| Fleet::new(cloud(), "edemlab-graded"))
}

/// A report without what differs from run to run: times, and ids that are made up for each.
fn bare(report: &Report) -> String {
    let mut report = serde_json::to_value(report).unwrap();
    // How much of CloudTrail is read in its time depends on how much else asks it then.
    report.as_object_mut().unwrap().remove("trail_unread");
    for chosen in report["resources"].as_object_mut().unwrap().values_mut() {
        chosen.as_object_mut().unwrap().remove("changes");
    }
    report["seconds"] = 0.into();
    report["started"] = "".into();
    let changing = Regex::new(r"[0-9a-f-]{8,}|\d+").unwrap();
    strip(&mut report, &changing);
    // `remove` puts the last field in the place of the one that was there.
    report.sort_all_objects();
    serde_json::to_string_pretty(&report).unwrap()
}

fn strip(value: &mut serde_json::Value, changing: &Regex) {
    match value {
        serde_json::Value::Array(all) => all.iter_mut().for_each(|v| strip(v, changing)),
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match name.as_str() {
                    "seconds" => *value = 0.into(),
                    "evidence" => *value = serde_json::Value::from(value.as_array().map(Vec::len)),
                    // Points and resources are compared as they are.
                    "points" | "possible" | "resources" | "account" => {}
                    _ => strip(value, changing),
                }
            }
        }
        serde_json::Value::String(text) => *text = changing.replace_all(text, "#").into_owned(),
        _ => {}
    }
}

fn same(left: &Reports, right: &Reports) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (key, report) in left {
        let (left, right) = (bare(report), bare(&right[key]));
        let differs = left.lines().zip(right.lines()).find(|(l, r)| l != r);
        assert_eq!(differs, None, "{key:?}");
        assert_eq!(left, right, "{key:?}");
    }
}

fn out(scratch: &tempfile::TempDir, name: &str) -> std::path::PathBuf {
    scratch.path().join(name)
}

fn all(class: &Class, out: &Path) -> Reports {
    reports(out, class.accounts.len())
}

/// The class as graded from this computer, once.
fn local() -> &'static Reports {
    static LOCAL: std::sync::OnceLock<Reports> = std::sync::OnceLock::new();
    LOCAL.get_or_init(|| {
        let scratch = tempfile::tempdir().unwrap();
        let here = out(&scratch, "here");
        let printed = class().graded(&here, &[]);
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        all(class(), &here)
    })
}

#[test]
fn a_class_is_graded_as_from_this_computer() {
    let (class, fleet) = (class(), fleet());
    let scratch = tempfile::tempdir().unwrap();
    let there = out(&scratch, "there");
    let clock = std::time::Instant::now();
    // More than a small machine's sandbox bears would make its events late.
    let printed = class.graded(&there, &["--fleet", &fleet.stack.name, "--at-once", "8"]);
    let accounts = class.accounts.len();
    eprintln!("{accounts} accounts in {:.1} s", clock.elapsed().as_secs_f64());
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    same(&all(class, &there), local());
    assert_eq!(fleet.keys("loose/"), Vec::<String>::new());
    // Nothing in the folder tells where it was graded, and nothing is open.
    let left: Vec<_> = std::fs::read_dir(there.join("underway")).unwrap().flatten().collect();
    let left: Vec<_> = left.iter().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["lock"]);
    let secret = std::fs::read_to_string(class.secret()).unwrap();
    assert!(!printed.stdout.contains(secret.trim()) && !printed.stderr.contains(secret.trim()));

    // The same command again: all is graded, nothing is started.
    let before = fleet.executions().len();
    assert_eq!(class.graded(&there, &["--fleet", &fleet.stack.name]).code, 0);
    assert_eq!(fleet.executions().len(), before);

    // What follows does not know the difference.
    let regraded = run(alone(&["regrade", there.to_str().unwrap()]));
    assert_eq!(regraded.code, 0, "{}{}", regraded.stdout, regraded.stderr);
    assert!(
        regraded.stdout.contains("all points are what they were"),
        "{}",
        regraded.stdout
    );
    same(&all(class, &there), local());
    let csv = run(alone(&["gradebook", there.to_str().unwrap(), "--for", "csv"]));
    assert_eq!(csv.code, 0, "{}{}", csv.stdout, csv.stderr);
}

/// The runs of a student in a lab.
fn runs(out: &Path, n: usize, lab: &str) -> usize {
    let folder = out.join("reports").join(id(n)).join(lab);
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with("Z.json")).count()
}

/// Starts a command whose words nobody reads.
fn unseen(mut command: Command) -> Child {
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

#[test]
fn a_follower_that_is_killed_joins_again() {
    let class = class();
    let fleet = Fleet::new(cloud(), "edemlab-joined");
    let scratch = tempfile::tempdir().unwrap();
    let there = out(&scratch, "there");
    let ledger = there.join("underway").join("fleet.json");
    let args = ["--fleet", &fleet.stack.name];
    // As soon as the run is noted, perhaps before it is started; then when it is; then whenever something has come.
    for moment in 0..4 {
        let mut following = unseen(class.grade(&there, &args));
        common::eventually("the run goes on", || {
            let noted = std::fs::read_to_string(&ledger).unwrap_or_default();
            let come = all(class, &there).len();
            match moment {
                0 => !noted.is_empty(),
                1 => noted.contains("arn:aws:states"),
                n => come >= n - 1,
            }
        });
        let _ = following.kill();
        let _ = following.wait();
    }
    // Ctrl-C leaves the run as well, and says so.
    if ledger.exists() {
        let local = class.graded(&there, &[]);
        assert_eq!(local.code, 2, "{}", local.stdout);
        assert!(local.stderr.contains("joins it"), "{}", local.stderr);
        let mut left = Running::new(class.grade(&there, &args));
        left.says("joining the run");
        left.interrupt();
        let (code, said) = left.end();
        assert!(
            said.contains("the same command joins it again") || code == Some(0),
            "{said}"
        );
    }
    let printed = class.graded(&there, &args);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    assert_eq!(fleet.executions().len(), 1);
    same(&all(class, &there), local());
    for n in 0..class.accounts.len() {
        for lab in LABS {
            assert_eq!(runs(&there, n, lab), 1, "{} {lab}", id(n));
        }
    }
}

#[test]
fn who_is_taken_off_the_roster_meanwhile_is_named() {
    let class = class();
    let fleet = Fleet::new(cloud(), "edemlab-shrunk");
    let scratch = tempfile::tempdir().unwrap();
    let there = out(&scratch, "there");
    let last = class.accounts.len() - 1;
    // One after another, so that the last one is not graded when the follower is killed.
    let args = [
        "--fleet",
        &fleet.stack.name,
        "--no-probe",
        "--lab",
        LABS[0],
        "--at-once",
        "1",
    ];
    let mut following = unseen(class.grade(&there, &args));
    common::eventually("the run is noted", || {
        there.join("underway").join("fleet.json").exists()
    });
    let _ = following.kill();
    let _ = following.wait();
    let roster = std::fs::read_to_string(class.roster()).unwrap();
    let shorter = scratch.path().join("shorter.csv");
    let kept: String = roster.split_inclusive('\n').take(last + 1).collect();
    std::fs::write(&shorter, kept).unwrap();
    let printed = run(class.grade_of(&shorter, &there, &args));
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let named = format!("{}: the roster does not have this student any more", id(last));
    assert!(printed.stderr.contains(&named), "{}", printed.stderr);
    let graded: Vec<String> = all(class, &there).into_keys().map(|(student, _)| student).collect();
    assert_eq!(graded, (0..last).map(id).collect::<Vec<_>>());
}

#[test]
fn a_child_that_fails_is_tried_again_and_then_unknown() {
    let class = class();
    let fleet = Fleet::new(cloud(), "edemlab-sick");
    // Of this student the function may store nothing.
    let role = fleet.output("FunctionRole");
    let denied = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::*/reports/s001/*",
    }]});
    let put = json!({
        "RoleName": role.rsplit('/').next(), "PolicyName": "sick", "PolicyDocument": denied.to_string(),
    });
    wait(fleet.root.call(&IAM, "PutRolePolicy", put)).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let there = out(&scratch, "there");
    let args = ["--fleet", &fleet.stack.name, "--no-probe", "--lab", LABS[0]];
    let printed = class.graded(&there, &args);
    assert_eq!(printed.code, 3, "{}{}", printed.stdout, printed.stderr);
    let graded = all(class, &there);
    assert_eq!(graded.len(), class.accounts.len());
    for ((student, _), report) in &graded {
        let unknown = report.verdict == Verdict::Unknown && report.account.is_empty();
        assert_eq!(unknown, student == "s001", "{student}");
        if unknown {
            let said = report.checks().next().unwrap().1.found.clone().unwrap_or_default();
            assert!(said.contains("s3:PutObject is denied"), "{said}");
        }
    }
    let run = fleet.states(
        "ListMapRuns",
        json!({"executionArn": fleet.executions()[0]["executionArn"]}),
    );
    let failed = json!({"mapRunArn": run["mapRuns"][0]["mapRunArn"], "statusFilter": "FAILED"});
    let failed = fleet.states("ListExecutions", failed);
    assert_eq!(failed["executions"].as_array().unwrap().len(), 1);
    let history = json!({"executionArn": failed["executions"][0]["executionArn"]});
    let history = fleet.states("GetExecutionHistory", history).to_string();
    assert_eq!(history.matches("\"TaskFailed\"").count(), 2, "{history}");

    // With the cause gone, only that one is graded again.
    let gone = json!({"RoleName": role.rsplit('/').next(), "PolicyName": "sick"});
    wait(fleet.root.call(&IAM, "DeleteRolePolicy", gone)).unwrap();
    let printed = class.graded(&there, &[&args[..], &["--again", "unknown"]].concat());
    assert!(printed.stdout.contains("stored now: "), "{}", printed.stdout);
    let fixed = &all(class, &there)[&(id(1), LABS[0].to_owned())];
    assert!(!fixed.account.is_empty());
    assert_eq!(runs(&there, 1, LABS[0]), 2);
}

#[test]
fn a_function_that_is_cut_off_leaves_nothing_that_the_next_run_does_not_remove() {
    let class = Class::new(cloud(), "87000", 1);
    // The student's own function is slow: the item comes when ours has been cut off.
    let slow = solution_with_code(
        "records = event[\"Records\"]",
        "import time; time.sleep(13); records = event[\"Records\"]",
    );
    let made = cloud().deploy_as(&class.accounts[0], REGION, "edemlab-datastream", &slow);
    let table = &made["TableName"];
    let before = cloud().items(&class.accounts[0], table);
    let limit = |seconds: u32| {
        let mut template = template();
        for resource in template["Resources"].as_object_mut().unwrap().values_mut() {
            if resource["Type"] == "AWS::Lambda::Function" {
                resource["Properties"]["Timeout"] = seconds.into();
            }
        }
        template
    };
    let fleet = Fleet::of(cloud(), "edemlab-short", &limit(12));
    let scratch = tempfile::tempdir().unwrap();
    let there = out(&scratch, "there");
    let args = ["--fleet", &fleet.stack.name, "--lab", LABS[0]];
    let printed = class.graded(&there, &args);
    assert_eq!(printed.code, 3, "{}{}", printed.stdout, printed.stderr);
    let report = &all(&class, &there)[&(id(0), LABS[0].to_owned())];
    let said = report.checks().next().unwrap().1.found.clone().unwrap_or_default();
    assert!(said.contains("cut off by its time limit"), "{said}");
    let loose = fleet.keys("loose/");
    assert!(!loose.is_empty());
    // A professor who looks into the bucket sees whose account it is.
    assert!(loose.iter().all(|key| key.contains(&class.accounts[0])), "{loose:?}");
    common::eventually("the late item is there", || {
        cloud().items(&class.accounts[0], table).len() > before.len()
    });

    fleet.update(&limit(900));
    let printed = class.graded(&there, &[&args[..], &["--again", "unknown"]].concat());
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let report = &all(&class, &there)[&(id(0), LABS[0].to_owned())];
    let missed: Vec<_> = report
        .checks()
        .filter(|(_, check)| check.status != edemlab::report::Status::Pass)
        .collect();
    assert_eq!(
        (report.verdict, &report.leftovers),
        (Verdict::Pass, &Vec::new()),
        "{missed:?}"
    );
    assert_eq!(cloud().items(&class.accounts[0], table), before);
    assert_eq!(fleet.keys("loose/"), Vec::<String>::new());
}
