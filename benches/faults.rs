//! How long a check takes of an account in which something is wrong: `cargo bench --bench faults`.
//!
//! Every fault of both labs is deployed into an account of a sandbox of its own and checked by the real binary. The table is
//! compared with `benches/faults.txt`; EDEMLAB_UPDATE=1 writes that again, so that a slower fault shows in a diff.
//! EDEMLAB_BENCH_FAULTS names those to try (all), EDEMLAB_BENCH_AT_ONCE says how many are checked at a time (1), and
//! EDEMLAB_BENCH_BINARY names another binary, such as target/release/edemlab.

mod started;

use edemlab::course::{CheckAs, CourseFiles, Fault, Lab, Part, load};
use edemlab::report::{Report, Status};
use edemlab::sandbox::{self, AccountNumber, Sandbox};
use futures::{StreamExt, stream};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::process::Command;

const REGION: &str = "eu-central-1";

/// Seconds that half of all faults, all but a twentieth, and each of them may take.
const MEDIAN: f64 = 3.0;
const MOST: f64 = 10.0;
const WORST: f64 = 25.0;

/// One fault, checked.
struct Taken {
    name: String,
    seconds: f64,
    /// The hop that was waited for, and why it ended.
    last: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (paths, sandbox) = started::sandbox().await;
    let course = load(CourseFiles::embedded(), &edemlab::judge::vocabulary(), Part::Everything).expect("a good course");
    let asked = std::env::var("EDEMLAB_BENCH_FAULTS").unwrap_or_default();
    let is_asked = |fault: &Fault| asked.is_empty() || asked.split(',').any(|id| id == fault.deviation.id);
    let faults = course
        .labs
        .values()
        .flat_map(|lab| lab.faults.iter().map(move |fault| (lab, fault)));
    let faults: Vec<_> = faults.filter(|(_, fault)| is_asked(fault)).collect();
    let at_once = std::env::var("EDEMLAB_BENCH_AT_ONCE").map_or(1, |n| n.parse().expect("a number"));
    let sandbox = &sandbox;
    let tries = faults
        .into_iter()
        .enumerate()
        .map(|(n, (lab, fault))| taken(sandbox, n, lab, fault));
    let all: Vec<Taken> = stream::iter(tries).buffered(at_once).collect().await;
    sandbox::remove(&paths).await.expect("the end of the sandbox");
    say(&all);
    if asked.is_empty() {
        compare(&all);
    }
}

/// Deploys a fault into the `n`th account and checks it.
async fn taken(sandbox: &Sandbox, n: usize, lab: &Lab, fault: &Fault) -> Taken {
    let deviation = &fault.deviation;
    let name = format!("{}/{}", lab.id, deviation.id);
    let account: AccountNumber = format!("{:012}", 500_000 + n).parse().expect("twelve digits");
    let solution = lab.solution.as_ref().expect("a solution");
    let region = deviation.region.as_deref().unwrap_or(REGION);
    let templates = deviation.templates(solution).expect("a fault that fits");
    let stack = format!("edemlab-{}", lab.id);
    for template in &templates {
        sandbox.deploy(&account, region, &stack, template).await.expect(&name);
    }
    if templates
        .last()
        .is_some_and(|last| last["Metadata"]["edemlab"]["confirm"] == true)
    {
        sandbox.confirm(&account, Some(region)).await.expect(&name);
    }
    if let Some((there, template)) = deviation.elsewhere(solution).expect("a fault that fits") {
        let stack = format!("{stack}-elsewhere");
        sandbox.deploy(&account, there, &stack, &template).await.expect(&name);
    }
    let keys = match deviation.check_as {
        CheckAs::Student => sandbox.student(&account).await.expect(&name),
        CheckAs::Root => sandbox.root(&account),
    };
    let binary = std::env::var_os("EDEMLAB_BENCH_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_edemlab").into());
    let mut check = Command::new(binary);
    check.args(["check", &lab.id, "--format", "json"]);
    check.envs(sandbox.variables(&keys, REGION)).env_remove("AWS_PROFILE");
    let clock = Instant::now();
    let done = check.output().await.expect("the binary runs");
    let seconds = clock.elapsed().as_secs_f64();
    let report: Report = serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|e| panic!("{name}: {e}\n{}", String::from_utf8_lossy(&done.stderr)));
    let failed = |id: &String| report.checks().any(|(_, c)| &c.id == id && c.status == Status::Fail);
    assert!(fault.fails.iter().all(failed), "{name} is not judged as it should be");
    let hops = report
        .checks()
        .filter(|(_, check)| check.status == Status::Fail && fault.fails.contains(&check.id));
    let last = hops
        .last()
        .and_then(|(_, check)| check.found.as_ref().map(|found| format!("{}: {found}", check.id)));
    println!("{seconds:6.1} s  {name}");
    Taken {
        name,
        seconds,
        last: last.unwrap_or_default(),
    }
}

/// The figures that have a bound, and the slowest by name.
fn say(all: &[Taken]) {
    let mut sorted: Vec<&Taken> = all.iter().collect();
    sorted.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize].seconds;
    for (what, seconds, bound) in [
        ("median", at(0.5), MEDIAN),
        ("95 of 100", at(0.95), MOST),
        ("worst", at(1.0), WORST),
    ] {
        let verdict = if seconds <= bound { "within" } else { "OVER" };
        println!("{what:<10} {seconds:5.1} s  {verdict} {bound:.0} s");
    }
    for slow in sorted.iter().rev().take_while(|one| one.seconds > MOST) {
        println!("{:6.1} s  {}  {}", slow.seconds, slow.name, slow.last);
    }
}

/// What differs from the table that is kept by more than a second, which the machine alone may do.
fn compare(all: &[Taken]) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/faults.txt");
    if std::env::var_os("EDEMLAB_UPDATE").is_some() {
        let lines = all
            .iter()
            .map(|one| format!("{:>3} s  {}\n", one.seconds.ceil(), one.name));
        std::fs::write(&file, lines.collect::<String>()).expect("the table is written");
        return;
    }
    let kept = kept(&file);
    for one in all {
        match kept.get(&one.name) {
            Some(before) if (one.seconds.ceil() - before).abs() > 1.0 => {
                println!("differs: {} took {:.1} s, and {before} s before", one.name, one.seconds);
            }
            Some(_) => {}
            None => println!("new: {} took {:.1} s", one.name, one.seconds),
        }
    }
}

fn kept(file: &Path) -> BTreeMap<String, f64> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = |line: &str| {
        let (seconds, name) = line.trim().split_once(" s  ")?;
        Some((name.to_owned(), seconds.trim().parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}
