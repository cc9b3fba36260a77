//! Send a record, or several at once.

use super::verb::{Args, Sent, Verb, VerbFn, needs, text};
use crate::account::{Account, CallError, Repeats};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use futures::FutureExt;
use serde_json::Value;

/// [`PutRecord`](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html); answers with the
/// record's sequence number.
pub(super) const PUT_RECORD: Verb = Verb {
    name: "kinesis.put_record",
    run: VerbFn::Send(|account, args| put(account, args).boxed()),
    args: &[needs("stream"), needs("key"), needs("data")],
    actions: &["kinesis:PutRecord"],
    brings: || Value::Null,
    secret: &[],
};

/// [`PutRecords`](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html) with one key: they stand in
/// one shard, one behind the other, so that who reads it gets them in one batch.
pub(super) const PUT_RECORDS: Verb = Verb {
    name: "kinesis.put_records",
    run: VerbFn::Send(|account, args| put_all(account, args).boxed()),
    args: &[needs("stream"), needs("key"), needs("data")],
    actions: &["kinesis:PutRecords"],
    brings: || Value::Null,
    secret: &[],
};

/// A record's bytes: a text as it is, a document as JSON.
fn bytes(data: &Value) -> Blob {
    match data {
        Value::String(text) => Blob::new(text.as_str()),
        Value::Null => Blob::new(""),
        other => Blob::new(other.to_string()),
    }
}

async fn put(account: &Account, args: &Args) -> Result<Sent, CallError> {
    let repeats = Repeats::default();
    let answer = account
        .kinesis()
        .put_record()
        .stream_name(text(args, "stream"))
        .partition_key(text(args, "key"))
        .data(bytes(args.get("data").unwrap_or(&Value::Null)))
        .customize()
        .interceptor(repeats.clone())
        .send()
        .await
        .map_err(|e| CallError::from_sdk("kinesis:PutRecord", &e))?;
    Ok(Sent {
        correlation_ids: vec![answer.sequence_number().to_owned()],
        repeated: repeats.any(),
        ..Sent::default()
    })
}

async fn put_all(account: &Account, args: &Args) -> Result<Sent, CallError> {
    const ACTION: &str = "kinesis:PutRecords";
    let records = args.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
    let entries = records.iter().map(|data| {
        let entry = PutRecordsRequestEntry::builder().partition_key(text(args, "key"));
        entry.data(bytes(data)).build()
    });
    let entries: Result<Vec<_>, _> = entries.collect();
    let entries = entries.map_err(|e| CallError::other(ACTION, "Records", e.to_string()))?;
    let repeats = Repeats::default();
    let answer = account
        .kinesis()
        .put_records()
        .stream_name(text(args, "stream"))
        .set_records(Some(entries))
        .customize()
        .interceptor(repeats.clone())
        .send()
        .await
        .map_err(|e| CallError::from_sdk(ACTION, &e))?;
    // The call succeeds when one of several does; a stream that is busy is not the student's mistake.
    let refused = answer.records().iter().find_map(|record| record.error_code());
    if let Some(code) = refused {
        let taken = answer.records().iter().filter(|r| r.error_code().is_none()).count();
        let told = format!("the stream took {taken} of {} records: {code}", records.len());
        return Err(CallError::other(ACTION, "ServiceError", told));
    }
    let numbers = answer.records().iter().filter_map(|record| record.sequence_number());
    Ok(Sent {
        correlation_ids: numbers.map(str::to_owned).collect(),
        repeated: repeats.any(),
        ..Sent::default()
    })
}
