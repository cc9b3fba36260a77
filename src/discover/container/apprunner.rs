//! App Runner's services, as [`container.service`](super::container).

use super::candidate::{ContainerService, candidate as of};
use crate::account::services::APPRUNNER;
use crate::account::{Account, CallError};
use crate::discover::kind::{Candidate, MAX_CONCURRENT_CALLS};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

/// The IAM actions that the calls need.
pub(super) const ACTIONS: [&str; 2] = ["apprunner:ListServices", "apprunner:DescribeService"];

/// Where App Runner is. It takes no new customers, so there will be no other region; elsewhere it has no endpoint.
pub(crate) const REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "us-east-1",
    "us-east-2",
    "us-west-2",
];

/// The port that App Runner takes when none is set; see
/// <https://docs.aws.amazon.com/apprunner/latest/api/API_ImageConfiguration.html>.
const DEFAULT_PORT: &str = "8080";

/// [`ListServices`](https://docs.aws.amazon.com/apprunner/latest/api/API_ListServices.html), and a
/// [`DescribeService`](https://docs.aws.amazon.com/apprunner/latest/api/API_DescribeService.html) for the image of each.
pub(super) async fn services(account: &Account) -> Result<Vec<Candidate>, CallError> {
    if !REGIONS.contains(&account.region()) {
        return Ok(Vec::new());
    }
    let listed = account
        .list(
            &APPRUNNER,
            "ListServices",
            json!({"MaxResults": 20}),
            "ServiceSummaryList",
        )
        .await?;
    // A service is still listed for a while after it was deleted.
    let standing = listed.into_iter().filter(|s| s["Status"] != "DELETED");
    stream::iter(standing)
        .map(|summary| async move {
            let input = json!({"ServiceArn": summary["ServiceArn"]});
            let answer = account.call(&APPRUNNER, "DescribeService", input).await?;
            Ok(candidate(&answer["Service"]))
        })
        .buffered(MAX_CONCURRENT_CALLS)
        .try_collect()
        .await
}

fn candidate(service: &Value) -> Candidate {
    let image = &service["SourceConfiguration"]["ImageRepository"];
    of(ContainerService {
        platform: "App Runner",
        name: service["ServiceName"].as_str(),
        arn: service["ServiceArn"].as_str(),
        url: service["ServiceUrl"].as_str(),
        status: service["Status"].as_str(),
        image: image["ImageIdentifier"].as_str(),
        port: image["ImageConfiguration"]["Port"]
            .as_str()
            .unwrap_or(DEFAULT_PORT)
            .to_owned(),
        created_at: &service["CreatedAt"],
    })
}
