//! What takes its time, or answers badly once, is not wrong: nothing is said to have failed, and nothing is done twice.

use crate::common;

use common::cloud::{Checked, Cloud, check_at, checked, shared};
use common::course::{Copy, STACK, solution, solution_with_code};
use common::eventually;
use common::orders::{self, Orders, of, recode};
use common::relay::Relay;
use common::relay::answers::Instead;
use edemlab::report::{Report, Status};

fn cloud() -> &'static Cloud {
    shared("datastream")
}

/// An account whose function does this before it stores anything, and its table.
fn taking(account: &str, first: &str) -> String {
    let template = solution_with_code("    failed = []", &format!("    failed = []\n    {first}"));
    cloud().deploy_as(account, common::cloud::REGION, STACK, &template)["TableName"].clone()
}

/// The course, in which the item has this long to arrive.
fn impatient(within: &str) -> Copy {
    let course = Copy::new();
    course.replace(
        "checks/datastream/final.yaml",
        "within: 20s",
        &format!("within: {within}"),
    );
    course
}

#[test]
fn what_comes_late_from_a_function_at_work_has_come() {
    let account = "390000000001";
    let impatient = impatient("25s");
    let course = impatient.folder().display().to_string();
    // Longer than the item has; as long again is waited for what is under way, also on a busy machine.
    let table = taking(account, "__import__('time').sleep(26)");
    let seen = cloud().report(account, &["--course", &course, "final"]);
    assert_eq!(seen.get("final.stored").status, Status::Pass, "{}", seen.json);
    assert_eq!(cloud().items(account, &table), Vec::<String>::new());
}

#[test]
fn a_function_that_does_not_end_leaves_it_open() {
    let account = "390000000002";
    let scratch = tempfile::tempdir().unwrap();
    let told = scratch.path().join("go-on");
    let table = taking(
        account,
        &format!(
            "while not __import__('os').path.exists({:?}): __import__('time').sleep(0.1)",
            told.display().to_string()
        ),
    );
    let impatient = impatient("1s");
    let course = impatient.folder().display().to_string();
    let seen = cloud().report(account, &["--course", &course, "final"]);
    let stored = seen.get("final.stored");
    let found = stored.found.clone().unwrap_or_default();
    assert_eq!((stored.status, seen.code), (Status::Unknown, 3), "{}", seen.json);
    assert!(found.contains("is still running, since"), "{found}");
    // It is named which item may still come, since nobody is there any more to take it away.
    std::fs::write(&told, "").unwrap();
    eventually("the item has come", || !cloud().items(account, &table).is_empty());
    let items = cloud().items(account, &table);
    let id = items[0].split('"').find(|part| part.starts_with("edemlab-")).unwrap();
    let report: Report = serde_json::from_str(&seen.json).unwrap();
    assert!(
        report.leftovers.iter().any(|left| left.contains(id)),
        "{id}: {:?}",
        report.leftovers
    );
}

/// An account with the lab of orders, seen through a relay.
fn orders_through(it: Orders, instead: Vec<Instead>, args: &[&str]) -> (Checked, Relay) {
    let relay = Relay::mistaking(it.cloud.endpoint(), instead);
    let args = [&["--format", "json"], args].concat();
    let seen = checked(it.command_at(&relay.endpoint(), &it.student(), &args));
    (seen, relay)
}

#[test]
fn an_approval_that_takes_its_time_is_not_asked_for_twice() {
    let mut template = orders::solution();
    of(&mut template, "ApprovalHandler")["Timeout"] = 60.into();
    // Longer than the 15 s after which other calls are asked again.
    recode(
        &mut template,
        "ApprovalHandler",
        "    print(f\"Order {order_id} of {customer}: {'approved' if approved else 'rejected'}\")",
        "    __import__('time').sleep(17)",
    );
    let it = Orders::with("390000000011", &[template]);
    let (seen, relay) = orders_through(it, Vec::new(), &["final"]);
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert_eq!(relay.count("/invocations"), 2, "one for each order");
}

#[test]
fn an_approval_whose_answer_is_lost_is_looked_up_and_not_asked_for_again() {
    let it = Orders::with("390000000012", &[orders::solution()]);
    let (seen, relay) = orders_through(it, vec![Instead::lost("/invocations", 1)], &["final"]);
    assert_eq!(seen.get("final.approved").status, Status::Pass, "{}", seen.json);
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert_eq!(relay.count("/invocations"), 2, "one for each order");
}

#[test]
fn an_approval_that_may_never_have_been_asked_for_is_unknown() {
    let it = Orders::with("390000000013", &[orders::solution()]);
    // The first of them never reaches the function.
    let cut = Instead::cut("/invocations", 1);
    let (seen, relay) = orders_through(it, vec![cut], &["final"]);
    assert_eq!(seen.get("final.approved").status, Status::Unknown, "{}", seen.json);
    assert_eq!(seen.with(Status::Fail), Vec::<&str>::new(), "{}", seen.json);
    // The other order sets out beside it, and is no second attempt.
    assert_eq!(relay.count("\"approved\":true"), 1, "it is not asked for again");
    assert_eq!(relay.count("/invocations"), 2, "one for each order");
    assert!(it.traces().running.is_empty(), "{:?}", it.traces());
}

#[test]
fn a_hiccup_of_the_api_is_no_verdict() {
    let it = Orders::with("390000000014", &[orders::solution()]);
    for status in [
        "429 Too Many Requests",
        "503 Service Unavailable",
        "500 Internal Server Error",
    ] {
        let hiccup = Instead::page("POST /dev/orders", 1, status, "<html>busy</html>");
        let (seen, _) = orders_through(it, vec![hiccup], &["final"]);
        assert_eq!(seen.code, 0, "{status}: {}", seen.json);
    }
}

#[test]
fn the_login_page_of_a_network_is_no_answer_of_the_api() {
    let it = Orders::with("390000000015", &[orders::solution()]);
    for (status, page) in [
        ("200 OK", "<html>Sign in to the guest network</html>"),
        ("302 Found\r\nlocation: http://portal.example/login", ""),
        ("511 Network Authentication Required", "<html>Sign in</html>"),
    ] {
        let portal = Instead::page("POST /dev/orders", usize::MAX, status, page);
        let (seen, _) = orders_through(it, vec![portal], &["final"]);
        let accepted = seen.get("final.accepted");
        assert_eq!(accepted.status, Status::Unknown, "{status}: {}", seen.json);
        assert!(
            seen.found("final.accepted").contains("did not come from API Gateway"),
            "{}",
            seen.json
        );
        assert_eq!(seen.with(Status::Fail), Vec::<&str>::new(), "{}", seen.json);
    }
}

#[test]
fn what_is_no_answer_of_awss_is_no_verdict() {
    let account = "390000000003";
    cloud().deploy(account, &solution());
    let keys = cloud().student(account);
    let check = |instead: Instead| {
        let relay = Relay::mistaking(cloud().endpoint(), vec![instead]);
        checked(check_at(&relay.endpoint(), &keys, &["--format", "json"]))
    };
    let check = &check;
    let judged = |what: &'static str| {
        for (page, says) in [
            (Instead::page(what, usize::MAX, "200 OK", ""), "has no body"),
            (
                Instead::page(what, usize::MAX, "200 OK", "<html>Sign in</html>"),
                "did not come from AWS",
            ),
            (
                Instead::page(what, usize::MAX, "302 Found\r\nlocation: http://portal.example/", ""),
                "did not come from AWS",
            ),
            (
                Instead::page(what, usize::MAX, "503 Service Unavailable", ""),
                "status 503",
            ),
        ] {
            let instead = format!("{page:?}");
            let seen = check(page);
            assert_eq!(
                (seen.code, seen.with(Status::Fail)),
                (3, Vec::new()),
                "{instead}: {}",
                seen.json
            );
            assert!(seen.json.contains(says), "{what}: no {says:?} in {}", seen.json);
        }
        // Once is a hiccup.
        let seen = check(Instead::page(what, 1, "200 OK", ""));
        assert_eq!(seen.code, 0, "{what}: {}", seen.json);
    };
    // Each waits for most of its time, until what is asked again has been asked often enough.
    std::thread::scope(|scope| {
        for what in [
            "DynamoDB_20120810.ListTables",
            "Kinesis_20131202.ListStreams",
            "Kinesis_20131202.PutRecord",
            "GET /2015-03-31/functions",
            "Action=ListRoles",
            "AmazonPersonalize.ListDatasetGroups",
        ] {
            scope.spawn(move || judged(what));
        }
    });
}

#[test]
fn an_event_whose_receipt_is_lost_is_taken_away() {
    let account = "390000000004";
    let table = cloud().deploy(account, &solution())["TableName"].clone();
    let relay = Relay::mistaking(
        cloud().endpoint(),
        vec![Instead::lost("Kinesis_20131202.PutRecord", usize::MAX)],
    );
    let seen = checked(check_at(
        &relay.endpoint(),
        &cloud().student(account),
        &["--format", "json", "final"],
    ));
    assert_eq!((seen.code, seen.with(Status::Fail)), (3, Vec::new()), "{}", seen.json);
    assert_eq!(cloud().items(account, &table), Vec::<String>::new());
}

#[test]
fn an_event_that_was_taken_twice_is_taken_away_twice() {
    let judged = |account: &str, all_lost: bool, code: i32| {
        let table = cloud().deploy(account, &solution())["TableName"].clone();
        // The item of the second record is gone when the first one comes.
        let relay = Relay::delaying(
            cloud().endpoint(),
            "Kinesis_20131202.PutRecord",
            "\"Attributes\"",
            all_lost,
        );
        let keys = cloud().student(account);
        let seen = checked(check_at(&relay.endpoint(), &keys, &["--format", "json", "final"]));
        assert_eq!(
            (seen.code, seen.with(Status::Fail)),
            (code, Vec::new()),
            "{}",
            seen.json
        );
        assert_eq!(cloud().items(account, &table), Vec::<String>::new(), "{all_lost}");
        assert!(relay.count("Kinesis_20131202.PutRecord") > 1);
    };
    std::thread::scope(|scope| {
        scope.spawn(|| judged("390000000006", true, 3));
        scope.spawn(|| judged("390000000007", false, 0));
    });
}

#[test]
fn the_service_of_a_student_may_have_a_hiccup_too() {
    let account = "390000000005";
    cloud().deploy(account, &solution());
    let keys = cloud().student(account);
    let check = |instead: Instead| {
        let relay = Relay::mistaking(cloud().endpoint(), vec![instead]);
        checked(check_at(&relay.endpoint(), &keys, &["--format", "json", "apprunner"]))
    };
    let seen = check(Instead::page(
        "GET / HTTP",
        1,
        "503 Service Unavailable",
        "<html>busy</html>",
    ));
    assert_eq!(seen.code, 0, "{}", seen.json);
    let seen = check(Instead::page(
        "GET / HTTP",
        usize::MAX,
        "503 Service Unavailable",
        "<html>busy</html>",
    ));
    assert_eq!(seen.with(Status::Fail), ["apprunner.answers"], "{}", seen.json);
    let away = "302 Found\r\nlocation: https://portal.example/login";
    let seen = check(Instead::page("GET / HTTP", usize::MAX, away, ""));
    assert_eq!(seen.get("apprunner.answers").status, Status::Unknown, "{}", seen.json);
    assert!(
        seen.found("apprunner.answers").contains("portal.example"),
        "{}",
        seen.json
    );
}
