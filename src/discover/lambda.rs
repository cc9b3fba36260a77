//! `lambda.function`, with the event source mappings that feed it.

use super::kind::{Candidate, Kind, candidates};
use super::time;
use crate::account::services::LAMBDA;
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use futures::FutureExt;
use serde_json::{Value, json};

/// [`ListFunctions`](https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html) joined with
/// [`ListEventSourceMappings`](https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html): two
/// lists for the whole account, never one call a function (Lambda's control plane takes about 15 calls a second).
pub(super) const FUNCTION: Kind = Kind {
    spec: || {
        KindSpec::new(
            "lambda.function",
            "function",
            &json!({
                "FunctionName": null, "FunctionArn": null, "Runtime": null, "Role": null, "Handler": null,
                "CodeSize": null, "Timeout": null, "MemorySize": null, "LastModified": null, "PackageType": null,
                "Environment": {"Variables": {"*": null}},
                "LoggingConfig": {
                    "LogGroup": null, "LogFormat": null, "ApplicationLogLevel": null, "SystemLogLevel": null,
                },
                "VpcConfig": {"VpcId": null, "SubnetIds": [null], "SecurityGroupIds": [null]},
                "EventSourceMappings": [{
                    "UUID": null, "EventSourceArn": null, "StreamArn": null, "FunctionArn": null, "State": null,
                    "StateTransitionReason": null, "LastProcessingResult": null, "StartingPosition": null,
                    "BatchSize": null, "MaximumBatchingWindowInSeconds": null, "FunctionResponseTypes": [null],
                    "FilterCriteria": {"Filters": [{"Pattern": null}]},
                }],
            }),
        )
        .secret(&["Environment.Variables"])
        .changing(&["LastProcessingResult"])
    },
    actions: &["lambda:ListFunctions", "lambda:ListEventSourceMappings"],
    list: |account, _| list(account).boxed(),
    describe: None,
};

async fn list(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let functions = account.get_all(
        &LAMBDA,
        "lambda:ListFunctions",
        "/2015-03-31/functions/",
        &[],
        "Functions",
    );
    let (mut functions, mappings) = tokio::try_join!(functions, event_source_mappings(account, None))?;
    for function in &mut functions {
        let arn = function["FunctionArn"].as_str().unwrap_or_default();
        let of_it = mappings
            .iter()
            .filter(|m| m["FunctionArn"].as_str().is_some_and(|of| is_of(of, arn)));
        function["EventSourceMappings"] = of_it.cloned().collect();
    }
    let mut candidates = candidates(functions, "FunctionName", "FunctionArn", "LastModified");
    candidates.iter_mut().for_each(derive);
    Ok(candidates)
}

/// Adds what AWS says in other words: the stream of each mapping, and that the variables could not be read.
pub(super) fn derive(candidate: &mut Candidate) {
    if let Some(why) = unreadable_variables(&candidate.document) {
        candidate.untold.insert("Environment.Variables".to_owned(), why);
    }
    let mappings = candidate.document["EventSourceMappings"].as_array_mut();
    mappings.into_iter().flatten().for_each(name_stream);
}

/// Names the stream that a mapping reads.
fn name_stream(mapping: &mut Value) {
    mapping["StreamArn"] = mapping["EventSourceArn"].as_str().map(stream_of).into();
}

/// Why Lambda does not tell the variables of a function: they are encrypted under a key that the caller may not use. See
/// [`EnvironmentResponse`](https://docs.aws.amazon.com/lambda/latest/api/API_EnvironmentResponse.html).
fn unreadable_variables(function: &Value) -> Option<String> {
    let (name, error) = (&function["FunctionName"], &function["Environment"]["Error"]);
    let code = error["ErrorCode"].as_str()?;
    Some(format!(
        "the variables of function {} could not be read ({code}): these credentials need kms:Decrypt on its key",
        name.as_str().unwrap_or_default()
    ))
}

/// The mappings of a function, or of every one.
///
/// # Errors
/// Those of the calls.
pub(crate) async fn event_source_mappings(account: &Account, function: Option<&str>) -> Result<Vec<Value>, CallError> {
    let of_one = function.map(|function| ("FunctionName", function));
    let (action, path) = ("lambda:ListEventSourceMappings", "/2015-03-31/event-source-mappings/");
    let mut mappings = account
        .get_all(&LAMBDA, action, path, of_one.as_slice(), "EventSourceMappings")
        .await?;
    for mapping in &mut mappings {
        time::readable(mapping, &["LastModified", "StartingPositionTimestamp"]);
        name_stream(mapping);
    }
    Ok(mappings)
}

/// The stream that an event source stands for: a consumer with enhanced fan-out has an ARN of its own,
/// `…:stream/NAME/consumer/CONSUMER:TIME`. Of any other source its own ARN. See
/// [`RegisterStreamConsumer`](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html).
fn stream_of(source: &str) -> &str {
    let of_kinesis = source.split(':').nth(2) == Some("kinesis");
    source
        .split_once("/consumer/")
        .filter(|_| of_kinesis)
        .map_or(source, |(stream, _)| stream)
}

/// A mapping may name a version or alias: its ARN is then the function's with one part more.
fn is_of(mapping: &str, function: &str) -> bool {
    mapping
        .strip_prefix(function)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::{is_of, stream_of};

    #[test]
    fn a_consumer_reads_its_stream() {
        let stream = "arn:aws:kinesis:eu-west-1:111122223333:stream/clicks";
        assert_eq!(stream_of(stream), stream);
        assert_eq!(stream_of(&format!("{stream}/consumer/fast:1700000000")), stream);
        let table = "arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/2026-01-01T00:00:00.000";
        assert_eq!(stream_of(table), table);
    }

    #[test]
    fn a_mapping_of_an_alias_is_of_its_function() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:store";
        assert!(is_of(arn, arn));
        assert!(is_of("arn:aws:lambda:eu-west-1:111122223333:function:store:live", arn));
        assert!(!is_of("arn:aws:lambda:eu-west-1:111122223333:function:store2", arn));
    }
}
