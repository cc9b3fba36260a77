//! AWS IAM: roles.

use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::IAM;
use crate::account::{Account, CallError};
use futures::FutureExt;
use serde_json::{Value, json};

/// A role: IAM costs nothing.
pub(super) const ROLE: ResourceType = ResourceType {
    name: "AWS::IAM::Role",
    noun: "role",
    kind: Some("iam.role"),
    parts: &["AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"],
    is_companion: true,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Rights,
        actions: &[
            "iam:ListAttachedRolePolicies",
            "iam:DetachRolePolicy",
            "iam:ListRolePolicies",
            "iam:DeleteRolePolicy",
            "iam:ListInstanceProfilesForRole",
            "iam:RemoveRoleFromInstanceProfile",
            "iam:DeleteRole",
        ],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`ListRoles`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html).
pub(super) const LISTED: Service = Service {
    name: "IAM",
    template: "AWS::IAM",
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
        let trust = trust(role["AssumeRolePolicyDocument"].as_str().unwrap_or_default());
        let role = json!({
            "RoleName": role["RoleName"], "Arn": role["Arn"], "CreateDate": role["CreateDate"], "Trust": {"Statement": trust},
        });
        Item {
            region: String::new(),
            ..Item::read(&ROLE, account, role, "RoleName", "Arn", "CreateDate")
        }
    });
    Ok(items.collect())
}

/// The statements of a trust policy, which IAM hands over URL-encoded.
fn trust(encoded: &str) -> Vec<Value> {
    let text = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
    let mut policy: Value = serde_json::from_str(&text).unwrap_or_default();
    match policy["Statement"].take() {
        Value::Array(statements) => statements,
        one => vec![one],
    }
}

/// By [`DeleteRole`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html), which takes no role that has
/// policies or stands in an instance profile.
async fn delete(account: &Account, role: &Item) -> Result<(), CallError> {
    let of = json!({"RoleName": role.name});
    let with = |field: &str, value: &Value| json!({"RoleName": role.name, field: value});
    let list = |operation, items| async move {
        let listed = account
            .list(&IAM, operation, json!({"RoleName": role.name}), items)
            .await;
        match listed {
            Err(error) if error.code() == Some("NoSuchEntity") => Ok(Vec::new()),
            listed => listed,
        }
    };
    for policy in list("ListAttachedRolePolicies", "AttachedPolicies").await? {
        gone(
            account
                .call(&IAM, "DetachRolePolicy", with("PolicyArn", &policy["PolicyArn"]))
                .await,
        )?;
    }
    for name in list("ListRolePolicies", "PolicyNames").await? {
        gone(account.call(&IAM, "DeleteRolePolicy", with("PolicyName", &name)).await)?;
    }
    for profile in list("ListInstanceProfilesForRole", "InstanceProfiles").await? {
        let input = with("InstanceProfileName", &profile["InstanceProfileName"]);
        gone(account.call(&IAM, "RemoveRoleFromInstanceProfile", input).await)?;
    }
    gone(account.call(&IAM, "DeleteRole", of).await)
}
