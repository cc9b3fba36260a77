//! Await an item, look for it under another key, delete it.

use super::{Args, Clue, Deed, Removed, Sight, Verb, Watch, needs, text};
use crate::account::{Account, CallError};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use futures::FutureExt;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::time::Duration;

/// [`GetItem`](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html), strongly consistent.
pub(super) const ITEM: Verb = Verb {
    name: "dynamodb.item",
    deed: Deed::Await(|account, args, _| get(account, args).boxed()),
    args: &[needs("table"), needs("key")],
    actions: &["dynamodb:GetItem"],
    brings: || "any".into(),
    secret: &[],
};

/// Whether the table holds this probe's values under another key.
pub(super) const ITEM_ELSEWHERE: Verb = Verb {
    name: "dynamodb.item_elsewhere",
    deed: Deed::Evidence(|account, args, watch| elsewhere(account, args, watch).boxed()),
    args: &[needs("table"), needs("key")],
    actions: &["dynamodb:Scan"],
    brings: || Value::Null,
    secret: &[],
};

/// Deletes the item, also one that arrives late.
pub(super) const REMOVE_ITEM: Verb = Verb {
    name: "dynamodb.item",
    deed: Deed::Remove(|account, args, watch| remove(account, args, watch).boxed()),
    args: &[needs("table"), needs("key")],
    actions: &["dynamodb:DeleteItem", "dynamodb:Scan", "dynamodb:DescribeTable"],
    brings: || Value::Null,
    secret: &[],
};

/// An event that was sent, or released, this long ago has arrived or is lost: the way takes about a second, and a function has
/// three seconds unless it is given more. Once one has arrived, those sent before it are not far behind.
const SETTLED: Duration = Duration::from_secs(20);
const CLOSE_BEHIND: Duration = Duration::from_secs(5);

/// A page of a scan is up to 1 MB; an item of this minute is sought in this many.
const PAGES: usize = 5;

type Item = HashMap<String, AttributeValue>;

fn key(args: &Args) -> Item {
    let fields = args.get("key").and_then(Value::as_object);
    fields
        .into_iter()
        .flatten()
        .map(|(k, v)| (k.clone(), attribute(v)))
        .collect()
}

fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Number(n) => AttributeValue::N(n.to_string()),
        Value::String(s) => AttributeValue::S(s.clone()),
        other => AttributeValue::S(other.to_string()),
    }
}

fn plain(item: &Item) -> Value {
    fn one(value: &AttributeValue) -> Value {
        match value {
            AttributeValue::S(s) => s.as_str().into(),
            AttributeValue::N(n) => n
                .parse::<serde_json::Number>()
                .map_or_else(|_| n.as_str().into(), Value::Number),
            AttributeValue::Bool(b) => (*b).into(),
            AttributeValue::Null(_) => Value::Null,
            AttributeValue::L(list) => list.iter().map(one).collect(),
            AttributeValue::M(map) => plain(map),
            _ => "(binary or set)".into(),
        }
    }
    let fields: Map<String, Value> = item.iter().map(|(k, v)| (k.clone(), one(v))).collect();
    Value::Object(fields)
}

async fn get(account: &Account, args: &Args) -> Result<Sight, CallError> {
    let table = text(args, "table");
    let answer = account
        .dynamodb()
        .get_item()
        .table_name(table)
        .set_key(Some(key(args)))
        .consistent_read(true)
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(answer.item().map_or(Sight::NotYet, |item| Sight::Arrived(plain(item)))),
        Err(error) => match CallError::from_sdk("dynamodb:GetItem", &error) {
            // The key does not fit the table's schema: no such item can ever be there.
            error if error.code() == Some("ValidationException") => {
                let mut names: Vec<_> = key(args).into_keys().collect();
                names.sort_unstable();
                Ok(Sight::Never(format!(
                    "table {table} does not have the keys {} (both strings), so the item cannot be stored",
                    names.join(" and ")
                )))
            }
            error => Err(error),
        },
    }
}

/// The items that hold one of this probe's values: they are unguessable, so nobody else's are among them.
async fn strays(account: &Account, args: &Args, watch: &Watch) -> Result<Vec<Item>, CallError> {
    let wanted = key(args);
    let mine = |item: &Item| {
        item.values().any(|value| match value {
            AttributeValue::S(s) => {
                watch.marks.iter().any(|m| s.contains(m.as_str())) || wanted.values().any(|w| w == value)
            }
            _ => false,
        })
    };
    let mut pages = account
        .dynamodb()
        .scan()
        .table_name(text(args, "table"))
        .into_paginator()
        .send();
    let mut found = Vec::new();
    for _ in 0..PAGES {
        match pages.next().await {
            Some(Ok(page)) => found.extend(page.items().iter().filter(|item| mine(item)).cloned()),
            Some(Err(error)) => return Err(CallError::from_sdk("dynamodb:Scan", &error)),
            None => break,
        }
    }
    Ok(found)
}

async fn elsewhere(account: &Account, args: &Args, watch: &Watch) -> Result<Clue, CallError> {
    let wanted = key(args);
    let found = strays(account, args, watch).await?;
    let Some(stray) = found
        .iter()
        .find(|item| !wanted.iter().all(|(k, v)| item.get(k) == Some(v)))
    else {
        return Ok(Clue::default());
    };
    let mut fields: Vec<String> = wanted
        .keys()
        .map(|name| match stray.get(name) {
            Some(AttributeValue::S(s)) => format!("{name} = \"{s}\""),
            Some(other) => format!(
                "{name} = {}",
                plain(&HashMap::from([(name.clone(), other.clone())]))[name]
            ),
            None => format!("no {name}"),
        })
        .collect();
    fields.sort_unstable();
    Ok(Clue {
        found: Some(format!(
            "the event's item is in the table, but under another key: {}",
            fields.join(", ")
        )),
        fix: None,
        lines: vec![format!("item found: {}", plain(stray))],
        // Sent once, stored wrongly: sending again stores it wrongly again.
        never: true,
        pending: false,
        ..Clue::default()
    })
}

async fn remove(account: &Account, args: &Args, watch: &Watch) -> Result<Removed, CallError> {
    let table = text(args, "table");
    let mut deleted = 0;
    let mut wait = Duration::from_millis(100);
    loop {
        let answer = account
            .dynamodb()
            .delete_item()
            .table_name(table)
            .set_key(Some(key(args)))
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        match answer {
            Ok(answer) => deleted += usize::from(answer.attributes().is_some()),
            Err(error) => match CallError::from_sdk("dynamodb:DeleteItem", &error) {
                // Another key schema: the item is not there, a stray one may be.
                error if error.code() == Some("ValidationException") => break,
                error => return Err(error),
            },
        }
        let patience = if watch.arrived { CLOSE_BEHIND } else { SETTLED };
        let settled = watch.last_action.is_none_or(|at| at.elapsed() > patience);
        if watch.sent <= deleted || settled || !watch.may_arrive {
            break;
        }
        // Between two tries, until it has settled.
        tokio::time::sleep(wait).await;
        wait = (wait * 3 / 2).min(Duration::from_secs(1));
    }
    // A probe that did not arrive as it should, or not here, may have left something under another key.
    if (!watch.arrived || deleted == 0) && watch.sent > 0 {
        for stray in strays(account, args, watch).await? {
            deleted += usize::from(remove_stray(account, table, &stray).await?);
        }
    }
    Ok(Removed {
        count: deleted,
        ..Removed::default()
    })
}

async fn remove_stray(account: &Account, table: &str, stray: &Item) -> Result<bool, CallError> {
    let described = account.dynamodb().describe_table().table_name(table).send().await;
    let described = described.map_err(|e| CallError::from_sdk("dynamodb:DescribeTable", &e))?;
    let names = described.table().map(|t| t.key_schema()).unwrap_or_default();
    let key: Item = names
        .iter()
        .filter_map(|k| Some((k.attribute_name().to_owned(), stray.get(k.attribute_name())?.clone())))
        .collect();
    let answer = account
        .dynamodb()
        .delete_item()
        .table_name(table)
        .set_key(Some(key))
        .send()
        .await;
    answer.map_err(|e| CallError::from_sdk("dynamodb:DeleteItem", &e))?;
    Ok(true)
}
