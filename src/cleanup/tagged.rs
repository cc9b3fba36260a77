//! What carries the tag `edemlab:keep`, whatever its value: nobody deletes that.

use crate::account::services::{IAM, TAGGING};
use crate::account::{Account, CallError};
use crate::inventory::Item;
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The tag.
pub const KEEP: &str = "edemlab:keep";

/// The IAM actions by which it is asked for.
pub const TAG_ACTIONS: [&str; 3] = ["tag:GetResources", "iam:ListRoleTags", "iam:ListPolicyTags"];

/// Roles and policies that are asked at once.
const AT_ONCE: usize = 8;

/// The ARNs of what carries it in the account's region, by
/// [`GetResources`](https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html).
pub(super) async fn kept(account: &Account) -> Result<BTreeSet<String>, CallError> {
    let input = json!({"TagFilters": [{"Key": KEEP}]});
    let found = account
        .list(&TAGGING, "GetResources", input, "ResourceTagMappingList")
        .await?;
    Ok(found
        .iter()
        .filter_map(|one| one["ResourceARN"].as_str())
        .map(str::to_owned)
        .collect())
}

/// The ARNs of those of `items` that are IAM's and carry it: `GetResources` knows no roles, and others of IAM only in one
/// region. By [`ListRoleTags`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html) and
/// [`ListPolicyTags`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html).
pub(super) async fn kept_of_iam(account: &Account, items: &[&Item]) -> Result<BTreeSet<String>, CallError> {
    let asked = items.iter().filter_map(|item| {
        let (operation, input) = match item.of.name {
            "AWS::IAM::Role" => ("ListRoleTags", json!({"RoleName": item.name})),
            "AWS::IAM::ManagedPolicy" => ("ListPolicyTags", json!({"PolicyArn": item.id})),
            _ => return None,
        };
        Some((*item, operation, input))
    });
    let asked = stream::iter(asked)
        .map(|(item, operation, input)| async move {
            match account.list(&IAM, operation, input, "Tags").await {
                // Gone since it was listed.
                Err(error) if error.code() == Some("NoSuchEntity") => Ok((item, Vec::new())),
                tags => tags.map(|tags| (item, tags)),
            }
        })
        .buffered(AT_ONCE)
        .collect::<Vec<Result<(&Item, Vec<Value>), CallError>>>();
    let mut kept = BTreeSet::new();
    for answer in asked.await {
        let (item, tags) = answer?;
        if tags.iter().any(|tag| tag["Key"] == KEEP) {
            kept.insert(item.id.clone());
        }
    }
    Ok(kept)
}
