//! The table of our own, as CSV and as a workbook, with students who try to be a formula.

use crate::common;

use calamine::{Data, Reader, Xlsx, open_workbook};
use common::graded::{ClassFolder, student};
use edemlab::report::Status;

/// A table of this kind: the exit code, what was said, the file.
fn table(class: &ClassFolder, kind: &str, args: &[&str]) -> (i32, String, std::path::PathBuf) {
    let mut command = common::edemlab(&["gradebook"]);
    command.arg(class.path()).args(["--for", kind]).args(args);
    let output = command.output().unwrap();
    (
        output.status.code().unwrap(),
        common::text(&output),
        class.path().join(format!("grades.{kind}")),
    )
}

fn rows(path: &std::path::Path, separator: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(separator)
        .from_path(path)
        .unwrap();
    reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

fn cells(path: &std::path::Path) -> (Vec<Vec<Data>>, bool) {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let formulas = book.worksheet_formula("Grades").unwrap();
    let any = formulas.cells().any(|(_, _, formula)| !formula.is_empty());
    (sheet.rows().map(<[Data]>::to_vec).collect(), any)
}

fn class() -> ClassFolder {
    let mut excused = student("s004", "D", "");
    excused.excused = true;
    let students = vec![
        student("s001", "Núñez, Á", "s001@example.com"),
        student("s002", "", ""),
        student("s003", "", ""),
        excused,
    ];
    let class = ClassFolder::with(
        &[("datastream", "Data stream", 90)],
        students,
        Some("2026-05-10T00:00:00Z"),
    );
    let all = [
        ("kinesis.exists", Status::Pass, 40, 40),
        ("iam.role", Status::Fail, 24, 50),
    ];
    class.run("s001", "datastream", "2026-05-12T00:00:00Z", &all);
    let unknown = [
        ("kinesis.exists", Status::Pass, 40, 40),
        ("iam.role", Status::Unknown, 0, 50),
    ];
    class.run("s002", "datastream", "2026-05-02T00:00:00Z", &unknown);
    class
}

#[test]
fn a_csv_has_a_row_a_student_and_no_zero_for_what_is_not_known() {
    let class = class();
    let (code, said, path) = table(&class, "csv", &["--scale", "10", "--steps"]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("s002: no grade: could not determine iam.role (AccessDenied)")
            && said.contains("s003: no grade: not graded yet"),
        "{said}"
    );
    assert!(!said.contains("s004"), "{said}");
    let rows = rows(&path, b',');
    let line = |row: &Vec<String>| row.join("|");
    assert_eq!(
        line(&rows[0]),
        "student|name|email|datastream grade|datastream points|datastream possible|datastream not judged|datastream status|datastream late|datastream runs|datastream kinesis"
    );
    assert_eq!(
        line(&rows[1]),
        "s001|Núñez, Á|s001@example.com|7.11|64|90||fail|unknown|1|40"
    );
    assert_eq!(line(&rows[2]), "s002|||||90||unknown|no|1|40");
    assert_eq!(line(&rows[3]), "s003|||||90||not graded||0|");
    assert_eq!(line(&rows[4]), "s004|D||||90||excused||0|");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let (code, _, _) = table(&class, "csv", &["--unknown-as-zero"]);
    assert_eq!(code, 0);
    assert_eq!(self::rows(&path, b',')[2][3], "44.44");
}

#[test]
fn a_csv_for_a_spanish_excel_has_semicolons_commas_and_a_mark() {
    let class = class();
    let (_, _, path) = table(&class, "csv", &["--scale", "10", "--decimal", "comma"]);
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with("\u{feff}student;name;"), "{text}");
    assert!(
        text.contains("\r\ns001;Núñez, Á;s001@example.com;7,11;64;90;"),
        "{text}"
    );
}

#[test]
fn a_csv_can_go_to_standard_output_and_nothing_else_does() {
    let class = class();
    let output = common::edemlab(&["gradebook"])
        .arg(class.path())
        .args(["--for", "csv", "--out", "-"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with("student,name,email,") && text.lines().count() == 5,
        "{text}"
    );
    assert!(!class.path().join("grades.csv").exists());
}

#[test]
fn a_workbook_has_numbers_as_numbers_and_text_as_text() {
    let class = class();
    let (code, said, path) = table(&class, "xlsx", &["--scale", "10"]);
    assert_eq!(code, 1, "{said}");
    let (rows, formulas) = cells(&path);
    assert!(!formulas);
    assert_eq!(rows[0][3], Data::String("datastream grade".into()));
    assert_eq!(rows[1][0], Data::String("s001".into()));
    assert_eq!((&rows[1][3], &rows[1][4]), (&Data::Float(7.11), &Data::Float(64.0)));
    assert_eq!(rows[2][3], Data::Empty);
}

#[test]
fn hostile_students_are_inert() {
    let names = [
        "=HYPERLINK(\"http://example.com\",\"x\")",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "＝1",
        "<script>alert(1)</script>",
        "a\u{1b}[2Jb\u{9b}31m",
        "abc\u{202e}fdp",
        "\",\"x\",=1\n=2",
    ];
    let mut students: Vec<_> = (0..)
        .zip(names)
        .map(|(n, name)| student(&format!("=s{n}"), name, "-x@example.com"))
        .collect();
    students.push(student("big", &"n".repeat(1_000_000), ""));
    let class = ClassFolder::with(&[("datastream", "Data stream", 100)], students, None);
    let (code, said, path) = table(&class, "csv", &[]);
    assert_eq!(code, 1);
    assert!(
        said.len() < 10_000 && said.chars().all(|c| c == '\n' || !c.is_control()),
        "{said:?}"
    );
    let rows = rows(&path, b',');
    assert_eq!(rows.len(), names.len() + 2);
    for cell in rows.iter().flatten() {
        let first = cell.trim_start().chars().next().unwrap_or('x');
        assert!(!"=+-@＝＋－＠\t\r".contains(first), "{cell:?}");
        assert!(cell.chars().count() < 2_000, "cut");
        assert!(cell.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{cell:?}");
    }
    assert_eq!(rows[9][1], "<script>alert(1)</script>", "a table holds text as it is");
    let (_, _, path) = table(&class, "xlsx", &[]);
    let (rows, formulas) = cells(&path);
    assert!(!formulas);
    assert_eq!(rows[1][1], Data::String(names[0].into()), "text, not a formula");
    for cell in rows.iter().flatten() {
        if let Data::String(text) = cell {
            assert!(
                text.chars().count() < 2_000 && text.chars().all(|c| !c.is_control() && c != '\u{202e}'),
                "{text:?}"
            );
        }
    }
}
