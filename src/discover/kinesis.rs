//! `kinesis.stream`, and where streams are when they are not here.

use super::kind::{Args, Candidate, Description, Kind, candidates};
use super::lambda::event_source_mappings;
use super::time;
use crate::account::partition::Partition;
use crate::account::services::KINESIS;
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use serde_json::{Value, json};

/// [`ListStreams`](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html) has all that most
/// checks ask; shards and retention come from `DescribeStreamSummary`.
pub(super) const STREAM: Kind = Kind {
    spec: || {
        KindSpec::new(
            "kinesis.stream",
            "data stream",
            &json!({
                "StreamName": null, "StreamARN": null, "StreamStatus": null, "StreamCreationTimestamp": null,
                "StreamModeDetails": {"StreamMode": null},
                "OpenShardCount": null, "RetentionPeriodHours": null, "EncryptionType": null, "ConsumerCount": null,
            }),
        )
        .described(&[
            "OpenShardCount",
            "RetentionPeriodHours",
            "EncryptionType",
            "ConsumerCount",
        ])
    },
    actions: &["kinesis:ListStreams"],
    list: |account, _| list(account).boxed(),
    describe: Some(Description {
        actions: &["kinesis:DescribeStreamSummary"],
        look: |account, candidate| describe(account, candidate).boxed(),
        created_at: None,
    }),
};

/// The streams of every other region of the partition: asked only when nothing is here.
pub(super) const STREAM_ELSEWHERE: Kind = Kind {
    spec: || {
        KindSpec::new(
            "kinesis.stream_elsewhere",
            "data stream in another region",
            &json!({"Region": null, "StreamName": null, "StreamARN": null, "HasTrigger": null}),
        )
    },
    actions: &["kinesis:ListStreams", "lambda:ListEventSourceMappings"],
    list: elsewhere,
    describe: None,
};

async fn list(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let mut streams = account
        .list(&KINESIS, "ListStreams", json!({}), "StreamSummaries")
        .await?;
    for stream in &mut streams {
        time::readable(stream, &["StreamCreationTimestamp"]);
    }
    Ok(candidates(
        streams,
        "StreamName",
        "StreamARN",
        "StreamCreationTimestamp",
    ))
}

async fn describe(account: &Account, candidate: &Candidate) -> Result<Value, CallError> {
    let input = json!({"StreamARN": candidate.arn});
    let mut answer = account.call(&KINESIS, "DescribeStreamSummary", input).await?;
    let summary = answer["StreamDescriptionSummary"].take();
    let fields = [
        "OpenShardCount",
        "RetentionPeriodHours",
        "EncryptionType",
        "ConsumerCount",
    ];
    Ok(fields
        .into_iter()
        .map(|field| (field.to_owned(), summary[field].clone()))
        .collect())
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
    let there = account.in_region(region);
    let Ok(streams) = list(&there).await else {
        return Vec::new();
    };
    if streams.is_empty() {
        return Vec::new();
    }
    let mappings = event_source_mappings(&there, None).await.unwrap_or_default();
    streams
        .into_iter()
        .map(|stream| {
            let reads = mappings
                .iter()
                .any(|m| m["StreamArn"].as_str() == stream.arn.as_deref());
            Candidate {
                document: json!({
                    "Region": region, "StreamName": stream.name, "StreamARN": stream.arn, "HasTrigger": reads,
                }),
                ..stream
            }
        })
        .collect()
}
