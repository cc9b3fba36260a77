//! `ecr.repository`, with the images in it.

use super::kind::{Candidate, Description, Kind, candidates};
use super::time;
use crate::account::services::ECR;
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use futures::FutureExt;
use serde_json::{Value, json};

/// [`DescribeRepositories`](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html);
/// the images cost a [`DescribeImages`](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html)
/// a repository.
pub(super) const REPOSITORY: Kind = Kind {
    spec: || {
        KindSpec::new(
            "ecr.repository",
            "repository",
            &json!({
                "repositoryName": null, "repositoryArn": null, "repositoryUri": null, "createdAt": null,
                "imageDetails": [{
                    "imageDigest": null, "imageTags": [null], "imagePushedAt": null, "imageSizeInBytes": null,
                }],
            }),
        )
        .described(&["imageDetails"])
    },
    actions: &["ecr:DescribeRepositories"],
    list: |account, _| repositories(account).boxed(),
    describe: Some(Description {
        actions: &["ecr:DescribeImages"],
        look: |account, repository| images(account, &repository.name).boxed(),
        created_at: None,
    }),
};

/// Every item of a list, in the largest pages.
async fn all(
    account: &Account,
    operation: &str,
    items: &'static str,
    mut input: Value,
) -> Result<Vec<Value>, CallError> {
    input["maxResults"] = 1000.into();
    account.list(&ECR, operation, input, items).await
}

async fn repositories(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let mut repositories = all(account, "DescribeRepositories", "repositories", json!({})).await?;
    for repository in &mut repositories {
        time::readable(repository, &["createdAt"]);
    }
    Ok(candidates(repositories, "repositoryName", "repositoryArn", "createdAt"))
}

async fn images(account: &Account, repository: &str) -> Result<Value, CallError> {
    let of_repository = json!({"repositoryName": repository});
    let mut images = all(account, "DescribeImages", "imageDetails", of_repository).await?;
    for image in &mut images {
        time::readable(image, &["imagePushedAt"]);
    }
    Ok(json!({"imageDetails": images}))
}
