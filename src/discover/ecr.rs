//! `ecr.repository`, with the images in it.

use super::{Candidate, Kind, time};
use crate::account::services::ECR;
use crate::account::wire::Paging;
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use crate::expr::Shape;
use futures::FutureExt;
use serde_json::{Value, json};

/// [`DescribeRepositories`](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html);
/// the images cost a [`DescribeImages`](https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html)
/// a repository.
pub(super) const REPOSITORY: Kind = Kind {
    spec: || KindSpec {
        name: "ecr.repository",
        noun: "repository",
        shape: Shape::of(&json!({
            "repositoryName": null, "repositoryArn": null, "repositoryUri": null, "createdAt": null,
            "imageDetails": [{
                "imageDigest": null, "imageTags": [null], "imagePushedAt": null, "imageSizeInBytes": null,
            }],
        })),
        listed: &["repositoryName", "repositoryArn", "repositoryUri", "createdAt"],
        args: &[],
        arn: None,
        always: false,
    },
    actions: &["ecr:DescribeRepositories", "ecr:DescribeImages"],
    list: |account, _| repositories(account).boxed(),
    describe: Some(|account, repository| images(account, &repository.name).boxed()),
};

/// Every item of a list, in the largest pages.
async fn all(
    account: &Account,
    operation: &str,
    items: &'static str,
    mut input: Value,
) -> Result<Vec<Value>, CallError> {
    input["maxResults"] = 1000.into();
    let paging = Paging {
        items,
        next: "nextToken",
        token: "nextToken",
    };
    account.list(&ECR, operation, input, paging).await
}

async fn repositories(account: &Account) -> Result<Vec<Candidate>, CallError> {
    let repositories = all(account, "DescribeRepositories", "repositories", json!({})).await?;
    Ok(repositories
        .into_iter()
        .map(|repository| {
            let made = time::of_epoch(&repository["createdAt"]);
            Candidate {
                name: repository["repositoryName"].as_str().unwrap_or_default().to_owned(),
                arn: repository["repositoryArn"].as_str().map(str::to_owned),
                made: made.as_str().unwrap_or_default().to_owned(),
                document: json!({
                    "repositoryName": repository["repositoryName"],
                    "repositoryArn": repository["repositoryArn"],
                    "repositoryUri": repository["repositoryUri"],
                    "createdAt": made,
                }),
            }
        })
        .collect())
}

async fn images(account: &Account, repository: &str) -> Result<Value, CallError> {
    let images = all(
        account,
        "DescribeImages",
        "imageDetails",
        json!({"repositoryName": repository}),
    )
    .await?;
    let details: Vec<Value> = images
        .iter()
        .map(|image| {
            json!({
                "imageDigest": image["imageDigest"],
                "imageTags": image["imageTags"],
                "imagePushedAt": time::of_epoch(&image["imagePushedAt"]),
                "imageSizeInBytes": image["imageSizeInBytes"],
            })
        })
        .collect();
    Ok(json!({"imageDetails": details}))
}
