//! The regions of AWS, to look where a student's resources are. Kept as data: listing them needs a permission of its
//! own. From <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>; one that an account
//! has not opted in to answers with an error, which is not an answer here.

/// The partition of a region, by its code.
pub fn partition_of(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        Some("eusc") => "aws-eusc",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// A text that is no region's code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{region}` is not an AWS region{}", near.as_ref().map(|n| format!(": did you mean `{n}`?")).unwrap_or_default())]
pub struct NotARegion {
    /// What was given.
    pub region: String,
    /// The nearest that there is.
    pub near: Option<String>,
}

/// The words for a direction in the code of a region.
const DIRECTIONS: &[&str] = &[
    "north",
    "south",
    "east",
    "west",
    "central",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
];

/// Whether `region` is formed like a region's code. New regions come, so it is not held against the list.
///
/// # Errors
/// When it is not AREA-DIRECTION-NUMBER.
pub fn check(region: &str) -> Result<(), NotARegion> {
    let parts: Vec<&str> = region.split('-').collect();
    let shaped = match parts.as_slice() {
        [area, .., direction, number] => {
            (area.len() == 2 || *area == "eusc")
                && DIRECTIONS.contains(direction)
                && number.parse::<u8>().is_ok_and(|n| n > 0)
        }
        _ => false,
    };
    if shaped {
        return Ok(());
    }
    let near = of_partition("aws")
        .iter()
        // A long text is nobody's slip, and comparing it takes long.
        .filter(|_| region.len() <= 40)
        .map(|known| (strsim::jaro_winkler(&region.to_lowercase(), known), *known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(score, _)| *score > 0.8)
        .map(|(_, known)| known.to_owned());
    Err(NotARegion {
        region: region.to_owned(),
        near,
    })
}

/// Every region of a partition.
pub fn of_partition(partition: &str) -> &'static [&'static str] {
    match partition {
        "aws-cn" => &["cn-north-1", "cn-northwest-1"],
        "aws-us-gov" => &["us-gov-east-1", "us-gov-west-1"],
        _ => &[
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
    }
}

/// A service that not every region has.
#[derive(Debug, PartialEq, Eq)]
pub struct Rare {
    /// The prefix of its IAM actions.
    pub prefix: &'static str,
    /// As AWS calls it.
    pub name: &'static str,
    /// The regions of the partition `aws` that have it.
    pub regions: &'static [&'static str],
}

/// The services of the labs that some regions lack. App Runner is none of them: ECS Express Mode does as well. From
/// <https://docs.aws.amazon.com/general/latest/gr/personalize.html>.
const RARE: &[Rare] = &[Rare {
    prefix: "personalize",
    name: "Amazon Personalize",
    regions: &[
        "us-east-1",
        "us-east-2",
        "us-west-2",
        "eu-central-1",
        "eu-west-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
    ],
}];

/// The services that a region lacks, as far as is known: of a partition other than `aws`, nothing is.
pub fn lacking(region: &str) -> impl Iterator<Item = &'static Rare> {
    let here = region.to_owned();
    let known = partition_of(region) == "aws";
    RARE.iter()
        .filter(move |rare| known && !rare.regions.contains(&here.as_str()))
}

/// Whether an account has this region from the beginning. Any other one must be enabled first, and knows none of the
/// account's keys until then; see <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>.
pub fn is_enabled_by_default(region: &str) -> bool {
    const ALWAYS: &[&str] = &[
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "eu-central-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-north-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "sa-east-1",
    ];
    partition_of(region) != "aws" || ALWAYS.contains(&region)
}
