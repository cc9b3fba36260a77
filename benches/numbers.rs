//! What does not depend on the machine: calls and round trips of a check, instructions of a check and of an account in a class,
//! the size of the program and of its tree of crates. `cargo bench --profile dev --bench numbers` prints them beside those of
//! `benches/numbers.txt`; with `-- --check` it fails where one has grown by more than a twentieth. EDEMLAB_UPDATE=1 writes the
//! file again. Instructions are counted by valgrind's callgrind, where that is installed.

#[path = "../tests/common/mod.rs"]
mod common;

use common::class::hand_in;
use common::cloud::{Cloud, REGION, alone, check_lab_at, shared, wait};
use common::course::{course, solution_of};
use common::crates::crates;
use common::paced::{Hosts, paced};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// A figure that is higher than it was by more than this share is a regression.
const MORE: f64 = 0.05;

/// The accounts in which the labs stand.
const ACCOUNTS: [&str; 2] = ["690000000001", "690000000002"];

const LABS: [&str; 2] = ["datastream", "eventdriven"];

/// A figure by its name.
type Figures = BTreeMap<String, u64>;

fn main() -> ExitCode {
    let mut now = Figures::new();
    now.insert("bytes of the program, dev profile".to_owned(), size());
    now.insert("crates in the program".to_owned(), built());
    let cloud = shared("numbers");
    for lab in LABS {
        for account in ACCOUNTS {
            cloud.deploy_as(account, REGION, &format!("edemlab-{lab}"), &solution_of(lab));
            cloud.confirm(account, REGION);
        }
        now.extend(waits(cloud, lab));
    }
    match callgrind() {
        true => now.extend(work(cloud)),
        false => println!("no valgrind here: instructions are not counted"),
    }
    let has_grown = print(&now, &kept());
    if std::env::var_os("EDEMLAB_UPDATE").is_some() {
        if !callgrind() {
            println!("the file stays as it is: without valgrind it would lack the instructions");
            return ExitCode::FAILURE;
        }
        let lines: Vec<String> = now
            .iter()
            .map(|(name, figure)| format!("{figure:>14}  {name}\n"))
            .collect();
        std::fs::write(file(), lines.concat()).expect("the file can be written");
        return ExitCode::SUCCESS;
    }
    let is_checked = std::env::args().any(|arg| arg == "--check");
    match is_checked && has_grown {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// Prints each figure beside the one that is kept, and says whether one has grown too much or is not kept.
fn print(now: &Figures, kept: &Figures) -> bool {
    let mut has_grown = false;
    for (name, figure) in now {
        let (is_worse, said) = match kept.get(name) {
            None => (true, "NOT KEPT: EDEMLAB_UPDATE=1 writes it".to_owned()),
            Some(before) => {
                let change = *figure as f64 / *before as f64 - 1.0;
                let is_worse = change > MORE;
                let mark = if is_worse { "GROWN " } else { "" };
                (is_worse, format!("{mark}{:+.1} % of {before}", change * 100.0))
            }
        };
        has_grown |= is_worse;
        println!("{figure:>14}  {name:<60} {said}");
    }
    has_grown
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/numbers.txt")
}

/// The figures of the file.
fn kept() -> Figures {
    let text = std::fs::read_to_string(file()).unwrap_or_default();
    let line = |line: &str| {
        let (figure, name) = line.trim_start().split_once("  ")?;
        Some((name.to_owned(), figure.parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}

/// What a check of a lab's configuration asks, and how often it waits.
fn waits(cloud: &Cloud, lab: &str) -> Figures {
    let mut figures = Figures::new();
    for (hosts, on) in [
        (Hosts::One, "one host"),
        (Hosts::EachService, "a host for each service"),
    ] {
        let account = cloud.account(cloud.student(ACCOUNTS[0]), REGION);
        let (judged, pace) = wait(paced(course().lab(lab).expect("the lab"), &account, hosts));
        judged.expect("a report");
        figures.insert(format!("calls, check {lab}"), pace.calls.len() as u64);
        figures.insert(format!("round trips on {on}, check {lab}"), pace.round_trips as u64);
    }
    figures
}

/// Instructions of a check, which are most of all those of its start, and of one account more in a class of both labs.
fn work(cloud: &Cloud) -> Figures {
    let check = check_lab_at(cloud.endpoint(), LABS[0], &cloud.student(ACCOUNTS[0]), &["--no-probe"]);
    let class = |students: usize| {
        let scratch = tempfile::tempdir().expect("a folder");
        let mut roster = "student,credentials,region\n".to_owned();
        for (number, account) in ACCOUNTS.iter().enumerate().take(students) {
            hand_in(&scratch.path().join(format!("s{number}.txt")), &cloud.student(account));
            roster += &format!("s{number},s{number}.txt,{REGION}\n");
        }
        std::fs::write(scratch.path().join("roster.csv"), roster).expect("the roster");
        let mut grade = alone(&["grade", "roster.csv", "--no-probe", "--out", "class"]);
        grade.args(LABS.iter().flat_map(|lab| ["--lab", lab]));
        grade
            .current_dir(scratch.path())
            .env("AWS_ENDPOINT_URL", cloud.endpoint());
        instructions(grade)
    };
    // Valgrind makes them fifty times slower, and each is counted by itself.
    let (check, one, two) = std::thread::scope(|scope| {
        let of_one = scope.spawn(|| class(1));
        let check = instructions(check);
        let two = class(2);
        (check, of_one.join().expect("a count"), two)
    });
    Figures::from([
        (format!("instructions, check {} --no-probe", LABS[0]), check),
        (
            "instructions, one account more in a class of both labs".to_owned(),
            two.saturating_sub(one),
        ),
    ])
}

fn callgrind() -> bool {
    Command::new("valgrind")
        .arg("--version")
        .output()
        .is_ok_and(|done| done.status.success())
}

/// The instructions that a command takes.
fn instructions(command: Command) -> u64 {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("callgrind.out");
    let mut counted = Command::new("valgrind");
    counted
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", out.display()));
    counted.arg(command.get_program()).args(command.get_args());
    counted.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    for (name, _) in command.get_envs().filter(|(_, value)| value.is_none()) {
        counted.env_remove(name);
    }
    if let Some(folder) = command.get_current_dir() {
        counted.current_dir(folder);
    }
    let done = counted.output().expect("valgrind runs");
    assert!(
        done.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    let text = std::fs::read_to_string(&out).expect("what it counted");
    let total = text.lines().find_map(|line| line.strip_prefix("summary: "));
    total.and_then(|total| total.trim().parse().ok()).expect("a total")
}

fn size() -> u64 {
    std::fs::metadata(env!("CARGO_BIN_EXE_edemlab"))
        .expect("the program")
        .len()
}

/// The crates that are built for the program, each version once, whatever their features.
fn built() -> u64 {
    let lines = crates("");
    let version = |line: &String| line.split(' ').take(2).map(str::to_owned).collect::<Vec<_>>();
    lines.iter().map(version).collect::<BTreeSet<_>>().len() as u64
}
