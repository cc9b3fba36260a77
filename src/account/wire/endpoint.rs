//! Where a service is, and the region that requests to it are signed for.

use super::service::Service;
use crate::account::partition::Partition;
use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

/// The URL of a service in the configured region, and the region to sign for.
///
/// A setting for the service wins over one for all services, and both over AWS's own host names; see
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.
pub(super) fn of(service: &Service, config: &SdkConfig) -> (String, String) {
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let (host, signed_for) = aws_own(service, &region);
    let key = ServiceConfigKey::builder()
        .service_id(service.id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let own = key.ok().and_then(|key| config.service_config()?.load_config(key));
    let url = own
        .or_else(|| config.endpoint_url().map(str::to_owned))
        .unwrap_or_else(|| format!("https://{host}"));
    (url, signed_for)
}

/// AWS's host name; <https://docs.aws.amazon.com/general/latest/gr/rande.html>, for IAM
/// <https://docs.aws.amazon.com/general/latest/gr/iam-service.html>.
fn aws_own(service: &Service, region: &str) -> (String, String) {
    if !service.global {
        return (host(service.host, region), region.to_owned());
    }
    let (host, partition) = (service.host, Partition::of_region(region));
    let (domain, global) = (partition.domain, partition.global_region);
    let host = match partition.id {
        "aws" => format!("{host}.{domain}"),
        "aws-us-gov" => format!("{host}.us-gov.{domain}"),
        _ => format!("{host}.{global}.{domain}"),
    };
    (host, global.to_owned())
}

/// The host name of a regional service.
pub(super) fn host(label: &str, region: &str) -> String {
    format!("{label}.{region}.{}", Partition::of_region(region).domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::services::{ECR, IAM};

    #[test]
    fn hosts_of_every_partition() {
        let iam = |region| aws_own(&IAM, region);
        assert_eq!(iam("eu-west-1"), ("iam.amazonaws.com".into(), "us-east-1".into()));
        assert_eq!(
            iam("cn-northwest-1"),
            ("iam.cn-north-1.amazonaws.com.cn".into(), "cn-north-1".into())
        );
        assert_eq!(
            iam("us-gov-east-1"),
            ("iam.us-gov.amazonaws.com".into(), "us-gov-west-1".into())
        );
        let ecr = aws_own(&ECR, "ap-south-1");
        assert_eq!(ecr, ("api.ecr.ap-south-1.amazonaws.com".into(), "ap-south-1".into()));
    }
}
