//! What a bucket holds that is not the lab's.

use super::files::LabFiles;
use crate::account::{Account, CallError};
use crate::discover;
use crate::inventory::Item;
use regex::Regex;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Objects that are looked at: a lab's bucket has a few files.
const MAX_OBJECTS: usize = 10_000;

/// Names that are said.
const MAX_NAMES: usize = 3;

/// Under which names Firehose writes, behind a prefix:
/// <https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html>.
static DELIVERED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\d{4}/\d{2}/\d{2}/\d{2}/").expect("a pattern of our own"));

/// Of each bucket among the `planned`, by their places in `items`, what it holds that is not the lab's; also where that cannot
/// be read.
pub(super) async fn foreign_in(
    account: &Account,
    items: &[&Item],
    planned: &BTreeSet<usize>,
    files: &LabFiles,
) -> BTreeMap<usize, String> {
    let mut found = BTreeMap::new();
    for place in planned
        .iter()
        .filter(|place| items[**place].of.name == "AWS::S3::Bucket")
    {
        let what = foreign(account, items[*place], files, items).await;
        let what = what.unwrap_or_else(|error| Some(format!("what it holds cannot be read: {error}")));
        found.extend(what.map(|what| (*place, what)));
    }
    found
}

/// What `bucket` holds beside the lab's files and what a Firehose stream of the lab has delivered, in words; nothing if
/// that is nothing.
async fn foreign(
    account: &Account,
    bucket: &Item,
    files: &LabFiles,
    items: &[&Item],
) -> Result<Option<String>, CallError> {
    let client = account.s3(&bucket.region);
    // What was deleted can come back, as long as its versions are there.
    let (mut keys, mut from) = (BTreeSet::new(), (None, None));
    loop {
        let page = client
            .list_object_versions()
            .bucket(&bucket.name)
            .set_key_marker(from.0)
            .set_version_id_marker(from.1);
        let page = page.send().await;
        let page = page.map_err(|e| CallError::from_sdk("s3:ListBucketVersions", &e))?;
        keys.extend(page.versions().iter().filter_map(|one| one.key()).map(str::to_owned));
        if keys.len() > MAX_OBJECTS {
            return Ok(Some(format!(
                "it holds more than {MAX_OBJECTS} objects, which no lab makes"
            )));
        }
        if page.is_truncated() != Some(true) {
            break;
        }
        let marker = |text: Option<&str>| text.map(str::to_owned);
        from = (marker(page.next_key_marker()), marker(page.next_version_id_marker()));
    }
    let mut keys: Vec<String> = keys.into_iter().collect();
    let prefixes = delivered_to(bucket, items);
    let is_delivered = |key: &str| {
        prefixes
            .iter()
            .any(|prefix| key.strip_prefix(prefix).is_some_and(|rest| DELIVERED.is_match(rest)))
    };
    keys.retain(|key| !files.has_name(key) && !is_delivered(key));
    if keys.iter().any(|key| key.to_lowercase().ends_with(".csv")) {
        let with_columns = of_columns(account, bucket, files).await?;
        keys.retain(|key| !with_columns.contains(key));
    }
    let shown = keys.iter().take(MAX_NAMES).cloned().collect::<Vec<_>>().join(", ");
    Ok(match keys.len() {
        0 => None,
        1 => Some(format!("it holds an object that is not the lab's: {shown}")),
        count if count <= MAX_NAMES => Some(format!("it holds objects that are not the lab's: {shown}")),
        count => Some(format!(
            "it holds {count} objects that are not the lab's: {shown} and more"
        )),
    })
}

/// The keys of the CSV files that have the columns of one of the lab's, in any order.
async fn of_columns(account: &Account, bucket: &Item, files: &LabFiles) -> Result<BTreeSet<String>, CallError> {
    let Some(kind) = discover::kind("s3.csv") else {
        return Ok(BTreeSet::new());
    };
    let args = json!({"bucket": bucket.name, "region": bucket.region});
    let args = args.as_object().cloned().unwrap_or_default();
    let found = (kind.list)(account, &args).await?;
    let columns = |document: &Value| -> BTreeSet<String> {
        let all = document["Columns"].as_array().into_iter().flatten();
        all.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let is_known = |found: &BTreeSet<String>| {
        files
            .columns
            .iter()
            .any(|known| *found == known.iter().cloned().collect())
    };
    let known = found.into_iter().filter(|csv| is_known(&columns(&csv.document)));
    Ok(known.map(|csv| csv.name).collect())
}

/// The prefixes under which Firehose streams write into a bucket.
fn delivered_to(bucket: &Item, items: &[&Item]) -> Vec<String> {
    let streams = items
        .iter()
        .filter(|item| item.of.name == "AWS::KinesisFirehose::DeliveryStream");
    let destinations = streams.flat_map(|stream| stream.document["Destinations"].as_array().into_iter().flatten());
    let of = destinations.map(|destination| &destination["ExtendedS3DestinationDescription"]);
    let into = of.filter(|destination| {
        destination["BucketARN"]
            .as_str()
            .is_some_and(|arn| arn.ends_with(&format!(":::{}", bucket.name)))
    });
    into.map(|destination| destination["Prefix"].as_str().unwrap_or_default().to_owned())
        .collect()
}
