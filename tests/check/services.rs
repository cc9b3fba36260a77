//! Personalize, ECR, App Runner and ECS Express Mode: what AWS is still at work on, what failed there, what is on page
//! two, and that the two ways to run an image are one to a student.

use crate::common;

use common::cloud::{Checked, Cloud, check_at, checked, shared, wait};
use common::course::{fault, solution};
use common::relay::Relay;
use edemlab::account::Account;
use edemlab::account::services::{APPRUNNER, ECR, PERSONALIZE};
use edemlab::report::Status;
use serde_json::{Value, json};

/// An account that earns every point.
const ACCOUNT: &str = "370000000001";

/// The solution with Grafana in ECS Express Mode.
const EXPRESS: &str = "370000000002";

fn cloud() -> &'static Cloud {
    use std::sync::Once;
    static DEPLOYED: Once = Once::new();
    let cloud = shared("datastream");
    DEPLOYED.call_once(|| {
        cloud.deploy(ACCOUNT, &solution());
        cloud.deploy(EXPRESS, &with_express());
    });
    cloud
}

fn with_express() -> Value {
    let mut template = solution();
    template["Parameters"]["Container"]["Default"] = "Express".into();
    template
}

fn deployed(account: &str, id: &str) -> Checked {
    for template in fault(id) {
        cloud().deploy(account, &template);
    }
    cloud().report(account, &["--no-probe"])
}

/// The account as it would be if AWS had answered this in place of that.
fn told(account: &str, step: &str, rules: &[(&'static str, &'static str, &'static str)]) -> Checked {
    let relay = Relay::telling(cloud().endpoint(), rules);
    let keys = cloud().student(account);
    checked(check_at(&relay.endpoint(), &keys, &["--format", "json", step]))
}

fn statuses(seen: &Checked, ids: &[&str]) -> Vec<Status> {
    ids.iter().map(|id| seen.get(id).status).collect()
}

fn called(root: &Account, service: &edemlab::account::wire::Service, operation: &str, input: Value) -> Value {
    wait(root.call(service, operation, input)).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

#[test]
fn express_mode_is_as_good_as_app_runner() {
    let one = cloud().report(ACCOUNT, &["apprunner"]);
    let other = cloud().report(EXPRESS, &["apprunner"]);
    assert_eq!((one.code, other.code), (0, 0), "{}\n{}", one.json, other.json);
    assert_eq!(one.verdicts(), other.verdicts());
    let arn = |seen: &Checked| seen.report.resources["service"].arn.clone().unwrap();
    assert!(arn(&one).contains(":apprunner:"), "{}", arn(&one));
    assert!(arn(&other).contains(":ecs:"), "{}", arn(&other));
}

#[test]
fn whoever_may_not_use_app_runner_passes_with_express_mode() {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "apprunner:*", "Resource": "*"},
    ]});
    let keys = cloud().user(EXPRESS, "new-customer", &policy);
    let seen = checked(cloud().check(&keys, &["--format", "json", "apprunner"]));
    assert_eq!((seen.code, seen.step("apprunner")), (0, Status::Pass), "{}", seen.json);
}

#[test]
fn where_there_is_no_app_runner_it_is_not_asked() {
    let account = "370000000003";
    cloud().deploy_as(account, "eu-north-1", "mine", &with_express());
    let relay = Relay::to(cloud().endpoint());
    let args = ["--format", "json", "--region", "eu-north-1", "apprunner"];
    let seen = checked(check_at(&relay.endpoint(), &cloud().student(account), &args));
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert_eq!(relay.count("AppRunner.ListServices"), 0);
}

#[test]
fn an_import_on_its_way_passes_and_nothing_is_asked_of_it_yet() {
    let seen = told(
        ACCOUNT,
        "personalize",
        &[
            ("ListDatasetImportJobs", "\"ACTIVE\"", "\"CREATE IN_PROGRESS\""),
            ("ListSolutions", "\"solutions\"", "\"none\""),
        ],
    );
    let imports = [
        "personalize.interactions-import",
        "personalize.items-import",
        "personalize.users-import",
    ];
    assert_eq!(statuses(&seen, &imports), [Status::Pass; 3], "{}", seen.json);
    // Nothing can be trained before the data is there: that is no mistake.
    let later = ["personalize.training", "personalize.recommendations"];
    assert_eq!(statuses(&seen, &later), [Status::Unknown; 2], "{}", seen.json);
    assert!(
        seen.found("personalize.training").contains("still being imported"),
        "{}",
        seen.json
    );
    assert_eq!((seen.code, seen.report.points.unknown), (3, 5));
}

#[test]
fn a_training_on_its_way_passes_and_the_campaign_can_wait() {
    let seen = told(
        ACCOUNT,
        "personalize",
        &[
            ("ListSolutionVersions", "\"ACTIVE\"", "\"CREATE IN_PROGRESS\""),
            ("ListCampaigns", "\"campaigns\"", "\"none\""),
        ],
    );
    assert_eq!(seen.get("personalize.training").status, Status::Pass, "{}", seen.json);
    assert_eq!(seen.get("personalize.recommendations").status, Status::Unknown);
    assert!(seen.found("personalize.recommendations").contains("has not ended"));
}

#[test]
fn a_solution_that_trains_by_itself_has_an_hour_for_it() {
    let account = "370000000011";
    let seen = deployed(account, "trains-by-itself");
    let training = seen.get("personalize.training");
    assert_eq!(training.status, Status::Unknown, "{}", seen.json);
    assert!(
        seen.found("personalize.training").contains("within an hour"),
        "{}",
        seen.json
    );

    let of_long_ago = (
        "ListSolutions",
        "\"creationDateTime\":",
        "\"creationDateTime\": 1700000000.0, \"was\":",
    );
    let seen = told(account, "personalize", &[of_long_ago]);
    let training = seen.get("personalize.training");
    assert_eq!(training.status, Status::Fail, "{}", seen.json);
    assert!(
        seen.found("personalize.training").contains("has no version"),
        "{}",
        seen.json
    );
    let fix = training.fix.as_deref().unwrap_or_default();
    assert!(fix.contains("**Create solution version**"), "{fix}");
}

#[test]
fn an_import_that_failed_shows_the_reason_of_aws() {
    let seen = deployed("370000000004", "imported-from-another-file");
    let found = seen.found("personalize.interactions-import");
    assert!(
        found.contains("CREATE FAILED: Input csv is missing the following columns") && found.contains("ITEM_ID"),
        "{found}"
    );
    assert_eq!(
        seen.get("personalize.training").needs,
        ["personalize.interactions-import"]
    );
    assert_eq!(seen.get("personalize.training").status, Status::Blocked);

    let seen = deployed("370000000005", "policy-without-objects");
    let found = seen.found("personalize.users-import");
    assert!(
        found.contains("Insufficient privileges for accessing data in S3"),
        "{found}"
    );
}

#[test]
fn a_recommender_is_as_good_as_a_solution_with_a_campaign() {
    let account = "370000000006";
    let seen = deployed(account, "no-solution");
    assert_eq!(seen.get("personalize.training").status, Status::Fail, "{}", seen.json);
    let recommender = json!({
        "name": "top-picks", "datasetGroupArn": seen.report.resources["group"].arn,
        "recipeArn": "arn:aws:personalize:::recipe/aws-vod-top-picks",
    });
    called(&cloud().root(account), &PERSONALIZE, "CreateRecommender", recommender);
    let seen = cloud().report(account, &["personalize"]);
    let both = ["personalize.training", "personalize.recommendations"];
    assert_eq!(statuses(&seen, &both), [Status::Pass; 2], "{}", seen.json);
}

#[test]
fn a_schema_is_judged_by_its_fields_not_by_its_layout() {
    let mut template = solution();
    let schema = |fields: Value| {
        let schema = json!({"type": "record", "name": "Any", "namespace": "any", "fields": fields, "version": "1.0"});
        Value::from(schema.to_string())
    };
    template["Resources"]["UsersSchema"]["Properties"]["Schema"] = schema(json!([
        {"name": "LOCATION", "type": ["null", "string"], "categorical": true},
        {"name": "GENDER", "type": ["string", "null"], "categorical": true},
        {"name": "AGE", "type": ["null", "int"]},
        {"name": "USER_ID", "type": "string"},
    ]));
    template["Resources"]["InteractionsSchema"]["Properties"]["Schema"] = schema(json!([
        {"name": "TIMESTAMP", "type": "long"},
        {"name": "EVENT_VALUE", "type": ["float", "null"]},
        {"name": "EVENT_TYPE", "type": "string"},
        {"name": "ITEM_ID", "type": "string"},
        {"name": "USER_ID", "type": "string"},
    ]));
    // The sandbox wants a column for each field, AWS one for each that may not be null.
    template["Resources"]["Training"]["Properties"]["Make"] = json!(["event-tracker"]);
    let account = "370000000007";
    cloud().deploy(account, &template);
    let seen = cloud().report(account, &["personalize"]);
    let schemas = [
        "personalize.interactions-schema",
        "personalize.items-schema",
        "personalize.users-schema",
    ];
    assert_eq!(statuses(&seen, &schemas), [Status::Pass; 3], "{}", seen.json);
}

#[test]
fn a_service_that_is_being_made_is_no_mistake() {
    let seen = told(
        ACCOUNT,
        "apprunner",
        &[("AppRunner.DescribeService", "\"RUNNING\"", "\"OPERATION_IN_PROGRESS\"")],
    );
    let both = ["apprunner.running", "apprunner.answers"];
    assert_eq!(statuses(&seen, &both), [Status::Unknown; 2], "{}", seen.json);
    assert!(seen.found("apprunner.running").contains("check again"), "{}", seen.json);
    assert_eq!((seen.code, seen.with(Status::Fail).len()), (3, 0));

    let task = (
        "ContainerServiceV20141113.DescribeServices",
        "\"runningCount\": 1",
        "\"runningCount\": 0",
    );
    let seen = told(EXPRESS, "apprunner", &[task]);
    assert_eq!(statuses(&seen, &both), [Status::Unknown; 2], "{}", seen.json);
}

#[test]
fn a_paused_service_is_resumed_before_it_is_asked_anything() {
    let relay = Relay::telling(
        cloud().endpoint(),
        &[("AppRunner.DescribeService", "\"RUNNING\"", "\"PAUSED\"")],
    );
    let keys = cloud().student(ACCOUNT);
    let seen = checked(check_at(&relay.endpoint(), &keys, &["--format", "json", "apprunner"]));
    let running = seen.get("apprunner.running");
    assert_eq!(running.status, Status::Fail, "{}", seen.json);
    assert!(
        running.fix.as_deref().unwrap().contains("**Resume**"),
        "{:?}",
        running.fix
    );
    let answers = seen.get("apprunner.answers");
    assert_eq!(
        (answers.status, &answers.needs[..]),
        (Status::Blocked, &["apprunner.running".to_owned()][..])
    );
    assert_eq!(relay.count("GET / HTTP"), 0, "it was not visited");
}

#[test]
fn what_is_on_page_two_is_found() {
    let account = "370000000008";
    let root = cloud().root(account);
    // Personalize has 100 on a page, App Runner 20. The lab's own come after these.
    for n in 0..100 {
        let group = json!({"name": format!("a-shop-{n:03}")});
        called(&root, &PERSONALIZE, "CreateDatasetGroup", group);
    }
    for n in 0..20 {
        let image = json!({"ImageIdentifier": "public.ecr.aws/docker/library/httpd:latest", "ImageRepositoryType": "ECR_PUBLIC"});
        let service =
            json!({"ServiceName": format!("a-shop-{n:03}"), "SourceConfiguration": {"ImageRepository": image}});
        called(&root, &APPRUNNER, "CreateService", service);
    }
    for n in 0..3 {
        let repository = json!({"repositoryName": format!("a-shop-{n:03}")});
        called(&root, &ECR, "CreateRepository", repository);
    }
    cloud().deploy(account, &solution());
    let relay = Relay::to(cloud().endpoint());
    let keys = cloud().student(account);
    let seen = checked(check_at(&relay.endpoint(), &keys, &["--format", "json", "--no-probe"]));
    assert_eq!(seen.code, 0, "{}", seen.json);
    for (name, candidates, because) in [
        ("group", 101, "its datasets have the lab's columns"),
        ("service", 21, "it runs an image from ECR, on Grafana's port"),
        ("repository", 4, "the service runs an image of it"),
    ] {
        let chosen = &seen.report.resources[name];
        assert_eq!(
            (chosen.candidates, chosen.because.as_str()),
            (candidates, because),
            "{name}"
        );
    }
    for call in ["AmazonPersonalize.ListDatasetGroups", "AppRunner.ListServices"] {
        assert_eq!(relay.count(call), 2, "{call}");
    }
}

#[test]
fn a_service_that_answers_with_an_error_says_so() {
    let seen = deployed("370000000009", "private-service");
    assert_eq!(seen.with(Status::Fail), ["apprunner.answers"], "{}", seen.json);
    let found = seen.found("apprunner.answers");
    assert!(found.contains(".awsapprunner.com/ answers with status 404"), "{found}");
}

#[test]
fn the_function_for_personalize_is_not_taken_for_the_one_that_stores_clicks() {
    // Both read the stream, and neither has the variable that names the table.
    let seen = deployed("370000000010", "variable-missing");
    let processor = &seen.report.resources["processor"];
    assert!(processor.name.contains("-Function-"), "{}", processor.name);
    assert_eq!(seen.get("personalize.sender").status, Status::Pass);
}
