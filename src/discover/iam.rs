//! `iam.role`, and `iam.access`: what a role may do, simulated on the real resource.

use super::kind::{Args, Candidate, Description, Kind, text, texts, texts_of};
use crate::account::services::IAM;
use crate::account::{Account, CallError, ErrorKind};
use crate::course::{ArgSpec, KindSpec};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// [`ListRoles`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html), with the trust policy as a
/// document; attached policies cost one call a role.
pub(super) const ROLE: Kind = Kind {
    spec: || {
        KindSpec::new(
            "iam.role",
            "role",
            &json!({
                "RoleName": null, "Arn": null, "Path": null, "CreateDate": null, "AssumeRolePolicyDocument": "any",
                "AttachedPolicies": [{"PolicyName": null, "PolicyArn": null}],
            }),
        )
        .described(&["AttachedPolicies"])
    },
    actions: &["iam:ListRoles"],
    list: |account, _| roles(account).boxed(),
    describe: Some(Description {
        actions: &["iam:ListAttachedRolePolicies"],
        look: |account, candidate| attached(account, &candidate.name).boxed(),
        created_at: None,
    }),
};

/// [`SimulatePrincipalPolicy`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html):
/// judges a role by what it may do, however that was granted. Where simulation is denied, as in AWS Academy's Learner
/// Lab, attached policies and roles that are known by name (`known_policies`, `known_roles`) decide, else nothing can.
pub(super) const ACCESS: Kind = Kind {
    spec: || {
        KindSpec::new(
            "iam.access",
            "access",
            &json!({
                "Allowed": null, "Denied": [null], "ByName": null,
                "EvaluationResults": [{"EvalActionName": null, "EvalResourceName": null, "EvalDecision": null}],
            }),
        )
        .args(
            const {
                &[
                    ArgSpec::required("role"),
                    ArgSpec::required("resource"),
                    ArgSpec::required("actions"),
                    ArgSpec::optional("known_policies"),
                    ArgSpec::optional("known_roles"),
                ]
            },
        )
    },
    // Where this is denied, `iam:ListAttachedRolePolicies` is tried: not to be asked for as well.
    actions: &["iam:SimulatePrincipalPolicy"],
    list: access,
    describe: None,
};

/// The largest page.
const PAGE: u32 = 1000;

async fn roles(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let roles = account
        .list(&IAM, "ListRoles", json!({"MaxItems": PAGE}), "Roles")
        .await?;
    Ok(roles
        .into_iter()
        .map(|role| {
            let field = |name: &str| role[name].as_str().unwrap_or_default().to_owned();
            Candidate {
                name: field("RoleName"),
                arn: Some(field("Arn")),
                created_at: field("CreateDate"),
                document: json!({
                    "RoleName": role["RoleName"],
                    "Arn": role["Arn"],
                    "Path": role["Path"],
                    "CreateDate": role["CreateDate"],
                    "AssumeRolePolicyDocument": role["AssumeRolePolicyDocument"].as_str().map(document),
                }),
                ..Candidate::default()
            }
        })
        .collect())
}

/// IAM hands policy documents over URL-encoded (RFC 3986).
fn document(encoded: &str) -> Value {
    let text = percent_encoding::percent_decode_str(encoded).decode_utf8_lossy();
    serde_json::from_str(&text).unwrap_or_else(|_| Value::from(text.as_ref()))
}

async fn attached(account: &Account, role: &str) -> Result<Value, CallError> {
    let answer = account
        .once("iam:ListAttachedRolePolicies", role, || async {
            let input = json!({"RoleName": role, "MaxItems": PAGE});
            let policies = account
                .list(&IAM, "ListAttachedRolePolicies", input, "AttachedPolicies")
                .await?;
            Ok(json!({"AttachedPolicies": policies}))
        })
        .await?;
    Ok((*answer).clone())
}

fn access<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        if text(args, "role").is_empty() {
            return Ok(vec![Candidate {
                document: nothing(args),
                ..Candidate::default()
            }]);
        }
        let document = match simulate(account, args).await {
            // A role that is gone.
            Err(error) if error.code() == Some("NoSuchEntity") => nothing(args),
            Err(error) if error.kind == ErrorKind::Denied => by_name(account, args).await?.ok_or(error)?,
            other => other?,
        };
        Ok(vec![Candidate {
            name: text(args, "resource").to_owned(),
            document,
            ..Candidate::default()
        }])
    }
    .boxed()
}

fn nothing(args: &Args) -> Value {
    json!({"Allowed": false, "Denied": texts(args, "actions"), "ByName": false, "EvaluationResults": []})
}

async fn simulate(account: &Account, args: &Args) -> Result<Value, CallError> {
    let input = json!({
        "PolicySourceArn": text(args, "role"),
        "ActionNames": texts(args, "actions"),
        "ResourceArns": [text(args, "resource")],
        "MaxItems": PAGE,
    });
    let results = account
        .list(&IAM, "SimulatePrincipalPolicy", input, "EvaluationResults")
        .await?;
    let refused = || results.iter().filter(|r| r["EvalDecision"] != "allowed");
    for result in refused() {
        let Some([_, ..]) = result["MissingContextValues"].as_array().map(Vec::as_slice) else {
            continue;
        };
        let message = format!(
            "whether {} is allowed depends on the condition on {}",
            result["EvalActionName"].as_str().unwrap_or_default(),
            texts_of(&result["MissingContextValues"]).join(", ")
        );
        return Err(CallError::other(
            "iam:SimulatePrincipalPolicy",
            "MissingContext",
            message,
        ));
    }
    let denied: Vec<&Value> = refused().map(|r| &r["EvalActionName"]).collect();
    Ok(json!({
        "Allowed": denied.is_empty() && !results.is_empty(),
        "Denied": denied,
        "ByName": false,
        "EvaluationResults": results.iter().map(|r| json!({
            "EvalActionName": r["EvalActionName"],
            "EvalResourceName": r["EvalResourceName"],
            "EvalDecision": r["EvalDecision"],
        })).collect::<Vec<_>>(),
    }))
}

/// `None` when the names tell nothing.
async fn by_name(account: &Account, args: &Args) -> Result<Option<Value>, CallError> {
    let role = text(args, "role").rsplit('/').next().unwrap_or_default();
    let known = texts(args, "known_policies");
    let allowed = texts(args, "known_roles").iter().any(|r| r == role) || {
        let attached = attached(account, role).await?;
        let names = attached["AttachedPolicies"].as_array().cloned().unwrap_or_default();
        names.iter().any(|p| known.iter().any(|k| p["PolicyName"] == **k))
    };
    Ok(allowed.then(|| json!({"Allowed": true, "Denied": [], "ByName": true, "EvaluationResults": []})))
}
