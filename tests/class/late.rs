//! Whether work is late, by when it was last changed and not by when the professor graded, and what that costs.

use crate::common;

mod terms;

use common::graded::{ClassFolder, report, scored, student};
use common::{edemlab, text};
use edemlab::class::Student;
use edemlab::class::late::Extension;
use edemlab::report::{Chosen, Report, Status};
use std::path::Path;

const LAB: &[(&str, &str, u32)] = &[("datastream", "Data stream", 100)];
const DEADLINE: &str = "2026-03-20T22:59:00Z";
const BEFORE: &str = "2026-03-19T21:41:00.000Z";
const NEXT_MORNING: &str = "2026-03-21T08:00:00Z";
const WEEKS_LATER: &str = "2026-05-04T08:00:00Z";
const POLICY: &str = "10 % a day, 1 h grace, at most 5 days";

/// A run with 90 points that began then, and saw a function that was changed then, and a table that was made early; nothing
/// dates the rule of a bus. Without a function, nothing is dated.
fn run(started: &str, changed: Option<&str>) -> Report {
    let chosen = |noun: &str, name: &str, made: Option<&str>, changed: Option<&str>| Chosen {
        arn: None,
        name: name.to_owned(),
        noun: noun.to_owned(),
        candidates: 1,
        because: "the only one".to_owned(),
        without_points: false,
        made: made.map(str::to_owned),
        changed: changed.map(str::to_owned),
        changes: None,
        code: None,
        given_name: false,
    };
    let mut report = report("datastream", started, &scored(90));
    let made = changed.map(|_| "2026-03-09T08:00:00.000Z");
    for (key, one) in [
        ("processor", chosen("function", "store", None, changed)),
        ("table", chosen("table", "clicks", made, None)),
        ("rule", chosen("rule", "to-store", None, None)),
    ] {
        report.resources.insert(key.to_owned(), one);
    }
    report
}

/// A student with more time.
fn extended(id: &str, extension: &str) -> Student {
    Student {
        extension: Some(Extension::read(extension).unwrap()),
        ..student(id, "", "")
    }
}

struct Case {
    student: Student,
    runs: Vec<Report>,
    grade: &'static str,
    late: &'static str,
    says: &'static str,
}

fn cases() -> Vec<Case> {
    let case = |id: &str, started: &str, changed: &str, grade, late, says| Case {
        student: student(id, "", ""),
        runs: vec![run(started, Some(changed))],
        grade,
        late,
        says,
    };
    let mut idle = run(NEXT_MORNING, Some(BEFORE));
    idle.resources["rule"].changed = Some("2026-03-21T07:00:00.000Z".to_owned());
    idle.resources["rule"].without_points = true;
    let redeployed = "2026-03-21T20:00:00.000Z";
    vec![
        case(
            "before",
            NEXT_MORNING,
            BEFORE,
            "90",
            "no",
            "In time: last changed at 2026-03-19 21:41 UTC (function store), before the deadline at 2026-03-20 22:59 UTC; AWS \
             does not say when these were changed: rule.",
        ),
        case(
            "grace",
            NEXT_MORNING,
            "2026-03-20T23:59:00.000Z",
            "90",
            "no",
            "In time: 1 h after the deadline at 2026-03-20 22:59 UTC (function store at 2026-03-20 23:59 UTC), within the grace.",
        ),
        case(
            "after",
            NEXT_MORNING,
            "2026-03-21T00:10:00.000Z",
            "81",
            "yes",
            "Late by 1 h 11 min: changed after the deadline at 2026-03-20 22:59 UTC: function store at 2026-03-21 00:10 UTC; 1 \
             day was begun: 10 % less, 81 instead of 90 points.",
        ),
        case(
            "second-day",
            WEEKS_LATER,
            "2026-03-21T23:00:00.000Z",
            "72",
            "yes",
            "2 days were begun: 20 % less, 72 instead of 90 points.",
        ),
        case(
            "weeks",
            WEEKS_LATER,
            "2026-04-20T22:59:00.000Z",
            "45",
            "yes",
            "Late by 31 days: changed after the deadline at 2026-03-20 22:59 UTC: function store at 2026-04-20 22:59 UTC; 31 days \
             were begun, 5 count: 50 % less, 45 instead of 90 points.",
        ),
        Case {
            student: extended("extended", "2026-03-23T12:00:00Z"),
            runs: vec![run(WEEKS_LATER, Some("2026-03-22T10:00:00.000Z"))],
            grade: "90",
            late: "no",
            says: "before the deadline at 2026-03-23 12:00 UTC (extended)",
        },
        Case {
            student: extended("extended-and-late", "2 days"),
            runs: vec![run(WEEKS_LATER, Some("2026-03-23T09:00:00.000Z"))],
            grade: "81",
            late: "yes",
            says: "Late by 10 h 1 min: changed after the deadline at 2026-03-22 22:59 UTC (extended): function store",
        },
        Case {
            student: student("redeployed", "", ""),
            runs: vec![
                run(NEXT_MORNING, Some(BEFORE)),
                run("2026-03-22T08:00:00Z", Some(redeployed)),
            ],
            grade: "90",
            late: "no",
            says: "Changed after the deadline at 2026-03-20 22:59 UTC: function store at 2026-03-21 20:00 UTC; a run at \
                   2026-03-21 08:00 UTC, of work in time, had as many points, so nothing is taken off.",
        },
        case(
            "redeployed-unseen",
            "2026-03-22T08:00:00Z",
            redeployed,
            "81",
            "yes",
            "Late by 21 h 1 min: changed after the deadline",
        ),
        Case {
            student: student("undated", "", ""),
            runs: vec![run(NEXT_MORNING, None)],
            grade: "90",
            late: "unknown",
            says: "Whether it was in time is not known: it was graded at 2026-03-21 08:00 UTC, after the deadline at 2026-03-20 \
                   22:59 UTC, and AWS does not say when it was changed; nothing is taken off.",
        },
        Case {
            student: student("undated-in-time", "", ""),
            runs: vec![run("2026-03-20T20:00:00Z", None)],
            grade: "90",
            late: "no",
            says: "In time: graded at 2026-03-20 20:00 UTC, before the deadline",
        },
        Case {
            student: student("nothing-seen", "", ""),
            runs: vec![report("datastream", NEXT_MORNING, &scored(0))],
            grade: "0",
            late: "",
            says: "**0 of 100 points",
        },
        Case {
            student: student("earned-nothing-with-it", "", ""),
            runs: vec![idle],
            grade: "90",
            late: "no",
            says: "In time: last changed at 2026-03-19 21:41 UTC (function store)",
        },
    ]
}

fn class() -> (ClassFolder, Vec<Case>) {
    let cases = cases();
    let students = cases.iter().map(|case| case.student.clone()).collect();
    let class = ClassFolder::due(LAB, students, Some(DEADLINE), Some(POLICY));
    for case in &cases {
        for run in &case.runs {
            class.store(&case.student.id, run);
        }
    }
    (class, cases)
}

/// The table of the class, and what was said with it.
fn table(dir: &Path, more: &[&str]) -> (String, String) {
    let dir = dir.to_str().unwrap();
    let args = [&["gradebook", dir, "--for", "csv", "--out", "-"], more].concat();
    let output = edemlab(&args).output().unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn what_late_work_costs_is_right_and_said_in_one_sentence() {
    let (class, cases) = class();
    let (table, said) = table(class.path(), &[]);
    let output = edemlab(&["pages", class.path().to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    for case in &cases {
        let id = &case.student.id;
        let row = table.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap();
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(
            (cells[3], cells[4], cells[8]),
            (case.grade, case.grade, case.late),
            "{row}"
        );
        let page = std::fs::read_to_string(class.path().join(format!("feedback/{id}.md"))).unwrap();
        assert!(page.contains(case.says), "{id}: {page}");
        assert_eq!(case.late == "unknown", page.contains("is not known"), "{id}: {page}");
        let is_listed = said.contains(&format!("  {id}: "));
        let is_plain =
            page.contains("In time: last changed") || page.contains("In time: graded") || case.late.is_empty();
        assert_eq!(is_listed, !is_plain, "{id}: {said}");
    }
}

#[test]
fn the_run_that_counts_is_chosen_by_what_is_left_of_it() {
    let class = ClassFolder::due(LAB, vec![student("s001", "", "")], Some(DEADLINE), Some(POLICY));
    let mut early = run(NEXT_MORNING, Some(BEFORE));
    early.points.earned = 30;
    class.store("s001", &early);
    class.store("s001", &run(WEEKS_LATER, Some("2026-04-20T22:59:00.000Z")));
    for (count, row) in [
        ("last", "s001,,,45,"),
        ("best", "s001,,,45,"),
        ("deadline", "s001,,,30,"),
    ] {
        let (table, _) = table(class.path(), &["--count", count]);
        assert!(table.contains(row), "{count}: {table}");
    }
}

#[test]
fn what_was_there_in_time_is_never_taken_off() {
    let class = ClassFolder::due(LAB, vec![student("s001", "", "")], Some(DEADLINE), Some(POLICY));
    let mut early = run(NEXT_MORNING, Some(BEFORE));
    early.points.earned = 60;
    class.store("s001", &early);
    class.store("s001", &run(WEEKS_LATER, Some("2026-04-20T22:59:00.000Z")));
    let (rows, said) = table(class.path(), &[]);
    assert!(rows.contains("s001,,,60,60,100,,fail,yes,2"), "{rows}");
    let says = "50 % less, 45 instead of 90 points, but a run at 2026-03-21 08:00 UTC, of work in time, had 60, and these count";
    assert!(said.contains(says), "{said}");

    // Also where a part of the late run is unknown.
    let mut unsettled = report(
        "datastream",
        WEEKS_LATER,
        &[
            ("kinesis.exists", Status::Pass, 80, 96),
            ("iam.role", Status::Unknown, 0, 4),
        ],
    );
    unsettled.resources = run(WEEKS_LATER, Some("2026-04-20T22:59:00.000Z")).resources;
    let other = ClassFolder::due(LAB, vec![student("s001", "", "")], Some(DEADLINE), Some(POLICY));
    other.store("s001", &early);
    other.store("s001", &unsettled);
    let (rows, said) = table(other.path(), &["--unknown-as-zero"]);
    assert!(rows.contains("s001,,,60,60,100,,unknown,yes,2"), "{rows}{said}");

    // Who removes old runs is told first what rests on them.
    let purge = [
        "class",
        "purge",
        class.path().to_str().unwrap(),
        "--before",
        "2026-04-01",
    ];
    let said = text(&edemlab(&purge).output().unwrap());
    assert!(said.contains("s001  datastream  60 → 45"), "{said}");
}

#[test]
fn what_the_professor_says_comes_after_and_is_not_reduced() {
    let (class, _) = class();
    let said = "student,lab,points,reason\nafter,datastream,88,Was ill\nweeks,datastream,,Please come and see me\n";
    std::fs::write(class.path().join("adjustments.csv"), said).unwrap();
    let (table, said) = table(class.path(), &[]);
    assert!(table.contains("\nafter,,,88,88,"), "{table}");
    assert!(table.contains("\nweeks,,,45,45,"), "{table}");
    assert!(said.contains("  after: adjusted to 88 points: Was ill"), "{said}");
    let late = "  after: Late by 1 h 11 min: changed after the deadline at 2026-03-20 22:59 UTC: function store at 2026-03-21 \
                00:10 UTC\n";
    assert!(said.contains(late) && said.contains("45 instead of 90"), "{said}");
}
