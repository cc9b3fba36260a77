//! An order that a check sends leaves nothing behind: no execution that runs, no item, nothing that was not there; when
//! all is well, when the lab is faulty, and after Ctrl-C at any moment.

use crate::common;

use std::io::Read;
use std::process::{Child, Stdio};

use common::cloud::{alone, checked};
use common::orders::{Orders, fault, nothing_stays, of, recode, solution};
use common::relay::Relay;
use common::running::Running;
use common::{eventually, kill};
use edemlab::report::Status;
use serde_json::Value;

/// A check of an account with these templates fails these checks, and leaves nothing.
fn leaves_nothing(account: &'static str, templates: &[Value], fails: &[&str]) {
    let it = Orders::with(account, templates);
    let before = it.traces();
    let seen = it.check(&[]);
    nothing_stays(&before, &it.traces());
    assert_eq!(seen.with(Status::Fail), fails, "{}", seen.json);
    assert!(seen.report.leftovers.is_empty(), "{:?}", seen.report.leftovers);
}

/// These wait for most of their time: all at once.
fn at_once(cases: Vec<Box<dyn FnOnce() + Send>>) {
    std::thread::scope(|scope| {
        let running: Vec<_> = cases.into_iter().map(|case| scope.spawn(case)).collect();
        let failed = running
            .into_iter()
            .map(|case| case.join())
            .filter(Result::is_err)
            .count();
        assert_eq!(failed, 0, "see above");
    });
}

#[test]
fn when_all_is_well() {
    leaves_nothing("430000000001", &[solution()], &[]);
}

#[test]
fn when_the_lab_is_faulty() {
    let cases: [(&str, &str, &[&str]); 6] = [
        ("430000000002", "handler-does-not-approve", &["final.approved"]),
        ("430000000003", "no-approval-handler", &["lambda.approval-handler"]),
        (
            "430000000004",
            "machine-role-for-first-function",
            &["stepfunctions.role", "final.notified"],
        ),
        ("430000000005", "function-raises", &["final.waiting"]),
        (
            "430000000006",
            "topic-variable-missing",
            &["lambda.topic-variable", "final.notified"],
        ),
        ("430000000007", "handler-does-not-reject", &["final.rejected"]),
    ];
    let cases = cases.into_iter();
    at_once(
        cases
            .map(|(account, id, fails)| -> Box<dyn FnOnce() + Send> {
                Box::new(move || leaves_nothing(account, &fault(id), fails))
            })
            .collect(),
    );
}

#[test]
fn when_the_order_is_stored_and_then_the_message_fails() {
    let mut template = solution();
    let last = "return {\"statusCode\": 200, \"body\": f\"Order {order_id} is on its way\"";
    recode(
        &mut template,
        "ToSNS",
        last,
        &format!("raise RuntimeError(\"too late\")\n    {last}"),
    );
    leaves_nothing("430000000008", &[template], &["final.notified"]);
}

#[test]
fn when_the_order_is_stored_under_another_key() {
    // As a text, in a table whose key is a text.
    let mut template = solution();
    recode(
        &mut template,
        "ToSNS",
        "{\"N\": str(order_id)}",
        "{\"S\": str(order_id)}",
    );
    of(&mut template, "Table")["AttributeDefinitions"][0]["AttributeType"] = "S".into();
    leaves_nothing("430000000009", &[template], &[]);
    let mut template = solution();
    recode(
        &mut template,
        "ToSNS",
        "{\"N\": str(order_id)}",
        "{\"N\": str(order_id * 10)}",
    );
    leaves_nothing("430000000010", &[template], &[]);
}

/// A check under way, behind a relay that sees its calls.
struct Checking {
    relay: Relay,
    child: Child,
}

impl Checking {
    fn new(it: Orders) -> Self {
        let relay = Relay::to(it.cloud.endpoint());
        let mut command = it.command_at(&relay.endpoint(), &it.student(), &["--format", "json"]);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        Self { relay, child }
    }

    /// Ctrl-C; gives the report as JSON.
    fn interrupt(&mut self) -> (Option<i32>, String) {
        kill("INT", self.child.id());
        let mut printed = String::new();
        self.child
            .stdout
            .take()
            .expect("piped")
            .read_to_string(&mut printed)
            .unwrap();
        (self.child.wait().unwrap().code(), printed)
    }
}

/// What is checked is stopped when `moment` has come: then nothing is left either, also a little later.
fn interrupted(account: &'static str, template: Value, moment: impl Fn(&Checking)) {
    let it = Orders::with(account, &[template]);
    let before = it.traces();
    let mut checking = Checking::new(it);
    moment(&checking);
    let (code, printed) = checking.interrupt();
    let after = it.traces();
    nothing_stays(&before, &after);
    assert!(matches!(code, Some(0 | 3)), "{code:?}: {printed}");
    assert!(
        printed.contains("\"schema\": \"edemlab/report/1\""),
        "a whole report: {printed}"
    );
    // Orders that were under way when it ended have had their time.
    let sent = it.executions().len();
    eventually("every execution has ended", || it.traces().running.is_empty());
    assert!(sent <= 2, "{sent} executions");
    nothing_stays(&before, &it.traces());
}

#[test]
fn after_ctrl_c_at_any_moment() {
    let right_after_sending = || {
        interrupted("430000000021", solution(), |checking| {
            checking.relay.wait_for("POST /dev/orders")
        });
    };
    let while_it_waits_for_the_token = || {
        interrupted(
            "430000000022",
            fault("handler-does-not-approve").remove(0),
            |checking| {
                checking.relay.wait_for("/invocations");
                let looks = checking.relay.count("GetExecutionHistory");
                checking.relay.wait_for_times("GetExecutionHistory", looks + 3);
            },
        );
    };
    let while_the_function_that_asks_is_running = || {
        let mut template = solution();
        let first = "    task_token = event[\"taskToken\"]\n    order = ";
        recode(
            &mut template,
            "HumanApproval",
            first,
            &format!("    __import__('time').sleep(4)\n{first}"),
        );
        interrupted("430000000023", template, |checking| {
            checking.relay.wait_for("GetExecutionHistory")
        });
    };
    let while_the_function_that_notifies_is_running = || {
        let mut template = solution();
        let first = "    customer = event[\"customer\"]\n    order_id = event[\"orderId\"]\n\n    # An error";
        recode(
            &mut template,
            "ToSNS",
            first,
            &format!("    __import__('time').sleep(4)\n{first}"),
        );
        // The second is the rejection: the first order is approved by then.
        interrupted("430000000024", template, |checking| {
            checking.relay.wait_for_times("/invocations", 2)
        });
    };
    at_once(vec![
        Box::new(right_after_sending),
        Box::new(while_it_waits_for_the_token),
        Box::new(while_the_function_that_asks_is_running),
        Box::new(while_the_function_that_notifies_is_running),
    ]);
}

/// After Ctrl-C at this moment it ends soon, since nothing can come any more; gives the report as JSON.
fn ends_soon(account: &'static str, templates: &[Value], moment: impl Fn(&Relay)) -> String {
    let it = Orders::with(account, templates);
    let before = it.traces();
    let mut checking = Checking::new(it);
    moment(&checking.relay);
    let (_, printed) = checking.interrupt();
    few_looks(&checking.relay);
    assert!(!printed.contains("could not be removed"), "{printed}");
    nothing_stays(&before, &it.traces());
    printed
}

/// An item is looked for about once a second for as long as one may still come.
fn few_looks(relay: &Relay) {
    let looks = relay.count("DynamoDB_20120810.DeleteItem");
    assert!(looks < 6, "{looks}");
}

#[test]
fn after_ctrl_c_it_ends_soon_when_nothing_can_come_any_more() {
    let the_handler_was_called = || {
        ends_soon("430000000025", &fault("handler-does-not-approve"), |relay| {
            relay.wait_for("/invocations");
        });
    };
    let the_executions_have_ended = || {
        let mut template = fault("function-raises").remove(0);
        // What the log shows is waited for all the same.
        let resources = template["Resources"].as_object_mut().unwrap();
        resources.remove("LogPolicy");
        resources["LogRule"].as_object_mut().unwrap().remove("DependsOn");
        let printed = ends_soon("430000000028", &[template], |relay| {
            relay.wait_for_times("GetExecutionHistory", 2);
        });
        // What it had seen by then is said.
        assert!(printed.contains("the execution failed in"), "{printed}");
    };
    at_once(vec![
        Box::new(the_handler_was_called),
        Box::new(the_executions_have_ended),
    ]);
    // The first event is refused: that answer is waited for.
    let printed = ends_soon("430000000029", &fault("api-role-without-policy"), |relay| {
        relay.wait_for("POST /dev/orders");
    });
    assert!(printed.contains("is not authorized to perform"), "{printed}");
}

#[test]
fn who_stops_does_not_wait_for_a_function_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let ended = folder.path().join("ended");
    let mut template = solution();
    of(&mut template, "ApprovalHandler")["Timeout"] = 120.into();
    let first = "    task_token = event[\"taskToken\"]\n    approved = ";
    let slow = format!("    __import__('time').sleep(90)\n    open({ended:?}, 'w')\n{first}");
    recode(&mut template, "ApprovalHandler", first, &slow);
    let mut checking = Checking::new(Orders::with("430000000031", &[template]));
    checking.relay.wait_for("/invocations");
    checking.interrupt();
    assert!(!ended.exists(), "it ended only after the function had");
}

#[test]
fn a_watch_that_is_ended_waits_for_nothing_that_cannot_come() {
    let it = Orders::with("430000000030", &fault("handler-does-not-approve"));
    let before = it.traces();
    let relay = Relay::to(it.cloud.endpoint());
    let keys = it.student();
    let mut command = alone(&["watch", "eventdriven", "--every", "5s"]);
    command
        .env("AWS_ENDPOINT_URL", relay.endpoint())
        .env("AWS_REGION", it.region)
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    let watch = Running::new(command);
    relay.wait_for("/invocations");
    watch.interrupt();
    let (code, said) = watch.end();
    assert_eq!(code, Some(0), "{said}");
    few_looks(&relay);
    nothing_stays(&before, &it.traces());
}

#[test]
fn somebody_who_may_not_stop_an_execution_is_told_which_is_left() {
    use serde_json::json;
    let it = Orders::with("430000000026", &fault("no-approval-handler"));
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "states:StopExecution", "Resource": "*"},
    ]});
    let keys = it.cloud.user(it.account, "no-stop", &policy);
    let seen = checked(it.command_at(it.cloud.endpoint(), &keys, &["--format", "json"]));
    let notes = seen.report.leftovers.join("\n");
    assert!(
        notes.contains("states:StopExecution") && notes.contains("edemlab-"),
        "{notes}"
    );
    assert_eq!(it.traces().running.len(), 2);
}

#[test]
fn what_is_left_is_said_also_where_it_cannot_be_looked_for() {
    use serde_json::json;
    let it = Orders::with("430000000027", &[common::orders::solution()]);
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": ["states:ListStateMachines", "dynamodb:ListTables"], "Resource": "*"},
    ]});
    let keys = it.cloud.user(it.account, "no-lists", &policy);
    let seen = checked(it.command_at(it.cloud.endpoint(), &keys, &["--format", "json"]));
    let left = seen.report.leftovers.join("\n");
    assert_eq!(it.traces().running.len(), 2, "{left}");
    for part in [
        "states.executions: states:ListStateMachines is denied",
        "dynamodb.item: dynamodb:ListTables is denied",
        "edemlab-",
    ] {
        assert!(left.contains(part), "no {part:?} in {left}");
    }
}
