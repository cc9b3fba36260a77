//! Amazon S3: buckets.

use super::charge::Charge;
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::{Account, CallError};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures::FutureExt;
use serde_json::json;

/// A bucket. See [prices](https://aws.amazon.com/s3/pricing/).
pub(super) const BUCKET: ResourceType = ResourceType {
    name: "AWS::S3::Bucket",
    noun: "bucket",
    kind: Some("s3.bucket"),
    parts: &["AWS::S3::BucketPolicy"],
    is_companion: false,
    idle: WhileIdle::ByContent(|account, bucket| charges(account, bucket).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Holding,
        actions: &[
            "s3:ListBucketVersions",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:DeleteBucket",
        ],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`ListBuckets`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html): one list has those of all
/// regions.
pub(super) const LISTED: Service = Service {
    name: "S3",
    template: "AWS::S3",
    actions: &["s3:ListAllMyBuckets", "s3:ListBucket"],
    is_regional: false,
    bills_by_hour: false,
    list: |account| buckets(account).boxed(),
};

/// A bucket with more objects than this is read no further: a lab's has a few files.
const MAX_OBJECTS: i32 = 100_000;

async fn buckets(account: &Account) -> Result<Vec<Item>, CallError> {
    // Only a paged request is answered with each bucket's region.
    let pages = account.s3(account.region()).list_buckets().max_buckets(1000);
    let buckets: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
    let buckets = buckets.map_err(|e| CallError::from_sdk("s3:ListAllMyBuckets", &e))?;
    let partition = account.identity().await?.partition().to_owned();
    let items = buckets.iter().map(|bucket| {
        let name = bucket.name().unwrap_or_default();
        let arn = format!("arn:{partition}:s3:::{name}");
        let region = bucket.bucket_region().unwrap_or(account.region()).to_owned();
        let made = bucket
            .creation_date()
            .map(|at| at.secs().to_string())
            .unwrap_or_default();
        Item {
            region,
            made,
            ..Item::new(&BUCKET, account, name, &arn, json!({}))
        }
    });
    Ok(items.collect())
}

/// By [`ListObjectsV2`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html): the newest version of
/// each object, as if all were in the class S3 Standard.
async fn charges(account: &Account, bucket: &Item) -> Result<Vec<Charge>, CallError> {
    let client = account.s3(&bucket.region);
    let mut pages = client.list_objects_v2().bucket(&bucket.name).into_paginator().send();
    let (mut bytes, mut objects) = (0u64, 0i32);
    while let Some(page) = pages.next().await {
        let page = page.map_err(|e| CallError::from_sdk("s3:ListBucket", &e))?;
        let sizes = page.contents().iter().filter_map(|object| object.size());
        bytes += sizes.filter_map(|size| u64::try_from(size).ok()).sum::<u64>();
        objects += page.contents().len() as i32;
        if objects >= MAX_OBJECTS {
            break;
        }
    }
    let mut charge = Charge::stored("s3.standard-gb-month", bytes);
    if objects >= MAX_OBJECTS {
        charge.what = format!("at least {}", charge.what);
    }
    Ok(vec![charge])
}

/// By [`DeleteBucket`](https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html), which takes no bucket that holds
/// anything: all versions of all objects go first.
async fn delete(account: &Account, bucket: &Item) -> Result<(), CallError> {
    let client = account.s3(&bucket.region);
    loop {
        let page = client
            .list_object_versions()
            .bucket(&bucket.name)
            .max_keys(1000)
            .send()
            .await;
        let page = match page.map_err(|e| CallError::from_sdk("s3:ListBucketVersions", &e)) {
            Err(error) if error.code() == Some("NoSuchBucket") => return Ok(()),
            page => page?,
        };
        let versions = page.versions().iter().map(|one| (one.key(), one.version_id()));
        let markers = page.delete_markers().iter().map(|one| (one.key(), one.version_id()));
        let objects: Vec<ObjectIdentifier> = versions
            .chain(markers)
            .filter_map(|(key, version)| {
                let object = ObjectIdentifier::builder()
                    .key(key?)
                    .set_version_id(version.map(str::to_owned));
                object.build().ok()
            })
            .collect();
        if objects.is_empty() {
            break;
        }
        let all = Delete::builder().set_objects(Some(objects)).quiet(true).build();
        let all = all.map_err(|e| CallError::other("s3:DeleteObject", "Objects", e.to_string()))?;
        let answer = client.delete_objects().bucket(&bucket.name).delete(all).send().await;
        let answer = answer.map_err(|e| CallError::from_sdk("s3:DeleteObject", &e))?;
        // What could not be deleted would be listed for ever.
        if let Some(error) = answer.errors().first() {
            let (code, key) = (error.code().unwrap_or_default(), error.key().unwrap_or_default());
            return Err(CallError::other(
                "s3:DeleteObject",
                code,
                format!("{key} cannot be deleted"),
            ));
        }
    }
    let answer = client.delete_bucket().bucket(&bucket.name).send().await;
    gone(answer.map_err(|e| CallError::from_sdk("s3:DeleteBucket", &e)))
}
