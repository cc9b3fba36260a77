//! What others use of a lab, and what has more in it than the lab's, stays.

use crate::common;

use std::collections::BTreeMap;

use common::cleaner::{Cleaner, cloud};
use common::cloud::{REGION, wait};
use common::course::{solution, solution_of};
use edemlab::account::services::{DYNAMODB, LOGS, SNS};
use serde_json::{Value, json};

/// The id of what a plan deletes of a type; the first by name.
fn id_of(plan: &Value, of: &str) -> String {
    let mut all = plan["deletions"].as_array().unwrap().iter();
    let found = all
        .find(|one| one["type"] == of)
        .unwrap_or_else(|| panic!("{of}: {plan:#}"));
    found["id"].as_str().unwrap().to_owned()
}

/// Why each thing stays, by its name.
fn staying(plan: &Value) -> BTreeMap<String, String> {
    let all = plan["staying"].as_array().unwrap().iter();
    let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    all.map(|one| (text(one, "name"), text(one, "why"))).collect()
}

fn role(name: &str, service: &str) -> Value {
    json!({"Type": "AWS::IAM::Role", "Properties": {"RoleName": name, "AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }}})
}

fn function(name: &str, dead_letters: &str) -> Value {
    json!({"Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": name, "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Runtime": "python3.13", "Handler": "index.handler",
        "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
        "DeadLetterConfig": {"TargetArn": dead_letters},
    }})
}

#[test]
fn what_somebody_elses_things_lead_to_stays() {
    let account = "622000000011";
    cloud().deploy(account, &solution_of("eventdriven"));
    let cleaner = Cleaner::new("eventdriven", account);
    let plan = cleaner.plan(&[]);
    let (machine, topic) = (
        id_of(&plan, "AWS::StepFunctions::StateMachine"),
        id_of(&plan, "AWS::SNS::Topic"),
    );
    let (handler, group) = (
        id_of(&plan, "AWS::Lambda::Function"),
        id_of(&plan, "AWS::Logs::LogGroup"),
    );
    let definition = json!({"StartAt": "Run", "States": {"Run": {
        "Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "End": true,
        "Parameters": {"StateMachineArn": machine},
    }}});
    let stranger = json!({"Resources": {
        "Role": role("watcher", "lambda.amazonaws.com"),
        "States": role("nested", "states.amazonaws.com"),
        "Watcher": function("watcher", &topic),
        "Nested": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "StateMachineName": "nested", "RoleArn": {"Fn::GetAtt": ["States", "Arn"]},
            "DefinitionString": definition.to_string(),
        }},
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "payments", "ProtocolType": "HTTP"}},
        "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
            "ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0",
            "IntegrationUri": handler,
        }},
        "Alert": {"Type": "AWS::Events::Rule", "Properties": {
            "Name": "alert", "EventPattern": {"source": ["aws.s3"]}, "Targets": [{"Id": "topic", "Arn": topic}],
        }},
    }});
    cloud().deploy_as(account, REGION, "stranger", &stranger);
    let root = cloud().root(account);
    wait(root.call(&LOGS, "CreateLogGroup", json!({"logGroupName": "/aws/events/payments"}))).unwrap();

    let plan = cleaner.plan(&[]);
    let staying = staying(&plan);
    let why = |id: &str| {
        let name = id.rsplit([':', '/']).next().unwrap();
        staying
            .get(name)
            .map(String::as_str)
            .unwrap_or_else(|| panic!("{name}: {plan:#}"))
    };
    assert_eq!(why(&machine), "state machine nested uses it, and stays");
    assert_eq!(why(&handler), "HTTP API payments uses it, and stays");
    assert!(why(&topic).ends_with("uses it, and stays"), "{}", why(&topic));
    assert!(
        staying
            .values()
            .any(|why| why.starts_with("it is about the log group /aws/events/payments too")),
        "{staying:#?}"
    );
    // What works on the lab's things is named, and is not deleted.
    for name in ["alert", "nested", "payments"] {
        assert!(staying.contains_key(name), "{name}: {staying:#?}");
        assert!(
            staying[name].contains(&format!("--also {name} deletes it too")),
            "{name}: {staying:#?}"
        );
    }
    assert_eq!(
        id_of(&plan, "AWS::Logs::LogGroup"),
        group,
        "the log of the bus is the lab's alone: {plan:#}"
    );

    // A subscriber of another service is no reader of the lab's mails.
    let subscribe = json!({
        "TopicArn": topic, "Protocol": "lambda",
        "Endpoint": format!("arn:aws:lambda:{REGION}:{account}:function:watcher"),
    });
    wait(root.call(&SNS, "Subscribe", subscribe)).unwrap();
    let also = |names: &[&'static str]| -> Vec<&str> { names.iter().flat_map(|name| ["--also", name]).collect() };
    let plan = cleaner.plan(&also(&["alert", "nested", "payments"]));
    let why = &self::staying(&plan)[topic.rsplit(':').next().unwrap()];
    assert!(why.contains(":function:watcher listens to it"), "{why}");
    let plan = cleaner.plan(&also(&["alert", "nested", "payments", "watcher"]));
    assert_eq!(id_of(&plan, "AWS::SNS::Topic"), topic);
}

/// An API that stays, since it leads to somebody else's function too, needs the bus that its mapping template names.
#[test]
fn what_stays_keeps_what_its_templates_name() {
    let account = "622000000017";
    cloud().deploy(account, &solution_of("eventdriven"));
    let cleaner = Cleaner::new("eventdriven", account);
    let plan = cleaner.plan(&[]);
    let bus = id_of(&plan, "AWS::Events::EventBus");
    let bus = bus.rsplit('/').next().unwrap();
    let template = format!("{{\"Entries\": [{{\"EventBusName\": \"{bus}\", \"Detail\": \"x\"}}]}}");
    let stranger = json!({"Resources": {
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "other door"}},
        "Post": {"Type": "AWS::ApiGateway::Method", "Properties": {
            "RestApiId": {"Ref": "Api"}, "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "HttpMethod": "POST",
            "AuthorizationType": "NONE", "Integration": {
                "Type": "AWS", "IntegrationHttpMethod": "POST", "RequestTemplates": {"application/json": template},
                "Uri": format!("arn:aws:apigateway:{REGION}:events:action/PutEvents"),
            },
        }},
    }});
    cloud().deploy_as(account, REGION, "stranger", &stranger);
    let plan = cleaner.plan(&[]);
    assert_eq!(staying(&plan)[bus], "REST API other door uses it, and stays");
}

#[test]
fn what_somebody_has_put_into_the_labs_things_stays() {
    let account = "622000000012";
    let made = cloud().deploy(account, &solution());
    let root = cloud().root(account);
    let (bucket, table) = (&made["BucketName"], &made["TableName"]);
    let stream = wait(async {
        let view = json!({"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"});
        let update = json!({"TableName": table, "StreamSpecification": view});
        root.call(&DYNAMODB, "UpdateTable", update).await.unwrap();
        let client = root.s3(REGION);
        let versioned = aws_sdk_s3::types::VersioningConfiguration::builder()
            .status(aws_sdk_s3::types::BucketVersioningStatus::Enabled)
            .build();
        client
            .put_bucket_versioning()
            .bucket(bucket)
            .versioning_configuration(versioned)
            .send()
            .await
            .unwrap();
        // It was deleted, and can come back.
        let thesis = client.put_object().bucket(bucket).key("thesis.docx");
        thesis
            .body(aws_sdk_s3::primitives::ByteStream::from_static(b"mine"))
            .send()
            .await
            .unwrap();
        client
            .delete_object()
            .bucket(bucket)
            .key("thesis.docx")
            .send()
            .await
            .unwrap();
        let described = root
            .call(&DYNAMODB, "DescribeTable", json!({"TableName": table}))
            .await
            .unwrap();
        described["Table"]["LatestStreamArn"]
            .as_str()
            .expect("a stream")
            .to_owned()
    });
    let stranger = json!({"Resources": {
        "Role": role("copier", "lambda.amazonaws.com"),
        "Copier": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "copier", "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Runtime": "python3.13",
            "Handler": "index.handler", "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
        }},
        "Mapping": {"Type": "AWS::Lambda::EventSourceMapping", "DependsOn": "Copier", "Properties": {
            "FunctionName": "copier", "EventSourceArn": stream, "StartingPosition": "LATEST",
        }},
    }});
    cloud().deploy_as(account, REGION, "stranger", &stranger);
    let plan = Cleaner::new("datastream", account).plan(&[]);
    let staying = staying(&plan);
    assert_eq!(staying[table], "trigger copier uses it, and stays");
    assert_eq!(staying[bucket], "it holds an object that is not the lab's: thesis.docx");
}
