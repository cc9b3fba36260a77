//! Await an item, look for it under another key, delete it.

use super::facts::{ErrorFacts, ErrorSource};
use super::verb::{Args, Clue, Observation, Progress, Removed, Verb, VerbFn, needs, text};
use crate::account::{Account, CallError, too_many_pages};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use futures::FutureExt;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::time::Duration;

/// [`GetItem`](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html), strongly consistent.
pub(super) const ITEM: Verb = Verb {
    name: "dynamodb.item",
    run: VerbFn::Await(|account, args, _| get(account, args).boxed()),
    args: &[needs("table"), needs("key")],
    actions: &["dynamodb:GetItem"],
    brings: || "any".into(),
    secret: &[],
};

/// Whether the table holds this probe's values under another key.
pub(super) const ITEM_ELSEWHERE: Verb = Verb {
    name: "dynamodb.item_elsewhere",
    run: VerbFn::Evidence(|account, args, progress| elsewhere(account, args, progress).boxed()),
    args: &[needs("table"), needs("key")],
    actions: &["dynamodb:Scan"],
    brings: || Value::Null,
    secret: &[],
};

/// Deletes the item, also one that arrives late.
pub(super) const REMOVE_ITEM: Verb = Verb {
    name: "dynamodb.item",
    run: VerbFn::Remove {
        what: |args| format!("its item in table {}", text(args, "table")),
        attempt: |account, args, progress| remove(account, args, progress).boxed(),
        sweep: |account, args, progress| sweep(account, args, progress).boxed(),
    },
    args: &[needs("table"), needs("key")],
    actions: &["dynamodb:DeleteItem", "dynamodb:Scan", "dynamodb:DescribeTable"],
    brings: || Value::Null,
    secret: &[],
};

/// An event that was sent, or released, this long ago has arrived or is lost: the way takes about a second, and a function has
/// three seconds unless it is given more. Once one has arrived, those sent before it are not far behind.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(20);
const ARRIVED_SETTLE_TIMEOUT: Duration = Duration::from_secs(5);

/// A page of a scan is up to 1 MB; an item of this minute is sought in this many.
const MAX_PAGES: usize = 5;

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

async fn get(account: &Account, args: &Args) -> Result<Observation, CallError> {
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
        Ok(answer) => Ok(answer
            .item()
            .map_or(Observation::NotYet, |item| Observation::Arrived(plain(item)))),
        Err(error) => match CallError::from_sdk("dynamodb:GetItem", &error) {
            // The key does not fit the table's schema: no such item can ever be there.
            error if error.answers() => {
                let mut names: Vec<_> = key(args).into_keys().collect();
                names.sort_unstable();
                Ok(Observation::Terminal(format!(
                    "table {table} does not have the keys {} (both strings), so the item cannot be stored",
                    names.join(" and ")
                )))
            }
            error => Err(error),
        },
    }
}

/// Whether the item with this key is there.
pub(super) async fn has_item(account: &Account, table: &str, key: &Value) -> Result<bool, CallError> {
    let args = Args::from_iter([("table".to_owned(), table.into()), ("key".to_owned(), key.clone())]);
    Ok(matches!(get(account, &args).await?, Observation::Arrived(_)))
}

/// The items that hold one of this probe's values: they are unguessable, so nobody else's are among them.
async fn strays(account: &Account, args: &Args, progress: &Progress) -> Result<Vec<Item>, CallError> {
    let wanted = key(args);
    let mine = |item: &Item| {
        item.values().any(|value| match value {
            AttributeValue::S(s) => {
                progress.correlation_ids.iter().any(|m| s.contains(m.as_str())) || wanted.values().any(|w| w == value)
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
    for _ in 0..MAX_PAGES {
        match pages.next().await {
            Some(Ok(page)) => found.extend(page.items().iter().filter(|item| mine(item)).cloned()),
            Some(Err(error)) => return Err(CallError::from_sdk("dynamodb:Scan", &error)),
            None => return Ok(found),
        }
    }
    // What is not in the first pages may be in the others.
    match found.is_empty() && pages.next().await.is_some() {
        true => Err(too_many_pages("dynamodb:Scan", MAX_PAGES)),
        false => Ok(found),
    }
}

async fn elsewhere(account: &Account, args: &Args, progress: &Progress) -> Result<Clue, CallError> {
    let wanted = key(args);
    let found = strays(account, args, progress).await?;
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
        error: Some(ErrorFacts::seen(ErrorSource::Item, "OtherKey")),
        lines: vec![format!("item found: {}", plain(stray))],
        // Sent once, stored wrongly: sending again stores it wrongly again.
        terminal: true,
        ..Clue::default()
    })
}

async fn remove(account: &Account, args: &Args, progress: &Progress) -> Result<Removed, CallError> {
    let answer = account
        .dynamodb()
        .delete_item()
        .table_name(text(args, "table"))
        .set_key(Some(key(args)))
        .return_values(ReturnValue::AllOld)
        .send()
        .await;
    let count = match answer {
        Ok(answer) => usize::from(answer.attributes().is_some()),
        Err(error) => match CallError::from_sdk("dynamodb:DeleteItem", &error) {
            // Another key schema: the item is not there, a stray one may be.
            error if error.answers() => return Ok(Removed::default()),
            error => return Err(error),
        },
    };
    // One that was sent again is as far behind as the network has kept it.
    let settles_after = if progress.arrived && !progress.repeated {
        ARRIVED_SETTLE_TIMEOUT
    } else {
        SETTLE_TIMEOUT
    };
    let all_came = progress.removed + count >= progress.sent && !progress.repeated;
    Ok(Removed {
        count,
        settles_after: (!all_came).then_some(settles_after),
        ..Removed::default()
    })
}

/// A probe that did not arrive as it should, or not here, may have left something under another key.
async fn sweep(account: &Account, args: &Args, progress: &Progress) -> Result<Removed, CallError> {
    let mut count = 0;
    if (!progress.arrived || progress.removed == 0) && progress.sent > 0 {
        for stray in strays(account, args, progress).await? {
            remove_stray(account, text(args, "table"), &stray).await?;
            count += 1;
        }
    }
    Ok(Removed {
        count,
        ..Removed::default()
    })
}

async fn remove_stray(account: &Account, table: &str, stray: &Item) -> Result<(), CallError> {
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
    Ok(())
}
