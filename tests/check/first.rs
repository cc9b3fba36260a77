//! What a report says first: one failure in full, and only what can be done now. Not started, waiting and failed are three
//! things.

use crate::common;

use common::cloud::{Cloud, Printed, alone, run, shared, wait};
use common::course::{fault, solution};
use common::orders::{self, Orders};
use edemlab::account::services::KINESIS;
use edemlab::report::view::Fixes;
use edemlab::report::{Status, terminal};
use serde_json::json;

fn cloud() -> &'static Cloud {
    shared("datastream")
}

fn deployed(account: &str, id: &str) -> &'static Cloud {
    for template in fault(id) {
        cloud().deploy(account, &template);
    }
    cloud()
}

fn print(account: &str, args: &[&str], width: &str) -> Printed {
    let mut command = cloud().check(&cloud().student(account), args);
    command.env("COLUMNS", width);
    run(command)
}

/// The line of a step in the table of steps.
fn step<'t>(text: &'t str, id: &str) -> &'t str {
    let is_it = |line: &&str| line.split_whitespace().nth(1) == Some(id);
    let line = text.lines().find(is_it);
    line.unwrap_or_else(|| panic!("no line of {id}:\n{text}"))
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_rule_is_not_asked_for_before_the_machine_that_it_starts() {
    let orders = Orders::with("290000000001", &orders::fault("no-machine"));
    let printed = orders.print(&["--no-probe"]);
    let text = &printed.stdout;
    assert!(text.contains("Start with stepfunctions.machine"), "{text}");
    assert!(!text.contains("eventbridge.order-rule  "), "{text}");
    assert!(step(text, "eventbridge").starts_with(" · "), "{text}");
    assert!(flat(text).contains("the rest needs stepfunctions.machine"), "{text}");
    assert!(step(text, "stepfunctions").starts_with(" – "), "{text}");
    // Its verdict and its points are what they are.
    let seen = orders.check(&["--no-probe"]);
    let rule = seen.get("eventbridge.order-rule");
    assert_eq!((rule.status, rule.points), (Status::Fail, 0), "{}", seen.json);
    assert!(
        rule.needs.contains(&"stepfunctions.machine".to_owned()),
        "{}",
        seen.json
    );
}

#[test]
fn a_step_whose_event_was_sent_is_begun() {
    let orders = Orders::with("290000000002", &orders::fault("api-role-without-policy"));
    let text = orders.print(&[]).stdout;
    let line = step(&text, "final");
    assert!(line.starts_with(" ✗ ") && line.contains("sent ✓ → API ✗"), "{text}");
    assert!(!text.contains("not started"), "{text}");
    // What the event found is folded into its cause.
    assert!(text.contains("Start with apigateway.role"), "{text}");
    assert!(flat(&text).contains("follow from this: final.accepted"), "{text}");
    assert!(!text.contains("✗ final.accepted"), "{text}");
    assert!(orders.print(&["--all"]).stdout.contains("✗ final.accepted"));
}

#[test]
fn one_failure_is_in_full_and_the_others_are_in_a_line() {
    let account = "290000000003";
    deployed(account, "empty-bucket");
    let fixes = |text: &str| {
        text.lines()
            .filter(|line| format!("{line} ").starts_with("     fix "))
            .count()
    };
    let printed = print(account, &["--no-probe"], "80");
    let text = &printed.stdout;
    assert_eq!(fixes(text), 1, "{text}");
    assert!(text.contains("5 more to fix; --all shows everything:"), "{text}");
    assert!(
        text.contains("\n ✗ s3.csv-items  The items are in the bucket\n"),
        "{text}"
    );
    assert!(text.contains("\n ✗ personalize.users-import  "), "{text}");
    let all = print(account, &["--no-probe", "--all"], "80").stdout;
    assert_eq!(fixes(&all), 6, "{all}");
    // A page keeps all of it, folded.
    let page = print(account, &["--no-probe", "--format", "html"], "80").stdout;
    assert_eq!(page.matches("<article class=\"check fail\"").count(), 1, "{page}");
    assert_eq!(page.matches("<details class=\"check fail\"").count(), 5, "{page}");
}

#[test]
fn what_is_there_and_wrong_comes_before_what_is_not_begun() {
    let account = "290000000004";
    let mut template = fault("no-dataset-group").remove(0);
    template["Resources"]["Function"]["Properties"]["Runtime"] = json!("python3.9");
    cloud().deploy(account, &template);
    let text = print(account, &["--no-probe"], "80").stdout;
    assert!(step(&text, "personalize").starts_with(" – "), "{text}");
    assert!(text.contains("Start with lambda.runtime"), "{text}");
    assert!(!text.contains("✗ personalize."), "{text}");
}

#[test]
fn junit_tells_the_three_apart_and_counts_untaken_extra_credit_as_skipped() {
    let orders = Orders::with("290000000005", &orders::fault("no-orders-table"));
    let junit = |orders: &Orders| {
        let printed = orders.print(&["--no-probe", "--format", "junit"]).stdout;
        quick_junit::Report::deserialize_from_str(&printed).expect("JUnit XML")
    };
    let extra = junit(&orders);
    let failed: usize = extra.test_suites.iter().map(|suite| suite.failures).sum();
    let cases = extra.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let is_skipped = |case: &&quick_junit::TestCase| matches!(case.status, quick_junit::TestCaseStatus::Skipped { .. });
    let skipped = cases.filter(is_skipped).count();
    assert_eq!((failed, skipped), (0, 1), "{extra:?}");
    let empty = junit(&Orders::new("290000000006"));
    let cases = empty.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let kinds = cases.filter_map(|case| match &case.status {
        quick_junit::TestCaseStatus::NonSuccess { ty, .. } => ty.as_deref(),
        _ => None,
    });
    let kinds: std::collections::BTreeSet<&str> = kinds.collect();
    assert_eq!(kinds, ["not started"].into(), "{empty:?}");
}

#[test]
fn what_is_copied_is_whole_at_any_width() {
    let account = "290000000007";
    for template in fault("other-region") {
        cloud().deploy_as(account, "eu-west-1", "mine", &template);
    }
    for width in ["40", "80", "120"] {
        let text = print(account, &["--no-probe"], width).stdout;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for command in [
            "edemlab check datastream --region eu-west-1",
            "aws configure set region eu-west-1",
        ] {
            assert!(lines.contains(&command), "{command} at {width}:\n{text}");
        }
        let guide = "edemlab guide datastream/setup.html#region";
        assert!(lines.iter().any(|line| line.ends_with(guide)), "{width}:\n{text}");
        assert!(!text.contains("eu-\n"), "{width}:\n{text}");
    }
}

#[test]
fn a_stream_that_alone_is_in_another_region_is_named() {
    let account = "290000000012";
    deployed(account, "no-stream");
    let root = cloud().root_in(account, "eu-west-1");
    for name in ["DisneyClickstream", "payroll"] {
        let stream = json!({"StreamName": name, "StreamModeDetails": {"StreamMode": "ON_DEMAND"}});
        wait(root.call(&KINESIS, "CreateStream", stream)).expect("a stream");
    }
    let seen = cloud().report(account, &["--no-probe"]);
    let fix = seen.get("kinesis.exists").fix.as_deref().unwrap_or_default();
    let said = "stream DisneyClickstream is in eu-west-1; everything else is here";
    assert!(fix.starts_with(said) && !fix.contains("payroll"), "{fix}");
    // The check that asks where the resources are says so first.
    assert_eq!(
        seen.with(Status::Fail).first().copied(),
        Some("setup.region"),
        "{}",
        seen.json
    );
    let found = seen.found("setup.region");
    assert!(found.starts_with(said) && !found.contains("payroll"), "{found}");
}

#[test]
fn a_dumb_terminal_gets_plain_text() {
    let mut command = cloud().check(&cloud().student("290000000008"), &["setup"]);
    command.env("TERM", "dumb").env("CLICOLOR_FORCE", "1");
    let printed = run(command);
    assert!(!printed.stdout.contains('\u{1b}'), "{:?}", printed.stdout);
}

#[test]
fn the_guides_line_is_a_command_and_a_link_where_the_terminal_can() {
    let report = cloud().report("290000000013", &["--no-probe"]).report;
    let look = |pages| terminal::Look {
        width: 80,
        command: "edemlab check datastream",
        all: false,
        pages,
        fixes: &Fixes::CONSOLE,
    };
    let command = "edemlab guide datastream/s3.html#exists";
    let plain = terminal::render_as(&report, look(None));
    assert!(plain.contains(command) && !plain.contains('\u{1b}'), "{plain:?}");
    let linked = terminal::render_as(&report, look(Some("file:///guide/")));
    let link = format!("\u{1b}]8;;file:///guide/datastream/s3.html#exists\u{1b}\\{command}\u{1b}]8;;\u{1b}\\");
    assert!(linked.contains(&link), "{linked:?}");
    // It runs: the guide has that page, and that place on it.
    let guide = run(alone(&["guide", "datastream/s3.html#no-such-place"]));
    assert!(guide.stderr.contains("the guide has no place"), "{}", guide.stderr);
}

#[test]
fn a_hidden_character_in_a_key_or_a_variable_is_seen() {
    let account = "290000000009";
    let mut template = solution();
    let table = &mut template["Resources"]["Table"]["Properties"];
    table["TableName"] = "DisneyClickstreamTable".into();
    table["AttributeDefinitions"] = json!([
        {"AttributeName": "user_id ", "AttributeType": "S"}, {"AttributeName": "Timestamp", "AttributeType": "S"},
    ]);
    table["KeySchema"] = json!([
        {"AttributeName": "user_id ", "KeyType": "HASH"}, {"AttributeName": "Timestamp", "KeyType": "RANGE"},
    ]);
    let variables = &mut template["Resources"]["Function"]["Properties"]["Environment"]["Variables"];
    variables["DYNAMO_DB_TABLE_NAME"] = "DisneyClickstreamTable\u{a0}".into();
    cloud().deploy(account, &template);
    let seen = cloud().report(account, &["--no-probe"]);
    let found = |id: &str| seen.found(id).to_owned();
    assert!(
        found("dynamodb.partition-key").contains("\"user_id␠\" (a space at its end)"),
        "{}",
        seen.json
    );
    assert!(
        found("dynamodb.sort-key").contains("\"Timestamp\" (differs only in case from \"timestamp\")"),
        "{}",
        seen.json
    );
    assert!(
        found("lambda.table-variable").contains("\"DisneyClickstreamTable\\u00a0\" (a non-breaking space at its end)"),
        "{}",
        seen.json
    );
}

#[test]
fn of_a_template_the_first_line_that_differs_is_shown() {
    let template = orders::solution().to_string();
    let bus = r#"\"EventBusName\": \"${Bus}\""#;
    assert_eq!(template.matches(bus).count(), 1, "{template}");
    let curly = template.replace(bus, r#"\"EventBusName\": “${Bus}”"#);
    let template = serde_json::from_str(&curly).expect("JSON");
    let seen = Orders::with("290000000011", &[template]).check(&["--no-probe"]);
    let found = seen.found("apigateway.template");
    assert!(found.contains("line 9 is \"\"EventBusName\": “"), "{found}");
    assert!(found.contains("(curly quotes in it), not \""), "{found}");
}

#[test]
fn what_may_be_theirs_is_not_called_not_started() {
    let account = "290000000011";
    let table = json!({"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
        "TableName": "watched", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }}}});
    cloud().deploy_as(account, common::cloud::REGION, "theirs", &table);
    let text = print(account, &["--no-probe"], "100").stdout;
    let line = step(&text, "dynamodb");
    assert!(line.starts_with(" – ") && line.contains("not recognized: "), "{text}");
    assert!(flat(&text).contains("Is watched yours?"), "{text}");
    let kinesis = step(&text, "kinesis");
    assert!(
        kinesis.starts_with(" – ") && kinesis.contains("not started: "),
        "{text}"
    );
    // The other editions.
    let page = print(account, &["--no-probe", "--format", "html"], "100").stdout;
    let row = page.split("datastream.dynamodb\">dynamodb</a>").nth(1).expect("a row");
    assert!(
        row.split("</tr>").next().unwrap().contains("not recognized</span>"),
        "{page}"
    );
    let junit = print(account, &["--no-probe", "--format", "junit"], "100").stdout;
    let junit = quick_junit::Report::deserialize_from_str(&junit).expect("JUnit XML");
    let cases = junit.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let kind = cases.into_iter().find_map(|case| match &case.status {
        quick_junit::TestCaseStatus::NonSuccess { ty, .. } if case.name.starts_with("dynamodb.exists") => ty.clone(),
        _ => None,
    });
    assert_eq!(kind.as_deref(), Some("not recognized"));
    let seen = cloud().report(account, &["--no-probe"]);
    assert_eq!(seen.get("dynamodb.exists").unrecognized, ["watched"]);
    let live = edemlab::guide::shown(&seen.report);
    let live: serde_json::Value = serde_json::from_str(&live).unwrap();
    let of = |id: &str| {
        live["steps"]
            .as_array()
            .unwrap()
            .iter()
            .find(|step| step["id"] == id)
            .unwrap()["status"]
            .clone()
    };
    assert_eq!((of("dynamodb"), of("kinesis")), ("unrecognized".into(), "later".into()));
}
