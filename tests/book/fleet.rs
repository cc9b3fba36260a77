//! The chapter on a course of thousands, its commands run as they are written: a professor who follows it has the grades
//! that a local run gives, with the permissions that it names, and nothing is left of it in the end.

use crate::common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::blocks::{Block, Marker, blocks};
use crate::reader::{Reader, StandIn};
use common::class::PROFESSOR;
use common::cloud::{REGION, shared};
use common::fleet::bootstrap;
use common::taught::{Class, LABS, reports, verdicts};
use common::text;
use edemlab::account::Keys;
use serde_json::Value;

const CHAPTER: &str = "professor/fleet.md";

/// What is done in another way here.
const STAND_INS: &[StandIn] = &[StandIn {
    chapter: CHAPTER,
    contains: "cargo build --release --features lambda",
    because: "a release build from an empty cache takes many minutes and a network; the tests' own build is the same program",
    commands: r#"python -m zipfile -c bootstrap.zip "$BOOTSTRAP""#,
}];

/// How many blocks have which marker: a new one that is not run is noticed here.
const MARKED: &[(&str, usize)] = &[("alternative", 2), ("cleanup", 2), ("needs-network", 1)];

/// The stack of the chapter.
const STACK: &str = "edemlab-fleet";

/// Students of the class.
const STUDENTS: usize = 2;

/// What the chapter reckons with for a student's reports.
const MEGABYTES: f64 = 0.2;

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src")
}

fn chapter() -> Vec<Block> {
    let all = blocks(&book(), "professor").unwrap_or_else(|mistakes| panic!("{}", mistakes.join("\n")));
    all.into_iter().filter(|block| block.chapter == CHAPTER).collect()
}

fn text_of_chapter() -> String {
    std::fs::read_to_string(book().join(CHAPTER)).unwrap()
}

/// What the chapters before have left in the reader's folder: the roster, and the secret of the class, from which the
/// students' roles have their external IDs.
fn before(class: &Class) -> Block {
    Block {
        chapter: CHAPTER.to_owned(),
        line: 1,
        markers: Vec::new(),
        commands: format!(
            "cp '{}' roster.csv\nexport EDEMLAB_CLASS_SECRET_FILE='{}' BOOTSTRAP='{}'\n",
            class.roster().display(),
            class.secret().display(),
            bootstrap().display()
        ),
    }
}

/// The policy that the chapter names, for this account and bucket.
fn policy(bucket: &str) -> Value {
    let text = text_of_chapter();
    let json = text.split("```json\n").nth(1).and_then(|rest| rest.split("```").next());
    let json = json.expect("the chapter shows a policy");
    let filled = json
        .replace("ACCOUNT", PROFESSOR)
        .replace("REGION", REGION)
        .replace("BUCKET", bucket);
    serde_json::from_str(&filled).expect("the policy is JSON")
}

/// `edemlab grade` as the chapter gives it, for somebody once more, with other keys.
fn graded_as(reader: &Reader, class: &Class, keys: &Keys) -> Output {
    let mut command = reader.command("edemlab");
    command
        .args([
            "grade",
            "roster.csv",
            "--fleet",
            STACK,
            "--out",
            "class",
            "--only",
            "s000",
            "--lab",
            "datastream",
            "--again",
            "all",
        ])
        .env("EDEMLAB_CLASS_SECRET_FILE", class.secret())
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    command.output().unwrap()
}

/// What a command of the reader's prints.
fn said(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn aws(reader: &Reader, args: &[&str]) -> Command {
    let mut command = reader.command("aws");
    command.args(args);
    command
}

#[test]
fn whoever_follows_the_chapter_has_the_grades_of_a_local_run_and_leaves_nothing() {
    let cloud = shared("book");
    let class = Class::new(cloud, "85000", STUDENTS);
    let (cleanup, building): (Vec<_>, Vec<_>) = chapter().into_iter().partition(|b| b.has(Marker::Cleanup));
    assert!(!cleanup.is_empty(), "{CHAPTER} says nothing of cleaning up");
    let reader = Reader::new(cloud, PROFESSOR);
    let building: Vec<Block> = [before(&class)].into_iter().chain(building).collect();
    if let Err(broken) = reader.follow(&building, STAND_INS) {
        panic!("{broken}");
    }

    let scratch = tempfile::tempdir().unwrap();
    let mut copy = reader.command("cp");
    copy.args(["-r", "class"]).arg(scratch.path());
    said(copy);
    let fleet = reports(&scratch.path().join("class"), STUDENTS);
    let local = scratch.path().join("local");
    let printed = class.graded(&local, &[]);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    let local = reports(&local, STUDENTS);
    assert_eq!(local.len(), STUDENTS * LABS.len());
    assert_eq!(fleet.keys().collect::<Vec<_>>(), local.keys().collect::<Vec<_>>());
    for (key, report) in &local {
        assert_eq!(verdicts(&fleet[key]), verdicts(report), "{key:?}");
    }

    // What a report takes in the bucket is what the chapter reckons with, or less.
    let query = "Stacks[0].Outputs[?OutputKey=='Bucket'].OutputValue";
    let asked = [
        "cloudformation",
        "describe-stacks",
        "--stack-name",
        STACK,
        "--output",
        "text",
        "--query",
        query,
    ];
    let bucket = said(aws(&reader, &asked)).trim().to_owned();
    let sizes = [
        "s3api",
        "list-objects-v2",
        "--bucket",
        &bucket,
        "--prefix",
        "runs/",
        "--query",
        "Contents[].[Key, Size]",
    ];
    let objects: Vec<(String, f64)> = serde_json::from_str(&said(aws(&reader, &sizes))).unwrap();
    let all: f64 = objects.iter().map(|(_, size)| size).sum();
    println!("{:.0} bytes a student: {objects:?}", all / STUDENTS as f64);
    assert!(all / STUDENTS as f64 <= MEGABYTES * 1e6, "{objects:?}");

    // The permissions that the chapter names are enough. Without one of them it is said at once which.
    let policy = policy(&bucket);
    let output = graded_as(&reader, &class, &cloud.user(PROFESSOR, "grader", &policy));
    assert!(output.status.success(), "{}", text(&output));
    for action in ["cloudformation:DescribeStacks", "s3:PutObject", "states:StartExecution"] {
        let without = policy.to_string().replace(action, "sts:GetCallerIdentity");
        let name = action.replace(':', "-");
        let keys = cloud.user(PROFESSOR, &name, &serde_json::from_str(&without).unwrap());
        let output = graded_as(&reader, &class, &keys);
        assert_eq!(output.status.code(), Some(2), "{action}: {}", text(&output));
        assert!(text(&output).contains(action), "{action}: {}", text(&output));
    }

    if let Err(broken) = reader.follow(&cleanup, &[]) {
        panic!("{broken}");
    }
    let left = said(aws(&reader, &["s3api", "list-buckets", "--query", "Buckets[].Name"]));
    assert_eq!(left.trim(), "[]", "buckets are left");
    let left = said(aws(
        &reader,
        &["lambda", "list-functions", "--query", "Functions[].FunctionName"],
    ));
    assert_eq!(left.trim(), "[]", "functions are left");
    let left = said(aws(
        &reader,
        &["logs", "describe-log-groups", "--query", "logGroups[].logGroupName"],
    ));
    assert_eq!(left.trim(), "[]", "log groups are left");
}

#[test]
fn what_cannot_be_run_here_is_counted() {
    let mut counts = BTreeMap::new();
    for block in chapter() {
        for marker in &block.markers {
            *counts.entry(marker.name()).or_insert(0) += 1;
        }
    }
    let counted: Vec<(&str, usize)> = counts.into_iter().collect();
    assert_eq!(counted, MARKED, "say here what is right");
    for instead in STAND_INS {
        let fitting: Vec<_> = chapter()
            .into_iter()
            .filter(|b| b.commands.contains(instead.contains))
            .collect();
        assert!(
            matches!(&fitting[..], [one] if !one.is_run()),
            "{:?} has not one place: {}",
            instead.contains,
            instead.because
        );
    }
}

/// The cells of a table's rows, without its header, below a heading with this anchor.
fn rows(anchor: &str, table: usize) -> Vec<Vec<String>> {
    let text = text_of_chapter();
    let below = text.split_once(&format!("{{#{anchor}}}")).expect(anchor).1;
    let mut tables = below.split("\n\n").filter(|part| part.starts_with('|'));
    let table = tables.nth(table).expect("a table");
    let cells = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().replace("**", ""))
            .collect()
    };
    table.lines().skip(2).map(cells).collect()
}

/// A number of the chapter, with its commas.
fn number(cell: &str) -> f64 {
    cell.replace(',', "")
        .parse()
        .unwrap_or_else(|_| panic!("no number: {cell}"))
}

/// The sums of the chapter are those of its own parts.
#[test]
fn the_costs_add_up() {
    let one = rows("cost", 0);
    let (together, parts) = one.split_last().expect("rows");
    let of = |what: &str| -> f64 {
        let fitting = parts
            .iter()
            .filter(|row| row[0].trim_start_matches('[').starts_with(what));
        fitting.map(|row| number(&row[3])).sum()
    };
    let kinds = [of("Lambda"), of("Step Functions"), of("S3"), of("Logs")];
    let sum: f64 = kinds.iter().sum();
    assert!((sum - number(&together[3])).abs() < 5e-7, "{sum}");
    for row in rows("cost", 1) {
        let students = number(&row[0]);
        for (cell, one) in row[1..].iter().zip(kinds.iter().chain([&sum])) {
            assert_eq!(cell, &format!("{:.2}", students * one), "{row:?}");
        }
    }
}
