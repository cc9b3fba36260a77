//! What `edemlab gradebook` refuses, each with the line and the way out; nothing is written then.

use crate::common;

use common::graded::{ClassFolder, student};

const MOODLE: &str = "ID number,Email address,Assignment: Data stream (Real),Course total (Real)\n\
    s001,s001@example.com,-,1.00\ns002,s002@example.com,5.00,1.00\n";
const WORKSHEET: &str = "Identifier,Email address,Grade,Maximum Grade,Grade can be changed,Last modified (grade)\n\
    Participant 1,s001@example.com,,10.00,Yes,-\nParticipant 2,s002@example.com,,10.00,Yes,-\n";
const CANVAS: &str = "Student,ID,SIS Login ID,Section,Data stream (4001),Final Score\n    Points Possible,,,,10.00,(read only)\n\
    A,1,s001,X,,\nB,2,s002,X,,\n";

/// Refused: exit code 2, nothing written; what it says.
fn refused(lms: &str, file: &[u8], args: &[&str]) -> String {
    refused_for(&ClassFolder::of_points(&[64, 103]), lms, file, args)
}

fn refused_for(class: &ClassFolder, lms: &str, file: &[u8], args: &[&str]) -> String {
    let source = class.beside("export.csv");
    std::fs::write(&source, file).unwrap();
    let mut command = common::edemlab(&["gradebook"]);
    command
        .arg(class.path())
        .args(["--for", lms, "--fill"])
        .arg(&source)
        .args(args);
    let output = command.output().unwrap();
    let said = common::text(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty(), "{said}");
    assert!(
        !class.beside("export-filled.csv").exists(),
        "nothing is written\n{said}"
    );
    assert_eq!(std::fs::read(&source).unwrap(), file);
    said
}

fn says(said: &str, parts: &[&str]) {
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in:\n{said}");
    }
}

#[test]
fn all_problems_of_a_file_are_told_at_once_with_their_lines() {
    let file = "ID number,Email address,Assignment: Data stream (Real),Course total (Real)\n\
        s001,s001@example.com,\"7,50\",1\ns002,s002@example.com,very good,1\ns001,x@example.com,5.25,1\nshort,row\n";
    let said = refused("moodle", file.as_bytes(), &[]);
    says(
        &said,
        &[
            "4 problems",
            "export.csv:2: s001 is in this row and in line 4, by identifier or e-mail address: keep one",
            "export.csv:2: decimal comma here, decimal dot in line 4",
            "export.csv:3: `very good` is not a grade",
            "export.csv:5: 2 cells, but the header has 4",
        ],
    );
}

#[test]
fn each_file_that_breaks_a_rule_has_its_own_words() {
    let cases: &[(&str, String, &[&str], &[&str])] = &[
        // Columns.
        (
            "moodle",
            MOODLE.replace("Data stream", "Data strean"),
            &[],
            &[
                "export.csv:1: no column matches datastream",
                "did you mean --column 'datastream=Assignment: Data strean (Real)'",
            ],
        ),
        (
            "moodle",
            MOODLE.into(),
            &["--column", "datastream=Asignment: Data stream"],
            &["no grade column is called `Asignment: Data stream`; did you mean `Assignment: Data stream (Real)`?"],
        ),
        (
            "moodle",
            MOODLE.into(),
            &["--column", "datastream=Course total (Real)"],
            &["column `Course total (Real)` takes no grade: it is a total"],
        ),
        (
            "moodle",
            MOODLE.replace("(Real)", "(Percentage)"),
            &[],
            &["shows percentages, and Moodle imports points"],
        ),
        (
            "moodle",
            MOODLE.replace("Course total (Real)", "Quiz: Data stream (Real)"),
            &[],
            &[
                "several columns match datastream",
                "--column 'datastream=Assignment: Data stream (Real)'",
            ],
        ),
        (
            "moodle",
            MOODLE
                .replace("ID number", "First name")
                .replace("Email address", "Last name"),
            &[],
            &[
                "export.csv:1: no column identifies the students",
                "First name, Last name",
            ],
        ),
        (
            "moodle-worksheet",
            MOODLE.into(),
            &[],
            &[
                "a grading worksheet has a column Identifier",
                "has a column Last modified (grade)",
            ],
        ),
        (
            "moodle-worksheet",
            WORKSHEET.replace("Email address", "Status"),
            &[],
            &["no column identifies the students: the assignment hides names"],
        ),
        (
            "canvas",
            MOODLE.into(),
            &[],
            &["Canvas's gradebook begins with Student, ID"],
        ),
        (
            "canvas",
            CANVAS.replace("Data stream (4001)", "Data stream"),
            &[],
            &["no column is an assignment"],
        ),
        (
            "canvas",
            CANVAS.into(),
            &["--column", "Final Score"],
            &["column `Final Score` takes no grade: it is read-only"],
        ),
        // Maxima.
        (
            "canvas",
            CANVAS.replace("    Points Possible,,,,10.00,(read only)\n", ""),
            &[],
            &["export.csv:1: the row `Points Possible` is missing"],
        ),
        (
            "canvas",
            CANVAS.replace("Points Possible", "Puntos posibles"),
            &[],
            &["export.csv:2: `Puntos posibles` must be `Points Possible`"],
        ),
        (
            "canvas",
            CANVAS.replace("10.00", ""),
            &[],
            &["has no Points Possible", "--scale"],
        ),
        (
            "canvas",
            CANVAS.into(),
            &["--scale", "20"],
            &["--scale 20 is more than the maximum of column `Data stream (4001)`, 10"],
        ),
        (
            "moodle-worksheet",
            WORKSHEET.into(),
            &["--extra", "keep"],
            &["export.csv:3: s002 would have 10.30 of 10: Moodle skips a grade above the maximum"],
        ),
        (
            "moodle-worksheet",
            WORKSHEET.replace("10.00", "Good"),
            &[],
            &["export.csv:2: the maximum grade is `Good`: this assignment is graded by a scale"],
        ),
        // Cells.
        (
            "canvas",
            CANVAS.replace("A,1,s001,X,,", "A,1,s001,X,complete,"),
            &[],
            &["export.csv:3: `complete` is not a grade: Canvas takes numbers in column `Data stream (4001)`"],
        ),
        (
            "moodle",
            MOODLE.replace("1.00", "\"1,00\""),
            &["--decimal", "comma"],
            &["export.csv:3: the file has decimal dots: omit --decimal comma"],
        ),
        (
            "canvas",
            CANVAS.replace("B,2,s002,X,,", "B,2,s002"),
            &[],
            &["export.csv:4: the row of s002 ends before its grade"],
        ),
        ("canvas", CANVAS.replace(',', "\t"), &[], &["not tabs"]),
        (
            "moodle",
            MOODLE.replace("s002,s002", "s001,s002"),
            &[],
            &["s001 is in this row and in line 3"],
        ),
        // Not a CSV file at all.
        ("moodle", String::new(), &[], &["it is empty"]),
        (
            "moodle",
            "PK\u{3}\u{4}\u{0}\u{0}".into(),
            &[],
            &["it is not a text file: save it as CSV"],
        ),
        (
            "moodle",
            MOODLE.replace("5.00", "\"5.00"),
            &[],
            &["a quotation mark that opens in line 3 is never closed"],
        ),
    ];
    for (lms, file, args, parts) in cases {
        says(&refused(lms, file.as_bytes(), args), parts);
    }
}

#[test]
fn one_row_for_two_students_is_refused() {
    let students = vec![student("s001", "", ""), student("s002", "", "s001@example.com")];
    let class = ClassFolder::with(&[("datastream", "Data stream", 100)], students, None);
    class.points("s001", "datastream", 1);
    let file = MOODLE.lines().take(2).collect::<Vec<_>>().join("\n");
    says(
        &refused_for(&class, "moodle", file.as_bytes(), &[]),
        &["export.csv:2: this row matches both s001 and s002 of the class"],
    );
}

#[test]
fn a_lab_without_a_column_is_named_with_the_way_to_leave_it_out() {
    let labs = [("datastream", "Data stream", 100), ("eventdriven", "Event driven", 100)];
    let class = ClassFolder::new(&labs, &[("s001", "", "s001@example.com")]);
    let said = refused_for(&class, "moodle", MOODLE.as_bytes(), &[]);
    says(&said, &["no column matches eventdriven (`Event driven`)", "--lab"]);
    let args = ["--column", "eventdriven=Assignment: Data stream (Real)"];
    says(
        &refused_for(&class, "moodle", MOODLE.as_bytes(), &args),
        &["matches both datastream and eventdriven"],
    );
    says(
        &refused_for(&class, "moodle", MOODLE.as_bytes(), &["--column", "Data stream"]),
        &["write LAB=HEADER"],
    );
    says(
        &refused_for(&class, "moodle", MOODLE.as_bytes(), &["--lab", "datastrem"]),
        &["did you mean `datastream`?"],
    );
}

#[test]
fn the_export_is_never_overwritten() {
    let class = ClassFolder::of_points(&[64, 80]);
    let source = class.beside("export.csv");
    std::fs::write(&source, MOODLE).unwrap();
    let other = class.beside("class/../export.csv");
    #[cfg(unix)]
    let others = {
        let link = class.beside("link.csv");
        std::os::unix::fs::symlink(&source, &link).unwrap();
        [source.clone(), other, link]
    };
    #[cfg(not(unix))]
    let others = [source.clone(), other];
    for out in others {
        let mut command = common::edemlab(&["gradebook"]);
        command
            .arg(class.path())
            .args(["--for", "moodle", "--fill"])
            .arg(&source)
            .arg("--out")
            .arg(&out);
        let output = command.output().unwrap();
        says(
            &common::text(&output),
            &["is the file that was exported: write the filled one elsewhere"],
        );
        assert_eq!(
            (output.status.code(), std::fs::read_to_string(&source).unwrap().as_str()),
            (Some(2), MOODLE)
        );
    }
}

#[test]
fn wrong_usage_says_what_to_give() {
    let class = ClassFolder::of_points(&[64]);
    let cases: &[(&[&str], &str)] = &[
        (&["--for", "moodle"], "Moodle: Grades → Export → Plain text file"),
        (&["--for", "canvas"], "Canvas: Grades → Export"),
        (
            &["--for", "csv", "--fill", "x.csv"],
            "csv and xlsx are tables of their own",
        ),
        (
            &["--for", "xlsx", "--out", "-"],
            "name a file, for example --out grades.xlsx",
        ),
        (&["--for", "moodle", "--fill", "no-such.csv"], "cannot read no-such.csv"),
        (
            &["--for", "moodle", "--fill", "x.csv", "--steps"],
            "--steps is for csv and xlsx",
        ),
        (&["--for", "csv", "--scale", "0"], "write a number above zero"),
    ];
    for (args, part) in cases {
        let output = common::edemlab(&["gradebook"])
            .arg(class.path())
            .args(*args)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        says(&common::text(&output), &[part]);
    }
    let output = common::edemlab(&["gradebook", "no-such-folder", "--for", "csv"])
        .output()
        .unwrap();
    says(&common::text(&output), &["no-such-folder is not the folder of a class"]);
}
