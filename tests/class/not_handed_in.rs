//! Students without an account: listed, without a grade, and no obstacle for anybody else.

use crate::common;

use common::cloud::{alone, run, shared};
use common::course::solution_of;
use common::desk::Desk;
use common::taught::LABS;

const STREAM: [&str; 3] = ["--lab", LABS[0], "--no-probe"];

#[test]
fn who_has_not_handed_in_waits_for_nobody_and_nobody_for_them() {
    let desk = Desk::new();
    for account in ["830000000001", "830000000002"] {
        shared("class").deploy(account, &solution_of(LABS[0]));
    }
    desk.keys("a", "830000000001");
    desk.roster("student,name,credentials\ns001,Ana,a\ns002,Bea,b\ns003,Cai,\n");
    let printed = desk.graded(&STREAM);
    for part in ["1 graded", "2 not handed in", "\n   s002\n   s003"] {
        assert!(printed.stdout.contains(part), "{part:?}: {}", printed.stdout);
    }
    assert!(desk.text("index.html").contains("2 not handed in"));
    for page in ["students/s003.html", "feedback/s003.md"] {
        assert!(desk.text(page).contains("Not handed in."), "{page}");
    }

    // No grade, unless the professor says so.
    assert_eq!(desk.row("s003", &[]), ["", "", "100", "", "not handed in", "", "0"]);
    let listed = desk.of_class("gradebook", &["--for", "csv", "--out", "-"]);
    assert_eq!(listed.code, 1);
    assert!(
        listed.stderr.contains("s002 (Bea): no grade: has not handed in"),
        "{}",
        listed.stderr
    );
    let zero = desk.row("s003", &["--missing-as-zero"]);
    assert_eq!((zero[0].as_str(), zero[4].as_str()), ("0", "not handed in"));
    assert_eq!(desk.row("s001", &["--missing-as-zero"])[0], "100");
    let export = desk.path("export.csv");
    std::fs::write(&export, "ID number,Tarea: Lab 1 (Real)\ns001,-\ns003,-\n").unwrap();
    for (flag, cell) in [(None, "-"), (Some("--missing-as-zero"), "0")] {
        let fill = ["--for", "moodle", "--fill", export.to_str().unwrap()];
        desk.of_class("gradebook", &[&fill[..], flag.as_slice()].concat());
        let text = std::fs::read_to_string(desk.path("export-filled.csv")).unwrap();
        assert!(text.ends_with(&format!("s001,100\ns003,{cell}\n")), "{text}");
    }

    // The file comes later, and then the account is graded by the same command.
    desk.keys("b", "830000000002");
    let printed = desk.graded(&STREAM);
    assert!(printed.stdout.contains("stored now: 1"), "{}", printed.stdout);
    assert_eq!(desk.row("s002", &[])[0], "100");

    // Keys that are put away take no grade with them.
    std::fs::remove_file(desk.path("b")).unwrap();
    assert!(desk.graded(&STREAM).stdout.contains("stored now: 0"));
    assert_eq!(desk.row("s002", &[])[0], "100");

    // Another account is another one, also before its keys are there.
    desk.roster("student,name,account,credentials\ns001,Ana,,a\ns002,Bea,830000000009,later\ns003,Cai,,\n");
    let printed = desk.graded(&STREAM);
    assert!(
        printed.stderr.contains("that grade does not count: s002"),
        "{}",
        printed.stderr
    );
    assert_eq!(desk.row("s002", &[])[0], "");

    // An account that was wrong is taken away: what it earned is not this student's any more, and stays on the disk.
    desk.roster("student,name,credentials\ns001,Ana,a\ns002,Bea,\ns003,Cai,\n");
    let printed = desk.graded(&STREAM);
    let said = "the roster now names another account or none, so that grade does not count: s002";
    assert!(printed.stderr.contains(said), "{}", printed.stderr);
    assert_eq!(desk.row("s002", &[])[0], "");
    desk.report("s002", LABS[0]);
}

#[test]
fn a_link_needs_no_account_and_verify_says_what_is_missing() {
    let desk = Desk::new();
    desk.roster("student,name,account,credentials,excused\ns001,Ana,,,\ns002,Bea,,later.txt,\ns003,Cai,111122223333,,\ns004,,,,yes\n");
    let (roster, secret) = (desk.path("roster.csv"), desk.path("secret"));
    let (roster, secret) = (roster.to_str().unwrap(), secret.to_str().unwrap());
    let link = ["access", "link", roster, "--secret", secret, "--region", "eu-west-1"];
    let linked = run(alone(&link));
    assert_eq!(linked.code, 0, "{}", linked.stderr);
    for (part, there) in [
        ("Ana (s001)", true),
        ("Bea", false),
        ("Cai (s003)", true),
        ("s004", false),
    ] {
        assert_eq!(linked.stdout.contains(part), there, "{part}: {}", linked.stdout);
    }
    // The account that comes later opens with the same identifier.
    let id = |text: &str| {
        text.split("ExternalId=")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .to_owned()
    };
    let before = id(&linked.stdout);
    desk.roster("student,account\ns001,111122223331\n");
    assert_eq!(id(&run(alone(&link)).stdout), before);

    desk.roster("student,credentials\ns001,\ns002,later.txt\n");
    let verified = run(shared("class").professor(&["roster", "verify", roster]));
    assert_eq!(verified.code, 1, "{}", verified.stderr);
    for part in [
        "0 of 2 ready · 2 not handed in",
        "the roster names the file `later.txt`, which is not there",
    ] {
        assert!(verified.stdout.contains(part), "{part}: {}", verified.stdout);
    }
}
