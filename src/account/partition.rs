//! The partitions of AWS: accounts, ARNs and domains of one are unknown to the others; see
//! <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.

/// A partition.
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    /// As ARNs write it: `aws`, `aws-cn`.
    pub id: &'static str,
    /// The domain of its services, and of what they give an address.
    pub domain: &'static str,
    /// The domain of its endpoints that speak IPv6 as well as IPv4.
    pub dual_stack_domain: &'static str,
    /// The domain of its console, behind a region.
    pub console: &'static str,
    /// The region that requests to its global services are signed for.
    pub global_region: &'static str,
    /// How the codes of its regions begin.
    prefix: &'static str,
    /// Its regions; see [`super::regions`].
    pub regions: &'static [&'static str],
}

/// The one that most accounts are in.
pub const AWS: Partition = Partition {
    id: "aws",
    domain: "amazonaws.com",
    dual_stack_domain: "api.aws",
    console: "console.aws.amazon.com",
    global_region: "us-east-1",
    prefix: "",
    regions: &[
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "eu-central-1",
        "eu-central-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-central-1",
        "ca-west-1",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
        "sa-east-1",
    ],
};

/// Every partition that is open to customers; the first whose prefix a region has is the region's.
pub const ALL: &[Partition] = &[
    Partition {
        id: "aws-cn",
        domain: "amazonaws.com.cn",
        dual_stack_domain: "api.amazonwebservices.com.cn",
        console: "console.amazonaws.cn",
        global_region: "cn-north-1",
        prefix: "cn-",
        regions: &["cn-north-1", "cn-northwest-1"],
    },
    Partition {
        id: "aws-us-gov",
        domain: "amazonaws.com",
        dual_stack_domain: "api.aws",
        console: "console.amazonaws-us-gov.com",
        global_region: "us-gov-west-1",
        prefix: "us-gov-",
        regions: &["us-gov-east-1", "us-gov-west-1"],
    },
    Partition {
        id: "aws-eusc",
        domain: "amazonaws.eu",
        dual_stack_domain: "api.amazonwebservices.eu",
        console: "console.amazonaws-eusc.eu",
        global_region: "eusc-de-east-1",
        prefix: "eusc-",
        regions: &["eusc-de-east-1"],
    },
    AWS,
];

impl Partition {
    /// That of a region, by the region's code.
    pub fn of_region(region: &str) -> &'static Self {
        ALL.iter()
            .find(|partition| region.starts_with(partition.prefix))
            .unwrap_or(&AWS)
    }

    /// The one called `id`; of one that is not known, that of most accounts.
    pub fn named(id: &str) -> &'static Self {
        ALL.iter().find(|partition| partition.id == id).unwrap_or(&AWS)
    }
}

/// Whether a host name is in the domain of AWS's services, in any partition.
pub fn is_aws_host(host: &str) -> bool {
    let in_domain = |partition: &Partition| {
        host.strip_suffix(partition.domain)
            .is_some_and(|rest| rest.ends_with('.'))
    };
    ALL.iter().any(in_domain)
}
