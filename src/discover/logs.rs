//! `logs.group`, and `logs.resource_policy`: who else may write into log groups.

use super::kind::{Args, Candidate, Kind, candidates, not_included, text};
use super::time;
use crate::account::services::LOGS;
use crate::account::{Account, CallError};
use crate::course::{ArgSpec, KindSpec};
use futures::FutureExt;
use futures::future::{BoxFuture, join};
use serde_json::{Value, json};

/// The log group with the ARN `arn`, by
/// [`DescribeLogGroups`](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html):
/// every function has one, so that all of them would be many pages.
pub(super) const GROUP: Kind =
    Kind {
        spec: || {
            KindSpec::new("logs.group", "log group", &json!({
            "logGroupName": null, "arn": null, "logGroupArn": null, "creationTime": null, "retentionInDays": null,
            "logGroupClass": null,
        })).args(const { &[ArgSpec::required("arn")] })
        },
        actions: &["logs:DescribeLogGroups"],
        list: groups,
        describe: None,
    };

/// [`DescribeResourcePolicies`](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html),
/// each policy as a document. The list has those of the account; with `resource`, the ARN of a log group, also the policy
/// that the group has itself, which no list shows.
pub(super) const RESOURCE_POLICY: Kind = Kind {
    spec: || {
        KindSpec::new(
            "logs.resource_policy",
            "resource policy",
            &json!({"policyName": null, "policyScope": null, "resourceArn": null, "policyDocument": "any"}),
        )
        .args(const { &[ArgSpec::optional("resource")] })
    },
    actions: &["logs:DescribeResourcePolicies"],
    list: policies,
    describe: None,
};

/// The ARN of a log group as it is. That of a target may end in `:*`, that of a group in one of AWS's two fields does.
pub(super) fn plain(arn: &str) -> &str {
    arn.trim_end_matches(":*")
}

fn groups<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let wanted = plain(text(args, "arn")).to_owned();
        let name = wanted.split_once(":log-group:").map_or("", |(_, name)| name);
        let input = json!({"logGroupNamePrefix": name});
        let mut groups = account.list(&LOGS, "DescribeLogGroups", input, "logGroups").await?;
        // One of the same name in another account or region is another one.
        groups.retain(|group| group["arn"].as_str().is_some_and(|arn| plain(arn) == wanted));
        for group in &mut groups {
            time::readable_millis(group, &["creationTime"]);
            if let (Value::Null, Some(arn)) = (&group["logGroupArn"], group["arn"].as_str()) {
                group["logGroupArn"] = plain(arn).into();
            }
        }
        Ok(candidates(groups, "logGroupName", "logGroupArn", "creationTime"))
    }
    .boxed()
}

fn policies<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        let list = |input: Value| account.list(&LOGS, "DescribeResourcePolicies", input, "resourcePolicies");
        // The account's are the same whatever the group.
        let of_account = account.once("logs:DescribeResourcePolicies", "", || async {
            Ok(list(json!({})).await?.into())
        });
        let of_group = async {
            match text(args, "resource") {
                "" => Ok(Vec::new()),
                resource => list(json!({"resourceArn": resource, "policyScope": "RESOURCE"})).await,
            }
        };
        let (of_account, of_group) = join(of_account, of_group).await;
        let mut policies = of_account?.as_array().cloned().unwrap_or_default();
        policies.extend(of_group?);
        for policy in &mut policies {
            let document = policy["policyDocument"]
                .as_str()
                .and_then(|text| serde_json::from_str(text).ok());
            policy["policyDocument"] = document.unwrap_or(Value::Null);
        }
        Ok(candidates(policies, "policyName", "", ""))
    }
    .boxed()
}

/// The policy that a log group may have itself, where it was not asked for.
pub(super) fn own_policy_untold() -> Candidate {
    Candidate {
        document: json!({"policyScope": "RESOURCE"}),
        untold: [("policyDocument".to_owned(), not_included("the log group's own policy"))].into(),
        ..Candidate::default()
    }
}
