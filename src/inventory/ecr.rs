//! Amazon ECR: repositories.

use super::charge::Charge;
use super::item::{Item, ResourceType, WhileIdle};
use super::removal::{Removal, Turn, gone};
use super::services::Service;
use crate::account::services::ECR;
use crate::account::{Account, CallError};
use futures::FutureExt;
use serde_json::json;

/// A repository with its images. See [prices](https://aws.amazon.com/ecr/pricing/).
pub(super) const REPOSITORY: ResourceType = ResourceType {
    name: "AWS::ECR::Repository",
    noun: "repository",
    kind: Some("ecr.repository"),
    parts: &[],
    is_companion: false,
    idle: WhileIdle::ByContent(|account, repository| charges(account, repository).boxed()),
    removal: Removal::ByCall {
        turn: Turn::Holding,
        actions: &["ecr:DeleteRepository"],
        delete: |account, item| delete(account, item).boxed(),
    },
};

/// [`DescribeRepositories`](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html).
pub(super) const LISTED: Service = Service {
    name: "ECR",
    actions: &["ecr:DescribeRepositories", "ecr:DescribeImages"],
    is_regional: true,
    bills_by_hour: false,
    list: |account| repositories(account).boxed(),
};

async fn repositories(account: &Account) -> Result<Vec<Item>, CallError> {
    let input = json!({"maxResults": 1000});
    let all = account
        .list(&ECR, "DescribeRepositories", input, "repositories")
        .await?;
    Ok(all
        .into_iter()
        .map(|one| Item::read(&REPOSITORY, account, one, "repositoryName", "repositoryArn", ""))
        .collect())
}

/// By [`DescribeImages`](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html). Layers that
/// images share are stored once, so it may be less.
async fn charges(account: &Account, repository: &Item) -> Result<Vec<Charge>, CallError> {
    let input = json!({"repositoryName": repository.name, "maxResults": 1000});
    let images = account.list(&ECR, "DescribeImages", input, "imageDetails").await?;
    let bytes = images
        .iter()
        .filter_map(|image| image["imageSizeInBytes"].as_u64())
        .sum();
    Ok(vec![Charge::stored("ecr.storage-gb-month", bytes)])
}

/// By [`DeleteRepository`](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html), with its
/// images.
async fn delete(account: &Account, repository: &Item) -> Result<(), CallError> {
    let input = json!({"repositoryName": repository.name, "force": true});
    gone(account.call(&ECR, "DeleteRepository", input).await)
}
