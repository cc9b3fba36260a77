//! What a class's folder keeps of people: forgotten, purged, or exported without names.

use crate::common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use common::graded::{ClassFolder, report, scored, student};
use common::{edemlab, text};
use edemlab::private::files_below;

/// A student of the class, with all that says who it is.
const GONE: [&str; 5] = [
    "s02",
    "Núria Ça",
    "nuria@example.com",
    "222222222222",
    "arn:aws:sts::222222222222:assumed-role/edemlab-access/edemlab",
];

/// The first as a run has it, to the thousandth of a second.
const RUNS: [&str; 2] = ["2025-11-02T10:00:00.123Z", "2026-05-01T10:00:00Z"];

/// The lines of the professor's own file: the second is about the student who goes.
const ADJUSTMENTS: [&str; 3] = [
    "student;lab;points;reason\r\n",
    "s02;datastream;50;\"Was ill;\r\nsays Núria Ça\"\r\n",
    "s01;datastream;;Clear code\r\n",
];

/// Three students in one lab, each with two runs, the pages, both tables, a note of the professor's, and what a probe has
/// left on its way.
fn class() -> ClassFolder {
    let students = vec![
        student("s01", "Student One", "one@example.com"),
        student(GONE[0], GONE[1], GONE[2]),
        student("s021", "Student Three", ""),
    ];
    let class = ClassFolder::with(&[("datastream", "Data stream", 100)], students, None);
    for (n, id) in ["s01", "s02", "s021"].iter().enumerate() {
        for (at, earned) in RUNS.iter().zip([40, 90]) {
            let mut report = report("datastream", at, &scored(earned));
            report.account = (n + 1).to_string().repeat(12);
            report.caller = format!("arn:aws:sts::{}:assumed-role/edemlab-access/edemlab", report.account);
            class.store(id, &report);
        }
    }
    let dir = class.path().to_str().unwrap().to_owned();
    for args in [
        vec!["pages", &dir],
        vec!["gradebook", &dir, "--for", "csv"],
        vec!["gradebook", &dir, "--for", "xlsx"],
        vec!["gradebook", &dir, "--for", "gradescope"],
    ] {
        let output = edemlab(&args).output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
    }
    let underway = class.path().join("underway/s02/datastream");
    std::fs::create_dir_all(&underway).unwrap();
    std::fs::write(underway.join("probe.json"), "{}").unwrap();
    std::fs::write(class.path().join("notes.txt"), "s02 was ill\n").unwrap();
    std::fs::write(class.path().join("noten.xlsx"), b"PK\x03\x04\0\0").unwrap();
    std::fs::write(class.path().join("adjustments.csv"), ADJUSTMENTS.join("")).unwrap();
    class
}

fn run(class: &ClassFolder, args: &[&str]) -> Output {
    let mut command = edemlab(&["class"]);
    command.arg(args[0]).arg(class.path()).args(&args[1..]);
    // Nobody's list of who was invited is touched.
    command.env("EDEMLAB_CLASS_SECRET_FILE", class.beside("secret"));
    command.output().unwrap()
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = files_below(folder).unwrap();
    files
        .into_iter()
        .map(|file| (file.clone(), std::fs::read(file).unwrap()))
        .collect()
}

/// The files of the folder whose name or content has one of the words.
fn with(class: &ClassFolder, words: &[&str]) -> Vec<String> {
    let found = files(class.path()).into_iter().filter(|(path, content)| {
        let (name, content) = (path.to_string_lossy(), String::from_utf8_lossy(content));
        words
            .iter()
            .any(|word| content.contains(word) || name.split(['/', '.']).any(|part| part == *word))
    });
    found
        .map(|(path, _)| path.strip_prefix(class.path()).unwrap().display().to_string())
        .collect()
}

#[test]
fn nothing_that_edemlab_wrote_says_who_was_forgotten() {
    let class = class();
    std::fs::write(class.beside("secret-students.json"), r#"["s01", "s02"]"#).unwrap();
    // `s021` is another one, whose identifier begins alike.
    let words = ["\"s02\"", ">s02<", "s02,", GONE[1], GONE[2], GONE[3]];
    assert!(with(&class, &words).len() >= 8, "{:?}", with(&class, &words));
    let others: BTreeMap<_, _> = files(class.path())
        .into_iter()
        .filter(|(path, _)| path.to_string_lossy().contains("/reports/s0") && !path.to_string_lossy().contains("/s02/"))
        .collect();
    assert_eq!(
        others.len(),
        10,
        "two runs with evidence, and the last, of two students"
    );

    let output = run(&class, &["forget", "s02", "--yes"]);
    assert!(output.status.success(), "{}", text(&output));
    let said = text(&output);
    assert!(
        said.contains("notes.txt, which mentions them")
            && said.contains("noten.xlsx, which is no text")
            && said.contains("edemlab-access"),
        "{said}"
    );
    assert_eq!(with(&class, &words), Vec::<String>::new());
    let after = files(class.path());
    assert!(others.iter().all(|(path, content)| after.get(path) == Some(content)));
    let adjustments = std::fs::read_to_string(class.path().join("adjustments.csv")).unwrap();
    assert_eq!(adjustments, [ADJUSTMENTS[0], ADJUSTMENTS[2]].concat());
    let invited = std::fs::read_to_string(class.beside("secret-students.json")).unwrap();
    assert!(invited.contains("s01") && !invited.contains("s02"), "{invited}");
    let output = edemlab(&[
        "gradebook",
        class.path().to_str().unwrap(),
        "--for",
        "csv",
        "--out",
        "-",
    ])
    .output()
    .unwrap();
    let table = text(&output);
    assert!(
        table.contains("s01") && table.contains("s021") && !table.contains("s02,"),
        "{table}"
    );

    let output = run(&class, &["forget", "s02", "--yes"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("keeps nothing of s02"), "{}", text(&output));
}

#[test]
fn what_is_said_of_another_student_and_names_this_one_is_listed() {
    let class = class();
    let said = format!("{}s01;datastream;;With s02\r\n", ADJUSTMENTS[..2].concat());
    std::fs::write(class.path().join("adjustments.csv"), said).unwrap();
    let output = run(&class, &["forget", "s02", "--yes"]);
    let said = text(&output);
    assert!(said.contains("adjustments.csv, which mentions them"), "{said}");
}

#[test]
fn nothing_goes_without_a_yes_or_under_another_name() {
    let class = class();
    let before = files(class.path());
    let output = run(&class, &["forget", "s02"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(
        text(&output).contains("reports/s02/datastream.json"),
        "{}",
        text(&output)
    );
    let said = "Nothing was removed. To remove this, add --yes.";
    assert!(text(&output).contains(said), "{}", text(&output));
    for (said, says) in [
        ("Núria Ça", "Did you mean s02?"),
        ("S02", "Did you mean s02?"),
        ("../s01", "keeps nothing of"),
    ] {
        let output = run(&class, &["forget", said, "--yes"]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains(says), "{}", text(&output));
    }
    let output = run(&class, &["purge", "--before", "2026-01-01"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    let said = "Nothing was removed. To remove them, add --yes.";
    assert!(text(&output).contains(said), "{}", text(&output));
    let mut after = files(class.path());
    after.retain(|path, _| !path.ends_with("underway/lock"));
    assert_eq!(after, before);
}

/// Who was taken off the roster is not in `class.json` any more, and their reports are.
#[test]
fn who_is_not_in_the_class_any_more_is_forgotten_too() {
    let class = class();
    let file = class.path().join("class.json");
    let mut json: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    json["students"]
        .as_array_mut()
        .unwrap()
        .retain(|student| student["id"] != "s02");
    std::fs::write(&file, json.to_string()).unwrap();
    assert!(!with(&class, &[GONE[3]]).is_empty());
    // Of one who was never graded there are pages only.
    std::fs::write(class.path().join("feedback/s09.md"), "Student Nine").unwrap();
    let output = run(&class, &["forget", "--absent", "--yes"]);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(with(&class, &[GONE[3], GONE[1], "s09"]), Vec::<String>::new());
    assert!(!with(&class, &["s01"]).is_empty());
    let output = run(&class, &["forget", "--absent", "--yes"]);
    assert!(text(&output).contains("Nobody's files are here"), "{}", text(&output));
}

#[test]
fn what_is_old_goes_and_who_has_nothing_else() {
    let class = class();
    let fourth = report("datastream", RUNS[1], &scored(70));
    let old = report("datastream", RUNS[0], &scored(70));
    let students = vec![student("newer-1", "", ""), student("older-1", "", "old@example.com")];
    let both = ClassFolder::with(&[("datastream", "Data stream", 100)], students, None);
    both.store("newer-1", &fourth);
    both.store("older-1", &old);
    let output = run(&both, &["purge", "--before", "2026-01-01", "--yes"]);
    assert!(output.status.success(), "{}", text(&output));
    assert!(
        text(&output).contains("1 runs from before 2026-01-01"),
        "{}",
        text(&output)
    );
    assert_eq!(with(&both, &["older-1", "old@example.com"]), Vec::<String>::new());
    assert!(!with(&both, &["newer-1"]).is_empty());

    let output = run(&class, &["purge", "--before", "2026-01-01", "--yes"]);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(with(&class, &["2025-11-02"]), Vec::<String>::new());
    assert!(
        class
            .path()
            .join("reports/s02/datastream/2026-05-01T100000Z.evidence.json")
            .exists()
    );
    let output = run(&class, &["purge", "--before", "2026-01-01", "--yes"]);
    assert!(
        text(&output).contains("There is no run from before 2026-01-01"),
        "{}",
        text(&output)
    );
}

#[test]
fn an_export_has_numbers_and_the_courses_own_words_only() {
    let class = class();
    let output = run(&class, &["export", "--anonymous"]);
    let table = text(&output);
    assert!(output.status.success(), "{table}");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "somebody,lab,step,check,status,points,possible");
    let mut rows: Vec<&str> = lines[1..].iter().map(|line| line.split_once(',').unwrap().1).collect();
    rows.dedup();
    assert_eq!(
        (lines.len(), rows),
        (4, vec!["datastream,kinesis,kinesis.exists,fail,90,100"])
    );
    let output = run(&class, &["export", "--anonymous", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!(json["schema"], "edemlab/class-export/1");
    assert_eq!(json["rows"].as_array().unwrap().len(), 3);
    for word in GONE.iter().chain(&["s01", "AccessDenied", "2026-05-01"]) {
        assert!(!table.contains(word) && !json.to_string().contains(word), "{word}");
    }
}
