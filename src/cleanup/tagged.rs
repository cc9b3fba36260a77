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
pub const TAG_ACTIONS: [&str; 2] = ["tag:GetResources", "iam:ListRoleTags"];

/// Roles that are asked at once.
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

/// The ARNs of those of `roles` that carry it: `GetResources` knows no roles. By
/// [`ListRoleTags`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html).
pub(super) async fn kept_roles(account: &Account, roles: &[&Item]) -> Result<BTreeSet<String>, CallError> {
    let asked = stream::iter(roles.iter().copied())
        .map(|role| async move {
            let tags = account
                .list(&IAM, "ListRoleTags", json!({"RoleName": role.name}), "Tags")
                .await;
            match tags {
                // Gone since it was listed.
                Err(error) if error.code() == Some("NoSuchEntity") => Ok((role, Vec::new())),
                tags => tags.map(|tags| (role, tags)),
            }
        })
        .buffered(AT_ONCE)
        .collect::<Vec<Result<(&Item, Vec<Value>), CallError>>>();
    let mut kept = BTreeSet::new();
    for answer in asked.await {
        let (role, tags) = answer?;
        if tags.iter().any(|tag| tag["Key"] == KEEP) {
            kept.insert(role.id.clone());
        }
    }
    Ok(kept)
}
