//! A professor's evening: from what the LMS exported, by way of a form and a spreadsheet, to what the LMS imports.

use crate::common;

mod facts;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use common::cloud::{Cloud, Printed, REGION, alone, run, shared};
use common::course::{fault_of, solution_of};
use common::lms;
use edemlab::class::access::Secret;
use facts::*;

/// A folder with everything of one evening.
struct Desk(tempfile::TempDir);

impl Desk {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    #[track_caller]
    fn says(&self, args: &[&str], code: i32, parts: &[&str]) -> Printed {
        let printed = run(alone(args));
        says(&printed, code, parts);
        printed
    }

    /// A gradebook: exit code 1, because three have no grade.
    #[track_caller]
    fn filled(&self, lms: &str, export: &str) -> Vec<u8> {
        let (class, file, out) = (self.text("class"), self.text(export), self.text("filled.csv"));
        let args = [
            "gradebook",
            &class,
            "--for",
            lms,
            "--lab",
            LAB,
            "--scale",
            "10",
            "--fill",
            &file,
            "--out",
            &out,
        ];
        let printed = self.says(&args, 1, &["30 grades → ", "look at these; 3 grades were not written"]);
        for part in [
            format!("{} (Pau 31", id(31).trim_start_matches('0')),
            "no grade: has not handed in".to_owned(),
            "adjusted to 65.5 %: Shown in the tutorial".to_owned(),
            "81.9 instead of 91 points".to_owned(),
            "78.3 instead of 87 points".to_owned(),
            "29 of 29 grades are scaled to the 88 of 100 points".to_owned(),
            "4 students are graded in 2 groups".to_owned(),
        ] {
            assert!(printed.stderr.contains(&part), "{part:?}: {}", printed.stderr);
        }
        std::fs::read(self.path("filled.csv")).unwrap()
    }
}

#[track_caller]
fn says(printed: &Printed, code: i32, parts: &[&str]) {
    assert_eq!(printed.code, code, "{}{}", printed.stdout, printed.stderr);
    let all = format!("{}{}", printed.stdout, printed.stderr);
    for part in parts {
        assert!(all.contains(part), "{part:?}: {all}");
    }
}

/// What a spreadsheet makes of a CSV file on a Spanish computer: no zeros in front of numbers, semicolons, Windows-1252. The
/// professor has added two columns there.
fn through_excel(roster: &[u8], more: impl Fn(usize) -> [String; 2]) -> Vec<u8> {
    let text = std::str::from_utf8(roster).unwrap().trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let number = |cell: &str| cell.bytes().all(|b| b.is_ascii_digit());
    for (n, row) in reader.records().enumerate() {
        let row = row.unwrap();
        let mut cells: Vec<String> = row
            .iter()
            .map(|cell| {
                if number(cell) {
                    cell.trim_start_matches('0').to_owned()
                } else {
                    cell.to_owned()
                }
            })
            .collect();
        match n {
            0 => cells.extend(["group".to_owned(), "extension".to_owned()]),
            n => cells.extend(more(n)),
        }
        writer.write_record(cells).unwrap();
    }
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    let (bytes, _, lossy) = encoding_rs::WINDOWS_1252.encode(&text);
    assert!(!lossy);
    bytes.into_owned()
}

fn deploy(cloud: &Cloud, n: usize) {
    let templates = fault(n).map_or_else(|| vec![solution_of(LAB)], |fault| fault_of(LAB, fault));
    for template in &templates {
        cloud.deploy_as(&account(n), REGION, "edemlab-datastream", template);
    }
}

/// The next whole second, once it has passed: what is made from now on is later.
fn deadline() -> String {
    let deadline: DateTime<Utc> = Utc::now() + TimeDelta::seconds(1);
    let text = deadline.to_rfc3339_opts(SecondsFormat::Secs, true);
    let deadline = DateTime::parse_from_rfc3339(&text).unwrap();
    common::eventually("the deadline is over", || {
        Utc::now() - deadline.to_utc() > TimeDelta::seconds(1)
    });
    text
}

#[test]
fn an_evening_from_the_export_to_the_import() {
    let desk = Desk(tempfile::tempdir().unwrap());
    let cloud = shared("class");
    for (export, file) in MOODLE.iter().zip(["es.csv", "ca.csv", "en.csv"]) {
        desk.write(file, moodle(export));
    }
    desk.write("canvas.csv", canvas());

    // The same class, from either language.
    let (roster, form) = (desk.text("roster.csv"), desk.text("form.csv"));
    let made = |export: &str, out: &str| {
        let args = ["roster", "new", "--from", &desk.text(export), "--out", &desk.text(out)];
        desk.says(&args, 0, &["33 students → "]);
        std::fs::read(desk.path(out)).unwrap()
    };
    assert_eq!(made("es.csv", "roster.csv"), made("ca.csv", "roster-ca.csv"));
    assert_eq!(made("en.csv", "roster-en.csv"), made("ca.csv", "roster-ca2.csv"));

    // The form's answers, which Excel has had: the accounts have lost their zeros.
    let answers = account_holders().map(|n| {
        format!(
            "{n};14/9/2026 10:22;{};{}\r\n",
            email(n).to_uppercase(),
            account(n).trim_start_matches('0')
        )
    });
    let form_header = "Id;Hora de finalización;Correo electrónico;Número de cuenta de AWS\r\n";
    desk.write(
        "form.csv",
        format!("\u{feff}{form_header}{}", answers.collect::<String>()),
    );
    let added = desk.says(
        &["roster", "add", &roster, "--from", &form],
        1,
        &[" 28 accounts → ", "no account yet"],
    );
    assert!(
        added.stderr.contains(&id(31)) || added.stdout.contains(&id(31)),
        "{}",
        added.stderr
    );

    // In the spreadsheet the professor notes pairs, and who has more time.
    let before = std::fs::read(&roster).unwrap();
    let next_year = Utc::now() + TimeDelta::days(400);
    let more = |n: usize| {
        let pair = PAIRS.iter().find(|first| **first == n || **first + 1 == n);
        let extension = match n {
            29 => "2 days".to_owned(),
            30 => format!("13/12/{}", next_year.format("%Y")),
            _ => String::new(),
        };
        [pair.map(|first| format!("Pair {first}")).unwrap_or_default(), extension]
    };
    desk.write("roster.csv", through_excel(&before, more));

    // The accounts: most in time, some late.
    let secret = desk.path("secret");
    let (keys, _) = Secret::load_or_make(&secret).unwrap();
    let template = cloud.access_template(&[]);
    for n in account_holders() {
        // The spreadsheet's identifier is the one that was invited.
        let invited = match PAIRS.contains(&n) {
            true => format!("group pair{n}"),
            false => id(n).trim_start_matches('0').to_owned(),
        };
        cloud.make_role(&account(n), &template, &keys.external_id(&invited));
    }
    for n in account_holders().filter(|n| !LATE.contains(n)) {
        deploy(cloud, n);
    }
    let deadline = deadline();
    for n in LATE {
        deploy(cloud, n);
    }

    let secret = secret.to_str().unwrap();
    let class = desk.text("class");
    let grade = [
        "grade",
        &roster,
        "--out",
        &class,
        "--secret",
        secret,
        "--lab",
        LAB,
        "--no-probe",
    ];
    let policy = ["--deadline", &deadline, "--late", "10 % a day, at most 5 days"];
    let graded = run(cloud.professor(&[&grade[..], &policy].concat()));
    says(&graded, 0, &["30 graded", "3 not handed in", "2 late"]);

    // One is looked at together.
    let shown = format!(
        "student,lab,percent,reason\r\n{},{LAB},\"65,5\",Shown in the tutorial\r\n",
        id(OVERRIDDEN)
    );
    desk.write("class/adjustments.csv", shown);

    let expected: BTreeMap<String, Option<f64>> = (1..=STUDENTS).map(|n| (id(n), grade_of(n))).collect();
    let users: Vec<String> = (1..=STUDENTS).map(id).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    for (export, file) in MOODLE.iter().zip(["es.csv", "ca.csv", "en.csv"]) {
        let filled = desk.filled("moodle", file);
        let imported = lms::moodle(
            &filled,
            encoding_rs::UTF_8,
            b',',
            (export.who, &users),
            export.item,
            export.language,
        );
        assert_eq!(imported.unwrap(), expected, "{file}");
    }
    let students: Vec<(u32, String, String)> = (1..=STUDENTS)
        .map(|n| (u32::try_from(900 + n).unwrap(), id(n), email(n)))
        .collect();
    let students: Vec<(u32, &str, &str)> = students
        .iter()
        .map(|(n, id, login)| (*n, id.as_str(), login.as_str()))
        .collect();
    let course = lms::Course {
        students: &students,
        assignments: &[(41, "Data stream"), (42, "Event-driven architecture")],
        custom: &[],
    };
    let scores = lms::canvas(&desk.filled("canvas", "canvas.csv"), &course).unwrap();
    let scores: BTreeMap<u32, f64> = scores
        .into_iter()
        .map(|((who, _), score)| (who, score.parse().unwrap()))
        .collect();
    let expected = (1..=STUDENTS).filter_map(|n| Some((u32::try_from(900 + n).unwrap(), grade_of(n)?)));
    assert_eq!(scores, expected.collect());

    says_why(&desk.path("class"));

    // The export itself, opened and saved in a spreadsheet, has other identifiers than Moodle: it is not filled.
    let opened = moodle(&MOODLE[0])
        .replace(",00104", ",104")
        .replace("@example.com", "@elsewhere.example");
    desk.write("opened.csv", opened);
    let corrected = std::fs::read_to_string(desk.path("class/class.json"))
        .unwrap()
        .replace("\"104", "\"00104");
    desk.write("class/class.json", corrected);
    let args = [
        "gradebook",
        &class,
        "--for",
        "moodle",
        "--fill",
        &desk.text("opened.csv"),
    ];
    desk.says(
        &args,
        2,
        &[
            "`104501` here and `00104501` in the class differ in zeros",
            "export this file again",
        ],
    );
}

/// The students read why: late, in a pair, adjusted.
fn says_why(class: &Path) {
    let feedback = |n: usize| {
        let name = id(n).trim_start_matches('0').to_owned();
        std::fs::read_to_string(class.join(format!("feedback/{name}.md"))).unwrap()
    };
    let _ = run(alone(&["pages", class.to_str().unwrap()]));
    for (n, says) in [
        (28, "1 day was begun: 10 % less, 78.3 instead of 87 points"),
        (29, "(extended)"),
        (5, "In time: last changed"),
        (2, "Graded as group Pair 1: one account"),
        (OVERRIDDEN, "Shown in the tutorial"),
        (31, "ot handed in"),
    ] {
        let text = feedback(n);
        assert!(text.contains(says), "{says}: {text}");
    }
}

fn grade_of(n: usize) -> Option<f64> {
    grade(n).map(|grade| grade.parse().unwrap())
}
