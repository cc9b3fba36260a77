//! Send a record.

use super::verb::{Args, Sent, Verb, VerbFn, needs, text};
use crate::account::{Account, CallError, Repeats};
use aws_sdk_kinesis::primitives::Blob;
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

async fn put(account: &Account, args: &Args) -> Result<Sent, CallError> {
    let data = match args.get("data") {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let repeats = Repeats::default();
    let answer = account
        .kinesis()
        .put_record()
        .stream_name(text(args, "stream"))
        .partition_key(text(args, "key"))
        .data(Blob::new(data))
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
