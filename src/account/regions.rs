//! The regions of AWS, to look where a student's resources are. Kept as data: listing them needs a permission of its
//! own. From <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>; one that an account
//! has not opted in to answers with an error, which is not an answer here.

use super::partition::{self, Partition};

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
    let near = partition::AWS
        .regions
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

/// A service that not every region has.
#[derive(Debug, PartialEq, Eq)]
pub struct Rare {
    /// The prefix of its IAM actions.
    pub prefix: &'static str,
    /// As AWS calls it.
    pub name: &'static str,
    /// The regions that have it, of the partitions that are known.
    pub regions: &'static [&'static str],
    /// The partitions that are known.
    partitions: &'static [&'static str],
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
        "cn-north-1",
    ],
    partitions: &["aws", "aws-cn"],
}];

/// The services that a region lacks, as far as is known.
pub fn lacking(region: &str) -> impl Iterator<Item = &'static Rare> {
    let (here, partition) = (region.to_owned(), Partition::of_region(region).id);
    RARE.iter()
        .filter(move |rare| rare.partitions.contains(&partition) && !rare.regions.contains(&here.as_str()))
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
    Partition::of_region(region).id != "aws" || ALWAYS.contains(&region)
}
