//! How long a class takes: `cargo bench --bench class`, or one of its parts, `-- many`, `-- throttled`, `-- class` or `-- soak`.
//!
//! `many` grades accounts without probes against a fake of AWS in this process, which costs the grader nothing but its
//! own work. `throttled` does the same where AWS tells some accounts to slow down. `class` grades with probes in a
//! sandbox, all at once and one after another. `soak`, only where it is asked for, does the first of that for ten minutes, and
//! says what the sandbox holds after each run. EDEMLAB_BENCH_ACCOUNTS, EDEMLAB_BENCH_CLASS and EDEMLAB_BENCH_SOAK say how
//! many accounts they have, EDEMLAB_BENCH_AT_ONCE how many `many` grades at once, EDEMLAB_BENCH_ALONE=all that `class` takes
//! no sample, EDEMLAB_BENCH_SOAK_SECONDS how long `soak` begins another run.

#[cfg(unix)]
#[path = "../../tests/common/mod.rs"]
mod common;
#[cfg(unix)]
mod fake;
#[cfg(unix)]
mod many;
#[cfg(unix)]
mod measure;
#[cfg(unix)]
mod soak;
#[cfg(unix)]
mod taught;
#[cfg(unix)]
mod throttled;

#[cfg(unix)]
fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let parts: [(&str, fn()); 4] = [
        ("many", many::run),
        ("throttled", throttled::run),
        ("class", taught::run),
        ("soak", soak::run),
    ];
    for (name, run) in parts {
        if (asked.is_empty() && name != "soak") || asked.iter().any(|a| a == name) {
            run();
        }
    }
}

/// What a process has used is asked of Unix.
#[cfg(not(unix))]
fn main() {
    println!("this benchmark needs Unix");
}
