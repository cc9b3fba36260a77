//! Deployments into the sandbox, by the library that `prove` and `check --sandbox` use.

use crate::common;

use common::OwnSandbox;
use edemlab::sandbox::{self, AccountNumber, DeployError, Sandbox, StartOptions};
use edemlab::stack::StackError;
use serde_json::{Value, json};

fn template(resources: Value) -> Value {
    json!({"Resources": resources, "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Stream", "Arn"]}}}})
}

fn stream(name: &str) -> Value {
    json!({"Type": "AWS::Kinesis::Stream", "Properties": {"Name": name, "StreamModeDetails": {"StreamMode": "ON_DEMAND"}}})
}

fn bucket(name: &str) -> Value {
    json!({"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}})
}

async fn started(own: &OwnSandbox) -> Sandbox {
    sandbox::start(own.paths(), &StartOptions::default(), &|_| ())
        .await
        .unwrap()
}

fn account(number: &str) -> AccountNumber {
    number.parse().unwrap()
}

#[tokio::test]
async fn a_stack_is_made_changed_and_left_alone() {
    let own = OwnSandbox::new("deploy");
    let sandbox = started(&own).await;
    let (number, region) = (account("000000000001"), "eu-central-1");
    let first = template(json!({"Stream": stream("clicks")}));
    let outputs = sandbox.deploy(&number, region, "lab", &first).await.unwrap();
    assert_eq!(
        outputs["Arn"],
        "arn:aws:kinesis:eu-central-1:000000000001:stream/clicks"
    );
    let same = sandbox.deploy(&number, region, "lab", &first).await.unwrap();
    assert_eq!(same, outputs);
    let second = template(json!({"Stream": stream("views")}));
    let changed = sandbox.deploy(&number, region, "lab", &second).await.unwrap();
    assert!(changed["Arn"].ends_with("stream/views"), "{changed:?}");
}

#[tokio::test]
async fn a_failure_names_the_resource_and_can_be_fixed() {
    let own = OwnSandbox::new("deploy-fails");
    let sandbox = started(&own).await;
    let taken = template(json!({"Stream": stream("clicks"), "Store": bucket("edemlab-test-taken")}));
    sandbox
        .deploy(&account("000000000001"), "us-east-1", "lab", &taken)
        .await
        .unwrap();

    let other = account("000000000002");
    let error = sandbox.deploy(&other, "us-east-1", "lab", &taken).await.unwrap_err();
    let DeployError::Stack(StackError::Failed { stack, reasons, .. }) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (stack.as_str(), reasons.len(), reasons[0].resource.as_str()),
        ("lab", 1, "Store")
    );
    assert!(error.to_string().contains("Store (AWS::S3::Bucket): "), "{error}");
    let fixed = template(json!({"Stream": stream("clicks"), "Store": bucket("edemlab-test-free")}));
    sandbox.deploy(&other, "us-east-1", "lab", &fixed).await.unwrap();
}

#[tokio::test]
async fn a_template_that_is_refused_says_why() {
    let own = OwnSandbox::new("deploy-refused");
    let sandbox = started(&own).await;
    let nonsense = json!({"Resources": {"It": {"Type": "AWS::Kinesis::Nonsense"}}});
    let error = sandbox
        .deploy(&account("000000000001"), "us-east-1", "lab", &nonsense)
        .await
        .unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, DeployError::Refused(_)));
    assert!(
        said.contains("cloudformation:CreateStack") && said.contains("AWS::Kinesis::Nonsense"),
        "{said}"
    );
}

#[tokio::test]
async fn many_students_at_once() {
    let own = OwnSandbox::new("students");
    let sandbox = started(&own).await;
    let accounts: Vec<AccountNumber> = (1..=20).map(|n| account(&format!("{n:012}"))).collect();
    let all = futures::future::join_all(accounts.iter().map(|number| sandbox.student(number))).await;
    let mut ids: Vec<String> = all.into_iter().map(|keys| keys.unwrap().access_key_id).collect();
    let again = sandbox.student(&accounts[0]).await.unwrap();
    assert_eq!(again.access_key_id, ids[0]);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}
