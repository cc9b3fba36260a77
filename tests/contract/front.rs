//! The proxy in front of the sandbox, and checks through it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::common::cloud::{Checked, Cloud, REGION, check_lab_at, checked, shared};
use crate::common::course::{fault_of, solution_of};
use edemlab::account::Keys;
use edemlab::report::Status;
use serde::Deserialize;
use serde_json::{Value, json};

/// Both labs.
pub const LABS: [&str; 2] = ["datastream", "eventdriven"];

/// The sandbox of all these tests, each in accounts of its own.
pub fn cloud() -> &'static Cloud {
    shared("contract")
}

/// Whether the long forms are to be run.
pub fn all() -> bool {
    std::env::var_os("EDEMLAB_CONTRACT").is_some_and(|form| form == "all")
}

/// The one process of the proxy. It ends with this one, however that ends: it reads from it.
struct Process {
    /// Kept, and not waited for: it outlives no one who writes to it.
    _child: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start() -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract/proxy/serve.py");
        // The sandbox's own Python, which has botocore at the pinned version. -B leaves nothing beside the programs, -E and -s
        // see nothing of the user's.
        let mut command = Command::new(cloud().own().interpreter());
        command.args(["-B", "-E", "-s", "-u"]).arg(program);
        for (name, _) in std::env::vars_os() {
            let upper = name.to_string_lossy().to_uppercase();
            if upper.starts_with("AWS_") || upper.ends_with("_PROXY") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .env("AWS_CONFIG_FILE", "no-such-file")
            .env("AWS_SHARED_CREDENTIALS_FILE", "no-such-file")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sandbox's Python runs");
        Self {
            orders: child.stdin.take().expect("piped"),
            answers: BufReader::new(child.stdout.take().expect("piped")).lines(),
            _child: child,
        }
    }
}

/// What the proxy answers to an order.
pub fn order(order: &Value) -> Value {
    static PROCESS: OnceLock<Mutex<Process>> = OnceLock::new();
    let process = PROCESS.get_or_init(|| Mutex::new(Process::start()));
    let mut process = process.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(process.orders, "{order}").expect("the proxy reads");
    let answer = process.answers.next().expect("the proxy answers").unwrap();
    serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

/// One listener of the proxy, with rules and a record of its own.
pub struct Front {
    number: u64,
    endpoint: String,
}

/// A request that came by.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Service and operation, as in `kinesis.PutRecord`; nothing of one that is not signed.
    pub operation: Option<String>,
    /// The region that it is signed for.
    pub region: Option<String>,
    /// What AWS's model has against it.
    pub problems: Vec<String>,
    /// The status that it was answered with.
    pub status: u16,
    /// When it came, in seconds since some moment.
    pub at: f64,
    /// Method, host and path of one that is not signed.
    pub web: Option<String>,
}

impl Front {
    /// In front of the sandbox, with these rules: see `proxy/serve.py`.
    pub fn new(rules: &Value) -> Self {
        let opened = order(&json!({"open": cloud().endpoint(), "rules": rules}));
        Self {
            number: opened["proxy"].as_u64().expect("a number"),
            endpoint: opened["endpoint"].as_str().expect("an endpoint").to_owned(),
        }
    }

    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// `edemlab check` of a lab through it, by the account's student.
    pub fn check(&self, lab: &str, account: &str, args: &[&str]) -> Checked {
        self.check_as(lab, &cloud().student(account), args)
    }

    pub fn check_as(&self, lab: &str, keys: &Keys, args: &[&str]) -> Checked {
        let args = [&["--format", "json"], args].concat();
        checked(check_lab_at(&self.endpoint, lab, keys, &args))
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        let report = order(&json!({"report": self.number}));
        serde_json::from_value(report["requests"].clone()).expect("requests")
    }

    /// How often an operation was asked for.
    pub fn count(&self, operation: &str) -> usize {
        let requests = self.requests().into_iter();
        requests.filter(|r| r.operation.as_deref() == Some(operation)).count()
    }

    /// The operations of which a list came in more than one page.
    pub fn split(&self) -> Vec<String> {
        let report = order(&json!({"report": self.number}));
        serde_json::from_value(report["split"].clone()).expect("operations")
    }

    /// Nothing was asked that AWS's model has not.
    pub fn asked_well(&self, what: &str) {
        for request in self.requests() {
            assert!(request.problems.is_empty(), "{what}: {:#?}", request.problems);
        }
    }
}

impl Drop for Front {
    /// Its address is free for another.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            order(&json!({"close": self.number}));
        }
    }
}

/// Accounts with a lab's solution that checks share: each of them takes away what it sends.
const SHARED: usize = 4;

/// An account with a lab's solution, one of those that are shared.
pub fn solved(lab: &str) -> String {
    static DEPLOYED: [[OnceLock<()>; SHARED]; 2] = [const { [const { OnceLock::new() }; SHARED] }; 2];
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let of = LABS.iter().position(|known| *known == lab).expect("a lab");
    let one = NEXT.fetch_add(1, Ordering::Relaxed) % SHARED;
    let account = format!("90000000{of}{one:03}");
    DEPLOYED[of][one].get_or_init(|| solved_in(lab, &account));
    account
}

/// A lab's solution in an account of one's own.
pub fn solved_in(lab: &str, account: &str) {
    deploy(lab, account, &[solution_of(lab)]);
}

/// An account with a fault of a lab, which those that ask for it share.
pub fn faulty(lab: &str, fault: &str) -> String {
    static DEPLOYED: Mutex<BTreeMap<String, (String, &'static OnceLock<()>)>> = Mutex::new(BTreeMap::new());
    let (account, once) = {
        let mut deployed = DEPLOYED.lock().unwrap_or_else(PoisonError::into_inner);
        let next = format!("91000000{:04}", deployed.len());
        let cell = || (next, &*Box::leak(Box::default()));
        deployed.entry(format!("{lab} {fault}")).or_insert_with(cell).clone()
    };
    once.get_or_init(|| faulty_in(lab, &account, fault));
    account
}

/// A fault of a lab in an account of one's own.
pub fn faulty_in(lab: &str, account: &str, fault: &str) {
    deploy(lab, account, &fault_of(lab, fault));
}

fn deploy(lab: &str, account: &str, templates: &[Value]) {
    for template in templates {
        cloud().deploy_as(account, REGION, &format!("edemlab-{lab}"), template);
    }
    let last = templates.last().expect("a template");
    if last["Metadata"]["edemlab"]["confirm"] == true {
        cloud().confirm(account, REGION);
    }
}

/// What a report comes to: of each check its verdict, and what was found, without what differs from run to run.
pub fn verdicts(checked: &Checked) -> Vec<(String, Status, String)> {
    let bare = |text: &str| {
        let changing = |c: char| c.is_ascii_digit();
        let words = text.split_whitespace();
        let kept: Vec<&str> = words.filter(|word| !word.contains(changing)).collect();
        kept.join(" ")
    };
    let all = checked.report.checks();
    all.map(|(_, c)| (c.id.clone(), c.status, c.found.as_deref().map(bare).unwrap_or_default()))
        .collect()
}

/// Does `job` with each item, some at a time; each result comes with its item, in order.
pub fn each<I: Sync, R: Send>(items: &[I], job: impl Fn(&I) -> R + Sync) -> Vec<R> {
    /// What a check does is mostly to wait.
    const AT_ONCE: usize = 6;
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(at) else { return done };
                done.push((at, job(item)));
            }
        };
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| worker.join());
        results
            .flat_map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
