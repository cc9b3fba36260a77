//! Which column of an export is the lab's.

use super::fill;
use crate::common::graded::ClassFolder;
use edemlab::report::Status;

/// Two labs with titles of their own, as the guide's: what a professor calls them is much shorter.
fn two_labs() -> ClassFolder {
    let labs = [
        (
            "datastream",
            "Clickstream: every click of a viewer, from a stream into a table",
            100,
        ),
        ("eventdriven", "Orders: from an API over a bus to a human", 50),
    ];
    let class = ClassFolder::new(&labs, &[("s001", "", "s001@example.com")]);
    class.points("s001", "datastream", 100);
    class.run(
        "s001",
        "eventdriven",
        "2026-05-01T10:00:00Z",
        &[("kinesis.exists", Status::Fail, 25, 50)],
    );
    class
}

#[test]
fn a_column_is_known_without_spaces_hyphens_case_and_accents() {
    let class = two_labs();
    let file = "Email address,Tarea: Lab 1 Data Stream (Real),Tarea: Lab 2 Évent-Driven (Real)\ns001@example.com,-,-\n";
    let done = fill(&class, "moodle", "g.csv", file.as_bytes(), &[]);
    assert_eq!(
        (done.code, done.text()),
        (0, file.replace("com,-,-", "com,100,50")),
        "{}",
        done.said
    );
    let split = file.replace("É", "E\u{301}");
    let done = fill(&class, "moodle", "g.csv", split.as_bytes(), &["--lab", "eventdriven"]);
    assert_eq!(done.text(), split.replace("com,-,-", "com,-,50"), "{}", done.said);
}

#[test]
fn another_lab_s_column_is_never_suggested_or_filled() {
    let class = two_labs();
    let file = "Email address,Tarea: Lab 1 Data Stream (Real)\ns001@example.com,-\n";
    let done = fill(&class, "moodle", "g.csv", file.as_bytes(), &["--lab", "eventdriven"]);
    assert_eq!((done.code, done.out.is_none()), (2, true), "{}", done.said);
    done.says(&["no column matches eventdriven"]);
    assert!(!done.said.contains("eventdriven=Tarea"), "{}", done.said);
    let file = file
        .replace("(Real)", "(Real),Tarea: Even driven (Real),Examen (Real)")
        .replace(",-", ",-,-,-");
    let done = fill(&class, "moodle", "g.csv", file.as_bytes(), &["--lab", "eventdriven"]);
    done.says(&["did you mean --column 'eventdriven=Tarea: Even driven (Real)'"]);
    // A worksheet is called as its assignment is.
    let sheet = "Identifier,Email address,Grade,Last modified (grade)\nParticipant 1,s001@example.com,,-\n";
    let name = "Notas-S26-Lab 1 Data Stream-99.csv";
    let done = fill(
        &class,
        "moodle-worksheet",
        name,
        sheet.as_bytes(),
        &["--lab", "eventdriven"],
    );
    assert_eq!((done.code, done.out.is_none()), (2, true), "{}", done.said);
    done.says(&[
        "like lab datastream, but you asked for lab eventdriven",
        "--column 'eventdriven=Grade'",
    ]);
    let args = ["--lab", "eventdriven", "--column", "eventdriven=Grade"];
    assert_eq!(fill(&class, "moodle-worksheet", name, sheet.as_bytes(), &args).code, 0);
}

// Canvas.
