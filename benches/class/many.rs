//! Many accounts without probes: what the grader itself costs.

use super::common::class::PROFESSOR;
use super::common::cloud::{Cloud, shared};
use super::common::taught::{Class, LABS};
use super::fake::Fake;
use super::measure::{Measured, load, measured, own, size};
use edemlab::report::{Report, Verdict};
use std::path::Path;
use std::process::Command;

/// What an account may cost.
const PROCESSOR: f64 = 0.020;
const PEAK: f64 = 150.0;

pub fn run() {
    let accounts = size("EDEMLAB_BENCH_ACCOUNTS", 1000);
    let cloud = shared("bench");
    let folder = tempfile::tempdir().expect("a folder");
    let (class, fake) = recorded(cloud, "84000", folder.path());
    let students: Vec<String> = (0..accounts).map(|n| format!("m{n:05}")).collect();
    let roster = folder.path().join("roster.csv");
    let lines = students.iter().enumerate();
    let lines: String = lines
        .map(|(n, id)| format!("{id};Student {n};86000{n:07}\r\n"))
        .collect();
    std::fs::write(&roster, format!("student;name;account\r\n{lines}")).expect("a roster");
    let out = folder.path().join("many");
    let before = own();
    let took = measured(grade(cloud, &fake, &roster, &class.secret(), &out), 0);
    let served = own() - before;
    assert_eq!(
        fake.missing(),
        Default::default(),
        "the fake was asked what it does not know"
    );
    full_marks(&out, &students);
    say(accounts, &took, fake.asked(), served);
}

/// A class of one with full marks, whose number begins with `first`, and a fake that has recorded what grading it asks.
pub fn recorded(cloud: &'static Cloud, first: &str, folder: &Path) -> (Class, Fake) {
    let class = Class::new(cloud, first, 1);
    let fake = Fake::recording(cloud.endpoint(), &class.accounts[0]);
    let out = folder.join("first");
    measured(grade(cloud, &fake, &class.roster(), &class.secret(), &out), 0);
    full_marks(&out, &["s000".to_owned()]);
    fake.replay();
    (class, fake)
}

/// `edemlab grade` of both labs as the professor, with the fake for AWS.
pub fn grade(cloud: &Cloud, fake: &Fake, roster: &Path, secret: &Path, out: &Path) -> Command {
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let (roster, secret, out) = (text(roster), text(secret), text(out));
    let args = ["grade", &roster, "--secret", &secret, "--out", &out, "--no-probe"];
    let mut command = cloud.professor(&args);
    command.env("AWS_ENDPOINT_URL", fake.endpoint());
    if let Some(at_once) = std::env::var_os("EDEMLAB_BENCH_AT_ONCE") {
        command.arg("--at-once").arg(at_once);
    }
    command
}

/// Every report must be there, with full marks and nothing unknown.
pub fn full_marks(out: &Path, students: &[String]) {
    for student in students {
        for lab in LABS {
            let file = out.join("reports").join(student).join(format!("{lab}.json"));
            let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
            let report: Report = serde_json::from_str(&text).expect("a report");
            let points = &report.points;
            let full = report.verdict == Verdict::Pass && points.unknown == 0 && points.earned >= points.possible;
            assert!(full, "{student} {lab}: {:?} {points:?}", report.verdict);
            assert_ne!(report.account, PROFESSOR);
        }
    }
}

fn say(accounts: usize, took: &Measured, asked: usize, served: f64) {
    let each = |of: f64| of / accounts as f64;
    let verdict = |kept: bool| if kept { "within" } else { "OVER" };
    println!("many: {accounts} accounts, both labs, without probes; load {}", load());
    println!(
        "  {:.1} accounts a second, {:.1} s in all",
        accounts as f64 / took.seconds,
        took.seconds
    );
    println!(
        "  {:.1} ms of processor time an account  {} {:.0} ms",
        1e3 * each(took.processor),
        verdict(each(took.processor) <= PROCESSOR),
        1e3 * PROCESSOR
    );
    println!(
        "  {:.0} MB at most  {} {PEAK:.0} MB",
        took.peak,
        verdict(took.peak <= PEAK)
    );
    println!(
        "  {:.1} calls an account, {:.2} ms of processor time a call",
        each(asked as f64),
        1e3 * took.processor / asked as f64
    );
    println!(
        "  the grader had {:.0} % of a processor, the fake {:.0} %",
        took.share(),
        100.0 * served / took.seconds
    );
}
