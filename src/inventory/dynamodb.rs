//! Amazon DynamoDB: tables.

use super::charge::{Charge, counted};
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::DYNAMODB;
use crate::account::{Account, CallError};
use futures::FutureExt;
use serde_json::{Value, json};

/// A table: what it holds, and its capacity where that is provisioned. See
/// [prices](https://aws.amazon.com/dynamodb/pricing/).
pub(super) const TABLE: ResourceType = ResourceType {
    name: "AWS::DynamoDB::Table",
    noun: "table",
    kind: Some("dynamodb.table"),
    parts: &[],
    is_companion: false,
    idle: WhileIdle::ByContent(|account, table| charges(account, table).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Holding,
        actions: &["dynamodb:DeleteTable"],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`ListTables`](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html).
pub(super) const LISTED: Service = Service {
    name: "DynamoDB",
    template: "AWS::DynamoDB",
    actions: &["dynamodb:ListTables", "dynamodb:DescribeTable"],
    is_regional: true,
    bills_by_hour: false,
    list: |account| tables(account).boxed(),
};

async fn tables(account: &Account) -> Result<Vec<Item>, CallError> {
    let names = account.list(&DYNAMODB, "ListTables", json!({}), "TableNames").await?;
    let me = account.identity().await?;
    let arn = |name: &str| {
        let (partition, region) = (me.partition(), account.region());
        format!("arn:{partition}:dynamodb:{region}:{}:table/{name}", me.account)
    };
    let names = names.iter().filter_map(Value::as_str);
    Ok(names
        .map(|name| Item::new(&TABLE, account, name, &arn(name), Value::Null))
        .collect())
}

/// By [`DescribeTable`](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html), with
/// those of its global secondary indexes.
async fn charges(account: &Account, table: &Item) -> Result<Vec<Charge>, CallError> {
    let input = json!({"TableName": table.name});
    let answer = account.call(&DYNAMODB, "DescribeTable", input).await?;
    let table = &answer["Table"];
    let indexes = table["GlobalSecondaryIndexes"].as_array().into_iter().flatten();
    let all: Vec<&Value> = [table].into_iter().chain(indexes).collect();
    let sum = |number: fn(&Value) -> &Value| -> u64 { all.iter().filter_map(|one| number(one).as_u64()).sum() };
    // Local indexes are stored too; their size is in the table's answer as well.
    let local = table["LocalSecondaryIndexes"].as_array().into_iter().flatten();
    let of_local: u64 = local.filter_map(|index| index["IndexSizeBytes"].as_u64()).sum();
    let bytes = sum(|one| &one["TableSizeBytes"]) + sum(|one| &one["IndexSizeBytes"]) + of_local;
    let mut charges = Vec::new();
    // A table that was never on-demand has no summary.
    if table["BillingModeSummary"]["BillingMode"] != "PAY_PER_REQUEST" {
        let read = sum(|one| &one["ProvisionedThroughput"]["ReadCapacityUnits"]);
        let write = sum(|one| &one["ProvisionedThroughput"]["WriteCapacityUnits"]);
        let units = |count, way| counted(count, &format!("provisioned {way} unit"));
        charges.push(Charge::new(
            "dynamodb.provisioned-read-unit-hour",
            read,
            units(read, "read"),
        ));
        charges.push(Charge::new(
            "dynamodb.provisioned-write-unit-hour",
            write,
            units(write, "write"),
        ));
    }
    charges.push(Charge::stored("dynamodb.storage-gb-month", bytes));
    Ok(charges)
}

/// By [`DeleteTable`](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html).
async fn delete(account: &Account, table: &Item) -> Result<(), CallError> {
    gone(
        account
            .call(&DYNAMODB, "DeleteTable", json!({"TableName": table.name}))
            .await,
    )
}
