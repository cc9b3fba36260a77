//! What a run of the binary takes: time, processor time, memory.

#![expect(unsafe_code, reason = "no library tells what a process has used")]

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What one run took.
pub struct Measured {
    /// Seconds on the clock.
    pub seconds: f64,
    /// Seconds of a processor, in the process itself and for it in the system.
    pub processor: f64,
    /// The most memory that it had at once, in MB.
    pub peak: f64,
}

impl Measured {
    /// How much of one processor it had.
    pub fn share(&self) -> f64 {
        100.0 * self.processor / self.seconds
    }
}

/// How `grade` ends when it was asked for one student of a class.
pub const OTHERS_OPEN: i32 = 3;

/// Runs a command to its end, which must be with this exit code.
pub fn measured(mut command: Command, code: i32) -> Measured {
    let mut errors = tempfile::tempfile().expect("a file");
    let clock = Instant::now();
    #[expect(clippy::zombie_processes, reason = "wait4 waits for it, and tells what it has used")]
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(errors.try_clone().expect("a file can be had twice"))
        .spawn()
        .expect("the binary runs");
    let mut said = String::new();
    let mut stdout = child.stdout.take().expect("piped");
    stdout.read_to_string(&mut said).expect("UTF-8");
    let (mut status, mut used) = (0, no_usage());
    // SAFETY: the child is ours and has not been waited for; both pointers are to values of ours.
    let waited = unsafe { libc::wait4(child.id() as libc::pid_t, &raw mut status, 0, &raw mut used) };
    let seconds = clock.elapsed().as_secs_f64();
    assert_eq!(waited, child.id() as libc::pid_t, "the child is waited for");
    if !libc::WIFEXITED(status) || libc::WEXITSTATUS(status) != code {
        use std::io::Seek;
        let mut wrong = String::new();
        errors.rewind().expect("a file");
        let _ = errors.read_to_string(&mut wrong);
        panic!("it ended with status {status}:\n{said}\n{wrong}");
    }
    Measured {
        seconds,
        processor: time(used.ru_utime) + time(used.ru_stime),
        peak: used.ru_maxrss as f64
            / if cfg!(target_vendor = "apple") {
                1e6
            } else {
                1e6 / 1024.0
            },
    }
}

/// Seconds of a processor that this process has used so far.
pub fn own() -> f64 {
    let mut used = no_usage();
    // SAFETY: the pointer is to a value of ours.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut used) };
    time(used.ru_utime) + time(used.ru_stime)
}

/// Seconds of a processor that another process has used so far, to the second.
pub fn of(pid: u32) -> f64 {
    let shown = Command::new("ps")
        .args(["-o", "time=", "-p", &pid.to_string()])
        .output()
        .expect("ps runs");
    let shown = String::from_utf8_lossy(&shown.stdout);
    let parts = shown.trim().split([':', '-']).rev().zip([1.0, 60.0, 3600.0, 86400.0]);
    parts
        .map(|(part, seconds)| part.parse::<f64>().expect("a number") * seconds)
        .sum()
}

/// The load of this computer in the last minute, where it says so.
pub fn load() -> String {
    let mut averages = [0.0];
    // SAFETY: the pointer is to one value of ours.
    match unsafe { libc::getloadavg(averages.as_mut_ptr(), 1) } {
        1 => format!("{:.1}", averages[0]),
        _ => "unknown".to_owned(),
    }
}

fn time(of: libc::timeval) -> f64 {
    of.tv_sec as f64 + of.tv_usec as f64 / 1e6
}

fn no_usage() -> libc::rusage {
    // SAFETY: it is made of numbers only.
    unsafe { std::mem::zeroed() }
}

/// A number from the environment.
pub fn size(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |n| n.parse().expect("a number"))
}
