//! Pairs and groups: one account, graded once, and the grade for each.

use crate::common;

use common::cloud::{alone, run, shared};
use common::course::solution_of;
use common::desk::Desk;
use common::taught::LABS;

const STREAM: [&str; 3] = ["--lab", LABS[0], "--no-probe"];

#[test]
fn one_account_is_graded_once_and_everyone_of_its_group_has_the_grade() {
    let desk = Desk::new();
    for account in ["840000000001", "840000000002"] {
        shared("class").deploy(account, &solution_of(LABS[0]));
    }
    desk.keys("a", "840000000001");
    desk.keys("b", "840000000002");
    desk.roster("student,name,credentials,group\ns003,Cai,b,\ns002,Bea,,Pair 1\ns001,Ana,a,pair 1\n");
    let printed = desk.graded(&STREAM);
    for part in ["3 graded", "stored now: 2"] {
        assert!(printed.stdout.contains(part), "{part:?}: {}", printed.stdout);
    }
    assert!(printed.stderr.contains("2 accounts to grade"), "{}", printed.stderr);
    let reports = ["s001", "s002"].map(|student| desk.report(student, LABS[0]));
    assert_eq!(reports[0], reports[1]);

    // Said where a grade is read.
    let said = "Graded as group Pair 1: one account, judged once.";
    for (page, there) in [
        ("students/s001.html", true),
        ("students/s002.html", true),
        ("students/s003.html", false),
    ] {
        assert_eq!(desk.text(page).contains(said), there, "{page}");
    }
    assert!(desk.text("feedback/s002.md").contains(said));
    assert!(desk.text("index.html").contains("group <bdi>Pair 1</bdi>"));
    let table = desk.of_class("gradebook", &["--for", "csv", "--out", "-"]);
    assert!(
        table.stdout.starts_with("student,name,email,group,"),
        "{}",
        table.stdout
    );
    assert!(
        table.stdout.contains(
            "
s001,Ana,,Pair 1,100,"
        ),
        "{}",
        table.stdout
    );
    assert!(
        table.stderr.contains("2 students are graded in 1 group"),
        "{}",
        table.stderr
    );
    let export = desk.path("Lab 1.csv");
    let header =
        "Identifier,ID number,Grade,Maximum grade,Grade can be changed,Last modified (grade),Feedback comments\n";
    std::fs::write(&export, format!("{header}Participant 1,s002,,100,Yes,-,\n")).unwrap();
    let filled = desk.of_class(
        "gradebook",
        &["--for", "moodle-worksheet", "--fill", export.to_str().unwrap()],
    );
    let text = std::fs::read_to_string(desk.path("Lab 1-filled.csv")).unwrap_or_else(|_| panic!("{}", filled.stderr));
    assert!(text.contains("Graded as group Pair 1."), "{text}");

    // Another order, and the account on another line: nothing is graded again, and whoever joins has the grade.
    desk.roster("student,name,credentials,group\ns001,Ana,,pair 1\ns000,Zoe,,pair 1\ns002,Bea,a,pair 1\ns003,Cai,b,\n");
    let printed = desk.graded(&STREAM);
    assert!(printed.stdout.contains("stored now: 0"), "{}", printed.stdout);
    assert!(
        printed.stderr.contains("s000 has joined the group of s001"),
        "{}",
        printed.stderr
    );
    assert_eq!(desk.report("s000", LABS[0]), reports[0]);
    let again = desk.of_class("regrade", &[]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(
        again.stdout.contains("4 judged again: all points are what they were"),
        "{}",
        again.stdout
    );

    // One of them is enough to grade them all again.
    let printed = desk.graded(&[&STREAM[..], &["--again", "all", "--only", "s002"]].concat());
    assert!(printed.stdout.contains("stored now: 1"), "{}", printed.stdout);
    assert_eq!(
        desk.report("s000", LABS[0]).started,
        desk.report("s001", LABS[0]).started
    );
    assert_ne!(desk.report("s000", LABS[0]).started, reports[0].started);

    // What they share costs once.
    let roster = desk.path("roster.csv");
    let costs = [
        "costs",
        LABS[0],
        "--here",
        "--roster",
        roster.to_str().unwrap(),
        "--format",
        "json",
    ];
    let costs = run(shared("class").professor(&costs));
    assert_eq!(
        costs.stdout.matches("one account with s001").count(),
        2,
        "{}{}",
        costs.stdout,
        costs.stderr
    );
}

#[test]
fn a_group_has_one_way_in_and_one_link() {
    let desk = Desk::new();
    let (roster, secret) = (desk.path("roster.csv"), desk.path("secret"));
    let (roster, secret) = (roster.to_str().unwrap(), secret.to_str().unwrap());
    let link = || {
        run(alone(&[
            "access",
            "link",
            roster,
            "--secret",
            secret,
            "--region",
            "eu-west-1",
            "--format",
            "csv",
        ]))
    };
    desk.roster("student,group\ns001,07\ns002,07\ns003,\n");
    let ids = |text: &str| -> Vec<String> {
        let rows = csv::Reader::from_reader(text.as_bytes()).into_records();
        rows.map(|row| row.unwrap()[4].to_owned()).collect()
    };
    let first = ids(&link().stdout);
    assert!(first[0] == first[1] && first[1] != first[2], "{first:?}");
    // A spreadsheet drops the zero, and the order is another.
    desk.roster("student,group,account\ns002,7,111122223331\ns001,7,\n");
    assert_eq!(ids(&link().stdout), [first[0].clone(), first[0].clone()]);

    desk.roster("student,group,account,region\ns001,a,111122223331,eu-west-1\ns002,a,111122223332,eu-west-2\ns003,,111122223331,\n");
    let refused = link();
    assert_eq!(refused.code, 2);
    for part in [
        "roster.csv:3: group `a` has one account, but this line and line 2 give two ways in",
        "roster.csv:3: group `a` has one account, but this line and line 2 give two regions",
        "roster.csv:4: line 2 has the same account `111122223331`: if they work in one account, write the same `group` in both",
    ] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
}

#[test]
fn a_form_may_name_the_account_of_a_group_once_or_twice() {
    let desk = Desk::new();
    let (roster, form) = (desk.path("roster.csv"), desk.path("form.csv"));
    let add = |answers: &str, args: &[&str]| {
        std::fs::write(&form, format!("Email,AWS account\n{answers}")).unwrap();
        let all = [
            "roster",
            "add",
            roster.to_str().unwrap(),
            "--from",
            form.to_str().unwrap(),
        ];
        run(alone(&[&all, args].concat()))
    };
    let empty = "student,email,group,account\ns001,s1@example.com,a,\ns002,s2@example.com,a,\n";
    desk.roster(empty);
    let printed = add("s1@example.com,111122223331\ns2@example.com,111122223332\n", &[]);
    assert_eq!(printed.code, 1, "{}", printed.stdout);
    assert!(
        printed
            .stdout
            .contains("form.csv:2: s001 gives account 111122223331, but s002 of the same group another (line 3)")
    );
    assert_eq!(std::fs::read_to_string(&roster).unwrap(), empty);
    assert_eq!(add("s2@example.com,111122223332\n", &[]).code, 0);
    let printed = add("s1@example.com,111122223332\n", &[]);
    assert!(
        printed.code == 0 && printed.stdout.contains("1 were there already"),
        "{}",
        printed.stdout
    );
    assert_eq!(add("s1@example.com,111122223339\n", &["--replace"]).code, 0);
    let text = std::fs::read_to_string(&roster).unwrap();
    assert!(
        text.ends_with("s001,s1@example.com,a,111122223339\ns002,s2@example.com,a,111122223339\n"),
        "{text}"
    );
}
