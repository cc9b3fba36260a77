//! When something was made that is planned for: another one of the same name is another one.

use super::plan::Planned;
use crate::account::Account;
use crate::account::services::DYNAMODB;
use serde_json::json;

/// The time, as AWS has it; empty where it is not known. Tables are listed without it.
pub(super) async fn made(account: &Account, planned: &Planned) -> String {
    if planned.of != "AWS::DynamoDB::Table" {
        return planned.made.clone();
    }
    let input = json!({"TableName": planned.name});
    let there = account.in_region(&planned.region);
    let described = there.call(&DYNAMODB, "DescribeTable", input).await;
    let at = described.map(|answer| answer["Table"]["CreationDateTime"].to_string());
    at.ok().filter(|at| at != "null").unwrap_or_default()
}
