//! `edemlab diff`: two gradings of a class.

use crate::common;

use common::graded::{Check, ClassFolder};
use edemlab::report::Status::{self, Blocked, Fail, Pass, Unknown};

const LABS: &[(&str, &str, u32)] = &[("datastream", "Data stream", 100), ("eventdriven", "Event driven", 100)];

fn checks(stream: Status, role: Status, stored: Status) -> [Check<'static>; 3] {
    let points = |status, points| if status == Pass { points } else { 0 };
    [
        ("kinesis.exists", stream, points(stream, 40), 40),
        ("iam.role", role, points(role, 40), 40),
        ("final.stored", stored, points(stored, 20), 20),
    ]
}

/// A class in which these students have run `datastream`.
fn class(runs: &[(&str, [Check; 3])]) -> ClassFolder {
    let students: Vec<String> = (1..=8).map(|n| format!("s{n:03}")).collect();
    let students: Vec<_> = students.iter().map(|id| (id.as_str(), "A name", "")).collect();
    let class = ClassFolder::new(LABS, &students);
    for (student, checks) in runs {
        class.run(student, "datastream", "2026-05-01T10:00:00Z", checks);
    }
    class
}

fn two() -> (ClassFolder, ClassFolder) {
    let before = class(&[
        ("s001", checks(Pass, Fail, Blocked)),
        ("s002", checks(Pass, Pass, Pass)),
        ("s003", checks(Pass, Pass, Fail)),
        ("s004", checks(Pass, Unknown, Blocked)),
        ("s005", checks(Pass, Pass, Pass)),
        ("s006", checks(Pass, Fail, Fail)),
        ("s008", checks(Pass, Fail, Pass)),
    ]);
    let after = class(&[
        ("s001", checks(Pass, Pass, Pass)),
        ("s002", checks(Pass, Pass, Fail)),
        ("s003", checks(Pass, Pass, Fail)),
        ("s004", checks(Pass, Pass, Fail)),
        ("s005", checks(Unknown, Pass, Blocked)),
        ("s007", checks(Pass, Pass, Pass)),
        ("s008", checks(Pass, Fail, Pass)),
    ]);
    (before, after)
}

fn diff(before: &ClassFolder, after: &ClassFolder, args: &[&str], columns: &str) -> String {
    let mut command = common::edemlab(&["diff"]);
    let output = command
        .arg(before.path())
        .arg(after.path())
        .args(args)
        .env("COLUMNS", columns)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", common::text(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn who_gained_and_who_lost_is_said_with_the_checks_that_turned() {
    let (before, after) = two();
    let expected = "\
datastream · 8 students: 1 gained, 1 lost, 1 known now, 1 unknown now, 1 new, 1
gone, 2 same

 gained
   s001 (A name)                    40 → 100 of 100 (+60)
      iam.role                      fail → pass (+40)
      final.stored                  blocked → pass (+20)

 lost
   s002 (A name)                    100 → 80 of 100 (-20)
      final.stored                  pass → fail (-20)

 known now
   s004 (A name)                    40 of 100, the rest unknown → 80 of 100
      iam.role                      unknown → pass (+40)
      final.stored                  blocked → fail

 unknown now
   s005 (A name)                    100 of 100 → 40 of 100, the rest unknown
      kinesis.exists                pass → unknown (-40)
      final.stored                  pass → blocked (-20)

 new
   s007 (A name)                    100 of 100

 gone
   s006 (A name)                    40 of 100

 checks that changed
   kinesis.exists                   1 × pass → unknown
   iam.role                         1 × unknown → pass
   iam.role                         1 × fail → pass
   final.stored                     1 × pass → blocked
   final.stored                     1 × pass → fail
   final.stored                     1 × blocked → pass
   final.stored                     1 × blocked → fail
";
    assert_eq!(diff(&before, &after, &[], "80"), expected);
    let narrow = diff(&before, &after, &[], "40");
    assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
}

#[test]
fn a_long_identifier_is_whole_at_any_width() {
    let id = "maria.del.carmen.garcia-fernandez@students.university.example.org";
    let class = |role| {
        let class = ClassFolder::new(LABS, &[(id, "A name", "")]);
        class.run(id, "datastream", "2026-05-01T10:00:00Z", &checks(Pass, role, Blocked));
        class
    };
    let (before, after) = (class(Fail), class(Pass));
    for columns in ["40", "80"] {
        let shown = diff(&before, &after, &[], columns);
        assert!(shown.split_whitespace().any(|word| word == id), "{columns}: {shown}");
    }
}

#[test]
fn the_json_has_the_same_and_is_the_same_each_time() {
    let (before, after) = two();
    let text = diff(&before, &after, &["--format", "json"], "80");
    assert_eq!(text, diff(&before, &after, &["--format", "json"], "80"));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["schema"], "edemlab/diff/1");
    let lab = &json["labs"][0];
    assert_eq!(
        (&lab["lab"], &lab["counts"]["gained"], &lab["counts"]["same"]),
        (&"datastream".into(), &1.into(), &2.into())
    );
    let students: Vec<&str> = lab["students"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["student"].as_str().unwrap())
        .collect();
    assert_eq!(
        students,
        ["s001", "s002", "s003", "s004", "s005", "s006", "s008", "s007"]
    );
    let first = &lab["students"][0];
    assert_eq!(
        (&first["change"], &first["before"]["earned"], &first["after"]["earned"]),
        (&"gained".into(), &40.into(), &100.into())
    );
    assert_eq!(
        first["checks"][0],
        serde_json::json!({"check": "iam.role", "before": "fail", "after": "pass", "points": 40})
    );
}

#[test]
fn other_points_for_a_check_change_the_share() {
    let before = class(&[("s001", checks(Pass, Fail, Fail)), ("s002", checks(Pass, Pass, Pass))]);
    let after = class(&[]);
    let changed = |role| {
        [
            ("kinesis.exists", Pass, 60, 60),
            ("iam.role", role, if role == Pass { 40 } else { 0 }, 40),
            ("final.stored", role, if role == Pass { 20 } else { 0 }, 20),
        ]
    };
    after.run("s001", "datastream", "2026-05-01T10:00:00Z", &changed(Fail));
    after.run("s002", "datastream", "2026-05-01T10:00:00Z", &changed(Pass));
    let text = diff(&before, &after, &[], "80");
    assert!(
        text.starts_with("datastream · 2 students: 1 gained, 1 same\n"),
        "{text}"
    );
    assert!(
        text.contains("s001 (A name)                    40 of 100 → 60 of 120\n"),
        "{text}"
    );
    assert!(text.contains("pass, other points (+20)"), "{text}");
}

#[test]
fn two_equal_gradings_differ_in_nothing() {
    let (before, _) = two();
    assert_eq!(diff(&before, &before, &[], "80"), "datastream · 7 students: 7 same\n");
    let empty = class(&[]);
    assert_eq!(
        diff(&empty, &empty, &[], "80"),
        "no student is graded in either class\n"
    );
}

#[test]
fn a_broken_report_is_named() {
    let (before, after) = two();
    let path = after.path().join("reports/s002/datastream/2026-05-01T100000Z.json");
    std::fs::write(&path, "{").unwrap();
    let output = common::edemlab(&["diff"])
        .arg(before.path())
        .arg(after.path())
        .output()
        .unwrap();
    let said = common::text(&output);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("s002") && said.contains("is not what edemlab wrote"),
        "{said}"
    );
}
