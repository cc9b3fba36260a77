//! `iam.role`, and `iam.access`: what a role may do, simulated on the real resource.

use super::{Args, Candidate, Kind, text, texts, time};
use crate::account::{Account, CallError, Problem};
use crate::course::{ArgSpec, KindSpec};
use crate::expr::Shape;
use aws_sdk_iam::types::{EvaluationResult, PolicyEvaluationDecisionType};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

/// [`ListRoles`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html), with the trust policy as a
/// document; attached policies cost one call a role.
pub(super) const ROLE: Kind = Kind {
    spec: || KindSpec {
        name: "iam.role",
        noun: "role",
        shape: Shape::of(&json!({
            "RoleName": null, "Arn": null, "Path": null, "CreateDate": null, "AssumeRolePolicyDocument": "any",
            "AttachedPolicies": [{"PolicyName": null, "PolicyArn": null}],
        })),
        listed: &["RoleName", "Arn", "Path", "CreateDate", "AssumeRolePolicyDocument"],
        args: &[],
        arn: None,
        always: false,
    },
    actions: &["iam:ListRoles", "iam:ListAttachedRolePolicies"],
    list: |account, _| roles(account).boxed(),
    describe: Some(|account, candidate| attached(account, &candidate.name).boxed()),
};

/// [`SimulatePrincipalPolicy`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html):
/// judges a role by what it may do, however that was granted. Where simulation is denied, as in AWS Academy's Learner
/// Lab, attached policies and roles that are known by name (`known_policies`, `known_roles`) decide, else nothing can.
pub(super) const ACCESS: Kind = Kind {
    spec: || KindSpec {
        name: "iam.access",
        noun: "access",
        shape: Shape::of(&json!({
            "Allowed": null, "Denied": [null], "ByName": null,
            "EvaluationResults": [{"EvalActionName": null, "EvalResourceName": null, "EvalDecision": null}],
        })),
        listed: &["Allowed", "Denied", "ByName", "EvaluationResults"],
        args: &[
            ArgSpec {
                name: "role",
                required: true,
            },
            ArgSpec {
                name: "resource",
                required: true,
            },
            ArgSpec {
                name: "actions",
                required: true,
            },
            ArgSpec {
                name: "known_policies",
                required: false,
            },
            ArgSpec {
                name: "known_roles",
                required: false,
            },
        ],
        arn: None,
        always: false,
    },
    actions: &["iam:SimulatePrincipalPolicy", "iam:ListAttachedRolePolicies"],
    list: access,
    describe: None,
};

async fn roles(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let items = account.iam().list_roles().into_paginator().items().send();
    let items: Result<Vec<_>, _> = items.collect().await;
    let items = items.map_err(|e| CallError::from_sdk("iam:ListRoles", &e))?;
    Ok(items
        .into_iter()
        .map(|role| Candidate {
            name: role.role_name().to_owned(),
            arn: Some(role.arn().to_owned()),
            made: time::text(Some(role.create_date())),
            document: json!({
                "RoleName": role.role_name(),
                "Arn": role.arn(),
                "Path": role.path(),
                "CreateDate": time::text(Some(role.create_date())),
                "AssumeRolePolicyDocument": role.assume_role_policy_document().map(document),
            }),
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
        .once("iam:ListAttachedRolePolicies", role, async {
            let pages = account.iam().list_attached_role_policies().role_name(role);
            let items: Result<Vec<_>, _> = pages.into_paginator().items().send().collect().await;
            let items = items.map_err(|e| CallError::from_sdk("iam:ListAttachedRolePolicies", &e))?;
            let policies = items
                .iter()
                .map(|p| json!({"PolicyName": p.policy_name(), "PolicyArn": p.policy_arn()}));
            Ok(json!({"AttachedPolicies": policies.collect::<Vec<_>>()}))
        })
        .await?;
    Ok((*answer).clone())
}

fn access<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let document = match simulate(account, args).await {
            Err(error) if error.problem == Problem::Denied => by_name(account, args).await?.ok_or(error)?,
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

async fn simulate(account: &Account, args: &Args) -> Result<Value, CallError> {
    const ACTION: &str = "iam:SimulatePrincipalPolicy";
    let pages = account
        .iam()
        .simulate_principal_policy()
        .policy_source_arn(text(args, "role"))
        .set_action_names(Some(texts(args, "actions")))
        .resource_arns(text(args, "resource"));
    let results: Result<Vec<EvaluationResult>, _> = pages.into_paginator().items().send().collect().await;
    let results = results.map_err(|e| CallError::from_sdk(ACTION, &e))?;
    let allowed = |r: &EvaluationResult| *r.eval_decision() == PolicyEvaluationDecisionType::Allowed;
    if let Some(open) = results
        .iter()
        .find(|r| !allowed(r) && !r.missing_context_values().is_empty())
    {
        let keys = open.missing_context_values().join(", ");
        let message = format!(
            "whether {} is allowed depends on the condition on {keys}",
            open.eval_action_name()
        );
        return Err(CallError::other(ACTION, "MissingContext", message));
    }
    let denied: Vec<&str> = results
        .iter()
        .filter(|r| !allowed(r))
        .map(|r| r.eval_action_name())
        .collect();
    Ok(json!({
        "Allowed": denied.is_empty() && !results.is_empty(),
        "Denied": denied,
        "ByName": false,
        "EvaluationResults": results.iter().map(|r| json!({
            "EvalActionName": r.eval_action_name(),
            "EvalResourceName": r.eval_resource_name(),
            "EvalDecision": r.eval_decision().as_str(),
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
