//! A resource is found by how it is wired: what else is in the account, and what students call things, changes nothing.

use crate::common;

use common::cloud::{Checked, REGION, checked, shared, wait};
use common::course::{fault, solution};
use edemlab::report::Status;
use futures::future::join_all;
use serde_json::{Map, Value, json};

/// Another course's stack: a role, and `functions` functions whose names come before those of the lab.
fn other_course(functions: usize) -> Value {
    let mut resources = Map::new();
    let trust = json!({"Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]});
    resources.insert(
        "Role".to_owned(),
        json!({"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}),
    );
    for n in 0..functions {
        let function = json!({"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": format!("a-shop-{n:03}"), "Runtime": "python3.9", "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Environment": {"Variables": {"TABLE": format!("a-shop-{n:03}")}},
            "Code": {"ZipFile": "def handler(event, context):\n    return 'hello'\n"},
        }});
        resources.insert(format!("Function{n}"), function);
    }
    json!({ "Resources": resources })
}

/// What other courses left: 3 streams, 100 tables with keys of their own, 60 functions. AWS lists 100 tables and 50
/// functions on a page; the lab's own come after these.
fn leave_things_behind(account: &str) {
    let cloud = shared("datastream");
    cloud.deploy_as(account, REGION, "other-course", &other_course(60));
    let root = cloud.root(account);
    wait(async {
        use aws_sdk_dynamodb::types::{
            AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        };
        join_all((0..100).map(|n| {
            let key = KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash);
            let attribute = AttributeDefinition::builder()
                .attribute_name("id")
                .attribute_type(ScalarAttributeType::S);
            root.dynamodb()
                .create_table()
                .table_name(format!("a-shop-{n:03}"))
                .billing_mode(BillingMode::PayPerRequest)
                .key_schema(key.build().unwrap())
                .attribute_definitions(attribute.build().unwrap())
                .send()
        }))
        .await
        .into_iter()
        .for_each(|made| drop(made.unwrap()));
        for name in ["a-orders", "metrics", "z-orders"] {
            let made = root.kinesis().create_stream().stream_name(name).shard_count(1).send();
            made.await.unwrap();
        }
    });
}

fn same(before: &Checked, after: &Checked) {
    assert_eq!(before.verdicts(), after.verdicts());
    assert_eq!(before.code, after.code);
    for (name, chosen) in &before.report.resources {
        assert_eq!(chosen.name, after.report.resources[name].name, "{name}");
    }
}

#[test]
fn leftovers_of_other_courses_change_nothing() {
    let account = "310000000001";
    let cloud = shared("datastream");
    cloud.deploy(account, &solution());
    let before = cloud.report(account, &[]);
    assert_eq!(before.code, 0, "{}", before.json);

    leave_things_behind(account);
    let after = cloud.report(account, &[]);
    let of = |name: &str| after.report.resources[name].candidates;
    assert_eq!((of("stream"), of("table")), (4, 101), "they are there");
    assert!(of("processor") > 60, "they are there: {}", of("processor"));
    same(&before, &after);
}

#[test]
fn a_mistake_is_still_seen_among_leftovers() {
    let account = "310000000002";
    let cloud = shared("datastream");
    for template in fault("sort-key-name") {
        cloud.deploy(account, &template);
    }
    let before = cloud.report(account, &[]);
    assert_eq!(before.with(Status::Fail), ["dynamodb.sort-key", "final.stored"]);
    leave_things_behind(account);
    same(&before, &cloud.report(account, &[]));
}

/// The solution as a student who clicks makes it: names of their own, the course's managed policies.
fn clicked() -> Value {
    let mut template = solution();
    let resources = &mut template["Resources"];
    resources["Stream"]["Properties"]["Name"] = "untitled-1".into();
    resources["Table"]["Properties"]["TableName"] = "My.First_Table".into();
    resources["Function"]["Properties"]["FunctionName"] = "untitled-3".into();
    resources["Role"]["Properties"]["RoleName"] = "service-role-f3a9".into();
    resources["Role"]["Properties"]["Policies"] = json!([]);
    resources["Role"]["Properties"]["ManagedPolicyArns"] = json!([
        "arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole",
        "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess",
    ]);
    template
}

#[test]
fn any_names_and_the_courses_managed_policies_are_right() {
    let account = "310000000003";
    let cloud = shared("datastream");
    cloud.deploy(account, &clicked());
    let seen = cloud.report(account, &[]);
    assert_eq!((seen.code, seen.with(Status::Fail).len()), (0, 0), "{}", seen.json);
    assert_eq!(seen.report.resources["table"].name, "My.First_Table");
}

#[test]
fn the_learner_labs_role_is_right_where_it_may_not_be_simulated() {
    let account = "310000000004";
    let cloud = shared("datastream");
    let mut template = solution();
    let role = &mut template["Resources"]["Role"]["Properties"];
    role["RoleName"] = "LabRole".into();
    role["ManagedPolicyArns"] = json!([]);
    role["Policies"] = json!([{"PolicyName": "Lab", "PolicyDocument": {
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }}]);
    cloud.deploy(account, &template);
    let learner = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": ["iam:SimulatePrincipalPolicy", "iam:Create*", "iam:Attach*"], "Resource": "*"},
    ]});
    let keys = cloud.user(account, "learner", &learner);
    let seen = checked(cloud.check(&keys, &["--format", "json"]));
    assert_eq!(seen.code, 0, "{}", seen.json);
    assert_eq!(seen.report.resources["role"].name, "LabRole");
}

#[test]
fn the_files_may_lie_under_any_prefix_and_have_any_name() {
    let account = "310000000005";
    let cloud = shared("datastream");
    let mut template = solution();
    template["Resources"]["Files"]["Properties"]["Prefix"] = "2025/Año nuevo/a+b&c/".into();
    let code = &mut template["Resources"]["FilesFunction"]["Properties"]["Code"]["ZipFile"];
    *code = code
        .as_str()
        .unwrap()
        .replace("wanted[\"Prefix\"] + name", "wanted[\"Prefix\"] + name.upper()")
        .into();
    cloud.deploy(account, &template);
    let seen = cloud.report(account, &["s3"]);
    assert_eq!((seen.code, seen.step("s3")), (0, Status::Pass), "{}", seen.json);
}

#[test]
fn of_two_streams_the_one_that_the_user_names_is_taken() {
    let account = "310000000008";
    let cloud = shared("datastream");
    let outputs = cloud.deploy(account, &solution());
    let root = cloud.root(account);
    let made = root.kinesis().create_stream().stream_name("spare").shard_count(1);
    wait(made.send()).unwrap();
    let seen = cloud.report(account, &["--use", "stream=spare", "--no-probe"]);
    let stream = &seen.report.resources["stream"];
    assert_eq!((stream.name.as_str(), stream.candidates), ("spare", 2));
    assert!(stream.because.contains("--use"), "{}", stream.because);
    let read_by_none = ["personalize.sender", "kinesis.on-demand", "lambda.trigger"];
    assert_eq!(seen.with(Status::Fail), read_by_none);

    let wrong = cloud.report(account, &["--use", "stream=spear", "--no-probe"]);
    assert_eq!((wrong.code, wrong.step("kinesis")), (3, Status::Unknown));
    // The names that can be used are said.
    let found = wrong.found("kinesis.exists");
    let names = format!("--use stream takes: {}, spare", outputs["StreamName"]);
    assert!(found.contains("`spear`") && found.contains(&names), "{found}");
}

#[test]
fn what_nothing_ties_to_the_lab_is_nobodys() {
    let account = "310000000021";
    let cloud = shared("datastream");
    leave_things_behind(account);
    let strangers = json!({"Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Repository": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "a-shop"}},
    }});
    cloud.deploy_as(account, REGION, "strangers", &strangers);
    let seen = cloud.report(account, &[]);
    let setup = seen.report.steps.iter().find(|step| step.id == "setup").unwrap();
    assert_eq!(
        (seen.code, seen.report.points.earned),
        (1, setup.points.earned),
        "{}",
        seen.json
    );
    for id in [
        "s3.exists",
        "kinesis.exists",
        "iam.exists",
        "dynamodb.exists",
        "lambda.exists",
        "ecr.exists",
    ] {
        assert_eq!(seen.get(id).status, Status::Fail, "{id}");
        let fix = seen.get(id).fix.as_deref().unwrap_or_default();
        assert!(!fix.contains("a-shop"), "{id}: {fix}");
    }
    // Who asks is asked back, with the few names that say something.
    let found = seen.found("kinesis.exists");
    assert!(
        found.contains("Is one of a-orders, metrics, z-orders yours? Then add --use stream=NAME"),
        "{found}"
    );
    assert!(
        seen.found("dynamodb.exists")
            .contains(" and 97 more yours? Then add --use table=NAME")
    );
    assert!(
        seen.found("ecr.exists")
            .contains("Is a-shop yours? Then add --use repository=a-shop")
    );
    // The answer is taken.
    let seen = cloud.report(account, &["--no-probe", "--use", "stream=metrics", "kinesis"]);
    assert_eq!(seen.get("kinesis.exists").status, Status::Pass, "{}", seen.json);
}

#[test]
fn what_belongs_to_the_other_lab_is_not_this_ones() {
    let cloud = shared("datastream");
    for (account, there, asked) in [
        ("310000000022", "eventdriven", "datastream"),
        ("310000000023", "datastream", "eventdriven"),
    ] {
        let stack = format!("edemlab-{there}");
        cloud.deploy_as(account, REGION, &stack, &common::course::solution_of(there));
        let seen = checked(common::cloud::check_lab_at(
            cloud.endpoint(),
            asked,
            &cloud.student(account),
            &["--format", "json"],
        ));
        let earned = seen
            .report
            .checks()
            .filter(|(step, check)| step.id != "setup" && check.points > 0);
        let earned: Vec<&str> = earned.map(|(_, check)| check.id.as_str()).collect();
        assert_eq!(earned, Vec::<&str>::new(), "{}", seen.json);
    }
}

#[test]
fn the_newest_is_said_only_where_it_is_known() {
    let account = "310000000024";
    let cloud = shared("datastream");
    let keys = |name: &str| {
        json!({"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "user_id", "AttributeType": "S"},
                {"AttributeName": "timestamp", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "user_id", "KeyType": "HASH"}, {"AttributeName": "timestamp", "KeyType": "RANGE"}],
        }})
    };
    // By its name the newest comes neither first nor last.
    let second = || std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    for name in ["m-older", "a-old", "z-old", "k-newest"] {
        // The sandbox counts whole seconds.
        let last = second();
        common::eventually("the next second", || second() > last);
        cloud.deploy_as(
            account,
            REGION,
            &format!("stack-{name}"),
            &json!({"Resources": {"Table": keys(name)}}),
        );
    }
    let seen = cloud.report(account, &["--no-probe", "dynamodb"]);
    let chosen = &seen.report.resources["table"];
    assert_eq!(
        (chosen.name.as_str(), chosen.because.as_str()),
        ("k-newest", "it has the lab's keys; the newest of 4"),
        "{}",
        seen.json
    );

    // SNS does not say when a topic was made.
    let topic = |name: &str| json!({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}});
    let two = json!({"Resources": {"A": topic("taco-orders"), "B": topic("TacoBell")}});
    cloud.deploy_as(account, REGION, "topics", &two);
    let keys = cloud.student(account);
    let check = common::cloud::check_lab_at(cloud.endpoint(), "eventdriven", &keys, &["--format", "json", "sns"]);
    let seen = checked(check);
    let found = seen.found("sns.topic");
    assert_eq!(seen.get("sns.topic").status, Status::Unknown, "{}", seen.json);
    assert!(
        found.contains("TacoBell") && found.contains("--use topic=NAME"),
        "{found}"
    );
}

#[test]
fn a_stream_is_not_another_one_whose_name_begins_alike() {
    let account = "310000000031";
    let cloud = shared("datastream");
    let mut template = solution();
    template["Resources"]["Stream"]["Properties"]["Name"] = "clicks-2".into();
    cloud.deploy(account, &template);
    let root = cloud.root(account);
    let mode = aws_sdk_kinesis::types::StreamModeDetails::builder()
        .stream_mode(aws_sdk_kinesis::types::StreamMode::OnDemand)
        .build();
    let made = root.kinesis().create_stream().stream_name("clicks");
    wait(made.stream_mode_details(mode.unwrap()).send()).unwrap();

    let seen = cloud.report(account, &["--no-probe"]);
    assert_eq!(seen.report.resources["stream"].name, "clicks-2", "{}", seen.json);
    assert_eq!((seen.code, seen.with(Status::Fail).len()), (0, 0), "{}", seen.json);
    // The trigger does not read the one that is told, which also an event shows.
    let told = cloud.report(account, &["--use", "stream=clicks"]);
    assert_eq!(told.report.resources["stream"].name, "clicks", "{}", told.json);
    assert_eq!(told.get("lambda.trigger").status, Status::Fail, "{}", told.json);
    assert!(told.found("lambda.trigger").contains("clicks-2"), "{}", told.json);
    assert_eq!(told.get("final.invoked").status, Status::Fail, "{}", told.json);
    assert!(
        told.found("final.invoked").contains("no trigger on stream"),
        "{}",
        told.json
    );
}

#[test]
fn of_two_streams_the_one_that_the_other_function_reads_is_named() {
    let account = "310000000027";
    let cloud = shared("datastream");
    for template in common::course::fault("second-stream") {
        cloud.deploy(account, &template);
    }
    let seen = cloud.report(account, &["--no-probe"]);
    assert_eq!(
        seen.report.resources["stream"].because, "the trigger reads from it",
        "{}",
        seen.json
    );
    let found = seen.found("personalize.sender");
    let reads = "has the tracking ID, and reads stream DisneyClickstraem, not DisneyClickstream";
    assert!(found.contains(reads), "{found}");
}
