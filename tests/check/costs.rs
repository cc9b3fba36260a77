//! What of the labs stands in an account, and what it costs while nobody uses it. The sums are worked out by hand from the
//! prices of the table, which stand here once more.

use crate::common;

use common::cloud::{Cloud, Printed, REGION, alone, run, shared, wait};
use common::course::{Copy, STACK, fault, solution};
use common::eventually;
use common::orders;
use edemlab::account::Keys;
use edemlab::account::services::{APIGATEWAY, DYNAMODB, ECS, KINESIS, PERSONALIZE};
use serde_json::{Value, json};

/// The list prices that the sums below are made of, in US dollars in Frankfurt.
const STREAM_HOUR: f64 = 0.048;
const SHARD_HOUR: f64 = 0.018;
const READ_UNIT_HOUR: f64 = 0.0001586;
const WRITE_UNIT_HOUR: f64 = 0.000793;
const VCPU_HOUR: f64 = 0.04656;
const GB_HOUR: f64 = 0.00511;
const BALANCER_HOUR: f64 = 0.027;
const ADDRESS_HOUR: f64 = 0.005;
const CAMPAIGN_HOUR: f64 = 0.54;

fn cloud() -> &'static Cloud {
    shared("datastream")
}

fn costs_of(keys: &Keys, region: &str, args: &[&str]) -> Printed {
    let mut command = alone(&["costs"]);
    command
        .args(args)
        .env("AWS_ENDPOINT_URL", cloud().endpoint())
        .env("AWS_REGION", region)
        .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
    run(command)
}

fn costs(account: &str, args: &[&str]) -> Printed {
    costs_of(&cloud().student(account), REGION, args)
}

/// The report as JSON, and the exit status.
fn report(account: &str, args: &[&str]) -> (Value, i32) {
    let printed = costs(account, &[&["--format", "json"], args].concat());
    let report = serde_json::from_str(&printed.stdout);
    let report = report.unwrap_or_else(|e| panic!("{e}: {}{}", printed.stdout, printed.stderr));
    (report, printed.code)
}

/// What the only item with this noun is.
fn item<'r>(report: &'r Value, list: &str, noun: &str) -> &'r Value {
    let all = report[list].as_array().expect("a list");
    let found: Vec<&Value> = all.iter().filter(|item| item["noun"] == noun).collect();
    assert_eq!(found.len(), 1, "{noun}: {report:#}");
    found[0]
}

fn is_about(found: &Value, expected: f64, what: &str) {
    let found = found.as_f64().expect("a number");
    // Numbers are given to a millionth.
    assert!((found - expected).abs() < 0.000_001, "{what}: {found}, not {expected}");
}

/// A stream with three shards, a table with capacity of its own, and a stranger's stream: nothing else.
fn made_by_hand(account: &str) {
    let root = cloud().root(account);
    let table = json!({
        "TableName": "DisneyClickstreamTable",
        "AttributeDefinitions": [
            {"AttributeName": "user_id", "AttributeType": "S"}, {"AttributeName": "timestamp", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "user_id", "KeyType": "HASH"}, {"AttributeName": "timestamp", "KeyType": "RANGE"}],
        "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 5},
    });
    wait(async {
        let shards = json!({"StreamName": "DisneyClickstream", "ShardCount": 3});
        root.call(&KINESIS, "CreateStream", shards).await.unwrap();
        let stranger = json!({"StreamName": "payments", "StreamModeDetails": {"StreamMode": "ON_DEMAND"}});
        root.call(&KINESIS, "CreateStream", stranger).await.unwrap();
        root.call(&DYNAMODB, "CreateTable", table).await.unwrap();
    });
}

#[test]
fn a_half_built_account_costs_what_was_worked_out_by_hand_and_a_stranger_is_apart() {
    let account = "610000000001";
    made_by_hand(account);
    let (report, code) = report(account, &["datastream", "--here"]);
    assert_eq!(code, 0, "{report:#}");
    let stream = 3.0 * SHARD_HOUR;
    let table = 7.0 * READ_UNIT_HOUR + 5.0 * WRITE_UNIT_HOUR;
    is_about(
        &item(&report, "items", "data stream")["amounts"]["hour"],
        stream,
        "stream",
    );
    is_about(&item(&report, "items", "table")["amounts"]["hour"], table, "table");
    let sum = &report["sum"];
    is_about(&sum["hour"], stream + table, "an hour");
    is_about(&sum["day"], 24.0 * (stream + table), "a day");
    // Until the month ends, from the moment at which it was looked.
    let at = |field: &str| {
        let text = report[field].as_str().expect("a time");
        text.parse::<chrono::DateTime<chrono::Utc>>().expect("a time")
    };
    let hours = (at("month_ends") - at("started")).num_seconds() as f64 / 3600.0;
    is_about(&sum["month"], hours * (stream + table), "until the month ends");

    // A stranger's stream is shown with its price, and not added.
    let stranger = item(&report, "others", "data stream");
    assert_eq!(stranger["name"], "payments");
    is_about(&stranger["amounts"]["hour"], STREAM_HOUR, "a stranger's stream");
    let text = costs(account, &["datastream", "--here"]).stdout;
    assert!(text.contains("not known to be of these labs"), "{text}");
}

#[test]
fn a_service_of_express_mode_is_charged_with_its_load_balancer_and_addresses() {
    let account = "610000000002";
    for mut template in fault("express-wrong-port") {
        let service = &mut template["Resources"]["ExpressService"]["Properties"];
        service["Cpu"] = "1024".into();
        service["Memory"] = "2048".into();
        cloud().deploy(account, &template);
    }
    let (report, code) = report(account, &["datastream", "--here"]);
    assert_eq!(code, 0, "{report:#}");
    let service = VCPU_HOUR + 2.0 * GB_HOUR + ADDRESS_HOUR;
    // One address in each of three zones.
    let balancer = BALANCER_HOUR + 3.0 * ADDRESS_HOUR;
    is_about(
        &item(&report, "items", "ECS Express service")["amounts"]["hour"],
        service,
        "service",
    );
    is_about(
        &item(&report, "items", "load balancer")["amounts"]["hour"],
        balancer,
        "load balancer",
    );
    is_about(
        &item(&report, "items", "campaign")["amounts"]["hour"],
        CAMPAIGN_HOUR,
        "campaign",
    );
    let day = 24.0 * (service + balancer + CAMPAIGN_HOUR + STREAM_HOUR);
    let found = report["sum"]["day"].as_f64().expect("a number");
    // What buckets and repositories hold is less than a cent.
    assert!((found - day).abs() < 0.01, "{found}, not {day}");

    // What was made on the way, and what costs nothing, is listed too, and why.
    let group = item(&report, "items", "log group");
    assert!(
        group["name"]
            .as_str()
            .is_some_and(|name| name.starts_with("/aws/ecs/default/")),
        "{group}"
    );
    assert_eq!(
        group["because"]
            .as_str()
            .map(|text| text.starts_with("made for ECS Express service")),
        Some(true)
    );
    for noun in ["dataset group", "event tracker", "solution"] {
        is_about(&item(&report, "items", noun)["amounts"]["hour"], 0.0, noun);
    }

    // Once the service is gone, so is its load balancer; a service without tasks costs nothing but that.
    let root = cloud().root(account);
    let arn = item(&report, "items", "ECS Express service")["id"].clone();
    wait(root.call(&ECS, "DeleteExpressGatewayService", json!({"serviceArn": arn}))).unwrap();
    let (report, _) = self::report(account, &["datastream", "--here"]);
    let nouns: Vec<&str> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|i| i["noun"].as_str())
        .collect();
    assert!(
        !nouns.contains(&"load balancer") && !nouns.contains(&"ECS Express service"),
        "{report:#}"
    );
}

#[test]
fn what_stands_in_another_region_is_found_and_priced_there() {
    let account = "610000000003";
    cloud().deploy_as(account, "eu-west-1", STACK, &solution());
    let (report, _) = report(account, &["datastream"]);
    let stream = item(&report, "items", "data stream");
    assert_eq!(stream["region"], "eu-west-1", "{stream}");
    is_about(&stream["amounts"]["hour"], 0.045, "a stream in Ireland");
    assert!(report["regions"].as_array().unwrap().len() > 15, "{report:#}");
    // The roles belong to no region.
    let roles: Vec<&Value> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|i| i["noun"] == "role")
        .collect();
    assert!(
        roles.len() >= 3 && roles.iter().all(|role| role["region"] == ""),
        "{roles:?}"
    );
    // A region without a price says so, never 0.
    let (report, code) = {
        cloud().deploy_as("610000000004", "ap-south-1", STACK, &solution());
        let printed = costs_of(
            &cloud().student("610000000004"),
            "ap-south-1",
            &["datastream", "--here", "--format", "json"],
        );
        (
            serde_json::from_str::<Value>(&printed.stdout).expect("JSON"),
            printed.code,
        )
    };
    assert_eq!(code, 3);
    assert!(item(&report, "items", "data stream")["amounts"].is_null(), "{report:#}");
    let unknown = report["unknown"].to_string();
    assert!(
        unknown.contains("no price is known") && unknown.contains("aws.amazon.com/kinesis"),
        "{unknown}"
    );
}

#[test]
fn whoever_has_only_the_policy_for_it_sees_the_same_and_what_is_denied_is_said() {
    let account = "610000000005";
    cloud().deploy(account, &solution());
    let policy = run(alone(&["policy", "datastream", "--for", "costs"]));
    let policy: Value = serde_json::from_str(&policy.stdout).expect("a policy");
    let keys = cloud().user(account, "costs", &policy);
    let names = |printed: &Printed| -> Vec<String> {
        let report: Value = serde_json::from_str(&printed.stdout).expect("JSON");
        let items = report["items"].as_array().expect("items").iter();
        items
            .map(|item| format!("{} {} {}", item["noun"], item["name"], item["amounts"]["hour"]))
            .collect()
    };
    let json = ["datastream", "--here", "--format", "json"];
    let all = costs(account, &json);
    assert_eq!(names(&costs_of(&keys, REGION, &json)), names(&all));

    let mut denied = policy.clone();
    let statement = json!({"Effect": "Deny", "Action": "kinesis:ListStreams", "Resource": "*"});
    denied["Statement"].as_array_mut().expect("statements").push(statement);
    let keys = cloud().user(account, "blind", &denied);
    let printed = costs_of(&keys, REGION, &["datastream", "--here"]);
    assert_eq!(printed.code, 3, "{}", printed.stdout);
    let flat = printed.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("the sum may be too low"), "{flat}");
    assert!(
        flat.contains("what Kinesis Data Streams has in eu-central-1 is not known"),
        "{flat}"
    );
}

#[test]
fn a_script_is_told_by_the_exit_status_what_a_day_costs() {
    let account = "610000000006";
    made_by_hand(account);
    let code = |args: &[&str]| costs(account, &[&["datastream", "--here"], args].concat()).code;
    assert_eq!(code(&["--fail-above", "1.00"]), 1);
    assert_eq!(code(&["--fail-above", "2"]), 0);
    let wrong = costs(account, &["datastream", "--fail-above", "cheap"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("an amount of US dollars"), "{}", wrong.stderr);
}

#[test]
fn what_a_student_wrote_stays_text_in_terminal_and_page() {
    let account = "610000000007";
    let mut template = orders::solution();
    template["Resources"]["Api"]["Properties"]["Name"] = "<b>orders</b>\u{1b}[31m".into();
    cloud().deploy(account, &template);
    let text = costs(account, &["eventdriven", "--here"]).stdout;
    assert!(text.contains("<b>orders</b>") && !text.contains('\u{1b}'), "{text}");
    let page = costs(account, &["eventdriven", "--here", "--format", "html"]).stdout;
    assert!(
        page.contains("&lt;b&gt;orders") && !page.contains("<b>orders"),
        "{page}"
    );
    assert!(!page.contains('\u{1b}') && page.contains("default-src 'none'"));
    // An API of the lab costs nothing while nobody calls it.
    assert!(text.contains("REST API: "), "{text}");
    // A subscriber is a person.
    assert!(!text.contains("student@"), "{text}");
    let root = cloud().root(account);
    let apis = wait(root.get(&APIGATEWAY, "apigateway:GET", "/restapis", &[])).unwrap();
    assert_eq!(apis["item"].as_array().map(Vec::len), Some(1), "only looked at");
}

#[test]
fn both_labs_and_a_resource_that_the_user_names() {
    let account = "610000000008";
    made_by_hand(account);
    let (both, _) = report(account, &["--here"]);
    assert_eq!(both["labs"], json!(["datastream", "eventdriven"]));
    let (named, _) = report(account, &["datastream", "--here", "--use", "stream=payments"]);
    let streams: Vec<&str> = named["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["noun"] == "data stream")
        .filter_map(|item| item["name"].as_str())
        .collect();
    assert!(streams.contains(&"payments"), "{named:#}");
    let wrong = costs(account, &["datastream", "--use", "streem=payments"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("did you mean `stream`"), "{}", wrong.stderr);
}

#[test]
fn a_check_that_passes_ends_with_what_it_costs_a_day_and_one_that_fails_does_not() {
    let account = "610000000009";
    cloud().deploy(account, &solution());
    // One that is still being made costs nothing yet.
    let root = cloud().root(account);
    eventually("the campaign is active", || {
        let listed = wait(root.call(&PERSONALIZE, "ListCampaigns", json!({}))).expect("a list");
        listed["campaigns"][0]["status"] == "ACTIVE"
    });
    let keys = cloud().student(account);
    let passed = run(cloud().check(&keys, &["--no-probe"]));
    let day = 24.0 * (CAMPAIGN_HOUR + STREAM_HOUR);
    let expected = format!(" It would cost {day:.2} USD a day or more on AWS: edemlab costs datastream");
    assert_eq!(
        passed.stdout.lines().last(),
        Some(expected.as_str()),
        "{}",
        passed.stdout
    );
    let failed = run(cloud().check(&keys, &["--no-probe", "--use", "table=none"]));
    assert!(!failed.stdout.contains("USD a day"), "{}", failed.stdout);
}

#[test]
fn a_solution_may_make_nothing_without_a_word_on_its_cost() {
    let copy = Copy::new();
    let queue = "Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n";
    copy.replace("labs/datastream/solution.yaml", "Resources:\n", queue);
    let course = copy.folder().to_str().expect("a path");
    let printed = run(alone(&["lint", "--course", course]));
    assert_eq!(printed.code, 2, "{}{}", printed.stdout, printed.stderr);
    assert!(
        printed.stderr.contains("nothing says what `AWS::SQS::Queue` costs"),
        "{}",
        printed.stderr
    );
    assert!(printed.stderr.contains("solution.yaml:"), "{}", printed.stderr);
    copy.replace(
        "labs/datastream/lab.yaml",
        "pages:",
        "costs: {AWS::SQS::Queue: nothing at all}\npages:",
    );
    let printed = run(alone(&["lint", "--course", course]));
    assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
    // What the program knows is not for the course to say.
    copy.replace("labs/datastream/lab.yaml", "AWS::SQS::Queue", "AWS::Kinesis::Stream");
    let printed = run(alone(&["lint", "--course", course]));
    assert!(
        printed.stderr.contains("it is known what `AWS::Kinesis::Stream` costs"),
        "{}",
        printed.stderr
    );
}
