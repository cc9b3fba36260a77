//! Where a service is, and the region that requests to it are signed for.

use super::service::Service;
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
    let (host, (suffix, of_partition)) = (service.host, partition(region));
    let host = match of_partition {
        "us-east-1" => format!("{host}.{suffix}"),
        "us-gov-west-1" => format!("{host}.us-gov.{suffix}"),
        other => format!("{host}.{other}.{suffix}"),
    };
    (host, of_partition.to_owned())
}

/// The host name of a regional service.
pub(super) fn host(label: &str, region: &str) -> String {
    format!("{label}.{region}.{}", partition(region).0)
}

/// The domain of a region's partition, and the region that its global services are signed for.
fn partition(region: &str) -> (&'static str, &'static str) {
    match region.split('-').next() {
        Some("cn") => ("amazonaws.com.cn", "cn-north-1"),
        Some("eusc") => ("amazonaws.eu", "eusc-de-east-1"),
        _ if region.starts_with("us-gov-") => ("amazonaws.com", "us-gov-west-1"),
        _ => ("amazonaws.com", "us-east-1"),
    }
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
