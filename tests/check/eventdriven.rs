//! The lab of orders as it should be: every point, in every format, and no text that is wider than its terminal.

use crate::common;

use std::sync::Once;

use common::cloud::{alone, run};
use common::orders::{EXTRA, Orders, POINTS, fault, solution, steps};
use edemlab::report::{SCHEMA, Status};

fn orders() -> Orders {
    static DEPLOYED: Once = Once::new();
    let it = Orders::new("410000000001");
    DEPLOYED.call_once(|| drop(it.deploy(&[solution()])));
    it
}

#[test]
fn the_solution_earns_every_point_and_the_extra_credit() {
    let seen = orders().check(&[]);
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert!(seen.verdicts().iter().all(|(_, status, _)| *status == Status::Pass));
    let points = seen.report.points;
    assert_eq!(
        (points.earned, points.possible, points.unknown),
        (POINTS + EXTRA, POINTS, 0)
    );
    let judged: Vec<&str> = seen.report.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(judged, steps());
    assert_eq!(
        (seen.report.schema.as_str(), seen.report.lab.as_str()),
        (SCHEMA, "eventdriven")
    );
    assert!(seen.report.leftovers.is_empty(), "{:?}", seen.report.leftovers);
    let notes = seen.report.notes.join("\n");
    assert!(notes.contains("two orders of its own"), "{notes}");
}

#[test]
fn each_order_is_sent_once_and_its_customer_hears_of_the_approved_one_only() {
    let it = Orders::with("410000000002", &[solution()]);
    let seen = it.check(&[]);
    assert_eq!(seen.code, 0, "{}", seen.json);
    let mut ended: Vec<String> = it.executions().into_iter().map(|(_, status)| status).collect();
    ended.sort_unstable();
    assert_eq!(ended, ["FAILED", "SUCCEEDED"]);
    let mails = it.cloud.mails(it.account);
    let orders: Vec<&String> = mails
        .iter()
        .filter(|mail| mail.contains("Your Taco Bell Order"))
        .collect();
    assert_eq!(orders.len(), 1, "{mails:?}");
    assert!(orders[0].contains("-a, "), "the first order was approved: {orders:?}");
}

#[test]
fn without_a_probe_no_order_is_sent() {
    let it = Orders::with("410000000003", &[solution()]);
    let seen = it.check(&["--no-probe"]);
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert!(it.executions().is_empty());
    assert!(seen.report.steps.iter().all(|step| step.id != "final"));
}

#[test]
fn the_json_is_as_the_published_schema_says() {
    let printed = run(alone(&["report-schema"]));
    let schema = serde_json::from_str(&printed.stdout).expect("JSON");
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("edemlab.json", schema).expect("a name");
    let schema = compiler.compile("edemlab.json", &mut schemas).expect("a JSON Schema");
    let faulty = Orders::with("410000000004", &fault("functions-swapped"));
    let empty = Orders::new("410000000005");
    for seen in [
        orders().check(&[]),
        orders().check(&["--use", "topic=none", "--no-probe"]),
        faulty.check(&[]),
        empty.check(&[]),
    ] {
        let json = serde_json::from_str(&seen.json).unwrap();
        if let Err(wrong) = schemas.validate(&json, schema) {
            panic!("{wrong:#}\n{}", seen.json);
        }
    }
}

#[test]
fn text_fits_the_columns() {
    let faulty = Orders::with("410000000006", &fault("machine-role-for-first-function"));
    for (it, width) in [(orders(), 80), (faulty, 80), (faulty, 60)] {
        let mut command = it.command(&[]);
        command.env("COLUMNS", width.to_string());
        let printed = run(command);
        // A command is there to be copied: it stays on one line.
        let lines = printed.stdout.lines().filter(|line| {
            !["edemlab check ", "aws "]
                .iter()
                .any(|program| line.trim().starts_with(program))
        });
        let widths = lines.map(textwrap::core::display_width);
        let widest = widths.max().unwrap_or_default();
        assert!(widest <= width, "{widest} columns in:\n{}", printed.stdout);
        assert!(
            !printed.stdout.contains("not shown"),
            "a text has no value:\n{}",
            printed.stdout
        );
    }
}

#[test]
fn named_steps_come_with_what_they_need_and_nothing_else() {
    for (asked, judged) in [
        (&["sns"][..], &["sns"][..]),
        // A machine calls functions, and one of them names the topic.
        (&["stepfunctions"], &["sns", "lambda", "stepfunctions"]),
    ] {
        let seen = orders().check(asked);
        let steps: Vec<&str> = seen.report.steps.iter().map(|step| step.id.as_str()).collect();
        assert_eq!((steps, seen.code), (judged.to_vec(), 0), "{asked:?}");
    }
}

#[test]
fn the_first_step_can_be_checked_before_the_others_are_begun() {
    let seen = Orders::new("410000000008").check(&["setup"]);
    let steps: Vec<&str> = seen.report.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!((steps, seen.code), (vec!["setup"], 0));
}

/// A step with nothing in it is not started, and the report says with what to begin.
#[test]
fn an_empty_account_is_told_where_to_begin() {
    let printed = Orders::new("410000000007").print(&[]);
    assert_eq!(printed.code, 1);
    insta::assert_snapshot!("empty_account", printed.stdout);
}

#[test]
fn a_token_that_is_waited_for_one_second_only_is_named_as_the_cause() {
    let mut template = solution();
    let definition = &mut template["Resources"]["Machine"]["Properties"]["DefinitionString"];
    let text = definition.as_str().expect("a definition");
    *definition = text.replace("\"TimeoutSeconds\": 3600", "\"TimeoutSeconds\": 1").into();
    let it = Orders::with("410000000041", &[template]);
    // Whether the event finds it waiting still is a matter of chance: what the report says first is not.
    let seen = it.check(&[]);
    let failed = seen.with(Status::Fail);
    assert_eq!(failed.first().copied(), Some("stepfunctions.time"), "{}", seen.json);
    assert!(failed.iter().skip(1).all(|id| id.starts_with("final.")), "{failed:?}");
    assert!(
        seen.found("stepfunctions.time").contains("1 s"),
        "{}",
        seen.found("stepfunctions.time")
    );
}
