//! What is handed on to other programs: Gradescope's results, and mails.

use crate::common;

use std::path::Path;
use std::process::Output;

use common::graded::{ClassFolder, report, scored, student};
use common::{edemlab, text};
use edemlab::report::Status;
use serde_json::{Value, json};

fn run(args: &[&str], folder: &Path) -> Output {
    let mut command = edemlab(&args[..1]);
    command.arg(folder).args(&args[1..]).output().unwrap()
}

#[test]
fn gradescope_gets_a_file_of_results_for_each_student_with_a_grade() {
    let students = vec![
        student("s01", "One", ""),
        student("s02", "", ""),
        student("../s03", "", ""),
    ];
    let labs = [("datastream", "Data stream", 100), ("eventdriven", "Orders", 50)];
    let class = ClassFolder::with(&labs, students, None);
    class.run("s01", "datastream", "2026-05-01T10:00:00Z", &scored(40));
    class.run("../s03", "datastream", "2026-05-01T10:00:00Z", &scored(103));
    let unknown = [("kinesis.exists", Status::Unknown, 0, 100)];
    class.run("s02", "datastream", "2026-05-01T10:00:00Z", &unknown);

    let output = run(&["gradebook", "--for", "gradescope"], class.path());
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(
        text(&output).contains("add --lab, with one of datastream, eventdriven"),
        "{}",
        text(&output)
    );

    let output = run(
        &[
            "gradebook",
            "--for",
            "gradescope",
            "--lab",
            "datastream",
            "--extra",
            "keep",
        ],
        class.path(),
    );
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(
        text(&output).contains("s02: no grade: could not determine kinesis.exists"),
        "{}",
        text(&output)
    );
    let home = class.path().join("gradescope/datastream");
    let read = |name: &str| -> Value { serde_json::from_slice(&std::fs::read(home.join(name)).unwrap()).unwrap() };
    let results = read("s01.json");
    assert_eq!(results["score"], json!(40.0));
    assert_eq!(
        results["tests"],
        json!([{
            "number": "kinesis.exists", "name": "What kinesis.exists asks", "score": 40, "max_score": 100, "status": "failed",
            "output": "expected: as it should be\nfound: AccessDenied", "output_format": "text",
        }])
    );
    let extra = read("%2E.%2Fs03.json");
    assert_eq!(
        (&extra["score"], &extra["tests"][1]["max_score"]),
        (&json!(103.0), &json!(0))
    );
    assert_eq!(std::fs::read_dir(&home).unwrap().count(), 2);

    std::fs::write(
        class.path().join("adjustments.csv"),
        "student,lab,percent,reason\ns02,datastream,50,Was <ill>\n",
    )
    .unwrap();
    let output = run(
        &[
            "gradebook",
            "--for",
            "gradescope",
            "--lab",
            "datastream",
            "--scale",
            "10",
        ],
        class.path(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let adjusted = read("s02.json");
    assert_eq!(adjusted["score"], json!(5.0));
    assert!(
        adjusted["output"]
            .as_str()
            .unwrap()
            .contains("adjusted to 50 %: Was <ill>"),
        "{adjusted}"
    );
}

#[test]
fn mails_are_a_table_and_nothing_in_it_is_a_formula() {
    let mut excused = student("s04", "Four", "four@example.com");
    excused.excused = true;
    let students = vec![
        student("s01", "=1+1", "one@example.com"),
        student("s02", "Two", "=cmd@example.com"),
        student("s03", "Three", ""),
        excused,
    ];
    let class = ClassFolder::with(&[("datastream", "Data stream", 100)], students, None);
    class.points("s01", "datastream", 40);
    let file = class.beside("mails.csv");
    let output = run(&["pages", "--mail", file.to_str().unwrap()], class.path());
    assert!(output.status.success(), "{}", text(&output));
    assert!(
        text(&output).contains("2 mails") && text(&output).contains("no e-mail address of s03"),
        "{}",
        text(&output)
    );
    let written = std::fs::read_to_string(&file).unwrap();
    let table = written.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0][0], &rows[0][1]), ("one@example.com", "Serverless 2026"));
    let feedback = std::fs::read_to_string(class.path().join("feedback/s01.md")).unwrap();
    assert_eq!(rows[0][2], *feedback.trim_end());
    assert!(rows[0][2].lines().count() > 5, "{}", &rows[0][2]);
    assert_eq!(&rows[1][0], "'=cmd@example.com");
    assert!(
        rows.iter()
            .flatten()
            .all(|cell| !cell.starts_with(['=', '+', '-', '@']))
    );
}

/// What a gradebook is made of is not overwritten by it.
#[test]
fn a_gradebook_overwrites_no_file_of_the_class() {
    let class = ClassFolder::of_points(&[40]);
    std::fs::write(class.path().join("adjustments.csv"), "student,lab,reason\n").unwrap();
    for name in ["class.json", "adjustments.csv", "reports/s001/datastream.json"] {
        let file = class.path().join(name);
        let before = std::fs::read(&file).unwrap();
        let output = run(
            &["gradebook", "--for", "csv", "--out", file.to_str().unwrap()],
            class.path(),
        );
        assert_eq!(output.status.code(), Some(2), "{name}: {}", text(&output));
        assert!(
            text(&output).contains("is a file of the class itself"),
            "{}",
            text(&output)
        );
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }
}

/// A run in an account that the roster named by mistake is nobody's best.
#[test]
fn of_several_runs_those_in_the_last_ones_account_count() {
    let class = ClassFolder::new(&[("datastream", "Data stream", 100)], &[("s1", "", "")]);
    for (n, (account, earned)) in [("1", 100), ("2", 60), ("2", 50)].iter().enumerate() {
        let mut run = report("datastream", &format!("2026-05-0{}T10:00:00Z", n + 1), &scored(*earned));
        run.account = account.repeat(12);
        class.store("s1", &run);
    }
    let output = run(
        &["gradebook", "--for", "csv", "--count", "best", "--out", "-"],
        class.path(),
    );
    assert!(text(&output).contains("s1,,,60,60,100"), "{}", text(&output));
}
