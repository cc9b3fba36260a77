//! A service of either platform as one document.

use crate::discover::kind::{Candidate, candidates};
use crate::discover::time;
use serde_json::{Value, json};

/// A service of either, as its own API has it.
pub(super) struct ContainerService<'a> {
    /// `App Runner` or `ECS Express Mode`.
    pub platform: &'static str,
    /// Its name.
    pub name: Option<&'a str>,
    /// Its ARN.
    pub arn: Option<&'a str>,
    /// Its address, with or without `https://`.
    pub url: Option<&'a str>,
    /// One of [App Runner's](https://docs.aws.amazon.com/apprunner/latest/api/API_Service.html) states.
    pub status: Option<&'a str>,
    /// The image that it runs.
    pub image: Option<&'a str>,
    /// The port on which the container listens.
    pub port: String,
    /// When it was made, in seconds since 1970.
    pub created_at: &'a Value,
}

pub(super) fn candidate(service: ContainerService) -> Candidate {
    let host = |url: &str| url.trim_start_matches("https://").trim_end_matches('/').to_owned();
    let mut document = json!({
        "Platform": service.platform,
        "ServiceName": service.name,
        "ServiceArn": service.arn,
        "ServiceUrl": service.url.map(host),
        "Status": service.status,
        "ImageIdentifier": service.image,
        "Port": service.port,
        "CreatedAt": service.created_at,
    });
    time::readable(&mut document, &["CreatedAt"]);
    candidates(vec![document], "ServiceName", "ServiceArn", "CreatedAt").remove(0)
}
