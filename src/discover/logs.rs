//! `logs.group`, and `logs.resource_policy`: who else may write into log groups.

use super::kind::{Args, Candidate, Kind, candidates, text};
use super::time;
use crate::account::services::LOGS;
use crate::account::{Account, CallError};
use crate::course::{ArgSpec, KindSpec};
use futures::FutureExt;
use futures::future::BoxFuture;
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
/// each policy as a document.
pub(super) const RESOURCE_POLICY: Kind = Kind {
    spec: || {
        KindSpec::new(
            "logs.resource_policy",
            "resource policy",
            &json!({"policyName": null, "policyDocument": "any"}),
        )
    },
    actions: &["logs:DescribeResourcePolicies"],
    list: |account, _| policies(account).boxed(),
    describe: None,
};

fn groups<'a>(account: &'a Account, args: &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>> {
    async move {
        // A target's ARN may end in `:*`, that of a group in one of AWS's two fields does.
        let plain = |arn: &str| arn.trim_end_matches(":*").to_owned();
        let wanted = plain(text(args, "arn"));
        let name = wanted.split_once(":log-group:").map_or("", |(_, name)| name);
        let input = json!({"logGroupNamePrefix": name});
        let mut groups = account.list(&LOGS, "DescribeLogGroups", input, "logGroups").await?;
        groups.retain(|group| group["logGroupName"] == name);
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

async fn policies(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let mut policies = account
        .list(&LOGS, "DescribeResourcePolicies", json!({}), "resourcePolicies")
        .await?;
    for policy in &mut policies {
        let document = policy["policyDocument"]
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok());
        policy["policyDocument"] = document.unwrap_or(Value::Null);
    }
    Ok(candidates(policies, "policyName", "", ""))
}
