//! What the accounts of a class cost: the solution in one, a stream made by hand in another, nothing in a third, and one that
//! cannot be opened. The sums are worked out by hand from prices that stand here once more.

use crate::common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use common::class::hand_in;
use common::cloud::{Cloud, Printed, alone, run, shared, wait};
use common::course::solution;
use edemlab::account::services::KINESIS;
use serde_json::{Value, json};

/// List prices, in US dollars an hour in Frankfurt.
const STREAM: f64 = 0.048;
const SHARD: f64 = 0.018;
const CAMPAIGN: f64 = 0.54;

/// A name that a terminal or a browser would act on, and a stream's.
const LUCIA: &str = "Lucía <img src=x>\u{202e}";
const CLICKS: &str = "clicks-<b>";

const SOLVED: &str = "890000000001";
const HALF: &str = "890000000002";
const CLOSED: &str = "890000000003";
const EMPTY: &str = "890000000004";

fn cloud() -> &'static Cloud {
    shared("class")
}

/// The folder with the class's roster and secret.
fn class() -> &'static Path {
    static CLASS: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = CLASS.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        cloud().deploy(SOLVED, &solution());
        cloud().let_in(SOLVED, "s001", &at("secret"));
        let stream = json!({"StreamName": CLICKS, "ShardCount": 2});
        wait(cloud().root(HALF).call(&KINESIS, "CreateStream", stream)).unwrap();
        hand_in(&at("s002.txt"), &cloud().student(HALF));
        hand_in(&at("s004.txt"), &cloud().student(EMPTY));
        let roster = format!(
            "student,name,account,credentials,use,excused\n\
             s004,Empty,{EMPTY},s004.txt,,\n\
             s003,Closed,{CLOSED},,,\n\
             s002,Half,{HALF},s002.txt,stream={CLICKS},\n\
             s001,{LUCIA},{SOLVED},,,\n\
             s005,Away,,,,yes\n"
        );
        std::fs::write(at("roster.csv"), roster).unwrap();
        folder
    });
    folder.path()
}

fn text(path: PathBuf) -> String {
    path.to_str().unwrap().to_owned()
}

/// `edemlab costs` of the class, by the professor.
fn command(labs: &[&str], args: &[&str]) -> Command {
    let (roster, secret) = (text(class().join("roster.csv")), text(class().join("secret")));
    let with = ["--roster", &roster, "--secret", &secret];
    cloud().professor(&[&["costs"], labs, &with, args].concat())
}

fn costs(args: &[&str]) -> Printed {
    run(command(&["datastream"], args))
}

fn report(args: &[&str]) -> (Value, i32) {
    let printed = costs(&[&["--format", "json"], args].concat());
    let report = serde_json::from_str(&printed.stdout);
    let report = report.unwrap_or_else(|e| panic!("{e}: {}{}", printed.stdout, printed.stderr));
    (report, printed.code)
}

fn is_about(found: &Value, expected: f64) {
    let found = found.as_f64().expect("a number");
    // What buckets and repositories hold is less than a cent.
    assert!((found - expected).abs() < 0.01, "{found}, not {expected}");
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn who_pays_most_comes_first_and_who_could_not_be_opened_has_a_reason_and_no_zero() {
    let (report, code) = report(&["--here"]);
    assert_eq!(code, 3, "{report:#}");
    assert_eq!(report["schema"], "edemlab/class-costs/1");
    let students = report["students"].as_array().unwrap();
    let ids: Vec<&str> = students.iter().filter_map(|one| one["id"].as_str()).collect();
    assert_eq!(ids, ["s001", "s002", "s003", "s004", "s005"]);
    let solved = 24.0 * (STREAM + CAMPAIGN);
    let half = 24.0 * 2.0 * SHARD;
    is_about(&students[0]["report"]["sum"]["day"], solved);
    is_about(&students[1]["report"]["sum"]["day"], half);
    is_about(&students[3]["report"]["sum"]["day"], 0.0);
    is_about(&report["sum"]["day"], solved + half);
    assert_eq!(students[0]["report"]["schema"], "edemlab/costs/1");
    assert_eq!(students[0]["report"]["account"], SOLVED);
    let why = students[2]["unknown"].as_str().expect("a reason");
    assert!(why.contains(&format!("role/edemlab-grader of {CLOSED}")), "{why}");
    assert!(students[2].get("report").is_none(), "{:#}", students[2]);
    assert_eq!(students[4]["left_out"], "excused");
}

#[test]
fn every_region_is_looked_at_unless_one_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let account = "890000000011";
    let root = cloud().root_in(account, "eu-west-1");
    let stream = json!({"StreamName": "DisneyClickstream", "ShardCount": 1});
    wait(root.call(&KINESIS, "CreateStream", stream)).unwrap();
    hand_in(&folder.path().join("s001.txt"), &cloud().student(account));
    let roster = folder.path().join("roster.csv");
    std::fs::write(
        &roster,
        format!("student,account,credentials,region\ns001,{account},s001.txt,eu-central-1\n"),
    )
    .unwrap();
    let roster = text(roster);
    let looked = |args: &[&str]| {
        let all = [&["costs", "datastream", "--format", "json", "--roster", &roster], args].concat();
        let printed = run(cloud().professor(&all));
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        let report: Value = serde_json::from_str(&printed.stdout).unwrap();
        report["students"][0]["report"].clone()
    };
    let everywhere = looked(&[]);
    assert!(everywhere["regions"].as_array().unwrap().len() > 15, "{everywhere:#}");
    assert_eq!(everywhere["items"][0]["region"], "eu-west-1", "{everywhere:#}");
    let here = looked(&["--here"]);
    assert_eq!(here["regions"], json!(["eu-central-1"]));
    assert_eq!(here["items"], json!([]), "{here:#}");
    // The region of the lab, where the roster names one for it.
    let by_lab = "student,account,credentials,region.datastream,region.eventdriven";
    std::fs::write(
        &roster,
        format!("{by_lab}\ns001,{account},s001.txt,eu-west-1,eu-central-1\n"),
    )
    .unwrap();
    let here = looked(&["--here", "eventdriven"]);
    assert_eq!(here["regions"], json!(["eu-west-1", "eu-central-1"]), "{here:#}");
    assert_eq!(here["items"][0]["region"], "eu-west-1", "{here:#}");
}

#[test]
fn the_terminal_and_the_page_say_who_pays_for_what_and_names_stay_text() {
    for columns in ["40", "80", "120"] {
        let mut command = command(&["datastream"], &["--here"]);
        command.env("COLUMNS", columns);
        let printed = run(command);
        assert_eq!(printed.code, 3);
        let said = flat(&printed.stdout);
        let width: usize = columns.parse().unwrap();
        let long = printed
            .stdout
            .lines()
            .find(|line| textwrap::core::display_width(line) > width && line.split_whitespace().count() > 1);
        assert_eq!(long, None, "{columns}");
        for part in [
            "Lucía <img src=x>",
            "(s001), account 890000000001",
            "14.11",
            ": 12.96 a day",
            "for less than a cent",
            "data stream clicks-<b>: 0.86 a day",
            "without what is not known",
            "14.98",
            "Costs nothing, or less than a cent a day: Empty (s004)",
            "Not looked at: Away (s005): excused",
            "Not known, so that the sum may be too low: ? Lucía <img src=x>",
            "no price is known here",
            "? Closed (s003) AWS refused",
            "List prices of",
        ] {
            assert!(said.contains(part), "{columns}: {part}: {}", printed.stdout);
        }
        assert!(!said.contains('\u{202e}'), "{said}");
        let at = |what: &str| said.find(what).unwrap_or_else(|| panic!("{what}: {said}"));
        assert!(at("(s001)") < at("(s002)") && at("(s002)") < at("(s003)"), "{said}");
    }
    let page = costs(&["--here", "--format", "html"]).stdout;
    assert!(
        page.contains("default-src 'none'") && !page.contains("<script"),
        "{page}"
    );
    assert!(
        page.contains("Lucía &lt;img src=x&gt;") && !page.contains("<img"),
        "{page}"
    );
    assert!(
        page.contains("clicks-&lt;b&gt;") && !page.contains("clicks-<b>"),
        "{page}"
    );
    assert!(
        !page.contains('\u{202e}') && page.contains("14.98") && page.contains("Closed (s003)"),
        "{page}"
    );
}

#[test]
fn a_script_is_told_by_the_exit_status_what_the_class_costs() {
    assert_eq!(costs(&["--here", "--fail-above", "14.9"]).code, 1);
    // Below the limit, but not all is known.
    assert_eq!(costs(&["--here", "--fail-above", "15"]).code, 3);
    for (args, why) in [
        (vec!["--roster", "none.csv"], "none.csv"),
        (vec!["--out", "out"], "--roster"),
        (vec!["--roster", "none.csv", "--sandbox"], "--sandbox"),
        (vec!["--roster", "none.csv", "--use", "stream=x"], "--use"),
    ] {
        let wrong = run(alone(&[vec!["costs"], args].concat()));
        assert_eq!(wrong.code, 2, "{}", wrong.stderr);
        assert!(wrong.stderr.contains(why), "{why}: {}", wrong.stderr);
    }
}

#[test]
fn who_pays_by_the_hour_gets_a_message_and_nobody_elses_file_is_touched() {
    let scratch = tempfile::tempdir().unwrap();
    let out = text(scratch.path().join("out"));
    let messages = scratch.path().join("out/messages");
    let printed = costs(&["--here", "--out", &out]);
    assert_eq!(printed.code, 3, "{}", printed.stderr);
    assert!(printed.stderr.contains("2 messages in "), "{}", printed.stderr);
    let mut names: Vec<String> = std::fs::read_dir(&messages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["s001.txt", "s002.txt"]);
    let message = std::fs::read_to_string(messages.join("s001.txt")).unwrap();
    let said = flat(&message);
    for part in [
        "For Lucía <img src=x>",
        "AWS account 890000000001",
        "- data stream",
        ": 1.15 US dollars a day",
        "its price is not known here",
        "Together: 14.11 US dollars a day, without what has no known price, by AWS's list prices of 20",
        "Your bill is the truth",
        "edemlab costs datastream",
        "edemlab guide datastream/cleanup.html",
    ] {
        assert!(said.contains(part), "{part}: {message}");
    }
    assert!(message.lines().all(|line| line.chars().count() <= 78), "{message}");
    assert!(!message.contains(['\u{202e}', '\u{1b}']), "{message}");
    assert!(!message.contains("bucket"), "by the hour only: {message}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&messages), mode(&messages.join("s001.txt"))), (0o700, 0o600));
    }
    // The same again takes their place; one that was changed is kept, and said.
    assert_eq!(costs(&["--here", "--out", &out]).code, 3);
    std::fs::write(messages.join("s002.txt"), "my own words").unwrap();
    let refused = costs(&["--here", "--out", &out]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("is not a message that edemlab wrote"),
        "{}",
        refused.stderr
    );
    assert!(
        refused.stdout.contains("14.98"),
        "what was found is printed: {}",
        refused.stdout
    );
    assert_eq!(
        std::fs::read_to_string(messages.join("s002.txt")).unwrap(),
        "my own words"
    );
}

#[test]
fn a_class_of_which_all_is_known_ends_with_0() {
    let folder = tempfile::tempdir().unwrap();
    let account = "890000000012";
    hand_in(&folder.path().join("s001.txt"), &cloud().student(account));
    let roster = folder.path().join("roster.csv");
    std::fs::write(
        &roster,
        format!("student,account,credentials\ns001,{account},s001.txt\n"),
    )
    .unwrap();
    let roster = text(roster);
    let printed = run(cloud().professor(&["costs", "--roster", &roster, "--here", "--fail-above", "0"]));
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let said = flat(&printed.stdout);
    assert!(said.contains("Nothing that was found costs a cent a day"), "{said}");
    assert!(said.contains("The class, in US dollars 0.0000 0.00 0.00"), "{said}");
}

/// The column of the class's page, in each row from the first to the last.
fn column(page: &str) -> Vec<&str> {
    let cells = page.split("<td class=\"number costs\" data-v=\"").skip(1);
    cells.map(|cell| cell.split('"').next().unwrap()).collect()
}

#[test]
fn the_class_page_says_what_each_lab_costs_a_day_by_the_last_grading() {
    let scratch = tempfile::tempdir().unwrap();
    let out = text(scratch.path().join("class"));
    let (roster, secret) = (text(class().join("roster.csv")), text(class().join("secret")));
    let graded = [
        "grade",
        &roster,
        "--secret",
        &secret,
        "--lab",
        "datastream",
        "--no-probe",
        "--out",
        &out,
    ];
    let graded = run(cloud().professor(&graded));
    assert_eq!(
        graded.code, 3,
        "one could not be opened: {}{}",
        graded.stdout, graded.stderr
    );
    let read = |path: &str| std::fs::read_to_string(scratch.path().join("class").join(path)).unwrap();
    let pages = || {
        let printed = run(alone(&["pages", &out]));
        assert_eq!(printed.code, 0, "{}", printed.stderr);
        read("index.html")
    };
    let page = pages();
    let mut costs = column(&page);
    costs.sort_unstable();
    // At least: a check does not ask how many shards a stream has.
    assert_eq!(costs, ["", "", "", "0.43", "14.11"], "{page}");
    assert!(page.contains("Costs a day"), "{page}");
    let report: Value = serde_json::from_str(&read("reports/s001/datastream.json")).unwrap();
    assert_eq!(report["idle_usd_per_day"], 14.11);

    // A folder of an earlier version has no such field: then there is no column, until the class is judged again.
    let runs = scratch.path().join("class/reports");
    for student in ["s001", "s002"] {
        let folder = runs.join(student).join("datastream");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for file in files.chain([runs.join(student).join("datastream.json")]) {
            let text = std::fs::read_to_string(&file).unwrap();
            let mut value: Value = serde_json::from_str(&text).unwrap();
            value.as_object_mut().unwrap().remove("idle_usd_per_day");
            std::fs::write(&file, serde_json::to_string_pretty(&value).unwrap()).unwrap();
        }
    }
    let without = pages();
    assert!(
        column(&without).is_empty() && !without.contains("Costs a day"),
        "{without}"
    );
    let again = run(alone(&["regrade", &out]));
    assert_eq!(again.code, 0, "{}{}", again.stdout, again.stderr);
    let mut costs = read("index.html");
    assert_eq!(column(&costs).len(), 5, "{costs}");
    costs = read("reports/s002/datastream.json");
    assert!(costs.contains("\"idle_usd_per_day\": 0.43"), "{costs}");
}
