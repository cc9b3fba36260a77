//! Amazon ECR: repositories.

use super::charge::Charge;
use super::item::{Item, Removal, ResourceType, WhileIdle};
use super::removal::{Turn, gone};
use super::service::Service;
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
    template: "AWS::ECR",
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
        .map(|one| {
            Item::read(
                &REPOSITORY,
                account,
                one,
                "repositoryName",
                "repositoryArn",
                "createdAt",
            )
        })
        .collect())
}

/// The ARN of the repository that an image is in, by the image's address and the ARN of what runs it.
pub(super) fn repository_of(image: &str, user: &str) -> Option<String> {
    let (host, path) = image.split_once('/')?;
    let mut labels = host.split('.');
    let (account, region) = match (labels.next(), labels.next(), labels.next(), labels.next()) {
        (Some(account), Some("dkr"), Some("ecr"), Some(region)) => (account, region),
        _ => return None,
    };
    let partition = user.split(':').nth(1)?;
    let name = path.split(['@', ':']).next()?;
    Some(format!("arn:{partition}:ecr:{region}:{account}:repository/{name}"))
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

#[cfg(test)]
mod tests {
    use super::repository_of;

    #[test]
    fn an_image_tells_its_repository() {
        let user = "arn:aws:ecs:eu-west-1:111122223333:service/default/web";
        let arn = "arn:aws:ecr:eu-west-1:111122223333:repository/team/shop";
        for image in ["team/shop:latest", "team/shop", "team/shop@sha256:00"] {
            let image = format!("111122223333.dkr.ecr.eu-west-1.amazonaws.com/{image}");
            assert_eq!(repository_of(&image, user).as_deref(), Some(arn), "{image}");
        }
        assert_eq!(repository_of("public.ecr.aws/shop/shop:latest", user), None);
    }
}
