//! The lab of orders is found by its wiring: names, regions, narrow and wide roles, and what other courses left in the
//! account change nothing.

use crate::common;

use common::cloud::Checked;
use common::orders::{Orders, everything_passes, fault, of, role, solution, with_managed_policies};
use edemlab::report::Status;
use serde_json::{Map, Value, json};

/// The solution with names of a student's own, of which none says what it is.
fn renamed() -> Value {
    let mut template = solution();
    for (resource, field, name) in [
        ("Bus", "Name", "b-7"),
        ("LogGroup", "LogGroupName", "/aws/events/what-comes-in"),
        ("LogPolicy", "PolicyName", "p-1"),
        ("LogRule", "Name", "r-1"),
        ("OrderRule", "Name", "r-2"),
        ("RuleRole", "RoleName", "service-role-1"),
        ("Topic", "TopicName", "t-1"),
        ("Role", "RoleName", "service-role-2"),
        ("Table", "TableName", "My.First_Table"),
        ("HumanApproval", "FunctionName", "f-one"),
        ("ApprovalHandler", "FunctionName", "f-two"),
        ("ToSNS", "FunctionName", "f-three"),
        ("Machine", "StateMachineName", "m-1"),
        ("MachineRole", "RoleName", "service-role-3"),
        ("Api", "Name", "a-1"),
        ("ApiRole", "RoleName", "service-role-4"),
    ] {
        of(&mut template, resource)[field] = name.into();
    }
    template
}

#[test]
fn any_names_are_right() {
    let it = Orders::with("420000000001", &[renamed()]);
    let seen = it.check(&[]);
    everything_passes(&seen);
    for (name, is) in [
        ("bus", "b-7"),
        ("topic", "t-1"),
        ("human_approval", "f-one"),
        ("approval_handler", "f-two"),
        ("to_sns", "f-three"),
        ("machine", "m-1"),
        ("api", "a-1"),
    ] {
        assert_eq!(seen.report.resources[name].name, is, "{name}");
    }
}

#[test]
fn every_region_is_right_when_it_is_the_one_that_is_checked() {
    let mut it = Orders::new("420000000002");
    it.region = "ap-southeast-2";
    it.deploy(&[solution()]);
    let seen = it.check(&[]);
    everything_passes(&seen);
    assert_eq!(seen.report.region, it.region);
}

#[test]
fn work_in_another_region_is_found_and_told() {
    let mut it = Orders::new("420000000003");
    it.region = "sa-east-1";
    it.deploy(&[renamed()]);
    it.region = "eu-central-1";
    let seen = it.check(&["--no-probe"]);
    assert_eq!(seen.code, 1);
    let found = seen.found("setup.region");
    assert!(
        found.starts_with("nothing here") && found.contains("m-1 in sa-east-1"),
        "{found}"
    );
    let fix = seen.get("setup.region").fix.as_deref().unwrap_or_default();
    assert!(fix.contains("edemlab check eventdriven --region sa-east-1"), "{fix}");
}

#[test]
fn a_narrow_role_for_each_function_is_right_even_without_logs() {
    let mut template = solution();
    let resources = &mut template["Resources"];
    resources["Role"] = role("lambda.amazonaws.com", &["sns:Publish"], &json!({"Ref": "Topic"}));
    resources["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        .as_array_mut()
        .unwrap()
        .push(json!({"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": {"Fn::GetAtt": ["Table", "Arn"]}}));
    resources["AskRole"] = role("lambda.amazonaws.com", &[], &Value::Null);
    resources["AnswerRole"] = role("lambda.amazonaws.com", &[], &Value::Null);
    resources["ReturnTokens"]["Properties"]["Roles"] = json!([{"Ref": "AnswerRole"}]);
    resources["HumanApproval"]["Properties"]["Role"] = json!({"Fn::GetAtt": ["AskRole", "Arn"]});
    resources["ApprovalHandler"]["Properties"]["Role"] = json!({"Fn::GetAtt": ["AnswerRole", "Arn"]});
    // With a role of its own, only its name tells what it is for.
    resources["ApprovalHandler"]["Properties"]["FunctionName"] = "approve-or-not".into();
    resources["HumanApproval"]["Properties"]["FunctionName"] = "asks".into();
    resources["ToSNS"]["Properties"]["FunctionName"] = "tells".into();
    let it = Orders::with("420000000004", &[template]);
    let seen = it.check(&[]);
    everything_passes(&seen);
    assert_eq!(seen.report.resources["approval_handler"].name, "approve-or-not");
    let groups = it.traces().log_groups;
    assert!(
        !groups.iter().any(|name| name.starts_with("/aws/lambda/")),
        "a function wrote a log: {groups:?}"
    );
}

#[test]
fn the_courses_managed_policies_are_right() {
    let it = Orders::with("420000000005", &[with_managed_policies()]);
    everything_passes(&it.check(&[]));
}

/// A stack of these resources, each made `times` times with its number in it.
fn many(times: usize, resources: impl Fn(&str) -> Vec<(&'static str, Value)>) -> Value {
    let mut all = Map::new();
    for n in 0..times {
        let n = format!("{n:03}");
        for (name, resource) in resources(&n) {
            all.insert(format!("{name}{n}"), resource);
        }
    }
    json!({ "Resources": all })
}

fn shop_buses() -> Value {
    many(120, |n| {
        let rule = json!({"Type": "AWS::Events::Rule", "Properties": {
            "Name": format!("a-shop-{n}"), "EventBusName": {"Ref": format!("Bus{n}")},
            "EventPattern": {"source": [{"prefix": ""}]},
        }});
        let bus = json!({"Type": "AWS::Events::EventBus", "Properties": {"Name": format!("a-shop-{n}")}});
        vec![("Bus", bus), ("Rule", rule)]
    })
}

/// APIs that answer by themselves, some of them to /orders; the last one puts events on another bus.
fn shop_apis() -> Value {
    let mut template = many(30, |n| {
        let path = if n.ends_with('7') { "orders" } else { "things" };
        let api = json!({"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": format!("a-shop-{n}")}});
        let resource = json!({"Type": "AWS::ApiGateway::Resource", "Properties": {
            "RestApiId": {"Ref": format!("Api{n}")}, "ParentId": {"Fn::GetAtt": [format!("Api{n}"), "RootResourceId"]},
            "PathPart": path,
        }});
        let method = json!({"Type": "AWS::ApiGateway::Method", "Properties": {
            "RestApiId": {"Ref": format!("Api{n}")}, "ResourceId": {"Ref": format!("Path{n}")},
            "HttpMethod": "POST", "AuthorizationType": "NONE",
            "Integration": {"Type": "MOCK", "RequestTemplates": {"application/json": "{\"statusCode\": 200}"}},
        }});
        vec![("Api", api), ("Path", resource), ("Post", method)]
    });
    let resources = &mut template["Resources"];
    resources["Role"] = role("apigateway.amazonaws.com", &["events:PutEvents"], &json!("*"));
    resources["Post029"]["Properties"]["Integration"] = json!({
        "Type": "AWS", "IntegrationHttpMethod": "POST",
        "Uri": {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:events:action/PutEvents"},
        "Credentials": {"Fn::GetAtt": ["Role", "Arn"]},
        "RequestTemplates": {"application/json": "{\"Entries\": [{\"Source\": \"shop\", \"EventBusName\": \"a-shop-003\"}]}"},
    });
    template
}

fn shop_topics() -> Value {
    many(120, |n| {
        let topic = json!({"Type": "AWS::SNS::Topic", "Properties": {"TopicName": format!("a-shop-{n}")}});
        vec![("Topic", topic)]
    })
}

/// Functions with a role of their own, and machines that call one of them; one machine waits for a token.
fn shop_machines() -> Value {
    let mut template = many(60, |n| {
        let function = json!({"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": format!("a-shop-{n}"), "Runtime": "python3.9", "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Environment": {"Variables": {"TABLE": format!("a-shop-{n}")}},
            "Code": {"ZipFile": "def handler(event, context):\n    return 'hello'\n"},
        }});
        let wait = if n == "007" { ".waitForTaskToken" } else { "" };
        let call = json!({"StartAt": "Call", "States": {"Call": {
            "Type": "Task", "Resource": format!("arn:aws:states:::lambda:invoke{wait}"), "End": true,
            "Parameters": {"FunctionName": format!("a-shop-{n}"), "Payload.$": "$"},
        }}});
        let machine = json!({"Type": "AWS::StepFunctions::StateMachine", "Properties": {
            "StateMachineName": format!("a-shop-{n}"), "RoleArn": {"Fn::GetAtt": ["MachineRole", "Arn"]},
            "DefinitionString": call.to_string(),
        }});
        vec![("Function", function), ("Machine", machine)]
    });
    template["Resources"]["Role"] = role("lambda.amazonaws.com", &[], &Value::Null);
    template["Resources"]["MachineRole"] = role("states.amazonaws.com", &["lambda:InvokeFunction"], &json!("*"));
    template
}

fn leave_things_behind(it: Orders) {
    for (stack, template) in [
        ("shop-buses", shop_buses()),
        ("shop-apis", shop_apis()),
        ("shop-topics", shop_topics()),
        ("shop-machines", shop_machines()),
    ] {
        it.cloud.deploy_as(it.account, it.region, stack, &template);
    }
}

fn same(before: &Checked, after: &Checked) {
    assert_eq!(before.verdicts(), after.verdicts(), "{}", after.json);
    assert_eq!(before.code, after.code);
    for (name, chosen) in &before.report.resources {
        assert_eq!(chosen.name, after.report.resources[name].name, "{name}");
    }
}

/// The names of the guide, for those that chose none of their own.
fn as_in_the_guide(mut template: Value) -> Value {
    for (resource, field, name) in [
        ("Bus", "Name", "TacoBell"),
        ("Topic", "TopicName", "TacoBellTopic"),
        ("Machine", "StateMachineName", "TacoBellStateMachine"),
        ("HumanApproval", "FunctionName", "LambdaHumanApproval"),
        ("ApprovalHandler", "FunctionName", "LambdaApprovalHandler"),
        ("ToSNS", "FunctionName", "LambdaToSNS"),
    ] {
        if template["Resources"].get(resource).is_some() {
            of(&mut template, resource)[field] = name.into();
        }
    }
    template
}

#[test]
fn leftovers_of_other_courses_change_nothing() {
    let it = Orders::with("420000000006", &[renamed()]);
    let alone = it.check(&[]);
    everything_passes(&alone);
    leave_things_behind(it);
    let among = it.check(&[]);
    let of = |name: &str| among.report.resources[name].candidates;
    assert!(
        of("bus") > 120 && of("topic") > 120 && of("api") > 30 && of("machine") > 60,
        "{}",
        among.json
    );
    assert!(of("to_sns") > 60, "they are there: {}", of("to_sns"));
    same(&alone, &among);
}

#[test]
fn mistakes_are_still_seen_among_leftovers() {
    let (clean, full) = (Orders::new("420000000007"), Orders::new("420000000008"));
    leave_things_behind(full);
    for id in ["no-order-rule", "topic-variable-missing", "order-pattern-typo"] {
        let templates: Vec<Value> = fault(id).into_iter().map(as_in_the_guide).collect();
        clean.deploy(&templates);
        full.deploy(&templates);
        let (alone, among) = (clean.check(&["--no-probe"]), full.check(&["--no-probe"]));
        assert!(!alone.with(Status::Fail).is_empty(), "{id}");
        same(&alone, &among);
    }
}
