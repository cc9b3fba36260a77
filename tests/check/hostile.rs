//! What students can write (logs, names, values, files) stays harmless and short wherever it is shown.

use crate::common;

use super::harmless::{SHORT, python};
use common::cloud::{REGION, check_at, run, shared, wait};
use common::course::{solution, solution_with_code};
use edemlab::report::Report;
use serde_json::{Value, json};

/// Clears the screen, sets the title, links, turns text round, ends a CSI in one character; HTML; a quote of JSON.
const HOSTILE: &str =
    "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{2066}\r\u{8}\u{0}<script>alert(1)</script>\"'{{ 1 + 1 }}]]>&amp;";

const CLICK: &str = "click = json.loads(base64.b64decode(record[\"kinesis\"][\"data\"]))";

/// What a check of `account` shows, which must be harmless.
fn harmless(account: &str, args: &[&str]) -> (Report, String) {
    let cloud = shared("datastream");
    let keys = cloud.student(account);
    let printed = ["text", "json", "junit"].map(|format| {
        let args = [&["--format", format], args].concat();
        run(check_at(cloud.endpoint(), &keys, &args))
    });
    super::harmless::harmless(&printed)
}

fn found<'r>(report: &'r Report, id: &str) -> &'r str {
    let check = report.checks().map(|(_, c)| c).find(|c| c.id == id).unwrap();
    check.found.as_deref().unwrap_or_default()
}

#[test]
fn an_error_of_a_megabyte_of_escapes_is_harmless_short_and_still_named() {
    let account = "320000000001";
    let raise = format!("raise RuntimeError({} + 'A' * 1_000_000)", python(HOSTILE));
    let template = solution_with_code("records = event[\"Records\"]", &raise);
    shared("datastream").deploy(account, &template);
    let (report, text) = harmless(account, &[]);
    assert!(found(&report, "final.stored").contains("RuntimeError"), "{text}");
    assert!(text.contains("RuntimeError") && text.contains("final.stored"), "{text}");
}

#[test]
fn an_error_below_a_megabyte_of_chatter_is_found_and_the_chatter_quoted_only_in_part() {
    let account = "320000000002";
    let code = format!(
        "for _ in range(4_000): print({} + 'error of nothing' * 12)\n            {}",
        python(HOSTILE),
        CLICK.replace("click = ", "click = {}['userid'] or ")
    );
    shared("datastream").deploy(account, &solution_with_code(CLICK, &code));
    let (report, _) = harmless(account, &[]);
    assert!(
        found(&report, "final.stored").contains("KeyError: 'userid'"),
        "{report:#?}"
    );
}

#[test]
fn values_names_and_files_are_harmless() {
    let account = "320000000004";
    let cloud = shared("datastream");
    let mut template = solution();
    let resources = &mut template["Resources"];
    resources["Function"]["Properties"]["Environment"]["Variables"] =
        json!({"DYNAMO_DB_TABLE_NAME": HOSTILE.replace('\0', "")});
    // Neither the variable nor its keys say whose it is.
    resources["Table"]["Properties"]["TableName"] = "DisneyClickstreamTable".into();
    resources["Table"]["Properties"]["AttributeDefinitions"] = json!([
        {"AttributeName": HOSTILE, "AttributeType": "S"}, {"AttributeName": "timestamp", "AttributeType": "S"},
    ]);
    resources["Table"]["Properties"]["KeySchema"] = json!([
        {"AttributeName": HOSTILE, "KeyType": "HASH"}, {"AttributeName": "timestamp", "KeyType": "RANGE"},
    ]);
    resources["Files"]["Properties"]["Files"] = json!([]);
    let outputs = cloud.deploy(account, &template);
    let root = cloud.root(account);
    let put = root.s3(REGION).put_object().bucket(&outputs["BucketName"]);
    let put = put
        .key(format!(
            "{}.csv",
            HOSTILE.replace(['\0', '\u{8}', '\u{7}', '\u{1b}'], "")
        ))
        .body(format!("{HOSTILE},{}\n", "C".repeat(1_000_000)).into_bytes().into());
    wait(put.send()).unwrap();

    let (report, text) = harmless(account, &["--no-probe"]);
    for id in ["dynamodb.partition-key", "lambda.table-variable", "s3.csv-items"] {
        assert!(found(&report, id).contains("alert(1)"), "{id}: {}", found(&report, id));
        assert!(text.contains(id), "{text}");
    }
}

#[test]
fn a_value_is_text_and_not_a_template() {
    // `{{ 1 + 1 }}` in a student's value is shown as it is, never evaluated.
    let account = "320000000005";
    let mut template = solution();
    template["Resources"]["Function"]["Properties"]["Environment"]["Variables"] =
        json!({"DYNAMO_DB_TABLE_NAME": "{{ account }}"});
    shared("datastream").deploy(account, &template);
    let (report, _) = harmless(account, &["--no-probe", "lambda"]);
    let found = found(&report, "lambda.table-variable");
    assert!(found.contains("{{ account }}") && !found.contains(account), "{found}");
}

#[test]
fn a_hundred_strange_files_do_not_fill_the_screen() {
    let account = "320000000006";
    let cloud = shared("datastream");
    let mut template = solution();
    template["Resources"]["Files"]["Properties"]["Files"] = json!([]);
    let outputs = cloud.deploy(account, &template);
    let root = cloud.root(account);
    let s3 = root.s3(REGION);
    wait(async {
        for n in 0..100 {
            let key = format!("{}/{n}.csv", "k".repeat(900));
            let put = s3.put_object().bucket(&outputs["BucketName"]).key(key);
            put.body(b"a,b\n1,2\n".to_vec().into()).send().await.unwrap();
        }
    });
    let (report, _) = harmless(account, &["s3"]);
    assert!(found(&report, "s3.csv-items").contains(".csv"));
    let json: Value = serde_json::to_value(&report).unwrap();
    assert!(json.to_string().len() < SHORT);
}
