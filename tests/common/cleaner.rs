//! A lab's account that is cleaned up by the binary, and a stranger in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use edemlab::account::services::IAM;
use edemlab::inventory;
use serde_json::{Value, json};

use super::cloud::{Cloud, Printed, REGION, alone, run, shared, wait};
use super::relay::Relay;

pub fn cloud() -> &'static Cloud {
    shared("cleanup")
}

/// A folder for plans, and an account whose lab is cleaned up from there.
pub struct Cleaner {
    pub folder: tempfile::TempDir,
    pub account: String,
    pub lab: &'static str,
    pub endpoint: String,
}

impl Cleaner {
    pub fn new(lab: &'static str, account: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            account: account.to_owned(),
            lab,
            endpoint: cloud().endpoint().to_owned(),
        }
    }

    /// The account with these templates deployed one after another.
    pub fn with(lab: &'static str, account: &str, templates: &[Value]) -> Self {
        for template in templates {
            cloud().deploy(account, template);
        }
        Self::new(lab, account)
    }

    pub fn through(&mut self, relay: &Relay) {
        self.endpoint = relay.endpoint();
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("plan.json")
    }

    pub fn command(&self, args: &[&str]) -> std::process::Command {
        let keys = cloud().student(&self.account);
        let mut command = alone(&["cleanup", self.lab, "--plan"]);
        command
            .arg(self.file())
            .args(args)
            .current_dir(self.folder.path())
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key);
        command
    }

    /// Makes the plan.
    pub fn plan(&self, args: &[&str]) -> Value {
        let printed = run(self.command(&[&["--here"], args].concat()));
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        assert!(printed.stdout.contains("Nothing was deleted"), "{}", printed.stdout);
        self.read("plan.json")
    }

    pub fn apply(&self, args: &[&str]) -> Printed {
        run(self.command(&[&["--yes"], args].concat()))
    }

    pub fn read(&self, file: &str) -> Value {
        let text = std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
    }

    /// Makes the plan and applies it: all of it is gone.
    pub fn clean(&self, args: &[&str]) -> Value {
        let plan = self.plan(args);
        if plan["deletions"].as_array().is_some_and(Vec::is_empty) {
            return plan;
        }
        let printed = self.apply(&[]);
        assert_eq!(printed.code, 0, "{}{}", printed.stdout, printed.stderr);
        assert!(
            printed.stdout.contains("Nothing of the plan is left"),
            "{}",
            printed.stdout
        );
        plan
    }

    /// Everything that stands in the account, by what and where it is.
    pub fn standing(&self) -> BTreeMap<String, String> {
        standing(cloud(), &self.account)
    }
}

/// Everything that stands in an account, by what and where it is.
pub fn standing(cloud: &Cloud, account: &str) -> BTreeMap<String, String> {
    let root = cloud.root(account);
    let listing = wait(inventory::list(&root, |_| true));
    assert!(listing.unlisted.is_empty(), "{:?}", listing.unlisted);
    let items = listing.items.into_iter();
    items
        .map(|item| (format!("{} {}", item.of.name, item.id), format!("{item:?}")))
        .collect()
}

/// What stood before and does not any more.
pub fn gone(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> BTreeSet<String> {
    let gone = before.keys().filter(|what| !after.contains_key(*what));
    gone.cloned().collect()
}

/// What each deletion of a plan is, by its type and id.
pub fn ids(plan: &Value) -> BTreeSet<String> {
    let all = plan["deletions"].as_array().expect("deletions").iter();
    all.map(|one| format!("{} {}", one["type"].as_str().unwrap(), one["id"].as_str().unwrap()))
        .collect()
}

/// What somebody else has in the account: a stream, and a function that runs as the lab's role.
pub fn stranger(role: &str) -> Value {
    json!({"Resources": {
        "Stream": {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "payments", "ShardCount": 1}},
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/lambda/payments"}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "payments", "Role": role, "Runtime": "python3.13", "Handler": "index.handler",
            "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
        }},
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": "invoices", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "number", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "number", "KeyType": "HASH"}],
        }},
    }})
}

/// The policy of an account's own that [`made_beside`] makes for the role.
pub fn own_policy(account: &str) -> String {
    format!("arn:aws:iam::{account}:policy/service-role/AWSLambdaBasicExecutionRole-1f0c")
}

/// [`made_beside`] deployed, and a second version of the role's policy.
pub fn make_beside(cloud: &Cloud, account: &str, role: &str) {
    cloud.deploy_as(account, REGION, "beside", &made_beside(role));
    let version = json!({
        "PolicyArn": own_policy(account), "SetAsDefault": true,
        "PolicyDocument": json!({"Version": "2012-10-17", "Statement": [statement()]}).to_string(),
    });
    let root = cloud.root(account);
    wait(root.call(&IAM, "CreatePolicyVersion", version)).expect("a second version");
}

fn statement() -> Value {
    json!({"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": "*"})
}

/// What a console makes beside: a policy of the account's own for the lab's role, one that a user has too, and an HTTP API
/// that leads to the function `counter`, which takes on the role `door`.
fn made_beside(role: &str) -> Value {
    let policy = |name: &str, users: Value| {
        json!({"Type": "AWS::IAM::ManagedPolicy", "DependsOn": ["User", "Door"], "Properties": {
            "ManagedPolicyName": name, "Path": "/service-role/", "Roles": [role], "Users": users,
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement()]},
        }})
    };
    json!({"Resources": {
        "User": {"Type": "AWS::IAM::User", "Properties": {"UserName": "colleague"}},
        "Own": policy("AWSLambdaBasicExecutionRole-1f0c", json!([])),
        "Shared": policy("for-everybody", json!(["colleague"])),
        "Door": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "door", "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]}, "Action": "sts:AssumeRole"}],
        }}},
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "front door", "ProtocolType": "HTTP"}},
        "Counter": {"Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "counter", "Role": {"Fn::GetAtt": ["Door", "Arn"]}, "Runtime": "python3.13",
            "Handler": "index.handler", "Code": {"ZipFile": "def handler(event, context):\n    return 1\n"},
        }},
        "Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": {
            "ApiId": {"Ref": "Api"}, "IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0",
            "IntegrationUri": {"Fn::GetAtt": ["Counter", "Arn"]},
        }},
    }})
}
