//! What students' functions and APIs answer and log stays harmless and short, and what an API serves is told apart from
//! what its console shows.

use crate::common;

use super::harmless::python;
use common::orders::{Orders, fault, of, recode, solution};
use edemlab::report::{Report, Status};
use serde_json::{Value, json};

/// Clears the screen, sets the title, links, turns text round, ends a CSI in one character; HTML; a quote of JSON.
const HOSTILE: &str =
    "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{2066}\r\u{8}<script>alert(1)</script>\"'{{ 1 + 1 }}]]>&amp;";

/// What a check shows, which must be harmless.
fn harmless(it: Orders, args: &[&str]) -> (Report, String) {
    super::harmless::harmless(&it.print_all(args))
}

fn found<'r>(report: &'r Report, id: &str) -> &'r str {
    let check = report.checks().map(|(_, c)| c).find(|c| c.id == id).unwrap();
    assert_eq!(check.status, Status::Fail, "{id}: {report:#?}");
    check.found.as_deref().unwrap_or_default()
}

/// The solution whose function does this before anything else, with HOSTILE and a megabyte as `text`.
fn first_of_all(function: &str, first: &str, deed: &str) -> Value {
    let mut template = solution();
    let code = format!("    text = {} + 'A' * 1_000_000\n    {deed}\n{first}", python(HOSTILE));
    recode(&mut template, function, first, &code);
    template
}

const ASKED: &str = "    task_token = event[\"taskToken\"]\n    order = event[\"input\"][\"detail\"]\n";
const TOLD: &str = "    customer = event[\"customer\"]\n    order_id = event[\"orderId\"]\n\n    # An error is not";
const DECIDED: &str = "    approved = event[\"approved\"]\n";

#[test]
fn a_function_that_asks_and_raises_with_a_megabyte() {
    let template = first_of_all("HumanApproval", ASKED, "raise RuntimeError(text)");
    let (report, text) = harmless(Orders::with("460000000001", &[template]), &[]);
    assert!(found(&report, "final.waiting").contains("RuntimeError"), "{text}");
    assert!(
        text.contains("RuntimeError") && text.contains("final.waiting"),
        "{text}"
    );
}

#[test]
fn a_function_that_notifies_and_raises_with_a_megabyte() {
    let template = first_of_all("ToSNS", TOLD, "print('ERROR', text)\n    raise RuntimeError(text)");
    let (report, text) = harmless(Orders::with("460000000002", &[template]), &[]);
    assert!(found(&report, "final.notified").contains("RuntimeError"), "{text}");
}

#[test]
fn a_function_whose_answer_without_success_is_as_long_as_may_be() {
    // As much as an execution's data may be.
    let deed = "return {'statusCode': 500, 'body': text[:200_000]}";
    let (report, text) = harmless(Orders::with("460000000003", &[first_of_all("ToSNS", TOLD, deed)]), &[]);
    assert!(found(&report, "final.notified").contains("statusCode"), "{text}");
}

#[test]
fn a_handler_that_raises_with_a_megabyte() {
    let template = first_of_all("ApprovalHandler", DECIDED, "raise RuntimeError(text)");
    let (report, text) = harmless(Orders::with("460000000004", &[template]), &[]);
    assert!(found(&report, "final.approved").contains("RuntimeError"), "{text}");
}

/// The solution whose API answers this by itself.
fn mock(answer: &str) -> Value {
    let mut template = solution();
    of(&mut template, "PostOrder")["Integration"] = json!({
        "Type": "MOCK", "RequestTemplates": {"application/json": "{\"statusCode\": 200}"},
        "IntegrationResponses": [{"StatusCode": "200", "ResponseTemplates": {"application/json": answer}}],
    });
    template
}

#[test]
fn an_api_that_answers_with_all_that_a_template_holds() {
    // CloudFormation takes 51,200 bytes.
    let answer = format!("{HOSTILE}{}", "B".repeat(25_000));
    let (report, text) = harmless(Orders::with("460000000005", &[mock(&answer)]), &[]);
    let found = found(&report, "final.accepted");
    assert!(
        found.contains("answered 200") && found.contains("alert(1)"),
        "{found}\n{text}"
    );
    assert!(found.chars().count() < 500, "{found}");
}

#[test]
fn an_api_whose_error_is_made_to_look_like_that_of_a_bus() {
    let entry = json!({"ErrorCode": HOSTILE, "ErrorMessage": {"nested": HOSTILE}, "EventId": HOSTILE});
    let answer = json!({"FailedEntryCount": 1, "Entries": [entry], "Text": "B".repeat(20_000)});
    let it = Orders::with("460000000006", &[mock(&answer.to_string())]);
    let (report, text) = harmless(it, &["final"]);
    assert!(found(&report, "final.accepted").contains("FailedEntryCount"), "{text}");
}

#[test]
fn names_and_values_are_harmless() {
    let text = HOSTILE.replace('\u{8}', "");
    let mut template = solution();
    of(&mut template, "ToSNS")["Environment"]["Variables"]["SNS_TOPIC_ARN"] = text.as_str().into();
    // The variable does not say whose it is.
    of(&mut template, "Topic")["TopicName"] = "TacoBellOrders".into();
    of(&mut template, "OrderRule")["EventPattern"]["source"] = json!([{"prefix": text}]);
    let code = &mut of(&mut template, "Machine")["DefinitionString"];
    *code = code
        .as_str()
        .unwrap()
        .replace("\"HumanRejected\"", &json!(text).to_string())
        .into();
    let it = Orders::with("460000000007", &[template]);
    let (report, _) = harmless(it, &["--no-probe"]);
    for id in ["lambda.topic-variable", "eventbridge.order-pattern"] {
        assert!(found(&report, id).contains("alert(1)"), "{id}: {}", found(&report, id));
    }
}

#[test]
fn a_stage_that_was_not_deployed_again_is_told_to_be() {
    let it = Orders::with("460000000008", &fault("not-redeployed"));
    let seen = it.check(&[]);
    assert_eq!(seen.with(Status::Fail), ["final.accepted"], "{}", seen.json);
    let accepted = seen.get("final.accepted");
    assert!(
        seen.found("final.accepted").contains("YOUR_EVENT_BUS_NAME"),
        "{}",
        seen.json
    );
    let fix = accepted.fix.as_deref().unwrap_or_default();
    assert!(
        fix.contains("**Deploy API** to stage dev: the stage serves what was deployed to it"),
        "{fix}"
    );
    let lines = accepted.evidence.join("\n");
    assert!(lines.contains("stage dev serves what was deployed up to 20"), "{lines}");
    assert!(lines.contains("live only after Deploy API"), "{lines}");
}
