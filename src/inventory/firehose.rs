//! Amazon Data Firehose: streams that deliver what another stream holds.

use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::listing::each;
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::FIREHOSE;
use crate::account::{Account, CallError};
use futures::FutureExt;
use serde_json::{Value, json};

/// A Firehose stream: charged by what it delivers. See [prices](https://aws.amazon.com/firehose/pricing/).
pub(super) const STREAM: ResourceType = ResourceType {
    name: "AWS::KinesisFirehose::DeliveryStream",
    noun: "Firehose stream",
    kind: None,
    parts: &[],
    is_companion: false,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Entrance,
        actions: &["firehose:DeleteDeliveryStream"],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`ListDeliveryStreams`](https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html) and
/// [`DescribeDeliveryStream`](https://docs.aws.amazon.com/firehose/latest/APIReference/API_DescribeDeliveryStream.html).
pub(super) const LISTED: Service = Service {
    name: "Data Firehose",
    template: "AWS::KinesisFirehose",
    actions: &["firehose:ListDeliveryStreams", "firehose:DescribeDeliveryStream"],
    is_regional: true,
    bills_by_hour: false,
    list: |account| streams(account).boxed(),
};

/// The largest page.
const PAGE: usize = 10_000;

async fn streams(account: &Account) -> Result<Vec<Item>, CallError> {
    // It pages by the last name, and an account may have 5,000 streams at most: one page has them all.
    let answer = account
        .call(&FIREHOSE, "ListDeliveryStreams", json!({"Limit": PAGE}))
        .await?;
    let names = answer["DeliveryStreamNames"].as_array().cloned().unwrap_or_default();
    each(names, |name| async move {
        let input = json!({"DeliveryStreamName": name});
        let mut answer = account.call(&FIREHOSE, "DescribeDeliveryStream", input).await?;
        let described = answer["DeliveryStreamDescription"].take();
        let item = Item::read(
            &STREAM,
            account,
            described,
            "DeliveryStreamName",
            "DeliveryStreamARN",
            "",
        );
        let source = item.document["Source"]["KinesisStreamSourceDescription"].clone();
        let used = used(&item);
        let source_role = source["RoleARN"].as_str().unwrap_or_default();
        Ok(item
            .part_of(source["KinesisStreamARN"].as_str())
            .uses(used.iter().map(String::as_str).chain([source_role])))
    })
    .await
}

/// The ids of what its destinations use: roles, log groups and buckets.
fn used(stream: &Item) -> Vec<String> {
    let destinations = stream.document["Destinations"].as_array().into_iter().flatten();
    let each = destinations
        .filter_map(Value::as_object)
        .flat_map(|fields| fields.values());
    each.flat_map(|destination| {
        let group = &destination["CloudWatchLoggingOptions"]["LogGroupName"];
        let bucket = &destination["BucketARN"];
        [destination["RoleARN"].as_str(), group.as_str(), bucket.as_str()]
    })
    .flatten()
    .map(str::to_owned)
    .collect()
}

/// By [`DeleteDeliveryStream`](https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeleteDeliveryStream.html).
async fn delete(account: &Account, stream: &Item) -> Result<(), CallError> {
    let input = json!({"DeliveryStreamName": stream.name});
    gone(account.call(&FIREHOSE, "DeleteDeliveryStream", input).await)
}
