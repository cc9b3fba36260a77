//! Every request is one that AWS's model has: operation, members, types, required ones, limits, tokens.

use std::collections::BTreeSet;
use std::path::Path;

use crate::common::class::{PROFESSOR, hand_in};
use crate::common::cleaner::make_beside;
use crate::common::cloud::{Cloud, REGION, alone, run};
use crate::common::course::{Copy, fault_of};
use crate::common::fleet::{self, Fleet};
use crate::front::{Front, LABS, all, cloud, each, faulty, solved, solved_in};
use edemlab::class::access::Secret;
use edemlab::report::Status;
use serde_json::{Value, json};

/// Every operation that the program may ask for. One more is one more permission, and is added on purpose.
pub const OPERATIONS: &[&str] = &[
    "apigateway.GetResources",
    "apigateway.GetRestApis",
    "apigateway.GetStages",
    "apigatewayv2.GetApis",
    "apprunner.DescribeService",
    "apprunner.ListServices",
    "dynamodb.DeleteItem",
    "dynamodb.DescribeTable",
    "dynamodb.GetItem",
    "dynamodb.ListTables",
    "dynamodb.Scan",
    "ecr.DescribeImages",
    "ecr.DescribeRepositories",
    "ecs.DescribeExpressGatewayService",
    "ecs.DescribeServices",
    "ecs.ListClusters",
    "ecs.ListServices",
    "events.ListEventBuses",
    "events.ListRules",
    "events.ListTargetsByRule",
    "events.TestEventPattern",
    "iam.ListAttachedRolePolicies",
    "iam.ListRoles",
    "iam.SimulatePrincipalPolicy",
    "kinesis.DescribeStreamSummary",
    "kinesis.ListStreams",
    "kinesis.PutRecord",
    "kinesis.PutRecords",
    "lambda.GetFunctionConcurrency",
    "lambda.Invoke",
    "lambda.ListEventSourceMappings",
    "lambda.ListFunctions",
    "logs.DescribeLogGroups",
    "logs.DescribeResourcePolicies",
    "logs.FilterLogEvents",
    "personalize.DescribeDataset",
    "personalize.DescribeEventTracker",
    "personalize.DescribeSchema",
    "personalize.DescribeSolution",
    "personalize.ListCampaigns",
    "personalize.ListDatasetGroups",
    "personalize.ListDatasetImportJobs",
    "personalize.ListDatasets",
    "personalize.ListEventTrackers",
    "personalize.ListRecommenders",
    "personalize.ListSolutionVersions",
    "personalize.ListSolutions",
    "s3.GetBucketPolicy",
    "s3.GetObject",
    "s3.ListBuckets",
    "s3.ListObjectsV2",
    "sns.ListSubscriptionsByTopic",
    "sns.ListTopics",
    "stepfunctions.DescribeExecution",
    "stepfunctions.DescribeStateMachine",
    "stepfunctions.GetExecutionHistory",
    "stepfunctions.ListExecutions",
    "stepfunctions.ListStateMachines",
    "stepfunctions.StopExecution",
    "sts.AssumeRole",
    "sts.GetCallerIdentity",
];

/// Those that only the grading of a class asks for.
pub const OF_A_CLASS: &[&str] = &["cloudtrail.LookupEvents"];

/// Those that only a professor with a fleet asks for.
pub const OF_THE_FLEET: &[&str] = &[
    "cloudformation.DescribeStacks",
    "s3.DeleteObject",
    "s3.PutObject",
    "stepfunctions.DescribeMapRun",
    "stepfunctions.ListMapRuns",
    "stepfunctions.StartExecution",
];

/// Those that only a rehearsal asks for.
pub const OF_A_REHEARSAL: &[&str] = &[
    "cloudformation.CreateStack",
    "cloudformation.DeleteStack",
    "cloudformation.DescribeStacks",
    "cloudformation.ListStackResources",
    "cloudformation.UpdateStack",
];

/// Those that only `costs` and `cleanup` ask for.
pub const OF_WHAT_STANDS: &[&str] = &[
    "apigateway.DeleteRestApi",
    "apigatewayv2.DeleteApi",
    "apigatewayv2.GetIntegrations",
    "apprunner.DeleteService",
    "apprunner.DescribeAutoScalingConfiguration",
    "dynamodb.DeleteTable",
    "ecr.DeleteRepository",
    "ecs.DeleteExpressGatewayService",
    "ecs.DescribeServiceRevisions",
    "elbv2.DeleteLoadBalancer",
    "elbv2.DeleteTargetGroup",
    "elbv2.DescribeLoadBalancers",
    "elbv2.DescribeTargetGroups",
    "events.DeleteEventBus",
    "events.DeleteRule",
    "events.RemoveTargets",
    "firehose.ListDeliveryStreams",
    "iam.DeletePolicy",
    "iam.DeletePolicyVersion",
    "iam.DeleteRole",
    "iam.DeleteRolePolicy",
    "iam.DetachRolePolicy",
    "iam.ListEntitiesForPolicy",
    "iam.ListInstanceProfilesForRole",
    "iam.ListPolicies",
    "iam.ListPolicyTags",
    "iam.ListPolicyVersions",
    "iam.ListRolePolicies",
    "iam.ListRoleTags",
    "kinesis.DeleteStream",
    "lambda.DeleteEventSourceMapping",
    "lambda.DeleteFunction",
    "logs.DeleteLogGroup",
    "logs.DeleteResourcePolicy",
    "personalize.DeleteCampaign",
    "personalize.DeleteDataset",
    "personalize.DeleteDatasetGroup",
    "personalize.DeleteEventTracker",
    "personalize.DeleteSchema",
    "personalize.DeleteSolution",
    "personalize.DescribeCampaign",
    "personalize.DescribeDatasetImportJob",
    "personalize.ListSchemas",
    "resourcegroupstaggingapi.GetResources",
    "s3.DeleteBucket",
    "s3.DeleteObjects",
    "s3.ListObjectVersions",
    "sns.DeleteTopic",
    "sns.ListSubscriptions",
    "stepfunctions.DeleteStateMachine",
];

/// Faults whose checks look for a cause in many places.
const FAULTS: &[(&str, &str)] = &[
    ("eventdriven", "express-machine"),
    ("datastream", "crash"),
    ("datastream", "express-wrong-port"),
    ("eventdriven", "function-raises"),
    ("datastream", "partition-key-name"),
    ("eventdriven", "order-rule-off"),
    ("datastream", "trigger-off"),
    ("datastream", "default-code"),
    ("datastream", "role-without-dynamodb"),
    ("datastream", "keys-swapped"),
    ("eventdriven", "handler-does-not-approve"),
    ("eventdriven", "order-pattern-typo"),
    ("eventdriven", "not-deployed"),
    ("eventdriven", "http-api"),
    ("datastream", "not-trained"),
];

/// How many of them are looked at in the short form.
const FEW: usize = 2;

/// All that came by was well asked; gives the operations.
pub fn operations(front: &Front, what: &str) -> BTreeSet<String> {
    front.asked_well(what);
    let requests = front.requests();
    assert!(!requests.is_empty(), "{what}: nothing was asked");
    for web in requests.iter().filter_map(|r| r.web.as_deref()) {
        let built = [".execute-api.", ".awsapprunner.com/", ".on.aws/"];
        assert!(built.iter().any(|host| web.contains(host)), "{what}: {web}");
    }
    requests.into_iter().filter_map(|r| r.operation).collect()
}

pub fn listed(found: &BTreeSet<String>, lists: &[&[&str]], is_whole: bool) {
    let expected: BTreeSet<String> = lists.iter().flat_map(|l| l.iter()).map(|o| (*o).to_owned()).collect();
    let new: Vec<_> = found.difference(&expected).collect();
    assert!(new.is_empty(), "operations that are not in the list: {new:?}");
    let gone: Vec<_> = expected.difference(found).collect();
    assert!(
        !is_whole || gone.is_empty(),
        "operations that nothing asks for: {gone:?}"
    );
}

#[test]
fn every_request_of_a_check_is_one_that_awss_model_has() {
    let mut jobs: Vec<(&str, Option<&str>)> = LABS.iter().map(|lab| (*lab, None)).collect();
    let few = if all() { FAULTS.len() } else { FEW };
    jobs.extend(FAULTS[..few].iter().map(|(lab, fault)| (*lab, Some(*fault))));
    let found = each(&jobs, |(lab, fault)| {
        let account = fault.map_or_else(|| solved(lab), |fault| faulty(lab, fault));
        let front = Front::new(&json!({}));
        let checked = front.check(lab, &account, &[]);
        assert_eq!(
            checked.code,
            i32::from(fault.is_some()),
            "{lab} {fault:?}: {}",
            checked.json
        );
        operations(&front, &format!("{lab} {fault:?}"))
    });
    let mut found: BTreeSet<String> = found.into_iter().flatten().collect();
    found.extend(where_another_is_denied());
    found.extend(of_another_course());
    found.extend(["sts.AssumeRole".to_owned()]);
    listed(&found, &[OPERATIONS], all());
}

#[test]
fn every_request_of_costs_and_cleanup_is_one_that_awss_model_has() {
    let folder = tempfile::tempdir().unwrap();
    let front = Front::new(&json!({}));
    let jobs = [
        (LABS[0], "920000000071", None),
        (LABS[1], "920000000072", None),
        (LABS[0], "920000000073", Some("express-wrong-port")),
    ];
    for (lab, account, fault) in jobs {
        match fault {
            Some(fault) => fault_of(lab, fault)
                .iter()
                .for_each(|template| drop(cloud().deploy(account, template))),
            None => solved_in(lab, account),
        }
        make_beside(cloud(), account, "door");
        let plan = folder.path().join(format!("{account}.json"));
        let plan = plan.to_str().unwrap();
        let ask = |args: &[&str]| {
            let keys = cloud().student(account);
            let mut command = alone(args);
            command
                .env("AWS_ENDPOINT_URL", front.endpoint())
                .env("AWS_REGION", REGION)
                .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
                .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
            run(command)
        };
        for args in [
            vec!["costs", lab, "--here"],
            vec![
                "cleanup",
                lab,
                "--here",
                "--plan",
                plan,
                "--also",
                "front door",
                "--also",
                "counter",
                "--also",
                "door",
                "--also",
                "AWSLambdaBasicExecutionRole-1f0c",
            ],
            vec!["cleanup", lab, "--plan", plan, "--yes"],
        ] {
            let printed = ask(&args);
            // App Runner has no known price in Frankfurt.
            assert!(
                [0, 3].contains(&printed.code),
                "{args:?}: {}{}",
                printed.stdout,
                printed.stderr
            );
        }
    }
    let found = operations(&front, "costs and cleanup");
    listed(&found, &[OPERATIONS, OF_WHAT_STANDS], false);
    let missing: Vec<_> = OF_WHAT_STANDS
        .iter()
        .filter(|operation| !found.contains(**operation))
        .collect();
    assert!(missing.is_empty(), "nothing asks for {missing:?}");
}

/// Where roles may not be simulated, the policies that they have are asked for.
fn where_another_is_denied() -> BTreeSet<String> {
    let front = Front::new(&json!({"error": {"kind": "denied", "only": ["iam.SimulatePrincipalPolicy"]}}));
    front.check(LABS[0], &solved(LABS[0]), &["--no-probe"]);
    operations(&front, "no simulation")
}

/// A course may read fields that neither lab's checks read, each with a call of its own.
fn of_another_course() -> BTreeSet<String> {
    let copy = Copy::new();
    let mode = "expect: stream.StreamModeDetails.StreamMode == \"ON_DEMAND\"";
    let shards = format!("{mode} && stream.OpenShardCount > 0");
    copy.replace("checks/datastream/kinesis.yaml", mode, &shards);
    let front = Front::new(&json!({}));
    let course = copy.folder().to_str().unwrap();
    let checked = front.check(LABS[0], &solved(LABS[0]), &["--no-probe", "--course", course]);
    assert!(checked.with(Status::Fail).is_empty(), "{}", checked.json);
    operations(&front, "another course")
}

/// A class of two: one whose account a role opens, and one who has handed in keys.
fn class(cloud: &Cloud, folder: &Path) -> std::path::PathBuf {
    let (by_role, by_keys) = ("920000000081", "920000000082");
    solved_in(LABS[0], by_role);
    solved_in(LABS[1], by_keys);
    let secret = folder.join("secret");
    let id = Secret::load_or_make(&secret).expect("a secret").0.external_id("s001");
    cloud.make_role(by_role, &cloud.access_template(&[]), &id);
    hand_in(&folder.join("s002.txt"), &cloud.student(by_keys));
    let roster = folder.join("roster.csv");
    let lines = format!("student,account,credentials,region\ns001,{by_role},,\ns002,,s002.txt,eu-central-1\n");
    std::fs::write(&roster, lines).unwrap();
    roster
}

/// `edemlab grade` of a roster, whose secret is beside it, into a folder `out` there.
fn grade(front: &Front, roster: &Path, out: &str, more: &[&str]) {
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let beside = |name: &str| text(&roster.with_file_name(name));
    let (roster, secret, out) = (text(roster), beside("secret"), beside(out));
    let all = ["grade", &roster, "--secret", &secret, "--out", &out];
    let mut command = cloud().professor(&[&all, more].concat());
    command.env("AWS_ENDPOINT_URL", front.endpoint());
    let printed = run(command);
    assert_eq!(printed.code, 0, "{PROFESSOR}: {}{}", printed.stdout, printed.stderr);
}

#[test]
fn every_request_of_a_class_is_one_that_awss_model_has() {
    let folder = tempfile::tempdir().unwrap();
    let roster = class(cloud(), folder.path());
    let front = Front::new(&json!({}));
    grade(&front, &roster, "class", &[]);
    let found = operations(&front, "a class");
    listed(&found, &[OPERATIONS, OF_A_CLASS], false);
    for operation in ["sts.AssumeRole"].iter().chain(OF_A_CLASS) {
        assert!(found.contains(*operation), "{found:?}");
    }
    assert!(front.count("kinesis.PutRecord") > 0 && front.count("lambda.Invoke") > 0);
}

/// The fleet's template, its function behind a proxy.
fn template_behind(front: &Front) -> Value {
    let mut template = fleet::template();
    let variables = &mut template["Resources"]["Function"]["Properties"]["Environment"]["Variables"];
    variables["AWS_ENDPOINT_URL"] = front.endpoint().into();
    template
}

#[test]
fn every_request_to_a_fleet_is_one_that_awss_model_has() {
    if !all() {
        return eprintln!("not tested: EDEMLAB_CONTRACT=all");
    }
    let folder = tempfile::tempdir().unwrap();
    let account = "920000000091";
    solved_in(LABS[0], account);
    let secret = folder.path().join("secret");
    let id = Secret::load_or_make(&secret).expect("a secret").0.external_id("s001");
    cloud().make_role(account, &cloud().access_template(&[]), &id);
    let roster = folder.path().join("roster.csv");
    std::fs::write(&roster, format!("student,account\ns001,{account}\n")).unwrap();
    // What the first grading may not take away, the second one does.
    let stuck = Front::new(&json!({"error": {"kind": "denied", "only": ["dynamodb.DeleteItem"]}}));
    let of_the_function = Front::new(&json!({}));
    let fleet = Fleet::of(cloud(), "edemlab-contract", &template_behind(&stuck));
    let front = Front::new(&json!({}));
    let by_fleet = ["--fleet", &fleet.stack.name];
    grade(&front, &roster, "first", &by_fleet);
    fleet.update(&template_behind(&of_the_function));
    grade(&front, &roster, "second", &by_fleet);
    let mut found = operations(&front, "a fleet");
    for asked in [&stuck, &of_the_function] {
        let of_it = operations(asked, "a fleet's function");
        assert!(of_it.contains("sts.AssumeRole"), "{of_it:?}");
        found.extend(of_it);
    }
    listed(&found, &[OPERATIONS, OF_A_CLASS, OF_THE_FLEET], false);
    for operation in OF_THE_FLEET {
        assert!(found.contains(*operation), "nothing asks for {operation}");
    }
}
