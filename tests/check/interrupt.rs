//! Ctrl-C: what is known is printed, and no item of the probe is left behind.

use crate::common;

use std::path::PathBuf;
use std::process::{Child, Stdio};

use common::cloud::{Cloud, check_at, shared};
use common::course::{fault, solution, solution_with_code};
use common::relay::Relay;
use common::{eventually, kill};
use edemlab::report::{Report, Status};

const PUT_RECORD: &str = "Kinesis_20131202.PutRecord";
const LOOK: &str = "DynamoDB_20120810.GetItem";
const DELETE_ITEM: &str = "DynamoDB_20120810.DeleteItem";

fn cloud() -> &'static Cloud {
    shared("datastream")
}

/// A check under way.
struct Checking(Child);

impl Checking {
    fn new(relay: &Relay, account: &str, args: &[&str]) -> Self {
        let keys = cloud().student(account);
        let mut command = check_at(&relay.endpoint(), &keys, args);
        Self(
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it starts"),
        )
    }

    fn interrupt(&self) {
        kill("INT", self.0.id());
    }

    /// Exit code and what it printed to standard output.
    fn end(self) -> (Option<i32>, String) {
        let (code, printed, _) = self.end_with_errors();
        (code, printed)
    }

    /// The same, with what it printed to standard error.
    fn end_with_errors(self) -> (Option<i32>, String, String) {
        let output = self.0.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }
}

/// The event has been sent, and looked for in vain more than once.
fn it_waits(relay: &Relay) {
    relay.wait_for(PUT_RECORD);
    relay.wait_for_times(LOOK, relay.count(LOOK) + 3);
}

/// A function that stores nothing until it is told to go on: how busy the machine is decides nothing.
struct Gate {
    folder: tempfile::TempDir,
}

impl Gate {
    fn closed() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// An account with the solution, whose function waits at this gate.
    fn deployed(&self, account: &str) -> Deployed {
        let wait = format!(
            "    failed = []\n    while not __import__('os').path.exists({:?}): __import__('time').sleep(0.05)",
            self.file().display().to_string()
        );
        deployed(account, &solution_with_code("    failed = []", &wait))
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("go-on")
    }

    fn open(&self) {
        std::fs::write(self.file(), "").unwrap();
    }

    fn close(&self) {
        std::fs::remove_file(self.file()).unwrap();
    }
}

struct Deployed {
    account: &'static str,
    table: String,
    function: String,
}

fn deployed(account: &str, template: &serde_json::Value) -> Deployed {
    let outputs = cloud().deploy(account, template);
    Deployed {
        account: account.to_owned().leak(),
        table: outputs["TableName"].clone(),
        function: outputs["FunctionName"].clone(),
    }
}

impl Deployed {
    /// Once the function has dealt with every event that was sent, there is nothing in the table.
    fn nothing_is_left(&self, sent: usize) {
        eventually("the function has had every event", || {
            let log = cloud().log(self.account, &self.function);
            log.iter().filter(|line| line.contains("OK userId=edemlab-")).count() >= sent
        });
        // The process has ended by now: nobody takes anything away any more.
        let items = cloud().items(self.account, &self.table);
        assert!(items.is_empty(), "left behind: {items:?}");
    }

    /// A first event has arrived: from now on the trigger misses none.
    fn is_warm(&self) -> usize {
        let first = cloud().report(self.account, &["final"]);
        assert_eq!(first.code, 0, "{}", first.json);
        cloud()
            .log(self.account, &self.function)
            .iter()
            .filter(|line| line.contains("OK userId=edemlab-"))
            .count()
    }
}

#[test]
fn while_it_waits_what_arrives_later_is_still_taken_away() {
    let gate = Gate::closed();
    let slow = gate.deployed("330000000001");
    gate.open();
    let before = slow.is_warm();
    gate.close();
    let relay = Relay::to(cloud().endpoint());
    let checking = Checking::new(&relay, slow.account, &[]);
    it_waits(&relay);
    let removed = relay.count(DELETE_ITEM);
    checking.interrupt();
    // It looks for the item to take away, and only now does one come.
    relay.wait_for_times(DELETE_ITEM, removed + 1);
    gate.open();
    let (code, printed, errors) = checking.end_with_errors();
    assert_eq!(code, Some(3), "{printed}");
    // It says why it goes on.
    let said = format!(
        "waiting to remove its item in table {}, which may still come",
        slow.table
    );
    assert!(errors.contains(&said) && errors.contains("Ctrl-C again"), "{errors}");
    for known in ["✓ setup", "✓ s3", "✓ lambda", "? final"] {
        assert!(printed.contains(known), "no {known:?} in:\n{printed}");
    }
    slow.nothing_is_left(before + relay.count(PUT_RECORD));
}

#[test]
fn right_after_sending_nothing_is_left_either() {
    let it = deployed("330000000002", &solution());
    let before = it.is_warm();
    let relay = Relay::to(cloud().endpoint());
    let checking = Checking::new(&relay, it.account, &["--format", "json"]);
    relay.wait_for(PUT_RECORD);
    checking.interrupt();
    let (code, printed) = checking.end();
    let report: Report = serde_json::from_str(&printed).expect("a whole report");
    // It may have arrived before the signal did; another check may still have been waiting for its answer then.
    let open = report.checks().filter(|(_, c)| c.status != Status::Pass);
    let open: Vec<_> = open.map(|(_, c)| (c.id.as_str(), c.status)).collect();
    let unknown = open.iter().all(|(_, status)| *status == Status::Unknown);
    let expected = if open.is_empty() { 0 } else { 3 };
    assert!(unknown && code == Some(expected), "{code:?} {open:?} {printed}");
    assert!(relay.count(DELETE_ITEM) > 0);
    it.nothing_is_left(before + relay.count(PUT_RECORD));
}

#[test]
fn what_cannot_come_is_not_waited_for() {
    for (account, id, says) in [
        ("330000000011", "trigger-off", "is disabled"),
        ("330000000012", "no-trigger", "no trigger"),
    ] {
        for template in fault(id) {
            cloud().deploy(account, &template);
        }
        let relay = Relay::to(cloud().endpoint());
        let checking = Checking::new(&relay, account, &["--all"]);
        relay.wait_for(PUT_RECORD);
        checking.interrupt();
        let (code, printed, errors) = checking.end_with_errors();
        // It is looked for about once a second for as long as it may still come.
        let looks = relay.count(DELETE_ITEM);
        assert!(looks < 4, "{looks}: {printed}{errors}");
        assert_eq!(code, Some(1), "{printed}");
        let event = printed.split("✗ final.invoked").nth(1).expect(id);
        assert!(event.contains(says), "{printed}");
        assert!(!printed.contains("could not be removed"), "{printed}");
    }
}

#[test]
fn a_function_that_takes_its_time_leaves_nothing_either() {
    // As long as the function's own timeout of 30 s allows, it may be at work on the probe's event.
    let gate = Gate::closed();
    let slow = gate.deployed("330000000003");
    gate.open();
    let before = slow.is_warm();
    gate.close();
    let relay = Relay::to(cloud().endpoint());
    let checking = Checking::new(&relay, slow.account, &["final"]);
    it_waits(&relay);
    let removed = relay.count(DELETE_ITEM);
    checking.interrupt();
    // It has looked for the item in vain again and again, slower each time: some seconds.
    relay.wait_for_times(DELETE_ITEM, removed + 8);
    gate.open();
    let (code, printed) = checking.end();
    assert_eq!(code, Some(3), "{printed}");
    // Waiting that long for it would be no Ctrl-C: then the student is told which item may still come.
    if !printed.contains("edemlab-") {
        slow.nothing_is_left(before + relay.count(PUT_RECORD));
    }
}

#[test]
fn asked_twice_it_ends_at_once_and_says_what_it_may_leave() {
    let gate = Gate::closed();
    let slow = gate.deployed("330000000004");
    let relay = Relay::to(cloud().endpoint());
    let checking = Checking::new(&relay, slow.account, &["final"]);
    it_waits(&relay);
    let removed = relay.count(DELETE_ITEM);
    checking.interrupt();
    relay.wait_for_times(DELETE_ITEM, removed + 1);
    checking.interrupt();
    let (code, printed) = checking.end();
    gate.open();
    assert_eq!(code, Some(3), "{printed}");
    let flat = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    // Otherwise it had waited until the item cannot come any more, and says that.
    assert!(flat.contains("stopped before it was done"), "{printed}");
    assert!(
        flat.contains("could not be removed") && flat.contains("edemlab-") && flat.contains(&slow.table),
        "{printed}"
    );
}

#[test]
fn before_anything_is_sent_it_ends_soon_and_sends_nothing() {
    let relay = Relay::to_nowhere();
    let checking = Checking::new(&relay, "330000000005", &[]);
    relay.wait_for("GetCallerIdentity");
    checking.interrupt();
    let (code, printed, errors) = checking.end_with_errors();
    // Not even whose account it is was known: there is nothing to report. Otherwise it had waited for an answer, and says
    // that none came.
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{errors}");
    assert!(errors.contains("stopped before AWS answered"), "{errors}");
    assert_eq!(relay.count(PUT_RECORD), 0);
}
