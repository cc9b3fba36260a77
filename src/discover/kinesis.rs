//! `kinesis.stream`, and where streams are when they are not here.

use super::kind::{Args, Candidate, Description, Kind};
use super::time;
use crate::account::partition::Partition;
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use crate::expr::Shape;
use futures::future::{BoxFuture, join_all};
use futures::{FutureExt, TryFutureExt};
use serde_json::{Value, json};

/// [`ListStreams`](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html) has all that most
/// checks ask; shards and retention come from `DescribeStreamSummary`.
pub(super) const STREAM: Kind = Kind {
    spec: || KindSpec {
        name: "kinesis.stream",
        noun: "data stream",
        shape: Shape::of(&json!({
            "StreamName": null, "StreamARN": null, "StreamStatus": null, "StreamCreationTimestamp": null,
            "StreamModeDetails": {"StreamMode": null},
            "OpenShardCount": null, "RetentionPeriodHours": null, "EncryptionType": null, "ConsumerCount": null,
        })),
        listed: &[
            "StreamName",
            "StreamARN",
            "StreamStatus",
            "StreamCreationTimestamp",
            "StreamModeDetails",
        ],
        args: &[],
        arn: None,
        always: false,
    },
    actions: &["kinesis:ListStreams"],
    list: |account, _| list(account).boxed(),
    describe: Some(Description {
        actions: &["kinesis:DescribeStreamSummary"],
        look: |account, candidate| describe(account, candidate).boxed(),
        made: None,
    }),
};

/// The streams of every other region of the partition: asked only when nothing is here.
pub(super) const STREAM_ELSEWHERE: Kind = Kind {
    spec: || KindSpec {
        name: "kinesis.stream_elsewhere",
        noun: "data stream in another region",
        shape: Shape::of(&json!({"Region": null, "StreamName": null, "StreamARN": null, "HasTrigger": null})),
        listed: &["Region", "StreamName", "StreamARN", "HasTrigger"],
        args: &[],
        arn: None,
        always: false,
    },
    actions: &["kinesis:ListStreams", "lambda:ListEventSourceMappings"],
    list: elsewhere,
    describe: None,
};

async fn list(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let pages = account.kinesis().list_streams().into_paginator().send();
    let pages: Vec<_> = pages
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| CallError::from_sdk("kinesis:ListStreams", &e))
        .await?;
    let summaries = pages.iter().flat_map(|page| page.stream_summaries());
    Ok(summaries
        .map(|s| Candidate {
            name: s.stream_name().to_owned(),
            arn: Some(s.stream_arn().to_owned()),
            made: time::text(s.stream_creation_timestamp()),
            document: json!({
                "StreamName": s.stream_name(),
                "StreamARN": s.stream_arn(),
                "StreamStatus": s.stream_status().as_str(),
                "StreamCreationTimestamp": time::text(s.stream_creation_timestamp()),
                "StreamModeDetails": {"StreamMode": s.stream_mode_details().map(|m| m.stream_mode().as_str())},
            }),
            ..Candidate::default()
        })
        .collect())
}

async fn describe(account: &Account, candidate: &Candidate) -> Result<Value, CallError> {
    let answer = account
        .kinesis()
        .describe_stream_summary()
        .set_stream_arn(candidate.arn.clone())
        .send()
        .await
        .map_err(|e| CallError::from_sdk("kinesis:DescribeStreamSummary", &e))?;
    let summary = answer.stream_description_summary();
    Ok(json!({
        "OpenShardCount": summary.map(|s| s.open_shard_count()),
        "RetentionPeriodHours": summary.map(|s| s.retention_period_hours()),
        "EncryptionType": summary.and_then(|s| s.encryption_type()).map(|t| t.as_str()),
        "ConsumerCount": summary.and_then(|s| s.consumer_count()),
    }))
}

fn elsewhere<'a>(account: &'a Account, _: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let me = account.identity().await?;
        let others = Partition::named(me.partition())
            .regions
            .iter()
            .filter(|r| **r != account.region())
            .map(|r| in_region(account, r));
        // A region that is switched off, or denied, has nothing to say: it is not an error of this look around.
        Ok(join_all(others).await.into_iter().flatten().collect())
    }
    .boxed()
}

async fn in_region(account: &Account, region: &str) -> Vec<Candidate> {
    let there = account.elsewhere(region);
    let Ok(streams) = list(&there).await else {
        return Vec::new();
    };
    if streams.is_empty() {
        return Vec::new();
    }
    let mappings = there.lambda().list_event_source_mappings().send().await;
    let mappings = mappings
        .map(|m| m.event_source_mappings.unwrap_or_default())
        .unwrap_or_default();
    streams
        .into_iter()
        .map(|stream| {
            let reads = mappings.iter().any(|m| m.event_source_arn() == stream.arn.as_deref());
            Candidate {
                document: json!({
                    "Region": region, "StreamName": stream.name, "StreamARN": stream.arn, "HasTrigger": reads,
                }),
                ..stream
            }
        })
        .collect()
}
