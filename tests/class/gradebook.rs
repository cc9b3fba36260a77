//! `edemlab gradebook` for Moodle and Canvas: files as they export them, filled, and imported by their own rules.

use crate::common;

use std::path::PathBuf;

use common::graded::{ClassFolder, scored, student};
use common::lms::{self, Course, ENGLISH, SPANISH};
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
        "no grade was written for 3",
        "s002: could not determine iam.role (AccessDenied)",
        "s003: not graded yet",
        "s004: not in the file",
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
            done.says(&["s002: not graded in time: the only run is after the deadline"]);
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

const WORKSHEET: &str = "Identificador,\"Nombre completo\",\"Dirección de correo\",Estado,Calificación,\"Calificación máxima\",\"La calificación puede ser cambiada\",\"Última modificación (entrega)\",\"Última modificación (calificación)\",\"Comentarios de retroalimentación\"\n\
    \"Participante 101\",\"Núria Núñez\",s001@example.com,\"Sin entrega\",,\"10,00\",Sí,-,-,\n\
    \"Participante 102\",\"Àlex Y\",s002@example.com,\"Sin entrega\",\"3,50\",\"10,00\",No,-,-,\n\
    \"Participante 103\",\"Z\",s003@example.com,\"Sin entrega\",,\"10,00\",Sí,-,-,\"<p>Muy bien</p>\"\n";

#[test]
fn a_spanish_worksheet_takes_grades_and_comments() {
    let class = ClassFolder::of_points(&[64, 87, 100]);
    let done = fill(
        &class,
        "moodle-worksheet",
        "Calificaciones-S-Lab-7.csv",
        WORKSHEET.as_bytes(),
        &[],
    );
    assert_eq!(done.code, 1, "{}", done.said);
    done.says(&[
        "s002 (Student 2): Moodle says that this grade cannot be changed",
        "2 grades",
    ]);
    let comment = "edemlab: 64 of 100 points. kinesis.exists 64/100: What kinesis.exists asks.";
    let expected = WORKSHEET
        .replace(
            "\"Sin entrega\",,\"10,00\",Sí,-,-,\n",
            &format!("\"Sin entrega\",\"6,40\",\"10,00\",Sí,-,-,{comment}\n"),
        )
        .replace(
            "\"Sin entrega\",,\"10,00\",Sí,-,-,\"<p>",
            "\"Sin entrega\",\"10,00\",\"10,00\",Sí,-,-,\"<p>",
        );
    assert_eq!(done.text(), expected);
    let imported = lms::worksheet(&done.out.unwrap(), UTF_8, b',', SPANISH, 10.0, &[102]).unwrap();
    assert_eq!(imported.grades, [(101, 6.4), (103, 10.0)].into());
    assert_eq!(imported.comments[&101], comment);
    assert_eq!(imported.comments[&103], "<p>Muy bien</p>");
    assert_eq!(imported.passed_over, [102]);
}

#[test]
fn a_worksheet_is_about_the_lab_that_its_name_says() {
    let labs = [("datastream", "Data stream", 100), ("eventdriven", "Event driven", 50)];
    let class = ClassFolder::new(&labs, &[("s001", "", "s001@example.com")]);
    class.points("s001", "datastream", 100);
    let half = [("kinesis.exists", Status::Fail, 25, 50)];
    class.run("s001", "eventdriven", "2026-05-01T10:00:00Z", &half);
    let file = "Identifier,Email address,Grade,Maximum Grade,Grade can be changed,Last modified (grade)\nParticipant 1,s001@example.com,,10.00,Yes,-\n";
    let done = fill(
        &class,
        "moodle-worksheet",
        "Grades-S26-Event driven-99.csv",
        file.as_bytes(),
        &[],
    );
    assert_eq!(done.text(), file.replace(",,10.00", ",5.00,10.00"), "{}", done.said);
    let done = fill(
        &class,
        "moodle-worksheet",
        "Grades-S26-Homework-99.csv",
        file.as_bytes(),
        &[],
    );
    assert_eq!((done.code, done.out.is_none()), (2, true));
    done.says(&["the class has datastream, eventdriven", "--lab"]);
    let done = fill(
        &class,
        "moodle-worksheet",
        "Grades-S26-Homework-99.csv",
        file.as_bytes(),
        &["--lab", "datastream"],
    );
    assert_eq!(done.text(), file.replace(",,10.00", ",10.00,10.00"));
}

/// The headings of Moodle's other languages: `gradecanbechanged` of `mod_assign` in es, es_mx and ca.
#[test]
fn a_locked_row_is_left_in_every_language() {
    let class = ClassFolder::of_points(&[64, 87]);
    for (identifier, grade, maximum, changeable, modified) in [
        (
            "Identificador",
            "Calificación",
            "Calificación máxima",
            "La calificación puede ser cambiada",
            "Última modificación (calificación)",
        ),
        (
            "Identificador",
            "Calificación",
            "Calificación máxima",
            "La calificación puede cambiarse",
            "Última modificación (calificación)",
        ),
        (
            "Identificador",
            "Qualificació",
            "Qualificació màxima",
            "Es pot canviar la qualificació",
            "Darrera modificació (qualificació)",
        ),
    ] {
        let file = format!(
            "{identifier},Email address,{grade},{maximum},{changeable},{modified}\n\
             Participant 1,s001@example.com,,\"10,00\",No,-\nParticipant 2,s002@example.com,,\"10,00\",Sí,-\n"
        );
        let done = fill(&class, "moodle-worksheet", "Notes-7.csv", file.as_bytes(), &[]);
        assert_eq!(done.code, 1, "{changeable}: {}", done.said);
        done.says(&[
            "s001 (Student 1): Moodle says that this grade cannot be changed",
            "1 grade",
        ]);
        assert_eq!(
            done.text(),
            file.replace("s002@example.com,,", "s002@example.com,\"8,70\","),
            "{changeable}"
        );
    }
    let file = "Identifier,Email address,Grade,Last modified (grade)\nParticipant 1,s001@example.com,,-\nParticipant 2,s002@example.com,,-\n";
    let done = fill(&class, "moodle-worksheet", "Grades-7.csv", file.as_bytes(), &[]);
    done.says(&["no column says which grades can be changed"]);
}

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
        "x (B), datastream: excused in Canvas",
        "x (B), eventdriven: not assigned to them in Canvas",
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
