//! The book's commands, run as they are written: whoever follows both labs to the letter has an account with every point,
//! and nothing that costs once they have cleaned up.

use crate::common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::blocks::{Block, Marker, blocks};
use crate::reader::{Reader, Told, as_told};
use common::cleaner::{ids, standing};
use common::cloud::{Checked, Cloud, checked, run, shared};
use common::course::{Copy, course};
use serde_json::Value;

/// Where the book tells the reader to put something of their own.
const TOLD: &[Told] = &[Told {
    chapter: "eventdriven/setup.md",
    says: "with **your own address** for `EMAIL`",
    find: "you@example.com",
    put: "student-07@example.com",
}];

/// How many blocks of each lab have which marker: a new one that is not run is noticed here.
const MARKED: &[(&str, &[(&str, usize)])] = &[
    (
        "datastream",
        &[
            ("alternative", 9),
            ("cleanup", 8),
            ("incomplete", 2),
            ("needs-aws", 2),
            ("needs-docker", 1),
            ("needs-input", 2),
            ("needs-network", 1),
        ],
    ),
    ("eventdriven", &[("alternative", 7), ("cleanup", 5), ("incomplete", 3)]),
];

/// What may be left when all is cleaned up: it costs nothing.
const LEFT: &[&str] = &["caller", "role"];

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src")
}

fn of_lab(book: &Path, lab: &str) -> Vec<Block> {
    blocks(book, lab).unwrap_or_else(|mistakes| panic!("{}", mistakes.join("\n")))
}

/// A lab from its first command to its last.
fn follow(cloud: &Cloud, lab: &'static str, account: &str) {
    let told: Vec<Told> = TOLD.iter().filter(|t| t.chapter.starts_with(lab)).copied().collect();
    let all = as_told(&book(), of_lab(&book(), lab), &told);
    let (cleanup, building): (Vec<_>, Vec<_>) = all.into_iter().partition(|b| b.has(Marker::Cleanup));
    assert!(!cleanup.is_empty(), "{lab} says nothing of cleaning up");
    let reader = Reader::new(cloud, account);
    let before: BTreeSet<String> = standing(cloud, account).into_keys().collect();
    if let Err(broken) = reader.follow(&building, &[]) {
        panic!("{broken}");
    }

    let seen = report(&reader, lab, &[]);
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert_eq!(
        seen.report.points.earned,
        seen.report.points.possible + seen.extra(),
        "{}",
        seen.json
    );
    let missing: Vec<_> = seen
        .report
        .checks()
        .filter(|(_, c)| c.points < c.possible)
        .map(|(_, c)| &c.id)
        .collect();
    assert!(missing.is_empty(), "not earned by the book's commands: {missing:?}");

    again(&reader, lab, &building);
    let twice = report(&reader, lab, &[]);
    assert_eq!(
        twice.report.points, seen.report.points,
        "after a second run: {}",
        twice.json
    );

    // What the chapter's own command would delete is all that was made.
    let made = || -> BTreeSet<String> {
        let standing = standing(cloud, account).into_keys();
        standing.filter(|what| !before.contains(what)).collect()
    };
    let plan = clean(&reader, lab, &["--here"]);
    assert_eq!(ids(&plan), made(), "{plan:#}");

    if let Err(broken) = reader.follow(&cleanup, &[]) {
        panic!("{broken}");
    }
    again(&reader, lab, &cleanup);
    let roles = "AWS::IAM::Role ";
    assert!(
        made().iter().all(|what| what.starts_with(roles)),
        "left by hand: {:?}",
        made()
    );
    let seen = report(&reader, lab, &["--no-probe"]);
    let left: Vec<_> = seen
        .report
        .resources
        .keys()
        .filter(|name| !LEFT.contains(&name.as_str()))
        .collect();
    assert!(left.is_empty(), "left after cleaning up {lab}: {left:?}");
    clean(&reader, lab, &["--yes"]);
    let after: BTreeSet<String> = standing(cloud, account).into_keys().collect();
    assert_eq!(after, before, "the account is as it was before the lab");
}

/// Runs `edemlab cleanup`, and reads its plan.
fn clean(reader: &Reader, lab: &str, args: &[&str]) -> Value {
    let mut command = reader.command("edemlab");
    command
        .args(["cleanup", lab, "--plan", "plan.json"])
        .args(args)
        .stdin(Stdio::null());
    let file = command.get_current_dir().expect("a folder").join("plan.json");
    let printed = run(command);
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    serde_json::from_slice(&std::fs::read(file).expect("a plan")).expect("JSON")
}

/// Whoever no longer knows how far they came runs the blocks again. Each error that AWS answers with is named where a reader
/// of the block looks for it, and no block goes on with a variable that has become empty.
fn again(reader: &Reader, lab: &str, blocks: &[Block]) {
    let read = |chapter: &str| std::fs::read_to_string(book().join(chapter)).expect("a chapter");
    let setup = read(&format!("{lab}/setup.md"));
    for (block, said) in reader.again(blocks) {
        let place = format!("book/src/{}:{}", block.chapter, block.line);
        let chapter = read(&block.chapter);
        for error in said.split("An error occurred (").skip(1) {
            let (code, _) = error.split_once(')').expect("a code");
            let named = [&setup, &chapter]
                .iter()
                .any(|text| text.contains(&format!("`{code}`")));
            let by_message = error
                .split('\n')
                .next()
                .is_some_and(|line| line.contains("not idempotent"));
            assert!(
                named || by_message,
                "{place}: no word about {code} to whoever runs it again:\n{said}"
            );
        }
        let lost = [
            "expected one argument",
            "Invalid length",
            "Traceback",
            "invalid type",
            "Parameter validation failed",
        ];
        if !block.has(Marker::Cleanup) {
            assert!(!lost.iter().any(|lost| said.contains(lost)), "{place}, again:\n{said}");
        }
    }
}

fn report(reader: &Reader, lab: &str, args: &[&str]) -> Checked {
    let mut command = reader.command("edemlab");
    command.args(["check", lab, "--format", "json"]).args(args);
    checked(command)
}

#[test]
fn whoever_follows_the_first_lab_earns_every_point() {
    follow(shared("book"), "datastream", "480000000001");
}

#[test]
fn whoever_follows_the_second_lab_earns_every_point() {
    follow(shared("book"), "eventdriven", "480000000002");
}

/// So each step is checked where a reader has just built it, and the answer is held to what the chapter says.
#[test]
fn each_chapter_has_the_check_of_its_step() {
    for lab in course().labs.values() {
        let all = of_lab(&book(), &lab.id);
        for step in &lab.steps {
            let command = format!("edemlab check {} {}", lab.id, step.id);
            let chapter = step.chapter.replace(".html", ".md");
            let mut run = all.iter().filter(|b| b.chapter == chapter && b.is_run());
            let found = run.any(|b| b.commands.starts_with(&command));
            assert!(found, "no block with `{command}` in book/src/{chapter}");
        }
    }
}

#[test]
fn what_cannot_be_run_here_is_counted() {
    for (lab, expected) in MARKED {
        let mut counts = BTreeMap::new();
        for block in of_lab(&book(), lab) {
            for marker in &block.markers {
                *counts.entry(marker.name()).or_insert(0) += 1;
            }
            if !block.is_run() {
                let first = block.commands.lines().next().unwrap_or_default();
                let name = block.markers[0].name();
                println!("book/src/{}:{}: {name}: {first}", block.chapter, block.line);
            }
        }
        let counted: Vec<(&str, usize)> = counts.into_iter().collect();
        assert_eq!(
            counted, *expected,
            "{lab}: see the list with --nocapture, and say here what is right"
        );
    }
}

#[test]
fn a_broken_command_is_found_with_its_place() {
    let course = Copy::new();
    let chapter = "book/src/eventdriven/eventbridge.md";
    course.replace(
        chapter,
        "aws events create-event-bus --name $BUS",
        "aws events create-event-buss --name $BUS",
    );
    let place = course.place(chapter, "aws events create-event-buss");
    let copy = course.folder().join("book/src");
    let reader = Reader::new(shared("book"), "480000000003");
    let broken = reader
        .follow(&of_lab(&copy, "eventdriven"), &[])
        .expect_err("it is broken");
    let said = broken.to_string();
    assert!(said.starts_with(place.rsplit_once(':').unwrap().0), "{said}");
    assert!(
        said.contains("aws events create-event-buss") && said.contains("Invalid choice"),
        "{said}"
    );
}

/// What a chapter promises is held: a command that fails, also one inside another or at the head of a pipe, a variable
/// that no chapter has set, and a check that has nothing to say where the chapter says that it has.
#[test]
fn a_session_ends_where_the_book_is_wrong() {
    let reader = Reader::new(shared("book"), "480000000004");
    let block = |line, commands: &str, markers: &[Marker]| Block {
        chapter: "lab/chapter.md".to_owned(),
        line,
        markers: markers.to_vec(),
        commands: format!("{commands}\n"),
    };
    let good = || {
        block(
            3,
            "KEPT=1\nuntil [ -f there ]; do touch there; done\ngrep -q no there || true",
            &[],
        )
    };
    for (bad, line, says) in [
        (block(10, "true\nls no-such-file", &[]), 11, "No such file"),
        (block(10, "NAME=$(ls no-such-file)\ntrue", &[]), 10, "No such file"),
        (block(10, "ls no-such-file | cat", &[]), 10, "No such file"),
        (
            block(10, "echo $KEPT\n\necho $NEVER_SET", &[]),
            12,
            "NEVER_SET: unbound variable",
        ),
        (block(10, "for N in 1 2; do\n    false\ndone", &[]), 11, "false"),
        (block(10, "true\nif true; then", &[]), 12, "syntax error"),
        (block(10, "true", &[Marker::Incomplete]), 10, "marked `incomplete`"),
    ] {
        let what = bad.commands.clone();
        let broken = reader.follow(&[good(), bad, good()], &[]).expect_err(&what).to_string();
        assert!(
            broken.starts_with(&format!("book/src/lab/chapter.md:{line}: ")),
            "{broken}"
        );
        assert!(broken.contains(says), "{broken}");
    }
    let fine = [
        good(),
        block(20, "false", &[Marker::Incomplete]),
        block(30, "false", &[Marker::NeedsAws]),
    ];
    reader.follow(&fine, &[]).unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn a_line_that_zsh_reads_in_another_way_is_refused() {
    let course = Copy::new();
    let chapter = "book/src/datastream/ecr.md";
    course.replace(chapter, "docker push ${ECR_URL}:latest", "docker push $ECR_URL:latest");
    let place = course.place(chapter, "docker push $ECR_URL:latest");
    let mistakes = blocks(&course.folder().join("book/src"), "datastream").expect_err("it is refused");
    assert!(
        matches!(&mistakes[..], [one] if one.starts_with(place.rsplit_once(':').unwrap().0) && one.contains("zsh")),
        "{mistakes:?}"
    );
}

#[test]
fn a_block_that_breaks_the_rules_is_refused() {
    for (fence, says) in [
        ("```sh", "a block of `sh`"),
        ("```", "a block of ``"),
        ("~~~console", "a fence is made of ```"),
        ("```console,needs-luck", "no marker is called `needs-luck`"),
        ("```console,alternative,cleanup", "these markers do not go together"),
    ] {
        let course = Copy::new();
        let chapter = "book/src/eventdriven/sns.md";
        let text = course.read(chapter) + "\n" + fence + "\naws sts get-caller-identity\n```\n";
        course.write(chapter, &text);
        let line = text.lines().count() - 2;
        let mistakes = blocks(&course.folder().join("book/src"), "eventdriven").expect_err("it is refused");
        assert!(
            mistakes
                .iter()
                .any(|m| m.starts_with(&format!("{chapter}:{line}: {says}"))),
            "{mistakes:?}"
        );
    }
}
