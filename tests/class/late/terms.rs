//! Other terms for work that was graded: a deadline, a policy, more time.

use super::{DEADLINE, LAB, WEEKS_LATER, class, extended, run, table};
use crate::common::graded::{ClassFolder, student};
use crate::common::{edemlab, text};

#[test]
fn each_lab_has_a_deadline_of_its_own() {
    let labs = &[("datastream", "Data stream", 100), ("eventdriven", "Orders", 100)];
    let class = ClassFolder::due(labs, vec![student("s001", "", "")], Some(DEADLINE), Some("10 % a day"));
    class.store("s001", &run(WEEKS_LATER, Some("2026-03-21T20:00:00.000Z")));
    let mut orders = run(WEEKS_LATER, Some("2026-03-21T20:00:00.000Z"));
    orders.lab = "eventdriven".to_owned();
    class.store("s001", &orders);
    forget_evidence(&class);
    let dir = class.path().to_str().unwrap();
    let later = [
        "regrade",
        dir,
        "--lab",
        "eventdriven",
        "--deadline",
        "2026-03-22T22:59:00Z",
    ];
    let said = text(&edemlab(&later).output().unwrap());
    for part in [
        "datastream: deadline 2026-03-20 22:59 UTC, late work: 10 % a day",
        "eventdriven: deadline 2026-03-22 22:59 UTC, late work: 10 % a day",
        "s001  eventdriven  81 → 90: In time",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (rows, _) = table(class.path(), &[]);
    assert!(
        rows.contains("s001,,,81,81,100,,fail,yes,1,90,90,100,,fail,no,1"),
        "{rows}"
    );
}

/// As earlier versions stored runs: there is nothing to judge again.
fn forget_evidence(class: &ClassFolder) {
    for student in std::fs::read_dir(class.path().join("reports")).unwrap() {
        for lab in std::fs::read_dir(student.unwrap().path()).unwrap() {
            let runs = std::fs::read_dir(lab.unwrap().path()).into_iter().flatten();
            for file in runs.map(|file| file.unwrap().path()) {
                if file.to_string_lossy().ends_with(".evidence.json") {
                    std::fs::remove_file(file).unwrap();
                }
            }
        }
    }
}

#[test]
fn another_deadline_or_policy_is_applied_without_any_account() {
    let (class, _) = class();
    forget_evidence(&class);
    let dir = class.path().to_str().unwrap();
    let roster = class.beside("roster.csv");
    std::fs::write(
        &roster,
        "student,extension\nweeks,\"2026-04-21 12:00\"\nafter,\nsecond-day,\n",
    )
    .unwrap();
    let regrade = |args: &[&str]| text(&edemlab(&[&["regrade", dir], args].concat()).output().unwrap());
    let terms = ["--late", "50 % a day", "--extensions", roster.to_str().unwrap()];
    let dry = regrade(&[&terms[..], &["--dry-run"]].concat());
    let told = [
        "deadline 2026-03-20 22:59 UTC, late work: 50 % a day",
        "weeks: until 2026-04-2",
        "after  datastream  81 → 45: Late by 1 h 11 min",
        "grace  datastream  90 → 45: Late by 1 h",
        "weeks  datastream  45 → 90: In time",
        "extended is not in ",
    ];
    for part in told {
        assert!(dry.contains(part), "{part}: {dry}");
    }
    assert!(dry.contains("Nothing was changed (--dry-run)"), "{dry}");
    assert!(table(class.path(), &[]).0.contains("\nafter,,,81,"));
    let said = regrade(&terms);
    assert!(told.iter().all(|part| said.contains(part)), "{said}");
    let (after, _) = table(class.path(), &[]);
    for row in [
        "\nweeks,,,90,",
        "\nafter,,,45,",
        "\nsecond-day,,,0,",
        "\ngrace,,,45,",
        "\nextended,,,90,",
    ] {
        assert!(after.contains(row), "{row}: {after}");
    }
    regrade(&["--late", "none", "--deadline", "2026-03-22T00:00:00Z"]);
    let (after, _) = table(class.path(), &[]);
    for row in [
        "\nafter,,,90,90,100,,fail,no,",
        "\nredeployed-unseen,,,90,90,100,,fail,no,",
    ] {
        assert!(after.contains(row), "{row}: {after}");
    }
    // Nothing is changed by what cannot be right.
    let said = regrade(&["--deadline", "none", "--late", "10 % a day"]);
    assert!(
        said.contains("but datastream has no deadline: add --deadline"),
        "{said}"
    );
    let zeros = class.beside("zeros.csv");
    std::fs::write(&zeros, "student\nweeks\n").unwrap();
    let said = regrade(&["--extensions", zeros.to_str().unwrap()]);
    assert!(
        said.contains("has no column `extension`: nothing was changed"),
        "{said}"
    );
    std::fs::write(&zeros, "student,extension\n0weeks,1 day\n").unwrap();
    let said = regrade(&["--extensions", zeros.to_str().unwrap()]);
    assert!(
        said.contains("\"0weeks\" in the roster, \"weeks\" in the class"),
        "{said}"
    );
    let said = regrade(&["--late", "ten a day"]);
    assert!(
        said.contains("`ten a day` is not understood: write for example"),
        "{said}"
    );
    assert_eq!(table(class.path(), &[]).0, after);
}

/// On a Sunday in October a day of the clock has 25 hours; every computer reckons by the clock of where the deadline was set.
#[test]
fn a_day_ends_by_the_clock_of_where_the_deadline_was_set() {
    let class = ClassFolder::due(LAB, vec![extended("s001", "1 day")], Some(DEADLINE), None);
    class.store("s001", &run("2026-11-02T08:00:00Z", Some("2026-10-25T22:58:59.000Z")));
    forget_evidence(&class);
    let dir = class.path().to_str().unwrap();
    let terms = [
        "regrade",
        dir,
        "--deadline",
        "2026-10-24T23:59:00+02:00",
        "--late",
        "10 % a day",
    ];
    for (zone, row) in [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "s001,,,90,90,"),
        ("UTC0", "s001,,,81,81,"),
    ] {
        edemlab(&terms).env("TZ", zone).output().unwrap();
        for zone in ["UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0"] {
            let table = ["gradebook", dir, "--for", "csv", "--out", "-"];
            let table = text(&edemlab(&table).env("TZ", zone).output().unwrap());
            assert!(table.contains(row), "{zone}: {table}");
        }
    }
}

#[test]
fn an_extension_in_the_roster_is_read_or_refused_with_its_line() {
    let scratch = tempfile::tempdir().unwrap();
    let roster = scratch.path().join("roster.csv");
    let verify = |cell: &str| {
        std::fs::write(&roster, format!("student,extension\ns001,{cell}\n")).unwrap();
        let class = scratch.path().join("class");
        let args = ["grade", roster.to_str().unwrap(), "--out", class.to_str().unwrap()];
        text(&edemlab(&args).output().unwrap())
    };
    for (cell, says) in [
        (
            "next week",
            "roster.csv:2: extension `next week`: `next week` is not a length of time",
        ),
        (
            "03/12/2026",
            "may mean 2026-12-03 or 2026-03-12: format the cell as text",
        ),
        ("2026-12-40", "write 2026-12-01"),
        ("2020-01-01", "the class has no deadline"),
        (
            "2 days",
            "the student s001 has an extension, but the class has no deadline: add --deadline",
        ),
    ] {
        let said = verify(cell);
        assert!(said.contains(says), "{cell}: {said}");
    }
}
