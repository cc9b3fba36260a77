//! AWS IAM: roles.

use super::item::{Item, ResourceType, WhileIdle};
use super::services::Service;
use crate::account::services::IAM;
use crate::account::{Account, CallError};
use futures::FutureExt;
use serde_json::json;

/// A role: IAM costs nothing.
pub(super) const ROLE: ResourceType = ResourceType {
    name: "AWS::IAM::Role",
    noun: "role",
    kind: Some("iam.role"),
    parts: &["AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"],
    is_companion: true,
    idle: WhileIdle::Nothing,
};

/// [`ListRoles`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html).
pub(super) const LISTED: Service = Service {
    name: "IAM",
    actions: &["iam:ListRoles"],
    is_regional: false,
    bills_by_hour: false,
    list: |account| roles(account).boxed(),
};

async fn roles(account: &Account) -> Result<Vec<Item>, CallError> {
    let roles = account
        .list(&IAM, "ListRoles", json!({"MaxItems": 1000}), "Roles")
        .await?;
    // Those that a service has made for itself are its own.
    let own = roles.into_iter().filter(|role| {
        let path = role["Path"].as_str().unwrap_or_default();
        !path.starts_with("/aws-service-role/")
    });
    let items = own.map(|role| {
        let role = json!({"RoleName": role["RoleName"], "Arn": role["Arn"], "CreateDate": role["CreateDate"]});
        Item {
            region: String::new(),
            ..Item::read(&ROLE, account, role, "RoleName", "Arn", "CreateDate")
        }
    });
    Ok(items.collect())
}
