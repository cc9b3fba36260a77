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
            Err(error) if error.answers() => nothing(args),
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
    let resource = text(args, "resource");
    let input = json!({
        "PolicySourceArn": text(args, "role"),
        "ActionNames": texts(args, "actions"),
        "ResourceArns": [resource],
        "ContextEntries": context(account, text(args, "role"), resource),
        "MaxItems": PAGE,
    });
    let results = account
        .list(&IAM, "SimulatePrincipalPolicy", input, "EvaluationResults")
        .await?;
    let refused = || results.iter().filter(|r| r["EvalDecision"] != "allowed");
    // One action that the role's own policies leave out is enough for a verdict.
    let undecided: Option<Vec<String>> = refused().map(|result| undecided(result, resource)).collect();
    if let Some(why) = undecided.unwrap_or_default().into_iter().next() {
        return Err(CallError::other("iam:SimulatePrincipalPolicy", "Undecided", why));
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

/// What is known of a call that the role makes, for the conditions of its policies; see AWS's
/// [global condition keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html). The
/// simulator knows none of them by itself.
fn context(account: &Account, role: &str, resource: &str) -> Value {
    let account_of = |arn: &str| arn.split(':').nth(4).unwrap_or_default().to_owned();
    let now = chrono::Utc::now();
    let entries = [
        ("aws:RequestedRegion", "string", account.region().to_owned()),
        ("aws:PrincipalArn", "string", role.to_owned()),
        ("aws:PrincipalAccount", "string", account_of(role)),
        ("aws:ResourceAccount", "string", account_of(resource)),
        ("aws:SecureTransport", "boolean", "true".to_owned()),
        (
            "aws:CurrentTime",
            "date",
            now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        ),
        ("aws:EpochTime", "numeric", now.timestamp().to_string()),
    ];
    let known = entries.into_iter().filter(|(.., value)| !value.is_empty());
    known
        .map(|(key, kind, value)| json!({"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": [value]}))
        .collect()
}

/// Why a refusal of the simulator's is no verdict: what stands behind it is not the role's own policies, or it could not
/// evaluate them. See
/// [`EvaluationResult`](https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html).
fn undecided(result: &Value, resource: &str) -> Option<String> {
    let action = result["EvalActionName"].as_str().unwrap_or_default();
    let specific = result["ResourceSpecificResults"].as_array().into_iter().flatten();
    let of_each = || std::iter::once(result).chain(specific.clone());
    let missing: Vec<String> = of_each().flat_map(|r| texts_of(&r["MissingContextValues"])).collect();
    if !missing.is_empty() {
        return Some(format!(
            "whether {action} is allowed depends on the condition on {}",
            missing.join(", ")
        ));
    }
    // The role's own policies allow it where nothing but these denies it, and an explicit deny of theirs is their own.
    let denies = |detail: &str, field: &str| of_each().any(|r| r[detail][field].as_str().is_some_and(|v| v == "false"));
    if denies("OrganizationsDecisionDetail", "AllowedByOrganizations") {
        return Some(format!(
            "a policy of the account's organization denies {action}, and the simulator does not know its conditions"
        ));
    }
    if denies("PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary") {
        return Some(format!("the role's permissions boundary denies {action}"));
    }
    // Of an action that it takes for one without resources, it asks for a right on everything.
    let asked_of = result["EvalResourceName"].as_str().unwrap_or_default();
    (asked_of == "*" && resource != "*" && result["EvalDecision"] == "implicitDeny").then(|| {
        format!(
            "the simulator evaluates {action} for every resource (*) alone, and the role may be allowed it on this one"
        )
    })
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
