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
    // A long text is nobody's slip, and comparing it takes long.
    let typed = if region.len() <= 40 { region } else { "" };
    let named = called(typed).map(str::to_owned);
    let near = partition::AWS
        .regions
        .iter()
        .filter(|_| !typed.is_empty())
        .map(|known| (strsim::jaro_winkler(&region.to_lowercase(), known), *known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(score, _)| *score > 0.8)
        .map(|(_, known)| known.to_owned());
    Err(NotARegion {
        region: region.to_owned(),
        near: named.or(near),
    })
}

/// The region that somebody calls by the name of its place, as the console shows it: `frankfurt`, `Europe (Paris)`.
fn called(typed: &str) -> Option<&'static str> {
    let letters = |text: &str| -> String {
        text.to_lowercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect()
    };
    let typed = letters(typed);
    let nearness = |place: &str| match typed.contains(place) {
        true => 1.0,
        false => strsim::jaro_winkler(&typed, place),
    };
    let places = PLACES.iter().map(|(place, code)| (nearness(&letters(place)), *code));
    let best = places.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(score, _)| *score > 0.9).map(|(_, code)| code)
}

/// The places of the regions. From <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>.
const PLACES: &[(&str, &str)] = &[
    ("Virginia", "us-east-1"),
    ("Ohio", "us-east-2"),
    ("California", "us-west-1"),
    ("Oregon", "us-west-2"),
    ("Frankfurt", "eu-central-1"),
    ("Zurich", "eu-central-2"),
    ("Ireland", "eu-west-1"),
    ("London", "eu-west-2"),
    ("Paris", "eu-west-3"),
    ("Stockholm", "eu-north-1"),
    ("Milan", "eu-south-1"),
    ("Spain", "eu-south-2"),
    ("Cape Town", "af-south-1"),
    ("Hong Kong", "ap-east-1"),
    ("Taipei", "ap-east-2"),
    ("Tokyo", "ap-northeast-1"),
    ("Seoul", "ap-northeast-2"),
    ("Osaka", "ap-northeast-3"),
    ("Mumbai", "ap-south-1"),
    ("Hyderabad", "ap-south-2"),
    ("Singapore", "ap-southeast-1"),
    ("Sydney", "ap-southeast-2"),
    ("Jakarta", "ap-southeast-3"),
    ("Melbourne", "ap-southeast-4"),
    ("Malaysia", "ap-southeast-5"),
    ("New Zealand", "ap-southeast-6"),
    ("Thailand", "ap-southeast-7"),
    ("Canada", "ca-central-1"),
    ("Calgary", "ca-west-1"),
    ("Tel Aviv", "il-central-1"),
    ("Bahrain", "me-south-1"),
    ("Emirates", "me-central-1"),
    ("Mexico", "mx-central-1"),
    ("Sao Paulo", "sa-east-1"),
];

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
