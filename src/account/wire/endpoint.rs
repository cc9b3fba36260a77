//! Where a service is, and the region that requests to it are signed for.

use super::service::Service;
use crate::account::partition::Partition;
use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

/// The services whose plain endpoints for the government of the United States meet FIPS 140, by their host names; see
/// <https://aws.amazon.com/compliance/fips/>.
const FIPS_BY_ITSELF: &[&str] = &[
    "elasticloadbalancing",
    "cloudformation",
    "dynamodb",
    "events",
    "kinesis",
    "logs",
    "sns",
    "sts",
];

/// Which of its endpoints a user wants AWS to be reached at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Variant {
    /// Those that meet FIPS 140: `AWS_USE_FIPS_ENDPOINT`.
    fips: bool,
    /// Those that speak IPv6 as well: `AWS_USE_DUALSTACK_ENDPOINT`.
    dual_stack: bool,
}

/// The URL of a service in the configured region, and the region to sign for.
///
/// A setting for the service wins over one for all services, and both over AWS's own host names; see
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>.
pub(super) fn of(service: &Service, config: &SdkConfig) -> (String, String) {
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let variant = Variant {
        fips: config.use_fips().unwrap_or_default(),
        dual_stack: config.use_dual_stack().unwrap_or_default(),
    };
    let (host, signed_for) = aws_own(service, &region, variant);
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
fn aws_own(service: &Service, region: &str, variant: Variant) -> (String, String) {
    let partition = Partition::of_region(region);
    let domain = match variant.dual_stack {
        true => partition.dual_stack_domain,
        false => partition.domain,
    };
    if !service.global {
        return (
            format!("{}.{region}.{domain}", label(service, region, variant)),
            region.to_owned(),
        );
    }
    let (host, global) = (service.host, partition.global_region);
    let fips = if variant.fips { "-fips" } else { "" };
    let host = match (partition.id, variant.dual_stack) {
        ("aws-us-gov", _) => format!("{host}.us-gov.{domain}"),
        (_, true) => format!("{host}{fips}.global.{domain}"),
        ("aws", false) => format!("{host}{fips}.{domain}"),
        (_, false) => format!("{host}.{global}.{domain}"),
    };
    (host, global.to_owned())
}

/// The first label of the host name of a regional service.
fn label(service: &Service, region: &str, variant: Variant) -> String {
    let host = service.host;
    let is_marked = match (Partition::of_region(region).id, variant.dual_stack) {
        // Step Functions has a plain one that does in one of the two regions.
        ("aws-us-gov", false) if host == "states" => variant.fips && region != "us-gov-west-1",
        ("aws-us-gov", false) => variant.fips && !FIPS_BY_ITSELF.contains(&host),
        // Step Functions has no other one there that speaks IPv6; EventBridge's has the plain name.
        ("aws-us-gov", true) => host == "states" || (variant.fips && host != "events"),
        _ => variant.fips,
    };
    let plain = match variant.dual_stack {
        // `api.aws` has it already.
        true => host.strip_prefix("api.").unwrap_or(host),
        false => host,
    };
    format!("{plain}{}", if is_marked { "-fips" } else { "" })
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
        let iam = |region| aws_own(&IAM, region, Variant::default());
        assert_eq!(iam("eu-west-1"), ("iam.amazonaws.com".into(), "us-east-1".into()));
        assert_eq!(
            iam("cn-northwest-1"),
            ("iam.cn-north-1.amazonaws.com.cn".into(), "cn-north-1".into())
        );
        assert_eq!(
            iam("us-gov-east-1"),
            ("iam.us-gov.amazonaws.com".into(), "us-gov-west-1".into())
        );
        let ecr = aws_own(&ECR, "ap-south-1", Variant::default());
        assert_eq!(ecr, ("api.ecr.ap-south-1.amazonaws.com".into(), "ap-south-1".into()));
    }
}
