//! A large class with probes, graded again and again: what a sandbox keeps of it.

use super::common::cloud::shared;
use super::common::sockets;
use super::common::taught::reports;
use super::measure::{load, measured, size};
use super::taught::{as_taught, deployed};
use std::fs;
use std::time::Instant;

/// More than a small machine's sandbox bears would make its events late: all accounts are one process there.
const AT_ONCE: &str = "8";

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    files: usize,
    connections: usize,
    half_closed: usize,
    children: usize,
    megabytes: f64,
}

pub fn run() {
    let accounts = size("EDEMLAB_BENCH_SOAK", 300);
    let seconds = size("EDEMLAB_BENCH_SOAK_SECONDS", 600);
    let cloud = shared("bench");
    let class = deployed("soak", cloud, "87000", accounts);
    let state = cloud.own().state().expect("it runs");
    let folder = tempfile::tempdir().expect("a folder");
    say("before", held(state.pid, state.port));
    let clock = Instant::now();
    let mut runs = 0;
    while clock.elapsed().as_secs() < seconds as u64 {
        let out = folder.path().join(runs.to_string());
        let took = measured(class.grade(&out, &["--at-once", AT_ONCE]), 0);
        let untold = as_taught(&class, &reports(&out, accounts));
        assert_eq!(untold, [""; 0], "something was not judged as it was taught");
        runs += 1;
        let what = format!(
            "run {runs}, {:.0} s, {:.0} MB of the grader, load {}",
            took.seconds,
            took.peak,
            load()
        );
        say(&what, held(state.pid, state.port));
        fs::remove_dir_all(&out).expect("it is ours");
    }
}

fn say(when: &str, held: Held) {
    println!(
        "  {when}: the sandbox has {} files, {} connections, {} of them half closed, {} processes, {:.0} MB",
        held.files, held.connections, held.half_closed, held.children, held.megabytes
    );
}

/// What the process `pid`, which listens on `port`, holds; as Linux tells it.
fn held(pid: u32, port: u16) -> Held {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    let connections = sockets::to(port);
    Held {
        files: fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count),
        connections: connections.open + connections.half_closed,
        half_closed: connections.half_closed,
        children: children(pid),
        megabytes: kilobytes.unwrap_or_default() / 1e3,
    }
}

/// The processes that any of its threads has started, and that have not ended.
fn children(pid: u32) -> usize {
    let threads = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let of_thread = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).unwrap_or_default();
    threads.map(|thread| of_thread(thread).split_whitespace().count()).sum()
}
