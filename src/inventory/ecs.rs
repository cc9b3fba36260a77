//! Amazon ECS: the services of Express Mode, with what ECS has made for each.

use super::charge::{Charge, counted};
use super::ecr::repository_of;
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::listing::{each, texts};
use super::removal::{Turn, gone};
use super::service::Service;
use crate::account::services::ECS;
use crate::account::{Account, CallError};
use futures::FutureExt;
use futures::future::ready;
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// A service of Express Mode: the processors and the memory of its tasks, on Fargate, and their public addresses. See
/// [prices](https://aws.amazon.com/fargate/pricing/).
pub(super) const SERVICE: ResourceType = ResourceType {
    name: "AWS::ECS::ExpressGatewayService",
    noun: "ECS Express service",
    kind: Some("container.service"),
    parts: &[],
    is_companion: false,
    idle: WhileIdle::ByHour(|_, service| ready(Ok(charges(service))).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Running,
        actions: &["ecs:DeleteExpressGatewayService"],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`DescribeExpressGatewayService`](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeExpressGatewayService.html)
/// of the services that ECS looks after; what it has made for them, only
/// [`DescribeServiceRevisions`](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html)
/// says.
pub(super) const LISTED: Service = Service {
    name: "ECS",
    template: "AWS::ECS",
    actions: &[
        "ecs:ListClusters",
        "ecs:ListServices",
        "ecs:DescribeServices",
        "ecs:DescribeExpressGatewayService",
        "ecs:DescribeServiceRevisions",
    ],
    is_regional: true,
    bills_by_hour: true,
    list: |account| services(account).boxed(),
};

async fn services(account: &Account) -> Result<Vec<Item>, CallError> {
    let input = json!({"maxResults": 100});
    let clusters = account.list(&ECS, "ListClusters", input, "clusterArns").await?;
    let services = each(clusters, |cluster| async move {
        let input = json!({"cluster": cluster, "maxResults": 100, "resourceManagementType": "ECS"});
        let arns = account.list(&ECS, "ListServices", input, "serviceArns").await?;
        each(arns, |arn| {
            let cluster = cluster.clone();
            async move { service(account, &cluster, arn).await }
        })
        .await
    });
    Ok(services.await?.into_iter().flatten().collect())
}

async fn service(account: &Account, cluster: &Value, arn: Value) -> Result<Item, CallError> {
    let described = account.call(&ECS, "DescribeExpressGatewayService", json!({"serviceArn": arn}));
    let tasks = account.call(&ECS, "DescribeServices", json!({"cluster": cluster, "services": [arn]}));
    let (mut described, mut tasks) = tokio::try_join!(described, tasks)?;
    let mut service = described["service"].take();
    service["tasks"] = tasks["services"][0].take();
    // During a deployment there are two: the newer one stays.
    let made = |c: &&Value| c["createdAt"].as_f64().unwrap_or_default();
    let configurations = service["activeConfigurations"].as_array().into_iter().flatten();
    let newest = configurations
        .max_by(|a, b| made(a).total_cmp(&made(b)))
        .cloned()
        .unwrap_or_default();
    let revision = &newest["serviceRevisionArn"];
    let mut revisions = match revision.is_string() {
        true => {
            let input = json!({"serviceRevisionArns": [revision]});
            account.call(&ECS, "DescribeServiceRevisions", input).await?
        }
        false => Value::Null,
    };
    service["managed"] = revisions["serviceRevisions"][0]["ecsManagedResources"].take();
    service["newest"] = newest;
    let item = Item::read(&SERVICE, account, service, "serviceName", "serviceArn", "");
    let used = made_for(&item);
    Ok(item.uses(used.iter().map(String::as_str)))
}

/// The ids of what a service uses: its roles, and what ECS has made for it.
fn made_for(service: &Item) -> Vec<String> {
    let (document, managed) = (&service.document, &service.document["managed"]);
    let roles = ["executionRoleArn", "taskRoleArn"].map(|role| document["newest"][role].as_str());
    let roles = roles
        .into_iter()
        .chain([document["infrastructureRoleArn"].as_str()])
        .flatten();
    let paths = managed["ingressPaths"].as_array().into_iter().flatten();
    let balancing = paths.flat_map(|path| {
        path["loadBalancer"]["arn"]
            .as_str()
            .into_iter()
            .chain(texts(&path["targetGroups"], "arn"))
    });
    let logs = texts(&managed["logGroups"], "logGroupName");
    let own = document["newest"]["primaryContainer"]["awsLogsConfiguration"]["logGroup"].as_str();
    let image = document["newest"]["primaryContainer"]["image"]
        .as_str()
        .unwrap_or_default();
    let repository = repository_of(image, &service.id);
    roles
        .chain(balancing)
        .chain(logs)
        .chain(own)
        .map(str::to_owned)
        .chain(repository)
        .collect()
}

/// A task's processors are written in units, 1024 to a virtual processor, and its memory in megabytes; see
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateExpressGatewayService.html>.
const UNITS: u32 = 1024;

/// What a task has that was given nothing.
const DEFAULT_CPU: &str = "256";
const DEFAULT_MEMORY: &str = "512";

/// Of as many tasks as the service wants to run.
fn charges(service: &Item) -> Vec<Charge> {
    let (document, newest) = (&service.document, &service.document["newest"]);
    let tasks = document["tasks"]["desiredCount"].as_u64().unwrap_or(1);
    if tasks == 0 {
        return Vec::new();
    }
    let units = |field: &str, default: &str| {
        let amount = newest[field].as_str().unwrap_or(default).parse::<Decimal>();
        amount.or_else(|_| default.parse()).unwrap_or_default() / Decimal::from(UNITS)
    };
    let (cpu, memory) = (units("cpu", DEFAULT_CPU), units("memory", DEFAULT_MEMORY));
    let (of_cpu, of_memory) = match newest["cpuArchitecture"] == "ARM64" {
        true => ("fargate.arm-vcpu-hour", "fargate.arm-gb-hour"),
        false => ("fargate.vcpu-hour", "fargate.gb-hour"),
    };
    let each = counted(tasks, "task");
    let count = Decimal::from(tasks);
    let mut charges = vec![
        Charge::new(of_cpu, cpu * count, format!("{each} with {} vCPU", cpu.normalize())),
        Charge::new(
            of_memory,
            memory * count,
            format!("{each} with {} GB", memory.normalize()),
        ),
    ];
    // In public subnets, where its load balancer faces the internet, each task has an address of its own.
    let mut paths = document["managed"]["ingressPaths"].as_array().into_iter().flatten();
    if paths.any(|path| path["loadBalancer"]["scheme"] == "internet-facing") {
        let what = match tasks {
            1 => "the public address of its task".to_owned(),
            _ => format!("the public addresses of {each}"),
        };
        charges.push(Charge::new("vpc.public-ipv4-hour", count, what));
    }
    charges
}

/// By [`DeleteExpressGatewayService`](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteExpressGatewayService.html):
/// ECS takes its load balancer along, if no other service needs it.
async fn delete(account: &Account, service: &Item) -> Result<(), CallError> {
    let input = json!({"serviceArn": service.id});
    gone(account.call(&ECS, "DeleteExpressGatewayService", input).await)
}
