//! `dynamodb.table`.

use super::kind::{Candidate, Description, Kind};
use super::time;
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use crate::expr::Shape;
use futures::FutureExt;
use serde_json::{Value, json};

/// [`ListTables`](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html) gives names
/// only; everything else costs a `DescribeTable` a table.
pub(super) const TABLE: Kind = Kind {
    spec: || KindSpec {
        name: "dynamodb.table",
        noun: "table",
        shape: Shape::of(&json!({
            "TableName": null, "TableArn": null, "TableStatus": null, "CreationDateTime": null, "ItemCount": null,
            "KeySchema": [{"AttributeName": null, "KeyType": null}],
            "AttributeDefinitions": [{"AttributeName": null, "AttributeType": null}],
            "BillingModeSummary": {"BillingMode": null},
        })),
        listed: &["TableName"],
        args: &[],
        arn: Some("TableArn"),
        always: false,
    },
    actions: &["dynamodb:ListTables"],
    list: |account, _| list(account).boxed(),
    describe: Some(Description {
        actions: &["dynamodb:DescribeTable"],
        look: |account, candidate| describe(account, candidate).boxed(),
        made: Some("CreationDateTime"),
    }),
};

async fn list(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let names = account.dynamodb().list_tables().into_paginator().items().send();
    let names: Vec<String> = names
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(|e| CallError::from_sdk("dynamodb:ListTables", &e))?;
    Ok(names
        .into_iter()
        .map(|name| Candidate {
            document: json!({"TableName": name}),
            name,
            ..Candidate::default()
        })
        .collect())
}

async fn describe(account: &Account, candidate: &Candidate) -> Result<Value, CallError> {
    let answer = account
        .dynamodb()
        .describe_table()
        .table_name(&candidate.name)
        .send()
        .await;
    let answer = answer.map_err(|e| CallError::from_sdk("dynamodb:DescribeTable", &e))?;
    let Some(table) = answer.table() else {
        return Ok(json!({}));
    };
    let keys = table.key_schema().iter();
    let attributes = table.attribute_definitions().iter();
    Ok(json!({
        "TableArn": table.table_arn(),
        "TableStatus": table.table_status().map(|s| s.as_str()),
        "CreationDateTime": time::text(table.creation_date_time()),
        "ItemCount": table.item_count(),
        "KeySchema": keys
            .map(|k| json!({"AttributeName": k.attribute_name(), "KeyType": k.key_type().as_str()}))
            .collect::<Vec<_>>(),
        "AttributeDefinitions": attributes
            .map(|a| json!({"AttributeName": a.attribute_name(), "AttributeType": a.attribute_type().as_str()}))
            .collect::<Vec<_>>(),
        "BillingModeSummary": {
            "BillingMode": table.billing_mode_summary().and_then(|b| b.billing_mode()).map(|b| b.as_str()),
        },
    }))
}
