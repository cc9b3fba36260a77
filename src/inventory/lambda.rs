//! AWS Lambda: functions, and what feeds them.

use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::LAMBDA;
use crate::account::{Account, CallError};
use crate::discover::event_source_mappings;
use futures::FutureExt;

/// A function: charged by its runs. See [prices](https://aws.amazon.com/lambda/pricing/).
pub(super) const FUNCTION: ResourceType = ResourceType {
    name: "AWS::Lambda::Function",
    noun: "function",
    kind: Some("lambda.function"),
    parts: &[
        "AWS::Lambda::Permission",
        "AWS::Lambda::Url",
        "AWS::Lambda::EventInvokeConfig",
    ],
    is_companion: false,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Working,
        actions: &["lambda:DeleteFunction"],
        delete: |account, item| delete_function(account, item).boxed(),
    },
};

/// An event source mapping of a function.
pub(super) const EVENT_SOURCE_MAPPING: ResourceType = ResourceType {
    name: "AWS::Lambda::EventSourceMapping",
    noun: "trigger",
    kind: None,
    parts: &[],
    is_companion: false,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Entrance,
        actions: &["lambda:DeleteEventSourceMapping"],
        delete: |account, item| delete_mapping(account, item).boxed(),
    },
};

/// [`ListFunctions`](https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html) and
/// [`ListEventSourceMappings`](https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html).
pub(super) const LISTED: Service = Service {
    name: "Lambda",
    template: "AWS::Lambda",
    actions: &["lambda:ListFunctions", "lambda:ListEventSourceMappings"],
    is_regional: true,
    bills_by_hour: false,
    list: |account| list(account).boxed(),
};

async fn list(account: &Account) -> Result<Vec<Item>, CallError> {
    let functions = account.get_all(
        &LAMBDA,
        "lambda:ListFunctions",
        "/2015-03-31/functions/",
        &[],
        "Functions",
    );
    let (functions, mappings) = tokio::try_join!(functions, event_source_mappings(account, None))?;
    let functions = functions.into_iter().map(|function| {
        let item = Item::read(
            &FUNCTION,
            account,
            function,
            "FunctionName",
            "FunctionArn",
            "LastModified",
        );
        let (role, group) = (item.text("Role").to_owned(), log_group(&item));
        let failures = item.document["DeadLetterConfig"]["TargetArn"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let variables = item.document["Environment"]["Variables"].as_object();
        let mentions = variables
            .into_iter()
            .flat_map(|all| all.values())
            .filter_map(|value| value.as_str());
        let item = Item {
            mentions: mentions.map(str::to_owned).collect(),
            ..item
        };
        item.uses([role.as_str(), &group, &failures])
    });
    let mappings = mappings.into_iter().map(|mapping| {
        // It is called by the function that it feeds: its own name says nothing, and is no other one's.
        let mut item = Item::read(&EVENT_SOURCE_MAPPING, account, mapping, "", "UUID", "");
        let function = unqualified(item.text("FunctionArn")).to_owned();
        item.name = function.rsplit(':').next().unwrap_or_default().to_owned();
        let (source, stream) = (
            item.text("EventSourceArn").to_owned(),
            item.text("StreamArn").to_owned(),
        );
        // The stream of a table is part of the table.
        let table = source.split_once("/stream/").map(|(table, _)| table);
        item.part_of([function.as_str()])
            .uses([stream.as_str()].into_iter().chain(table))
    });
    Ok(functions.chain(mappings).collect())
}

/// The name of the log group that a function writes to, which Lambda makes when it first runs.
fn log_group(function: &Item) -> String {
    match function.document["LoggingConfig"]["LogGroup"].as_str() {
        Some(group) => group.to_owned(),
        None => format!("/aws/lambda/{}", function.name),
    }
}

/// The ARN of a function, without the version or alias that a mapping may name.
fn unqualified(arn: &str) -> &str {
    let end = arn.match_indices(':').nth(6).map_or(arn.len(), |(at, _)| at);
    &arn[..end]
}

/// By [`DeleteFunction`](https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html), with all versions.
async fn delete_function(account: &Account, function: &Item) -> Result<(), CallError> {
    let path = ["2015-03-31", "functions", &function.name];
    gone(account.delete(&LAMBDA, "lambda:DeleteFunction", &path).await)
}

/// By [`DeleteEventSourceMapping`](https://docs.aws.amazon.com/lambda/latest/api/API_DeleteEventSourceMapping.html).
async fn delete_mapping(account: &Account, mapping: &Item) -> Result<(), CallError> {
    let path = ["2015-03-31", "event-source-mappings", &mapping.id];
    gone(account.delete(&LAMBDA, "lambda:DeleteEventSourceMapping", &path).await)
}

#[cfg(test)]
mod tests {
    use super::unqualified;

    #[test]
    fn a_mapping_of_an_alias_is_part_of_its_function() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:function:store";
        assert_eq!(unqualified(arn), arn);
        assert_eq!(unqualified(&format!("{arn}:live")), arn);
    }
}
