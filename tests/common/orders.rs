//! The lab of orders in accounts of a sandbox: deployed, checked, and what a check leaves behind.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use edemlab::account::services::{LOGS, SNS, STATES};
use edemlab::account::{Account, Keys};
use edemlab::report::Status;
use serde_json::{Value, json};

use super::cloud::{Checked, Cloud, Printed, REGION, check_lab_at, checked, run, shared, wait};
use super::course::{fault_of, solution_of, steps_of};

pub const LAB: &str = "eventdriven";

/// The stack that `edemlab sandbox deploy` makes of it.
const STACK: &str = "edemlab-eventdriven";

/// All of the lab's points, and those of its extra credit.
pub const POINTS: u32 = 100;
pub const EXTRA: u32 = 2;

pub fn solution() -> Value {
    solution_of(LAB)
}

pub fn fault(id: &str) -> Vec<Value> {
    fault_of(LAB, id)
}

pub fn steps() -> Vec<String> {
    steps_of(LAB)
}

/// The properties of a resource of a template.
pub fn of<'t>(template: &'t mut Value, resource: &str) -> &'t mut Value {
    let found = &mut template["Resources"][resource]["Properties"];
    assert!(found.is_object(), "the template has no {resource}");
    found
}

/// Replaces the one place in the code of a function.
pub fn recode(template: &mut Value, function: &str, replace: &str, with: &str) {
    let code = &mut of(template, function)["Code"]["ZipFile"];
    let text = code.as_str().expect("code");
    assert_eq!(
        text.matches(replace).count(),
        1,
        "{replace:?} in the code of {function}"
    );
    *code = text.replace(replace, with).into();
}

/// A role for a service, with these rights on a resource.
pub fn role(service: &str, actions: &[&str], resource: &Value) -> Value {
    let mut role = json!({"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }}});
    if !actions.is_empty() {
        role["Properties"]["Policies"] = json!([{"PolicyName": "one", "PolicyDocument": {
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}],
        }}]);
    }
    role
}

/// The solution with the policies that the course attaches, in place of narrow ones.
pub fn with_managed_policies() -> Value {
    let mut template = solution();
    for (role, policies) in [
        (
            "Role",
            &[
                "AmazonSNSFullAccess",
                "AWSStepFunctionsFullAccess",
                "AmazonDynamoDBFullAccess",
                "service-role/AWSLambdaBasicExecutionRole",
            ][..],
        ),
        ("MachineRole", &["service-role/AWSLambdaRole"]),
        ("RuleRole", &["AWSStepFunctionsFullAccess"]),
        ("ApiRole", &["AmazonEventBridgeFullAccess"]),
    ] {
        let arns = policies.iter().map(|name| format!("arn:aws:iam::aws:policy/{name}"));
        let properties = of(&mut template, role);
        properties["Policies"] = json!([]);
        properties["ManagedPolicyArns"] = arns.collect::<Vec<_>>().into();
    }
    let resources = template["Resources"].as_object_mut().unwrap();
    resources.remove("ReturnTokens");
    resources.remove("MachinePolicy");
    resources["Machine"]["DependsOn"] = json!(["MachineRole"]);
    template
}

/// An account of the sandbox for this lab.
#[derive(Clone, Copy)]
pub struct Orders {
    pub cloud: &'static Cloud,
    pub account: &'static str,
    pub region: &'static str,
}

/// What is in an account that a check may have put there.
#[derive(Debug, PartialEq, Eq)]
pub struct Traces {
    /// Executions that still run.
    pub running: Vec<String>,
    /// The items of every table.
    pub items: Vec<String>,
    pub subscriptions: BTreeSet<String>,
    pub log_groups: BTreeSet<String>,
}

impl Orders {
    pub fn new(account: &'static str) -> Self {
        Self {
            cloud: shared(LAB),
            account,
            region: REGION,
        }
    }

    /// An account with these templates, one deployed after the other.
    pub fn with(account: &'static str, templates: &[Value]) -> Self {
        let it = Self::new(account);
        it.deploy(templates);
        it
    }

    pub fn deploy(&self, templates: &[Value]) -> BTreeMap<String, String> {
        let mut outputs = BTreeMap::new();
        for template in templates {
            outputs = self.cloud.deploy_as(self.account, self.region, STACK, template);
        }
        if templates
            .last()
            .is_some_and(|t| t["Metadata"]["edemlab"]["confirm"] == true)
        {
            self.cloud.confirm(self.account, self.region);
        }
        outputs
    }

    pub fn student(&self) -> Keys {
        self.cloud.student(self.account)
    }

    pub fn root(&self) -> Account {
        self.cloud.root_in(self.account, self.region)
    }

    /// `edemlab check` of the account by its student.
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_at(self.cloud.endpoint(), &self.student(), args)
    }

    /// The same, elsewhere or by somebody else.
    pub fn command_at(&self, endpoint: &str, keys: &Keys, args: &[&str]) -> Command {
        let mut command = check_lab_at(endpoint, LAB, keys, args);
        command.env("AWS_REGION", self.region);
        command
    }

    pub fn print(&self, args: &[&str]) -> Printed {
        run(self.command(args))
    }

    pub fn check(&self, args: &[&str]) -> Checked {
        checked(self.command(&[&["--format", "json"], args].concat()))
    }

    /// What is printed as text, JSON and JUnit, by three checks at once.
    pub fn print_all(&self, args: &[&str]) -> [Printed; 3] {
        std::thread::scope(|scope| {
            let checks = ["text", "json", "junit"].map(|format| {
                let mut command = self.command(&[&["--format", format], args].concat());
                command.env("RUST_LOG", "trace");
                scope.spawn(move || run(command))
            });
            checks.map(|check| check.join().expect("it ends"))
        })
    }

    /// Every execution of every machine, with its status.
    pub fn executions(&self) -> Vec<(String, String)> {
        let root = self.root();
        wait(async {
            let mut found = Vec::new();
            for machine in list(&root, "ListStateMachines", json!({}), "stateMachines").await {
                let of = json!({"stateMachineArn": machine["stateMachineArn"]});
                for execution in list(&root, "ListExecutions", of, "executions").await {
                    found.push((text(&execution["executionArn"]), text(&execution["status"])));
                }
            }
            found
        })
    }

    /// Every task token that any execution was given, from the histories.
    pub fn tokens(&self) -> BTreeSet<String> {
        let root = self.root();
        let mut tokens = BTreeSet::new();
        for (execution, _) in self.executions() {
            let of = json!({"executionArn": execution});
            for event in wait(list(&root, "GetExecutionHistory", of, "events")) {
                let given = &event["taskScheduledEventDetails"]["parameters"];
                let given: Value = serde_json::from_str(given.as_str().unwrap_or("null")).unwrap();
                tokens.extend(given["Payload"]["taskToken"].as_str().map(str::to_owned));
            }
        }
        tokens
    }

    pub fn traces(&self) -> Traces {
        let root = self.root();
        let mut executions = self.executions();
        executions.retain(|(_, status)| status == "RUNNING");
        let tables = wait(root.dynamodb().list_tables().send()).unwrap();
        let items = tables.table_names().iter();
        let topics = names(&root, &SNS, "ListSubscriptions", "Subscriptions", "SubscriptionArn");
        Traces {
            running: executions.into_iter().map(|(arn, _)| arn).collect(),
            items: items.flat_map(|table| self.cloud.items(self.account, table)).collect(),
            subscriptions: topics,
            log_groups: names(&root, &LOGS, "DescribeLogGroups", "logGroups", "logGroupName"),
        }
    }
}

/// Every check of the lab passes, the extra credit among them.
pub fn everything_passes(seen: &Checked) {
    let open = seen
        .verdicts()
        .into_iter()
        .filter(|(_, status, _)| *status != Status::Pass);
    let open: Vec<_> = open
        .map(|(id, status, _)| format!("{id} is {status:?}: {}", seen.found(&id)))
        .collect();
    assert!(open.is_empty(), "{open:#?}");
    assert_eq!((seen.code, seen.report.points.earned), (0, POINTS + EXTRA));
}

/// After a check everything is as before, but for the logs of functions that ran, which AWS makes.
pub fn nothing_stays(before: &Traces, after: &Traces) {
    assert_eq!(after.running, before.running, "an execution still runs");
    assert_eq!(after.items, before.items, "an item was left");
    assert_eq!(after.subscriptions, before.subscriptions);
    assert!(before.log_groups.is_subset(&after.log_groups), "{before:?} {after:?}");
    let made = after.log_groups.difference(&before.log_groups);
    let other: Vec<_> = made.filter(|name| !name.starts_with("/aws/lambda/")).collect();
    assert!(other.is_empty(), "log groups were made: {other:?}");
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn list(root: &Account, operation: &str, input: Value, items: &str) -> Vec<Value> {
    match root.call(&STATES, operation, input).await {
        Ok(answer) => answer[items].as_array().cloned().unwrap_or_default(),
        // An Express machine has no list of executions.
        Err(error) if error.code() == Some("StateMachineTypeNotSupported") => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

fn names(
    root: &Account,
    service: &edemlab::account::wire::Service,
    operation: &str,
    items: &str,
    name: &str,
) -> BTreeSet<String> {
    let answer = wait(root.call(service, operation, json!({}))).expect("it can be listed");
    let items = answer[items].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| text(&item[name])).collect()
}
