//! How long a check takes when AWS is far away: `cargo bench --profile dev --bench latency`. EDEMLAB_BENCH_BINARY
//! names another binary than the one of that profile, such as target/release/edemlab.
//!
//! A proxy on 127.0.0.1 stands between the binary and a sandbox of its own and adds a round trip's time to every
//! connection that is opened and to every request that is answered. What waited for what is printed by name: see
//! `tests/common/paced.rs`, in whose time this machine takes none.

#[path = "../../tests/common/mod.rs"]
mod common;
mod proxy;
#[path = "../started/mod.rs"]
mod started;

use common::paced::{Hosts, paced};
use edemlab::account::Account;
use edemlab::course::{CourseFiles, Lab, Part, load};
use edemlab::sandbox::{self, AccountNumber};
use proxy::proxy;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::Command;

const ROUND_TRIP: Duration = Duration::from_millis(50);
const RUNS: usize = 15;
const REGION: &str = "eu-central-1";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (paths, sandbox) = started::sandbox().await;
    let account: AccountNumber = "000000000001".parse().expect("twelve digits");
    let course = load(CourseFiles::embedded(), &edemlab::judge::vocabulary(), Part::Solution).expect("a good course");
    for lab in course.labs.values() {
        let solution = lab.solution.as_ref().expect("a solution");
        sandbox
            .deploy(&account, REGION, &format!("edemlab-{}", lab.id), solution)
            .await
            .expect("a deployment");
    }
    sandbox
        .confirm(&account, Some(REGION))
        .await
        .expect("the click on the mails of a subscription");
    let keys = sandbox.student(&account).await.expect("a student");
    let far = proxy(sandbox.port).await;
    let binary = std::env::var_os("EDEMLAB_BENCH_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_edemlab").into());
    let run = |endpoint: &str, args: &[&str]| {
        let mut command = Command::new(&binary);
        command.args(args).stderr(Stdio::inherit());
        command
            .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", keys.secret_access_key())
            .env("AWS_REGION", REGION)
            .env("AWS_ENDPOINT_URL", endpoint)
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("AWS_PROFILE");
        command
    };
    let near = sandbox.endpoint.as_str();
    report("edemlab --version", Some(0.010), || run(near, &["--version"])).await;
    let account = Account::loopback(near, REGION, &keys.access_key_id, keys.secret_access_key());
    for lab in course.labs.values() {
        chain(lab, &account).await;
    }
    // Seconds that each lab may take: without its probe far away, and with it near.
    for (lab, far_bound, whole_bound) in [("datastream", 0.3, 4.0), ("eventdriven", 0.3, 6.0)] {
        let check = ["check", lab, "--no-probe"];
        report(&format!("check {lab} --no-probe, near"), None, || run(near, &check)).await;
        report(
            &format!("check {lab} --no-probe, 50 ms a round trip"),
            Some(far_bound),
            || run(&far, &check),
        )
        .await;
        report(&format!("check {lab} with its probe, near"), Some(whole_bound), || {
            run(near, &check[..2])
        })
        .await;
    }
    sandbox::remove(&paths).await.expect("the end of the sandbox");
}

/// Prints which calls of a lab's configuration wait for which.
async fn chain(lab: &Lab, account: &Account) {
    for (hosts, on) in [
        (Hosts::One, "one host"),
        (Hosts::EachService, "a host for each service"),
    ] {
        let (judged, pace) = paced(lab, &account.with_fresh_cache(), hosts).await;
        judged.expect("a report");
        let (calls, connections) = (pace.calls.len(), pace.connections);
        println!(
            "{} on {on}: {} round trips, {calls} calls, {connections} connections",
            lab.id, pace.round_trips
        );
        println!("    {}", pace.chain.join(", "));
    }
}

/// Runs a command some times after a warm-up, and prints the median and the extremes.
async fn report(what: &str, bound: Option<f64>, command: impl Fn() -> Command) {
    let run = async || {
        let clock = Instant::now();
        let done = command().output().await.expect("the binary runs");
        let seconds = clock.elapsed().as_secs_f64();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{what}: {}\n{said}", done.status);
        seconds
    };
    run().await;
    let mut seconds = Vec::new();
    for _ in 0..RUNS {
        seconds.push(run().await);
    }
    seconds.sort_by(f64::total_cmp);
    let (least, median, most) = (seconds[0], seconds[RUNS / 2], seconds[RUNS - 1]);
    let verdict = match bound {
        Some(bound) if median <= bound => format!("within {bound} s"),
        Some(bound) => format!("OVER {bound} s"),
        None => String::new(),
    };
    println!("{what:<52} median {median:.3} s  ({least:.3} to {most:.3})  {verdict}");
}
