//! Moodle's worksheet of an assignment: grades, comments and locked rows.

use encoding_rs::UTF_8;

use super::fill;
use crate::common::graded::ClassFolder;
use crate::common::lms::{self, SPANISH};
use edemlab::report::Status;

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
        "s002 (Student 2): no grade: Moodle says that this grade cannot be changed",
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
            "s001 (Student 1): no grade: Moodle says that this grade cannot be changed",
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
