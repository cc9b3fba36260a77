//! A class with probes in a sandbox: all accounts in one run, against the slowest and against one after another.

use super::common::cloud::{Cloud, shared};
use super::common::taught::{Class, LABS, Reports, id, reports};
use super::measure::{OTHERS_OPEN, load, measured, of, size};
use edemlab::report::{Status, Verdict};
use std::time::Instant;

/// Accounts of the sample: of those with full marks, and the first of those with faults, each fault once.
const FULL: usize = 4;
const FAULTY: usize = 10;

pub fn run() {
    let accounts = size("EDEMLAB_BENCH_CLASS", 60);
    let cloud = shared("bench");
    let class = deployed("class", cloud, "85000", accounts);
    let folder = tempfile::tempdir().expect("a folder");
    let sandbox = cloud.own().state().expect("it runs").pid;

    let out = folder.path().join("class");
    let before = of(sandbox);
    let all = measured(class.grade(&out, &[]), 0);
    let served = of(sandbox) - before;
    let (seen, untold) = (reports(&out, accounts), as_taught(&class, &reports(&out, accounts)));
    assert_eq!(untold, [""; 0], "something was not judged as it was taught");
    println!(
        "  load {}: all in one run {:.1} s, {:.1} s of processor time, {:.0} MB",
        load(),
        all.seconds,
        all.processor,
        all.peak
    );
    println!(
        "  the sandbox had {:.0} % of a processor meanwhile",
        100.0 * served / all.seconds
    );
    let slowest = seen.values().map(|report| report.seconds).fold(0.0, f64::max);
    println!("  the slowest lab in that run {slowest:.1} s");

    let full = accounts.div_ceil(3);
    let everyone = std::env::var("EDEMLAB_BENCH_ALONE").is_ok_and(|v| v == "all");
    let (some_full, some_faulty) = match everyone {
        true => (full, accounts - full),
        false => (full.min(FULL), (accounts - full).min(FAULTY)),
    };
    let alone = |n: usize| {
        let out = folder.path().join(id(n));
        measured(class.grade(&out, &["--only", &id(n)]), OTHERS_OPEN).seconds
    };
    let of_full: Vec<f64> = (0..some_full).map(alone).collect();
    let of_faulty: Vec<f64> = (full..full + some_faulty).map(alone).collect();
    let one_by_one = mean(&of_full) * full as f64 + mean(&of_faulty) * (accounts - full) as f64;
    let slowest = of_full.iter().chain(&of_faulty).copied().fold(0.0, f64::max);
    println!(
        "  load {}: {} accounts one after another, each alone in a run:",
        load(),
        some_full + some_faulty
    );
    println!(
        "    full marks {:.1} s each, with faults {:.1} s each",
        mean(&of_full),
        mean(&of_faulty)
    );
    println!(
        "    the slowest {slowest:.1} s: the class took {:.1} times as long",
        all.seconds / slowest
    );
    println!(
        "    {} one after another {one_by_one:.0} s: the class was {:.1} times as fast",
        if everyone { "all" } else { "so all" },
        one_by_one / all.seconds
    );
}

/// A class for the part `part`, whose accounts begin with `first`.
pub fn deployed(part: &str, cloud: &'static Cloud, first: &str, accounts: usize) -> Class {
    let clock = Instant::now();
    let class = Class::new(cloud, first, accounts);
    println!(
        "{part}: {accounts} accounts deployed in {:.0} s",
        clock.elapsed().as_secs_f64()
    );
    class
}

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len().max(1) as f64
}

/// Which runs do not say what is wrong with their account.
pub fn as_taught(class: &Class, seen: &Reports) -> Vec<String> {
    let mut wrong = Vec::new();
    for n in 0..class.accounts.len() {
        let faults = class.faults(n);
        for lab in LABS {
            let expected = match faults.iter().any(|(of, _)| *of == lab) {
                true => Verdict::Fail,
                false => Verdict::Pass,
            };
            let unknown = |r: &edemlab::report::Report| r.checks().any(|(_, c)| c.status == Status::Unknown);
            match seen.get(&(id(n), lab.to_owned())) {
                Some(report) if report.verdict == expected && !unknown(report) => {}
                Some(report) => wrong.push(format!("{} {lab}: {:?}, not {expected:?}", id(n), report.verdict)),
                None => wrong.push(format!("{} {lab}: no report", id(n))),
            }
        }
    }
    wrong
}
