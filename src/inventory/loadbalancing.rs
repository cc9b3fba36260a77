//! Elastic Load Balancing: application load balancers, as ECS Express Mode makes them, and their target groups.

use super::charge::Charge;
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::ELASTICLOADBALANCING;
use crate::account::{Account, CallError};
use futures::FutureExt;
use futures::future::ready;
use serde_json::json;

/// An application load balancer: its hours, and the public address that it has in each zone. See
/// [prices](https://aws.amazon.com/elasticloadbalancing/pricing/).
pub(super) const LOAD_BALANCER: ResourceType = ResourceType {
    name: "AWS::ElasticLoadBalancingV2::LoadBalancer",
    noun: "load balancer",
    kind: None,
    parts: &[
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
    ],
    is_companion: true,
    idle: WhileIdle::ByHour(|_, balancer| ready(Ok(charges(balancer))).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Traces,
        actions: &["elasticloadbalancing:DeleteLoadBalancer"],
        delete: |account, item| delete_balancer(account, item).boxed(),
    },
};

/// A target group.
pub(super) const TARGET_GROUP: ResourceType = ResourceType {
    name: "AWS::ElasticLoadBalancingV2::TargetGroup",
    noun: "target group",
    kind: None,
    parts: &[],
    is_companion: true,
    idle: WhileIdle::Nothing,
    removal: Removal::ByCall {
        turn: Turn::Rights,
        actions: &["elasticloadbalancing:DeleteTargetGroup"],
        delete: |account, item| delete_group(account, item).boxed(),
    },
};

/// [`DescribeLoadBalancers`](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html)
/// and
/// [`DescribeTargetGroups`](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html).
pub(super) const LISTED: Service = Service {
    name: "Elastic Load Balancing",
    template: "AWS::ElasticLoadBalancingV2",
    actions: &[
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
    ],
    is_regional: true,
    bills_by_hour: true,
    list: |account| list(account).boxed(),
};

async fn list(account: &Account) -> Result<Vec<Item>, CallError> {
    let page = json!({"PageSize": 400});
    let service = &ELASTICLOADBALANCING;
    let balancers = account.list(service, "DescribeLoadBalancers", page.clone(), "LoadBalancers");
    let groups = account.list(service, "DescribeTargetGroups", page, "TargetGroups");
    let (balancers, groups) = tokio::try_join!(balancers, groups)?;
    // Network and gateway load balancers have prices of their own, and no lab's service makes them.
    let balancers = balancers
        .into_iter()
        .filter(|balancer| balancer["Type"] == "application");
    let balancers = balancers.map(|balancer| {
        let made = "CreatedTime";
        Item::read(
            &LOAD_BALANCER,
            account,
            balancer,
            "LoadBalancerName",
            "LoadBalancerArn",
            made,
        )
    });
    let groups = groups
        .into_iter()
        .map(|group| Item::read(&TARGET_GROUP, account, group, "TargetGroupName", "TargetGroupArn", ""));
    Ok(balancers.chain(groups).collect())
}

fn charges(balancer: &Item) -> Vec<Charge> {
    let mut charges = vec![Charge::new("alb.hour", 1, "1 load balancer")];
    let zones = balancer.document["AvailabilityZones"].as_array().map_or(0, Vec::len) as u64;
    if balancer.text("Scheme") == "internet-facing" {
        let what = match zones {
            1 => "1 public address".to_owned(),
            _ => format!("{zones} public addresses"),
        };
        charges.push(Charge::new("vpc.public-ipv4-hour", zones, what));
    }
    charges
}

/// By [`DeleteLoadBalancer`](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html),
/// where ECS has not done it.
async fn delete_balancer(account: &Account, balancer: &Item) -> Result<(), CallError> {
    let input = json!({"LoadBalancerArn": balancer.id});
    gone(account.call(&ELASTICLOADBALANCING, "DeleteLoadBalancer", input).await)
}

/// By [`DeleteTargetGroup`](https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html),
/// where ECS has not done it.
async fn delete_group(account: &Account, group: &Item) -> Result<(), CallError> {
    let input = json!({"TargetGroupArn": group.id});
    gone(account.call(&ELASTICLOADBALANCING, "DeleteTargetGroup", input).await)
}
