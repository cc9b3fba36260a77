//! What is judged, and where: for a class by flags, for one student by the roster's columns.

use crate::common;

use common::cloud::shared;
use common::course::solution_of;
use common::desk::Desk;
use common::taught::LABS;
use edemlab::report::Report;

const STREAM: [&str; 4] = ["--lab", LABS[0], "--skip", "final"];

/// The steps that a report left out.
fn left_out(report: &Report) -> Vec<&str> {
    report.left_out.iter().map(|left| left.step.as_str()).collect()
}

#[test]
fn steps_are_left_out_for_all_or_for_one_and_the_grade_is_scaled() {
    let desk = Desk::new();
    for account in ["850000000001", "850000000002"] {
        shared("class").deploy(account, &solution_of(LABS[0]));
    }
    desk.keys("a", "850000000001");
    desk.keys("b", "850000000002");
    desk.roster("student,credentials,skip\ns001,a,\ns002,b,\"datastream.kinesis, final\"\n");
    let printed = desk.graded(&STREAM);
    assert!(printed.stdout.contains("2 judged in part"), "{}", printed.stdout);
    let reports = ["s001", "s002"].map(|student| desk.report(student, LABS[0]));
    assert_eq!(left_out(&reports[0]), ["final"]);
    assert_eq!(left_out(&reports[1]), ["kinesis", "final"]);
    assert_eq!(desk.row("s002", &[])[0], "100", "full marks of what was judged");
    assert!(
        desk.text("students/s002.html")
            .contains("(kinesis, final). The grade is scaled to the rest.")
    );

    // Another choice is another run, of those whom it changes.
    desk.roster("student,credentials,skip\ns001,a,\ns002,b,final\n");
    let printed = desk.graded(&STREAM);
    assert!(printed.stdout.contains("stored now: 1"), "{}", printed.stdout);
    let said = "s002, datastream: skipped steps kinesis final → final";
    assert!(printed.stderr.contains(said), "{}", printed.stderr);

    // A resource is named for all, and a line says otherwise for one.
    desk.roster("student,credentials,use\ns001,a,\ns002,b,stream=other\n");
    let printed = desk.grade(&[&STREAM[..], &["--use", "stream=none-of-theirs"]].concat());
    assert_eq!(
        printed.code, 3,
        "a resource that is not there is not the student's mistake: {}",
        printed.stdout
    );
    for (student, name) in [("s001", "none-of-theirs"), ("s002", "other")] {
        let text = serde_json::to_string(&desk.report(student, LABS[0])).unwrap();
        assert!(text.contains(name), "{student}: {text}");
    }
}

#[test]
fn what_no_lab_has_is_named_before_anything_is_graded() {
    let desk = Desk::new();
    desk.roster("student,account,skip\ns001,111122223331,finale\n");
    let refused = desk.grade(&["--lab", LABS[0]]);
    assert_eq!(refused.code, 2);
    let said = "roster.csv:2: skip `finale`: there is no step `finale`: did you mean `final`?";
    assert!(refused.stderr.contains(said), "{}", refused.stderr);
    desk.roster("student,account\ns001,111122223331\n");
    for (flag, value, said) in [
        (
            "--skip",
            "finale",
            "--skip finale: there is no step `finale`: did you mean `final`?",
        ),
        (
            "--skip",
            "eventdriven.final",
            "--skip eventdriven.final: there is no step `eventdriven.final`",
        ),
        (
            "--use",
            "streem=x",
            "--use streem=x: there is no resource `streem`: did you mean `stream`?",
        ),
        ("--use", "stream", "--use stream: write NAME=RESOURCE"),
    ] {
        let refused = desk.grade(&["--lab", LABS[0], flag, value]);
        assert!(
            refused.code == 2 && refused.stderr.contains(said),
            "{said}: {}",
            refused.stderr
        );
    }
    assert!(!desk.path("class").exists());
}
