//! ECS Express Mode's services, as [`container.service`](super::container).

use super::candidate::{ContainerService, candidate as of};
use crate::account::services::ECS;
use crate::account::{Account, CallError};
use crate::discover::kind::{Candidate, MAX_CONCURRENT_CALLS};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

/// The IAM actions that the calls need.
pub(super) const ACTIONS: [&str; 4] = [
    "ecs:ListClusters",
    "ecs:ListServices",
    "ecs:DescribeExpressGatewayService",
    "ecs:DescribeServices",
];

/// The port that Express Mode takes when none is set; see
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExpressGatewayContainer.html>.
const DEFAULT_PORT: u64 = 80;

/// `DescribeServices` takes this many.
const DESCRIBED_AT_ONCE: usize = 10;

/// The services that ECS looks after itself, of every cluster.
pub(super) async fn services(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let clusters = account
        .list(&ECS, "ListClusters", json!({"maxResults": 100}), "clusterArns")
        .await?;
    let of_clusters: Vec<Vec<Candidate>> = stream::iter(clusters)
        .map(|cluster| async move { of_cluster(account, &cluster).await })
        .buffered(MAX_CONCURRENT_CALLS)
        .try_collect()
        .await?;
    Ok(of_clusters.concat())
}

/// [`DescribeExpressGatewayService`](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeExpressGatewayService.html)
/// has image and address; whether a task of it runs, only
/// [`DescribeServices`](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html) says.
async fn of_cluster(account: &Account, cluster: &Value) -> Result<Vec<Candidate>, CallError> {
    // Of the services that a customer looks after, there is nothing to know.
    let input = json!({"cluster": cluster, "maxResults": 100, "resourceManagementType": "ECS"});
    let arns = account.list(&ECS, "ListServices", input, "serviceArns").await?;
    let tens: Vec<Vec<Value>> = arns.chunks(DESCRIBED_AT_ONCE).map(<[Value]>::to_vec).collect();
    let described = stream::iter(arns)
        .map(|arn| async move {
            let input = json!({"serviceArn": arn});
            let mut answer = account.call(&ECS, "DescribeExpressGatewayService", input).await?;
            Ok::<_, CallError>(answer["service"].take())
        })
        .buffered(MAX_CONCURRENT_CALLS)
        .try_collect::<Vec<Value>>();
    let running = stream::iter(tens)
        .map(|some| async move {
            let input = json!({"cluster": cluster, "services": some});
            let mut answer = account.call(&ECS, "DescribeServices", input).await?;
            Ok::<_, CallError>(answer["services"].take())
        })
        .buffered(MAX_CONCURRENT_CALLS)
        .try_collect::<Vec<Value>>();
    let (described, running) = tokio::try_join!(described, running)?;
    let running: Vec<&Value> = running.iter().filter_map(Value::as_array).flatten().collect();
    let tasks = |service: &Value| {
        running
            .iter()
            .find(|r| r["serviceArn"] == service["serviceArn"])
            .copied()
    };
    Ok(described.iter().map(|s| candidate(s, tasks(s))).collect())
}

fn candidate(service: &Value, tasks: Option<&Value>) -> Candidate {
    // During a deployment there are two: the newer one is what the student made.
    let configurations = service["activeConfigurations"].as_array().into_iter().flatten();
    let made = |c: &&Value| c["createdAt"].as_f64().unwrap_or_default();
    let newest = configurations.max_by(|a, b| made(a).total_cmp(&made(b)));
    let newest = newest.unwrap_or(&Value::Null);
    let paths = newest["ingressPaths"].as_array().into_iter().flatten();
    let container = &newest["primaryContainer"];
    of(ContainerService {
        platform: "ECS Express Mode",
        name: service["serviceName"].as_str(),
        arn: service["serviceArn"].as_str(),
        url: paths
            .filter(|path| path["accessType"] != "PRIVATE")
            .find_map(|path| path["endpoint"].as_str()),
        status: Some(status(service, tasks)),
        image: container["image"].as_str(),
        port: container["containerPort"].as_u64().unwrap_or(DEFAULT_PORT).to_string(),
        created_at: &service["createdAt"],
    })
}

/// In App Runner's words. A service is `ACTIVE` as soon as it is made; whether it runs is up to its tasks.
fn status<'a>(service: &'a Value, tasks: Option<&Value>) -> &'a str {
    match service["status"]["statusCode"].as_str() {
        Some("ACTIVE") | None => {}
        Some(ended) => return ended,
    }
    let tasks = tasks.unwrap_or(&Value::Null);
    let mut deployments = tasks["deployments"].as_array().into_iter().flatten();
    let failing = |d: &Value| d["rolloutState"] == "FAILED" || d["failedTasks"].as_u64() > Some(0);
    if tasks["runningCount"].as_u64() > Some(0) {
        "RUNNING"
    } else if deployments.any(failing) {
        "CREATE_FAILED"
    } else if tasks["desiredCount"] == 0 {
        "PAUSED"
    } else {
        "OPERATION_IN_PROGRESS"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_runs_when_a_task_of_it_does() {
        let made = json!({"status": {"statusCode": "ACTIVE"}});
        for (tasks, said) in [
            (
                json!({"runningCount": 1, "desiredCount": 1, "deployments": [{"failedTasks": 2}]}),
                "RUNNING",
            ),
            (
                json!({"runningCount": 0, "desiredCount": 1, "deployments": [{"failedTasks": 2}]}),
                "CREATE_FAILED",
            ),
            (
                json!({"runningCount": 0, "desiredCount": 1, "deployments": [{"rolloutState": "FAILED"}]}),
                "CREATE_FAILED",
            ),
            (json!({"runningCount": 0, "desiredCount": 0}), "PAUSED"),
            (json!({"runningCount": 0, "desiredCount": 1}), "OPERATION_IN_PROGRESS"),
        ] {
            assert_eq!(status(&made, Some(&tasks)), said, "{tasks}");
        }
        let gone = json!({"status": {"statusCode": "INACTIVE"}});
        assert_eq!(status(&gone, Some(&json!({"runningCount": 1}))), "INACTIVE");
    }

    #[test]
    fn an_address_loses_its_scheme_and_a_port_becomes_text() {
        let service = json!({"serviceName": "web", "activeConfigurations": [
            {"createdAt": 1, "primaryContainer": {"image": "old"}},
            {"createdAt": 2, "primaryContainer": {"image": "new", "containerPort": 3000},
             "ingressPaths": [{"accessType": "PUBLIC", "endpoint": "https://gr-1.ecs.eu-west-1.on.aws/"}]},
        ]});
        let document = candidate(&service, None).document;
        assert_eq!(document["ServiceUrl"], "gr-1.ecs.eu-west-1.on.aws");
        assert_eq!(
            (&document["ImageIdentifier"], &document["Port"]),
            (&json!("new"), &json!("3000"))
        );
    }
}
