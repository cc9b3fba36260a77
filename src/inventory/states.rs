//! AWS Step Functions: state machines.

use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::listing::each;
use super::logs;
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::STATES;
use crate::account::{Account, CallError};
use crate::asl;
use futures::FutureExt;
use serde_json::{Value, json};

/// A state machine: charged by its steps. See [prices](https://aws.amazon.com/step-functions/pricing/).
pub(super) const MACHINE: ResourceType = ResourceType {
    name: "AWS::StepFunctions::StateMachine",
    noun: "state machine",
    kind: Some("states.machine"),
    parts: &[
        "AWS::StepFunctions::StateMachineVersion",
        "AWS::StepFunctions::StateMachineAlias",
    ],
    is_companion: false,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Working,
        actions: &["states:DeleteStateMachine"],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`ListStateMachines`](https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html) and
/// [`DescribeStateMachine`](https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html).
pub(super) const LISTED: Service = Service {
    name: "Step Functions",
    template: "AWS::StepFunctions",
    actions: &["states:ListStateMachines", "states:DescribeStateMachine"],
    is_regional: true,
    bills_by_hour: false,
    list: |account| machines(account).boxed(),
};

async fn machines(account: &Account) -> Result<Vec<Item>, CallError> {
    let input = json!({"maxResults": 1000});
    let machines = account
        .list(&STATES, "ListStateMachines", input, "stateMachines")
        .await?;
    each(machines, |machine| async move {
        let input = json!({"stateMachineArn": machine["stateMachineArn"]});
        let described = account.call(&STATES, "DescribeStateMachine", input).await?;
        let role = described["roleArn"].as_str().unwrap_or_default();
        let destinations = described["loggingConfiguration"]["destinations"]
            .as_array()
            .into_iter()
            .flatten();
        let groups = destinations.filter_map(|to| logs::name_in(to["cloudWatchLogsLogGroup"]["logGroupArn"].as_str()?));
        let item = Item::read(&MACHINE, account, machine, "name", "stateMachineArn", "creationDate");
        let definition: Value =
            serde_json::from_str(described["definition"].as_str().unwrap_or_default()).unwrap_or_default();
        let tasks = asl::tasks(&definition);
        let functions: Vec<String> = tasks.iter().filter_map(|task| function_of(task, &item.id)).collect();
        let named = texts_in(&definition);
        let item = Item {
            mentions: named,
            ..item
        };
        Ok(item.uses(
            [role]
                .into_iter()
                .chain(groups)
                .chain(functions.iter().map(String::as_str)),
        ))
    })
    .await
}

/// Every text in a definition: the names and ARNs of what its states work on are among them.
fn texts_in(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => all.iter().flat_map(texts_in).collect(),
        Value::Object(fields) => fields.values().flat_map(texts_in).collect(),
        _ => Vec::new(),
    }
}

/// The ARN of the function that a task calls, which may be called by its name.
fn function_of(task: &Value, machine: &str) -> Option<String> {
    let mut parts = machine.split(':').skip(1);
    let (partition, _, region, account) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let of = |field: &str, own: &str| task[field].as_str().unwrap_or(own).to_owned();
    let (region, account) = (of("FunctionRegion", region), of("FunctionAccount", account));
    Some(format!(
        "arn:{partition}:lambda:{region}:{account}:function:{}",
        task["FunctionName"].as_str()?
    ))
}

/// By [`DeleteStateMachine`](https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html):
/// executions that wait end with it.
async fn delete(account: &Account, machine: &Item) -> Result<(), CallError> {
    let input = json!({"stateMachineArn": machine.id});
    gone(account.call(&STATES, "DeleteStateMachine", input).await)
}
