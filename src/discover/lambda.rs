//! `lambda.function`, with the event source mappings that feed it.

use super::kind::{Candidate, Kind};
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use crate::expr::Shape;
use aws_sdk_lambda::types::{EventSourceMappingConfiguration, FunctionConfiguration};
use futures::FutureExt;
use serde_json::{Value, json};

/// [`ListFunctions`](https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html) joined with
/// [`ListEventSourceMappings`](https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html): two
/// lists for the whole account, never one call a function (Lambda's control plane bears about 15 calls a second).
pub(super) const FUNCTION: Kind = Kind {
    spec: || KindSpec {
        name: "lambda.function",
        noun: "function",
        shape: Shape::of(&json!({
            "FunctionName": null, "FunctionArn": null, "Runtime": null, "Role": null, "Handler": null,
            "CodeSize": null, "Timeout": null, "MemorySize": null, "LastModified": null, "PackageType": null,
            "Environment": {"Variables": {"*": null}},
            "LoggingConfig": {"LogGroup": null, "LogFormat": null},
            "EventSourceMappings": [{
                "UUID": null, "EventSourceArn": null, "FunctionArn": null, "State": null,
                "StateTransitionReason": null, "LastProcessingResult": null, "StartingPosition": null,
                "BatchSize": null, "FunctionResponseTypes": [null],
            }],
        })),
        listed: &[
            "FunctionName",
            "FunctionArn",
            "Runtime",
            "Role",
            "Handler",
            "CodeSize",
            "Timeout",
            "MemorySize",
            "LastModified",
            "PackageType",
            "Environment",
            "LoggingConfig",
            "EventSourceMappings",
        ],
        args: &[],
        arn: None,
        always: false,
    },
    actions: &["lambda:ListFunctions", "lambda:ListEventSourceMappings"],
    list: |account, _| list(account).boxed(),
    describe: None,
};

async fn list(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let functions = async {
        let items = account.lambda().list_functions().into_paginator().items().send();
        let items: Result<Vec<FunctionConfiguration>, _> = items.collect().await;
        items.map_err(|e| CallError::from_sdk("lambda:ListFunctions", &e))
    };
    let mappings = async {
        let items = account
            .lambda()
            .list_event_source_mappings()
            .into_paginator()
            .items()
            .send();
        let items: Result<Vec<EventSourceMappingConfiguration>, _> = items.collect().await;
        items.map_err(|e| CallError::from_sdk("lambda:ListEventSourceMappings", &e))
    };
    let (functions, mappings) = tokio::try_join!(functions, mappings)?;
    Ok(functions.iter().map(|f| candidate(f, &mappings)).collect())
}

fn candidate(function: &FunctionConfiguration, mappings: &[EventSourceMappingConfiguration]) -> Candidate {
    let arn = function.function_arn().unwrap_or_default();
    let variables = function.environment().and_then(|e| e.variables());
    let variables: serde_json::Map<String, Value> = variables
        .into_iter()
        .flatten()
        .map(|(k, v)| (k.clone(), Value::from(v.as_str())))
        .collect();
    let mappings: Vec<Value> = mappings
        .iter()
        .filter(|m| m.function_arn().is_some_and(|of| is_of(of, arn)))
        .map(mapping)
        .collect();
    Candidate {
        name: function.function_name().unwrap_or_default().to_owned(),
        arn: Some(arn.to_owned()),
        made: function.last_modified().unwrap_or_default().to_owned(),
        document: json!({
            "FunctionName": function.function_name(),
            "FunctionArn": arn,
            "Runtime": function.runtime().map(|r| r.as_str()),
            "Role": function.role(),
            "Handler": function.handler(),
            "CodeSize": function.code_size(),
            "Timeout": function.timeout(),
            "MemorySize": function.memory_size(),
            "LastModified": function.last_modified(),
            "PackageType": function.package_type().map(|p| p.as_str()),
            "Environment": {"Variables": variables},
            "LoggingConfig": {
                "LogGroup": function.logging_config().and_then(|l| l.log_group()),
                "LogFormat": function.logging_config().and_then(|l| l.log_format()).map(|f| f.as_str()),
            },
            "EventSourceMappings": mappings,
        }),
        ..Candidate::default()
    }
}

/// A mapping may name a version or alias: its ARN is then the function's with one part more.
fn is_of(mapping: &str, function: &str) -> bool {
    mapping
        .strip_prefix(function)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// A mapping, with AWS's field names.
pub(crate) fn mapping(m: &EventSourceMappingConfiguration) -> Value {
    json!({
        "UUID": m.uuid(),
        "EventSourceArn": m.event_source_arn(),
        "FunctionArn": m.function_arn(),
        "State": m.state(),
        "StateTransitionReason": m.state_transition_reason(),
        "LastProcessingResult": m.last_processing_result(),
        "StartingPosition": m.starting_position().map(|p| p.as_str()),
        "BatchSize": m.batch_size(),
        "FunctionResponseTypes": m.function_response_types().iter().map(|t| t.as_str()).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn a_mapping_of_an_alias_is_of_its_function() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:clicks";
        assert!(is_of(arn, arn));
        assert!(is_of("arn:aws:lambda:eu-west-1:111122223333:function:clicks:live", arn));
        assert!(!is_of("arn:aws:lambda:eu-west-1:111122223333:function:clicks2", arn));
    }
}
