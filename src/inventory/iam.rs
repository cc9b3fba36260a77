//! AWS IAM: roles, and the policies that an account has made itself.

use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::listing::{each, texts};
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
    parts: &["AWS::IAM::Policy", "AWS::IAM::RolePolicy"],
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

/// A customer managed policy: Lambda's console makes one for the role of each function.
pub(super) const MANAGED_POLICY: ResourceType = ResourceType {
    name: "AWS::IAM::ManagedPolicy",
    noun: "customer managed policy",
    kind: None,
    parts: &[],
    is_companion: true,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Policies,
        actions: &["iam:ListPolicyVersions", "iam:DeletePolicyVersion", "iam:DeletePolicy"],
        delete: |account, item| delete_policy(account, item).boxed(),
    },
};

/// [`ListRoles`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html), and
/// [`ListPolicies`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html) of the account's own, with
/// [`ListEntitiesForPolicy`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html).
pub(super) const LISTED: Service = Service {
    name: "IAM",
    template: "AWS::IAM",
    actions: &["iam:ListRoles", "iam:ListPolicies", "iam:ListEntitiesForPolicy"],
    is_regional: false,
    bills_by_hour: false,
    list: |account| list(account).boxed(),
};

async fn list(account: &Account) -> Result<Vec<Item>, CallError> {
    let (mut roles, policies) = tokio::try_join!(roles(account), policies(account))?;
    for role in &mut roles {
        let has = policies
            .iter()
            .filter(|policy| texts(&policy.document["PolicyRoles"], "RoleName").any(|name| name == role.name));
        role.uses.extend(has.map(|policy| policy.id.clone()));
    }
    Ok(roles.into_iter().chain(policies).collect())
}

/// The account's own policies, each with the roles, users and groups that have it or are bounded by it.
async fn policies(account: &Account) -> Result<Vec<Item>, CallError> {
    let input = json!({"Scope": "Local", "MaxItems": 1000});
    let policies = account.list(&IAM, "ListPolicies", input, "Policies").await?;
    each(policies, |mut policy| async move {
        let count = |field: &str| policy[field].as_str().and_then(|count| count.parse().ok()).unwrap_or(0);
        let entities: usize = count("AttachmentCount") + count("PermissionsBoundaryUsageCount");
        let roles = entities_of(account, &policy, "Role", "PolicyRoles").await?;
        if roles.len() < entities {
            policy["PolicyUsers"] = entities_of(account, &policy, "User", "PolicyUsers").await?.into();
            policy["PolicyGroups"] = entities_of(account, &policy, "Group", "PolicyGroups").await?.into();
        }
        policy["PolicyRoles"] = roles.into();
        Ok(Item {
            region: String::new(),
            ..Item::read(&MANAGED_POLICY, account, policy, "PolicyName", "Arn", "CreateDate")
        })
    })
    .await
}

/// Who of one kind has a policy.
async fn entities_of(
    account: &Account,
    policy: &Value,
    filter: &str,
    entities: &'static str,
) -> Result<Vec<Value>, CallError> {
    let input = json!({"PolicyArn": policy["Arn"], "EntityFilter": filter});
    match account.list(&IAM, "ListEntitiesForPolicy", input, entities).await {
        // Gone since it was listed.
        Err(error) if error.code() == Some("NoSuchEntity") => Ok(Vec::new()),
        found => found,
    }
}

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

/// By [`DeletePolicy`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html), which takes none that has
/// other versions than its default.
async fn delete_policy(account: &Account, policy: &Item) -> Result<(), CallError> {
    let of = json!({"PolicyArn": policy.id});
    let versions = match account.list(&IAM, "ListPolicyVersions", of.clone(), "Versions").await {
        Err(error) if error.code() == Some("NoSuchEntity") => return Ok(()),
        versions => versions?,
    };
    for version in versions.iter().filter(|version| version["IsDefaultVersion"] != "true") {
        let input = json!({"PolicyArn": policy.id, "VersionId": version["VersionId"]});
        gone(account.call(&IAM, "DeletePolicyVersion", input).await)?;
    }
    gone(account.call(&IAM, "DeletePolicy", of).await)
}
