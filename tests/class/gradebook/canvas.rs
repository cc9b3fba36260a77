//! Canvas's export of its gradebook.

use encoding_rs::WINDOWS_1252;

use super::fill;
use crate::common::graded::ClassFolder;
use crate::common::lms::{self, Course};
use edemlab::report::Status;

const CANVAS: &str = "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Data stream (4001),Event driven (4002),Labs Current Score,Final Score\n\
    ,,,,,,Manual Posting,Muted,,\n    \
    Points Possible,,,,,,10.00,5.00,(read only),(read only)\n\
    \"Núñez, Núria\",11,s001,nnunez,A,=1+1,,,,\n\
    \"B, B\",12,s002,s002@EXAMPLE.com,A,,EX,N/A,1.00,1.00\n\
    \"C, C\",13,,s003@example.com,A,,2.00,,,\n\
    \"Student, Test\",99,,abc,A,,,,,\n";
const LABS: &[(&str, &str, u32)] = &[("datastream", "Data stream", 100), ("eventdriven", "Event driven", 50)];
const COURSE: Course = Course {
    students: &[
        (11, "s001", "nnunez"),
        (12, "s002", "s002@EXAMPLE.com"),
        (13, "", "s003@example.com"),
    ],
    assignments: &[(4001, "Data stream"), (4002, "Event driven")],
    custom: &["Notes"],
};

fn canvas_class() -> ClassFolder {
    let students = [("s001", "N", ""), ("x", "B", "s002@example.com"), ("13", "C", "")];
    let class = ClassFolder::new(LABS, &students);
    for (student, points) in [("s001", 103), ("x", 50), ("13", 87)] {
        class.points(student, "datastream", points);
        class.run(
            student,
            "eventdriven",
            "2026-05-01T10:00:00Z",
            &[("kinesis.exists", Status::Fail, 33, 50)],
        );
    }
    class
}

#[test]
fn two_labs_go_into_a_canvas_export() {
    let class = canvas_class();
    let done = fill(&class, "canvas", "c.csv", CANVAS.as_bytes(), &[]);
    assert_eq!(done.code, 1, "{}", done.said);
    done.says(&[
        "x (B), datastream: no grade: excused in Canvas",
        "x (B), eventdriven: no grade: not assigned to them in Canvas",
        "c.csv:4: s001 has 103 of 100 points in datastream: cut to 10.00",
        "c.csv:6: 13 had 2.00 in datastream, has 8.70 now",
    ]);
    assert!(!done.said.contains("Test"), "{}", done.said);
    let expected = CANVAS
        .replace("=1+1,,,", "=1+1,10.00,3.30,")
        .replace("A,,2.00,,", "A,,8.70,3.30,");
    assert_eq!(done.text(), expected);
    let scores = lms::canvas(&done.out.unwrap(), &COURSE).unwrap();
    let score = |student, lab| scores.get(&(student, lab)).map(String::as_str);
    assert_eq!((score(11, 4001), score(11, 4002)), (Some("10.00"), Some("3.30")));
    assert_eq!((score(12, 4001), score(12, 4002)), (Some("EX"), None));
    let kept = fill(&class, "canvas", "c.csv", CANVAS.as_bytes(), &["--extra", "keep"]);
    kept.says(&["extra credit"]);
    let scores = lms::canvas(&kept.out.unwrap(), &COURSE).unwrap();
    assert_eq!(scores[&(11, 4001)], "10.30");
}

#[test]
fn a_canvas_export_with_semicolons_and_commas_from_a_spanish_excel_becomes_utf8() {
    let class = canvas_class();
    let file = CANVAS
        .replace("\"Núñez, Núria\"", "Núñez")
        .replace("\"B, B\"", "B")
        .replace("\"C, C\"", "C");
    let file = file
        .replace("\"Student, Test\"", "§")
        .replace(',', ";")
        .replace('.', ",")
        .replace("example,com", "example.com");
    let file = file
        .replace("EXAMPLE,com", "EXAMPLE.com")
        .replace('§', "\"Student, Test\"");
    let done = fill(&class, "canvas", "c.csv", &WINDOWS_1252.encode(&file).0, &[]);
    done.says(&["written in UTF-8, not Windows-1252"]);
    assert_eq!(
        done.text(),
        file.replace("=1+1;;;", "=1+1;10,00;3,30;")
            .replace("A;;2,00;;", "A;;8,70;3,30;")
    );
    let scores = lms::canvas(&done.out.unwrap(), &COURSE).unwrap();
    assert_eq!(
        (scores[&(13, 4001)].as_str(), scores[&(13, 4002)].as_str()),
        ("8.70", "3.30")
    );
}

#[test]
fn a_column_is_the_one_that_the_professor_says() {
    let class = canvas_class();
    let file = CANVAS.replace("Data stream (4001)", "First practice (4001)");
    let args = ["--column", "datastream=First practice (4001)"];
    let done = fill(&class, "canvas", "c.csv", file.as_bytes(), &args);
    assert!(done.text().contains("=1+1,10.00,3.30,"), "{}", done.said);
    let done = fill(
        &class,
        "canvas",
        "c.csv",
        file.as_bytes(),
        &["--lab", "datastream", "--column", "first PRACTICE"],
    );
    assert!(done.text().contains("=1+1,10.00,,"), "{}", done.said);
}
