//! `states.machine`, and `states.walk`: where a machine's definition leads.

use super::kind::{Args, Candidate, Description, Kind, candidates};
use super::time;
use crate::account::services::STATES;
use crate::account::{Account, CallError};
use crate::asl;
use crate::course::{ArgSpec, KindSpec};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// [`ListStateMachines`](https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html); the
/// definition, as a document, and the role cost one call a machine. `Tasks` says what its `Task` states do, in whichever
/// of the two query languages they are written.
pub(super) const MACHINE: Kind = Kind {
    spec: || {
        KindSpec::new(
            "states.machine",
            "state machine",
            &json!({
                "name": null, "stateMachineArn": null, "type": null, "creationDate": null,
                "definition": "any", "roleArn": null, "status": null,
                "Tasks": [{
                    "Name": null, "Resource": null, "Function": null, "FunctionName": null, "FunctionArn": null,
                    "FunctionRegion": null, "FunctionAccount": null, "WaitsForToken": null, "TokenField": null,
                    "InputField": null, "Payload": null, "TimeoutSeconds": null, "HeartbeatSeconds": null,
                }],
            }),
        )
        .described(&["definition", "roleArn", "status", "Tasks"])
    },
    actions: &["states:ListStateMachines"],
    list: |account, _| machines(account).boxed(),
    describe: Some(Description {
        actions: &["states:DescribeStateMachine"],
        look: |account, machine| describe(account, machine).boxed(),
        created_at: None,
    }),
};

/// Where a definition leads from its first state that waits for a token, once that was returned with `output`: the
/// states in order, and how it ends. No call is made.
pub(super) const WALK: Kind = Kind {
    spec: || {
        KindSpec::new(
            "states.walk",
            "way through the definition",
            &json!({
                "States": [{
                    "Name": null, "Type": null, "FunctionName": null, "FunctionRegion": null, "FunctionAccount": null,
                    "Error": null,
                }],
            }),
        )
        .args(const { &[ArgSpec::required("definition"), ArgSpec::required("output")] })
    },
    actions: &[],
    list: walk,
    describe: None,
};

async fn machines(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let input = json!({"maxResults": 1000});
    let mut machines = account
        .list(&STATES, "ListStateMachines", input, "stateMachines")
        .await?;
    machines
        .iter_mut()
        .for_each(|machine| time::readable(machine, &["creationDate"]));
    Ok(candidates(machines, "name", "stateMachineArn", "creationDate"))
}

async fn describe(account: &Account, machine: &Candidate) -> Result<Value, CallError> {
    let input = json!({"stateMachineArn": machine.arn});
    let answer = account.call(&STATES, "DescribeStateMachine", input).await?;
    let text = answer["definition"].as_str().unwrap_or_default();
    let definition: Value = serde_json::from_str(text).unwrap_or_default();
    Ok(json!({
        "Tasks": asl::tasks(&definition),
        "definition": definition,
        "roleArn": answer["roleArn"],
        "status": answer["status"],
    }))
}

fn walk<'a>(_: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let (definition, output) = (&args["definition"], &args["output"]);
        match asl::walk(definition, output) {
            Ok(states) => Ok(vec![Candidate {
                document: json!({"States": states}),
                ..Candidate::default()
            }]),
            Err(reason) => Err(CallError::other("reading the definition", "Undecided", reason)),
        }
    }
    .boxed()
}
