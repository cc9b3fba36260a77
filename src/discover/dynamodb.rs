//! `dynamodb.table`.

use super::kind::{Candidate, Description, Kind, candidates};
use super::time;
use crate::account::services::DYNAMODB;
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use futures::FutureExt;
use serde_json::{Value, json};

/// [`ListTables`](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html) gives names
/// only; everything else costs a `DescribeTable` a table.
pub(super) const TABLE: Kind =
    Kind {
        spec: || {
            KindSpec::new("dynamodb.table", "table", &json!({
            "TableName": null, "TableArn": null, "TableStatus": null, "CreationDateTime": null, "ItemCount": null,
            "KeySchema": [{"AttributeName": null, "KeyType": null}],
            "AttributeDefinitions": [{"AttributeName": null, "AttributeType": null}],
            "BillingModeSummary": {"BillingMode": null},
        })).described(DESCRIBED).arn("TableArn").changing(&["ItemCount"])
        },
        actions: &["dynamodb:ListTables"],
        list: |account, _| list(account).boxed(),
        describe: Some(Description {
            actions: &["dynamodb:DescribeTable"],
            look: |account, candidate| describe(account, candidate).boxed(),
            created_at: Some("CreationDateTime"),
        }),
    };

/// What a `DescribeTable` brings.
const DESCRIBED: &[&str] = &[
    "TableArn",
    "TableStatus",
    "CreationDateTime",
    "ItemCount",
    "KeySchema",
    "AttributeDefinitions",
    "BillingModeSummary",
];

async fn list(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let names = account.list(&DYNAMODB, "ListTables", json!({}), "TableNames").await?;
    let tables = names.into_iter().map(|name| json!({"TableName": name}));
    Ok(candidates(tables.collect(), "TableName", "", ""))
}

async fn describe(account: &Account, candidate: &Candidate) -> Result<Value, CallError> {
    let input = json!({"TableName": candidate.name});
    let mut answer = account.call(&DYNAMODB, "DescribeTable", input).await?;
    let mut table = answer["Table"].take();
    time::readable(&mut table, &["CreationDateTime"]);
    Ok(DESCRIBED
        .iter()
        .map(|field| ((*field).to_owned(), table[*field].clone()))
        .collect())
}
