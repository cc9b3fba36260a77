//! Whether work is late: by when it was last changed, not by when the professor graded.

use crate::common;

use common::graded::{ClassFolder, report, scored, student};
use common::{edemlab, text};
use edemlab::report::{Chosen, Report};

const DEADLINE: &str = "2026-03-20T22:59:00Z";
const NEXT_MORNING: &str = "2026-03-21T08:00:00Z";

/// A run that began then, and saw a function and a table with these times; the rule of a bus has none.
fn run(started: &str, changed: Option<&str>, made: Option<&str>) -> Report {
    let chosen = |noun: &str, name: &str, made: Option<&str>, changed: Option<&str>| Chosen {
        arn: None,
        name: name.to_owned(),
        noun: noun.to_owned(),
        candidates: 1,
        because: "the only one".to_owned(),
        made: made.map(str::to_owned),
        changed: changed.map(str::to_owned),
        changes: None,
        code: None,
        given_name: false,
    };
    let mut report = report("datastream", started, &scored(90));
    for (key, one) in [
        ("processor", chosen("function", "store", None, changed)),
        ("table", chosen("table", "clicks", made, None)),
        ("rule", chosen("rule", "to-store", None, None)),
    ] {
        report.resources.insert(key.to_owned(), one);
    }
    report
}

#[test]
fn work_is_late_by_its_last_change_and_by_the_run_only_where_nothing_is_dated() {
    let (first, before) = (Some("2026-03-09T08:00:00.000Z"), Some("2026-03-19T21:41:00.000Z"));
    let after = Some("2026-03-21T00:10:00.000Z");
    let cases = [
        (
            "in-time",
            run(NEXT_MORNING, before, first),
            "no",
            "Last changed before the deadline, as far as AWS says: function store at",
        ),
        (
            "changed",
            run(NEXT_MORNING, after, first),
            "yes",
            "Made or changed after the deadline at 2026-03-20 22:59 UTC: function store at 2026-03-21 00:10 UTC.",
        ),
        (
            "made",
            run(NEXT_MORNING, before, after),
            "yes",
            "after the deadline at 2026-03-20 22:59 UTC: table clicks at",
        ),
        (
            "undated",
            run(NEXT_MORNING, None, None),
            "yes",
            "It began at 2026-03-21 08:00 UTC, after the deadline",
        ),
        ("undated-in-time", run("2026-03-20T20:00:00Z", None, None), "no", ""),
    ];
    let students = cases.iter().map(|(id, ..)| student(id, "", "")).collect();
    let class = ClassFolder::with(&[("datastream", "Data stream", 100)], students, Some(DEADLINE));
    for (id, report, ..) in &cases {
        class.store(id, report);
    }
    let dir = class.path().to_str().unwrap().to_owned();
    let output = edemlab(&["gradebook", &dir, "--for", "csv", "--out", "-"])
        .output()
        .unwrap();
    let table = text(&output);
    let output = edemlab(&["pages", &dir]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    for (id, _, late, says) in &cases {
        let row = table.lines().find(|line| line.starts_with(&format!("{id},"))).unwrap();
        assert!(row.contains(&format!(",{late},1")), "{row}");
        let page = std::fs::read_to_string(class.path().join(format!("feedback/{id}.md"))).unwrap();
        assert!(page.contains(says), "{id}: {page}");
        let undated = page.contains("AWS does not say when it was changed of: rule.");
        assert_eq!(undated, !id.starts_with("undated"), "{id}: {page}");
    }
}
