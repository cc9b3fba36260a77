//! `s3.bucket` with its policy, and `s3.csv`: the CSV files in a bucket with their columns.

use super::kind::{Args, Candidate, Description, Kind, MAX_CONCURRENT_CALLS, text};
use super::time;
use crate::account::{Account, CallError, ErrorKind};
use crate::course::{ArgSpec, KindSpec};
use aws_sdk_s3::types::Object;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use std::sync::Arc;

/// [`ListBuckets`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html); its policy and what
/// is in it cost a call each, made in the bucket's own region. `Keys` are those of CSV files among the first thousand
/// objects, or `null` where objects may not be listed.
pub(super) const BUCKET: Kind = Kind {
    spec: || {
        KindSpec::new("s3.bucket", "bucket", &json!({
            "Name": null, "BucketArn": null, "BucketRegion": null, "CreationDate": null, "Policy": null, "Keys": "any",
        })).described(&["Policy", "Keys"])
    },
    actions: &["s3:ListAllMyBuckets"],
    list: |account, _| buckets(account).boxed(),
    describe: Some(Description {
        actions: &["s3:GetBucketPolicy", "s3:ListBucket"],
        look: |account, candidate| {
            async move {
                let (policy, keys) = tokio::try_join!(policy(account, candidate), keys(account, candidate))?;
                Ok(json!({"Policy": policy, "Keys": keys}))
            }
            .boxed()
        },
        created_at: None,
    }),
};

/// The objects whose key ends in `.csv` or `.csv.gz`, under any prefix, each with the columns of its first line. `Encoding`
/// is `UTF-8`, or what it is in place of that.
pub(super) const CSV: Kind = Kind {
    spec: || {
        KindSpec::new(
            "s3.csv",
            "CSV file",
            &json!({"Key": null, "Size": null, "Encoding": null, "Columns": [null]}),
        )
        .args(const { &[ArgSpec::required("bucket"), ArgSpec::required("region")] })
    },
    actions: &["s3:ListBucket", "s3:GetObject"],
    list: csvs,
    describe: None,
};

/// More CSV files than this are a data lake, not a lab: the others are not opened.
const CSVS: usize = 200;

/// Columns are read from this many bytes.
const HEADER: u64 = 2048;

async fn buckets(account: &Account) -> Result<Vec<Candidate>, CallError> {
    // Only a paged request is answered with each bucket's region.
    let pages = account.s3(account.region()).list_buckets().max_buckets(1000);
    let items = async {
        let items: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
        items.map_err(|e| CallError::from_sdk("s3:ListAllMyBuckets", &e))
    };
    // Both at once: each round trip counts.
    let (me, items) = tokio::try_join!(account.identity(), items)?;
    Ok(items
        .into_iter()
        .map(|bucket| {
            let name = bucket.name().unwrap_or_default();
            let arn = match bucket.bucket_arn() {
                Some(arn) => arn.to_owned(),
                None => format!("arn:{}:s3:::{name}", me.partition()),
            };
            Candidate {
                name: name.to_owned(),
                arn: Some(arn.clone()),
                created_at: time::text(bucket.creation_date()),
                document: json!({
                    "Name": name,
                    "BucketArn": arn,
                    "BucketRegion": bucket.bucket_region().unwrap_or(account.region()),
                    "CreationDate": time::text(bucket.creation_date()),
                }),
                ..Candidate::default()
            }
        })
        .collect())
}

async fn policy(account: &Account, bucket: &Candidate) -> Result<Value, CallError> {
    let region = bucket.document["BucketRegion"].as_str().unwrap_or(account.region());
    let answer = account.s3(region).get_bucket_policy().bucket(&bucket.name).send().await;
    match answer {
        Ok(answer) => Ok(json!(answer.policy())),
        Err(error) => match CallError::from_sdk("s3:GetBucketPolicy", &error) {
            // An answer of its own: the bucket has no policy.
            error if error.answers() => Ok(Value::Null),
            error => Err(error),
        },
    }
}

async fn keys(account: &Account, bucket: &Candidate) -> Result<Value, CallError> {
    let region = bucket.document["BucketRegion"].as_str().unwrap_or(account.region());
    match first_objects(account, region, &bucket.name).await {
        Ok(page) => {
            let objects = page["objects"].as_array().into_iter().flatten();
            let keys = objects.filter_map(|object| object["Key"].as_str());
            Ok(keys.filter(|key| is_csv(key)).take(CSVS).collect())
        }
        // Its policy can be judged all the same.
        Err(error) if error.kind == ErrorKind::Denied => Ok(Value::Null),
        Err(error) => Err(error),
    }
}

/// The first thousand objects of a bucket, asked once, and where the next ones begin.
async fn first_objects(account: &Account, region: &str, bucket: &str) -> Result<Arc<Value>, CallError> {
    let ask = || async {
        let page = account.s3(region).list_objects_v2().bucket(bucket).send().await;
        let page = page.map_err(|e| CallError::from_sdk("s3:ListBucket", &e))?;
        let object = |object: &Object| json!({"Key": object.key(), "Size": object.size()});
        let objects: Value = page.contents().iter().map(object).collect();
        Ok(json!({"objects": objects, "next": page.next_continuation_token()}))
    };
    account.once("s3:ListBucket", &format!("{region} {bucket}"), ask).await
}

/// Those of a page that are CSV files, with their sizes.
fn csvs_of<'o>(objects: impl Iterator<Item = (Option<&'o str>, Option<i64>)>) -> impl Iterator<Item = (String, i64)> {
    objects.filter_map(|(key, size)| {
        let key = key?;
        let packed = key.to_lowercase().strip_suffix(".gz").is_some_and(is_csv);
        ((packed || is_csv(key)) && size != Some(0)).then(|| (key.to_owned(), size.unwrap_or_default()))
    })
}

fn is_csv(key: &str) -> bool {
    key.to_lowercase().ends_with(".csv")
}

fn csvs<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let client = account.s3(text(args, "region"));
        let bucket = text(args, "bucket");
        let first = first_objects(account, text(args, "region"), bucket).await?;
        let objects = first["objects"].as_array().into_iter().flatten();
        let mut found: Vec<_> = csvs_of(objects.map(|o| (o["Key"].as_str(), o["Size"].as_i64()))).collect();
        if let Some(next) = first["next"].as_str().filter(|next| !next.is_empty()) {
            let more = client.list_objects_v2().bucket(bucket).continuation_token(next);
            let mut pages = more.into_paginator().send();
            while found.len() < CSVS
                && let Some(page) = pages.next().await
            {
                let page = page.map_err(|e| CallError::from_sdk("s3:ListBucket", &e))?;
                found.extend(csvs_of(page.contents().iter().map(|o| (o.key(), o.size()))));
            }
        }
        found.truncate(CSVS);
        stream::iter(found)
            .map(|(key, size)| {
                let client = client.clone();
                async move {
                    let answer = client
                        .get_object()
                        .bucket(bucket)
                        .key(&key)
                        .range(format!("bytes=0-{}", HEADER - 1))
                        .send()
                        .await
                        .map_err(|e| CallError::from_sdk("s3:GetObject", &e))?;
                    let bytes = beginning(answer.body).await?;
                    let encoding = encoding(&bytes);
                    let columns = columns(&bytes);
                    Ok(Candidate {
                        name: key.clone(),
                        document: json!({"Key": key, "Size": size, "Encoding": encoding, "Columns": columns}),
                        ..Candidate::default()
                    })
                }
            })
            .buffered(MAX_CONCURRENT_CALLS)
            .try_collect()
            .await
    }
    .boxed()
}

/// What a file is by its first bytes. Half a character at the end is where reading has stopped.
fn encoding(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x1f, 0x8b, ..] => "gzip",
        [b'P', b'K', 3, 4, ..] => "ZIP",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16",
        _ if bytes.contains(&0) => "UTF-16",
        _ => match std::str::from_utf8(bytes) {
            Err(error) if error.error_len().is_some() => "another encoding",
            _ => "UTF-8",
        },
    }
}

/// A file up to the end of its first line. A server that ignores ranges is cut off all the same.
async fn beginning(mut body: aws_sdk_s3::primitives::ByteStream) -> Result<Vec<u8>, CallError> {
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < HEADER && !bytes.contains(&b'\n') {
        match body.next().await {
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
            Some(Err(error)) => return Err(CallError::other("s3:GetObject", "Body", error.to_string())),
            None => break,
        }
    }
    Ok(bytes)
}

/// The columns of a CSV's first line.
fn columns(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    // Personalize reads commas only: a file with semicolons has one column with a strange name.
    let names = line.split(',').map(|name| name.trim().trim_matches('"').to_owned());
    names.filter(|n| !n.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn columns_survive_a_bom_and_quotes() {
        let body = aws_sdk_s3::primitives::ByteStream::from_static("\u{feff}\"USER_ID\",ITEM_ID\r\n1,2\r\n".as_bytes());
        assert_eq!(columns(&beginning(body).await.unwrap()), ["USER_ID", "ITEM_ID"]);
    }

    #[test]
    fn a_file_is_known_by_its_first_bytes() {
        for (bytes, expected) in [
            (&b"USER_ID,ITEM_ID\n"[..], "UTF-8"),
            ("\u{feff}TITLE\nAm\u{e9}lie".as_bytes(), "UTF-8"),
            (&"\u{e9}".as_bytes()[..1], "UTF-8"),
            (b"\xff\xfeU\0S\0", "UTF-16"),
            (b"U\0S\0E\0R\0", "UTF-16"),
            (b"\x1f\x8b\x08\0", "gzip"),
            (b"PK\x03\x04rest", "ZIP"),
            (b"T\xcdTULO,GENRES\n", "another encoding"),
        ] {
            assert_eq!(encoding(bytes), expected, "{bytes:?}");
        }
    }
}
