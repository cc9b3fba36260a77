//! Kinesis Data Streams: streams.

use super::charge::{Charge, counted};
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::KINESIS;
use crate::account::{Account, CallError};
use futures::FutureExt;
use serde_json::json;

/// A data stream. See [prices](https://aws.amazon.com/kinesis/data-streams/pricing/).
pub(super) const STREAM: ResourceType = ResourceType {
    name: "AWS::Kinesis::Stream",
    noun: "data stream",
    kind: Some("kinesis.stream"),
    parts: &["AWS::Kinesis::StreamConsumer"],
    is_companion: false,
    idle: WhileIdle::ByHour(|account, stream| charges(account, stream).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Running,
        actions: &["kinesis:DeleteStream"],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`ListStreams`](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html).
pub(super) const LISTED: Service = Service {
    name: "Kinesis Data Streams",
    template: "AWS::Kinesis",
    actions: &["kinesis:ListStreams", "kinesis:DescribeStreamSummary"],
    is_regional: true,
    bills_by_hour: true,
    list: |account| streams(account).boxed(),
};

/// The hours that records are kept without a charge of their own.
const FREE_RETENTION: u64 = 24;

async fn streams(account: &Account) -> Result<Vec<Item>, CallError> {
    let streams = account
        .list(&KINESIS, "ListStreams", json!({}), "StreamSummaries")
        .await?;
    let standing = streams.into_iter().filter(|s| s["StreamStatus"] != "DELETING");
    Ok(standing
        .map(|s| {
            Item::read(
                &STREAM,
                account,
                s,
                "StreamName",
                "StreamARN",
                "StreamCreationTimestamp",
            )
        })
        .collect())
}

/// By [`DescribeStreamSummary`](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html).
async fn charges(account: &Account, stream: &Item) -> Result<Vec<Charge>, CallError> {
    let input = json!({"StreamARN": stream.id});
    let answer = account.call(&KINESIS, "DescribeStreamSummary", input).await?;
    let summary = &answer["StreamDescriptionSummary"];
    let shards = summary["OpenShardCount"].as_u64().unwrap_or_default();
    let keeps_longer = summary["RetentionPeriodHours"].as_u64() > Some(FREE_RETENTION);
    let consumers = summary["ConsumerCount"].as_u64().unwrap_or_default();
    let on_demand = summary["StreamModeDetails"]["StreamMode"] == "ON_DEMAND";
    let mut charges = match on_demand {
        // What it keeps longer is charged by the gigabyte, and nothing says how many there are.
        true if keeps_longer => vec![Charge::new(
            "kinesis.on-demand-stream-hour",
            1,
            "on-demand, 1 stream, without what it keeps longer than a day",
        )],
        true => vec![Charge::new("kinesis.on-demand-stream-hour", 1, "on-demand, 1 stream")],
        false => vec![Charge::new(
            "kinesis.provisioned-shard-hour",
            shards,
            counted(shards, "provisioned shard"),
        )],
    };
    if keeps_longer && !on_demand {
        let what = format!("{} with extended retention", counted(shards, "shard"));
        charges.push(Charge::new("kinesis.extended-retention-shard-hour", shards, what));
    }
    if consumers > 0 && !on_demand {
        let what = format!("{} with enhanced fan-out", counted(consumers, "consumer"));
        let each = "kinesis.enhanced-fanout-consumer-shard-hour";
        charges.push(Charge::new(each, consumers * shards, what));
    }
    Ok(charges)
}

/// By [`DeleteStream`](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html), with its consumers.
async fn delete(account: &Account, stream: &Item) -> Result<(), CallError> {
    let input = json!({"StreamARN": stream.id, "EnforceConsumerDeletion": true});
    gone(account.call(&KINESIS, "DeleteStream", input).await)
}
