//! `edemlab gradebook` for Moodle and Canvas: files as they export them, filled, and imported by their own rules.

use crate::common;

mod canvas;
mod columns;
mod worksheet;

use std::path::PathBuf;

use common::graded::{ClassFolder, scored, student};
use common::lms::{self, ENGLISH, SPANISH};
use edemlab::report::Status;
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

const LAB: &[(&str, &str, u32)] = &[("datastream", "Data stream", 100)];

/// What a fill printed and wrote.
struct Done {
    code: i32,
    said: String,
    out: Option<Vec<u8>>,
}

impl Done {
    fn text(&self) -> String {
        String::from_utf8(
            self.out
                .clone()
                .unwrap_or_else(|| panic!("nothing written:\n{}", self.said)),
        )
        .unwrap()
    }

    fn says(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.said.contains(part), "{part:?} is not in:\n{}", self.said);
        }
        self
    }
}

/// Fills `file`, an export of this name.
fn fill(class: &ClassFolder, lms: &str, name: &str, file: &[u8], args: &[&str]) -> Done {
    let source = class.beside(name);
    std::fs::write(&source, file).unwrap();
    let out: PathBuf = class.beside("filled.csv");
    let _ = std::fs::remove_file(&out);
    let mut command = common::edemlab(&["gradebook"]);
    command
        .arg(class.path())
        .args(["--for", lms, "--fill"])
        .arg(&source)
        .arg("--out")
        .arg(&out)
        .args(args);
    let output = command.output().unwrap();
    assert_eq!(std::fs::read(&source).unwrap(), file, "the export is as it was");
    Done {
        code: output.status.code().unwrap(),
        said: common::text(&output),
        out: std::fs::read(&out).ok(),
    }
}

// Moodle's gradebook.

const MOODLE: &str = "\"Nombre\",\"Apellido(s)\",\"Número de ID\",\"Dirección de correo\",\"Tarea:Data stream (Real)\",\"Cuestionario:Test 1 (Real)\",\"Total del curso (Real)\"\r\n\
    \"Núria\",\"Núñez\",\"\",\"S001@example.com\",\"-\",\"7,25\",\"7,25\"\r\n\
    \"Ángel\",\"O''Hara, \"\"Jr\"\"\",\"\",\"s002@example.com\",\"5,00\",\"-\",\"5,00\"\r\n\
    \"Nobody\",\"Here\",\"\",\"else@example.com\",\"-\",\"-\",\"-\"\r\n";

#[test]
fn a_spanish_moodle_export_comes_back_with_decimal_commas() {
    let class = ClassFolder::of_points(&[64, 87]);
    let done = fill(&class, "moodle", "es.csv", MOODLE.as_bytes(), &["--scale", "10"]);
    assert_eq!(done.code, 0, "{}", done.said);
    let expected = MOODLE
        .replace("\"-\",\"7,25\"", "\"6,40\",\"7,25\"")
        .replace("\"5,00\",\"-\"", "\"8,70\",\"-\"");
    assert_eq!(done.text(), expected, "nothing but the two grades changed");
    done.says(&[
        "es.csv:3: s002 had 5,00 in datastream, has 8,70 now",
        "es.csv:4: else@example.com",
        "Comma",
    ]);
    let users = ["S001@example.com", "s002@example.com", "else@example.com"];
    let who = ("Dirección de correo", users.as_slice());
    let grades = lms::moodle(
        &done.out.unwrap(),
        UTF_8,
        b',',
        who,
        "Tarea:Data stream (Real)",
        SPANISH,
    )
    .unwrap();
    assert_eq!(grades["S001@example.com"], Some(6.4));
    assert_eq!(grades["s002@example.com"], Some(8.7));
    assert_eq!(grades["else@example.com"], None);
}

#[test]
fn encoding_delimiter_line_ends_and_quotes_stay() {
    let class = ClassFolder::of_points(&[64, 87]);
    let text = "Nombre;Dirección de correo;Tarea: Data stream (Real);Total del curso (Real)\nNúñez;s001@example.com;;1,00\n\"Ñ;x\";s002@example.com;\"-\";\n";
    let expected = text.replace("com;;1", "com;6,4;1").replace("\"-\"", "\"8,7\"");
    let expected = expected.replace("6,4;", "6,40;").replace("8,7\"", "8,70\"");
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units
            .flat_map(|u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() })
            .collect()
    };
    let cases: [(&str, Vec<u8>, Vec<u8>, _); 5] = [
        ("UTF-8", text.into(), expected.clone().into(), UTF_8),
        (
            "UTF-8",
            format!("\u{feff}{text}").into(),
            format!("\u{feff}{expected}").into(),
            UTF_8,
        ),
        ("UTF-16", utf16(text, false), utf16(&expected, false), UTF_16LE),
        ("UTF-16", utf16(text, true), utf16(&expected, true), UTF_16BE),
        (
            "Windows-1252",
            WINDOWS_1252.encode(text).0.into(),
            WINDOWS_1252.encode(&expected).0.into(),
            WINDOWS_1252,
        ),
    ];
    for (name, file, expected, encoding) in cases {
        let done = fill(&class, "moodle", "notas.csv", &file, &["--scale", "10"]);
        assert_eq!(done.code, 0, "{name}: {}", done.said);
        done.says(&[&format!("Encoding {name} and Separator Semicolon")]);
        let out = done.out.unwrap();
        assert_eq!(out, expected, "{name}");
        let who = (
            "Dirección de correo",
            ["s001@example.com", "s002@example.com"].as_slice(),
        );
        let grades = lms::moodle(&out, encoding, b';', who, "Tarea: Data stream (Real)", SPANISH).unwrap();
        assert_eq!(grades["s001@example.com"], Some(6.4), "{name}");
    }
}

#[test]
fn an_english_export_without_any_number_takes_dots_up_to_a_hundred() {
    let class = ClassFolder::of_points(&[64, 100]);
    let file = "First name,ID number,Email address,Assignment: Data stream (Real),Last downloaded from this course\n\
        A,s001,,-,1\nB,s002,,-,1\n";
    let done = fill(&class, "moodle", "en.csv", file.as_bytes(), &["--scale", "33.5"]);
    assert_eq!(done.code, 0, "{}", done.said);
    done.says(&["more than a year ago"]);
    let who = ("ID number", ["s001", "s002"].as_slice());
    let grades = lms::moodle(
        &done.out.unwrap(),
        UTF_8,
        b',',
        who,
        "Assignment: Data stream (Real)",
        ENGLISH,
    )
    .unwrap();
    assert_eq!((grades["s001"], grades["s002"]), (Some(21.44), Some(33.5)));
}

#[test]
fn who_is_unknown_not_graded_or_not_in_the_file_is_left_and_listed() {
    let mut excused = student("s005", "E", "s005@example.com");
    excused.excused = true;
    let mut students: Vec<_> = (1..=4)
        .map(|n| student(&format!("s{n:03}"), "", &format!("s{n:03}@example.com")))
        .collect();
    students.push(excused);
    let class = ClassFolder::with(LAB, students, None);
    class.points("s001", "datastream", 50);
    let unknown = [
        ("kinesis.exists", Status::Pass, 60, 60),
        ("iam.role", Status::Unknown, 0, 40),
    ];
    class.run("s002", "datastream", "2026-05-01T10:00:00Z", &unknown);
    class.points("s004", "datastream", 70);
    let file = "Email address,Assignment: Data stream\ns001@example.com,\ns002@example.com,33\ns003@example.com,\ns005@example.com,44\n";
    let done = fill(&class, "moodle", "g.csv", file.as_bytes(), &[]);
    assert_eq!(done.code, 1, "{}", done.said);
    done.says(&[
        "look at these; 3 grades were not written",
        "g.csv:3: s002: no grade: could not determine iam.role (AccessDenied)",
        "g.csv:4: s003: no grade: not graded yet",
        "s004: no grade: not in the file",
    ]);
    assert!(!done.said.contains("s005"), "{}", done.said);
    assert_eq!(done.text(), file.replace("s001@example.com,", "s001@example.com,50"));
    let done = fill(&class, "moodle", "g.csv", file.as_bytes(), &["--unknown-as-zero"]);
    assert_eq!(done.code, 1);
    let expected = "Email address,Assignment: Data stream\ns001@example.com,50\ns002@example.com,60\ns003@example.com,0\ns005@example.com,44\n";
    assert_eq!(done.text(), expected);
}

#[test]
fn the_run_that_counts_is_the_one_that_is_asked_for() {
    let class = ClassFolder::with(
        LAB,
        vec![student("s001", "", ""), student("s002", "", "")],
        Some("2026-05-10T00:00:00Z"),
    );
    for (day, points) in [(1, 40), (2, 90), (3, 80), (12, 85)] {
        class.run(
            "s001",
            "datastream",
            &format!("2026-05-{day:02}T10:00:00Z"),
            &scored(points),
        );
    }
    class.run("s002", "datastream", "2026-05-12T10:00:00Z", &scored(55));
    let file = "ID number,Data stream\ns001,\ns002,\n";
    for (count, code, expected) in [
        ("last", 0, "s001,85\ns002,55\n"),
        ("best", 0, "s001,90\ns002,55\n"),
        ("deadline", 1, "s001,80\ns002,\n"),
    ] {
        let done = fill(&class, "moodle", "g.csv", file.as_bytes(), &["--count", count]);
        assert_eq!(
            (done.code, done.text()),
            (code, format!("ID number,Data stream\n{expected}")),
            "{count}: {}",
            done.said
        );
        if count == "deadline" {
            done.says(&["s002: no grade: not graded in time: the only run is of work after the deadline"]);
        }
    }
}

#[test]
fn a_row_by_another_name_is_pointed_out() {
    let students = [("11", "Núria Núñez", ""), ("12", "Alex Y", ""), ("13", "", "")];
    let class = ClassFolder::new(LAB, &students);
    for (student, ..) in students {
        class.points(student, "datastream", 50);
    }
    let file = "First name,Last name,ID number,Data stream\nNURIA,Other,11,\nSomebody,Else,12,\nAnybody,At all,13,\n";
    let done = fill(&class, "moodle", "g.csv", file.as_bytes(), &[]);
    assert_eq!(done.code, 0, "{}", done.said);
    done.says(&[
        "is it the same person?",
        "g.csv:3: 12 is Alex Y in the roster, but Somebody here",
    ]);
    assert!(
        !done.said.contains("11 is") && !done.said.contains("13 is"),
        "{}",
        done.said
    );
}

// The grading worksheet.
