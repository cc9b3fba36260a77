//! CloudWatch Logs: log groups, and who may write into them.

use super::charge::Charge;
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::LOGS;
use crate::account::{Account, CallError};
use crate::expr::policy::like;
use futures::FutureExt;
use futures::future::ready;
use serde_json::{Value, json};

/// A log group. See [prices](https://aws.amazon.com/cloudwatch/pricing/).
pub(super) const GROUP: ResourceType = ResourceType {
    name: "AWS::Logs::LogGroup",
    noun: "log group",
    kind: Some("logs.group"),
    parts: &[],
    is_companion: true,
    idle: WhileIdle::ByContent(|_, group| ready(Ok(charges(group))).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Traces,
        actions: &["logs:DeleteLogGroup"],
        delete: |account, item| delete_group(account, item).boxed(),
    },
};

/// A resource policy of the account.
pub(super) const RESOURCE_POLICY: ResourceType = ResourceType {
    name: "AWS::Logs::ResourcePolicy",
    noun: "resource policy",
    kind: None,
    parts: &[],
    is_companion: false,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Around,
        actions: &["logs:DeleteResourcePolicy"],
        delete: |account, item| delete_policy(account, item).boxed(),
    },
};

/// [`DescribeLogGroups`](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html)
/// and
/// [`DescribeResourcePolicies`](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html).
pub(super) const LISTED: Service = Service {
    name: "CloudWatch Logs",
    template: "AWS::Logs",
    actions: &["logs:DescribeLogGroups", "logs:DescribeResourcePolicies"],
    is_regional: true,
    bills_by_hour: false,
    list: |account| list(account).boxed(),
};

async fn list(account: &Account) -> Result<Vec<Item>, CallError> {
    let groups = account.list(&LOGS, "DescribeLogGroups", json!({"limit": 50}), "logGroups");
    let policies = account.list(&LOGS, "DescribeResourcePolicies", json!({}), "resourcePolicies");
    let (groups, policies) = tokio::try_join!(groups, policies)?;
    // Whoever uses a group knows it by its name or by its ARN; the name is unique in a region.
    let groups: Vec<Item> = groups
        .into_iter()
        .map(|group| Item::read(&GROUP, account, group, "logGroupName", "logGroupName", "creationTime"))
        .collect();
    let policies = policies.into_iter().map(|policy| {
        let item = Item::read(&RESOURCE_POLICY, account, policy, "policyName", "policyName", "");
        let patterns = written_to(item.text("policyDocument"));
        let is_meant = |group: &&Item| patterns.iter().any(|pattern| like(pattern, &group.name, false));
        let item = Item {
            mentions: patterns.clone(),
            ..item
        };
        item.part_of(groups.iter().filter(is_meant).map(|group| group.name.as_str()))
    });
    let policies: Vec<Item> = policies.collect();
    Ok(groups.into_iter().chain(policies).collect())
}

/// The names of the log groups that a policy is about, with `*` and `?` as in IAM.
fn written_to(policy: &str) -> Vec<String> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        one => vec![one],
    };
    let resources = statements
        .into_iter()
        .flat_map(|statement| match &statement["Resource"] {
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            one => one.as_str().into_iter().collect::<Vec<_>>(),
        });
    resources.filter_map(name_in).map(str::to_owned).collect()
}

/// The name of the log group with this ARN; see
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>.
pub(super) fn name_in(arn: &str) -> Option<&str> {
    let name = arn.split_once(":log-group:")?.1;
    let name = name.split(':').next().unwrap_or(name);
    (!name.is_empty()).then_some(name)
}

fn charges(group: &Item) -> Vec<Charge> {
    let bytes = group.document["storedBytes"].as_u64().unwrap_or_default();
    vec![Charge::stored("logs.storage-gb-month", bytes)]
}

/// By [`DeleteLogGroup`](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html).
async fn delete_group(account: &Account, group: &Item) -> Result<(), CallError> {
    gone(
        account
            .call(&LOGS, "DeleteLogGroup", json!({"logGroupName": group.name}))
            .await,
    )
}

/// By [`DeleteResourcePolicy`](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteResourcePolicy.html).
async fn delete_policy(account: &Account, policy: &Item) -> Result<(), CallError> {
    gone(
        account
            .call(&LOGS, "DeleteResourcePolicy", json!({"policyName": policy.name}))
            .await,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_groups_or_patterns_of_them() {
        let arn = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/orders:*";
        let one = json!({"Statement": {"Resource": arn}}).to_string();
        let many = json!({"Statement": [{"Resource": [arn, "*"]}]}).to_string();
        assert_eq!(written_to(&one), ["/aws/events/orders"]);
        assert_eq!(written_to(&many), ["/aws/events/orders"]);
        let any = json!({"Statement": {"Resource": "arn:aws:logs:*:*:log-group:/aws/events/*:*"}}).to_string();
        assert!(like(&written_to(&any)[0], "/aws/events/orders", false));
        assert!(written_to("no policy").is_empty());
    }
}
