//! A class in which AWS tells every sixth account to slow down: what that costs them, and the others.

use super::common::cloud::shared;
use super::common::taught::LABS;
use super::many::{full_marks, grade, recorded};
use super::measure::{load, measured, size};
use edemlab::report::Report;
use std::path::Path;

/// Every how many accounts one is throttled, and how often each of the operations below is.
const EVERY: usize = 6;
const TIMES: usize = 3;

/// One operation of each protocol.
const OPERATIONS: [&str; 3] = ["ListStreams", "ListRoles", "/2015-03-31/functions/"];

/// Seconds that one answer of "slow down" may cost.
const A_THROTTLE: f64 = 3.0;

pub fn run() {
    let accounts = size("EDEMLAB_BENCH_CLASS", 60);
    let cloud = shared("bench");
    let folder = tempfile::tempdir().expect("a folder");
    let (class, fake) = recorded(cloud, "83000", folder.path());
    let number = |n: usize| format!("86000{n:07}");
    let students: Vec<String> = (0..accounts).map(|n| format!("t{n:05}")).collect();
    let lines = students.iter().enumerate();
    let lines: String = lines
        .map(|(n, id)| format!("{id};Student {n};{}\r\n", number(n)))
        .collect();
    let roster = folder.path().join("roster.csv");
    std::fs::write(&roster, format!("student;name;account\r\n{lines}")).expect("a roster");
    let graded = |name: &str| {
        let out = folder.path().join(name);
        let took = measured(grade(cloud, &fake, &roster, &class.secret(), &out), 0);
        full_marks(&out, &students);
        let seconds: Vec<f64> = students.iter().map(|student| slowest(&out, student)).collect();
        let of = |is_one: &dyn Fn(usize) -> bool| {
            let ones: Vec<f64> = (0..accounts).filter(|n| is_one(*n)).map(|n| seconds[n]).collect();
            ones.iter().sum::<f64>() / ones.len().max(1) as f64
        };
        (took.seconds, of(&|n| n % EVERY == 0), of(&|n| n % EVERY != 0))
    };
    let calm = graded("calm");
    fake.throttle((0..accounts).step_by(EVERY).map(number), &OPERATIONS, TIMES);
    let throttled = graded("throttled");
    assert_eq!(fake.throttles_left(), 0, "nobody was told to slow down");
    let each = (throttled.1 - calm.1) / TIMES as f64;
    println!(
        "throttled: {} of {accounts} accounts, {} operations of each {TIMES} times; load {}",
        accounts.div_ceil(EVERY),
        OPERATIONS.len(),
        load()
    );
    println!("  the class {:.1} s, and {:.1} s where nobody is", throttled.0, calm.0);
    println!("  the others {:.2} s each, and {:.2} s", throttled.2, calm.2);
    println!(
        "  who is throttled {:.2} s, and {:.2} s: {each:.2} s a throttle  {}",
        throttled.1,
        calm.1,
        if each <= A_THROTTLE { "within 3 s" } else { "OVER 3 s" }
    );
}

/// The seconds of the slower of a student's labs.
fn slowest(out: &Path, student: &str) -> f64 {
    let seconds = LABS.iter().map(|lab| {
        let file = out.join("reports").join(student).join(format!("{lab}.json"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let report: Report = serde_json::from_str(&text).expect("a report");
        report.seconds
    });
    seconds.fold(0.0, f64::max)
}
