//! Which of several regions a lab is in, by what was seen there. Pure.

use crate::course::Lab;
use crate::judge::Signs;
use std::collections::BTreeMap;

/// A region that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRegion {
    /// The region.
    pub region: String,
    /// Why this one, as a part of a sentence.
    pub because: String,
    /// Whether anything of the lab was seen there: a sign of it, or a resource of its kinds where no other region has one.
    pub anything: bool,
}

/// Why no region could be settled on. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// As much in one as in another.
    #[error("{} contain equally many resources of {lab}: add a column `region` or `region.{lab}` to the roster", .regions.join(" and "))]
    Several {
        /// The lab's id.
        lab: String,
        /// The regions.
        regions: Vec<String>,
    },
    /// A region with nothing seen in it, or something else, could be the one.
    #[error(
        "could not determine this student's region: {0} did not respond. Retry, or add a column `region` to the roster"
    )]
    Unanswered(String),
    /// Nothing anywhere, and no region of the professor's own.
    #[error("no lab resource was found in any region, and no region is set: add --region")]
    Nowhere,
}

/// What was seen of one lab's kinds in a region.
#[derive(Debug, Clone, Default)]
pub(super) struct SignsSeen {
    /// Kinds with a resource that AWS does not give to everyone.
    pub here: usize,
    /// Kinds that could not be looked for.
    pub unanswered: usize,
    /// Kinds for which not even a connection was made: no such service there, or no network.
    pub unreachable: usize,
    /// Kinds that there was an answer to, of any sort.
    pub answered: usize,
    /// Those of them that were refused: denied, or the region is switched off.
    pub refused: usize,
}

impl SignsSeen {
    /// Whether nothing may be asked there.
    pub fn is_closed(&self) -> bool {
        self.refused > 0 && self.refused == self.answered && self.unanswered == 0
    }

    /// How many kinds might be there.
    pub fn at_most(&self) -> usize {
        // A service that does not exist in a region has no address there; with other services it is told from no network.
        let lost = if self.answered == 0 { self.unreachable } else { 0 };
        self.here + self.unanswered + lost
    }
}

pub(super) fn signed(region: &str, lab: &Lab, signs: &Signs) -> FoundRegion {
    FoundRegion {
        region: region.to_owned(),
        because: format!("{} of {} resources of {} are there", signs.seen, signs.of, lab.id),
        anything: true,
    }
}

/// The region that shows most signs of the lab, if no other could show as many.
pub(super) fn by_signs(
    lab: &Lab,
    signs: &BTreeMap<&str, Signs>,
    seen: &BTreeMap<&str, SignsSeen>,
    default: Option<&str>,
) -> Result<FoundRegion, RegionError> {
    let most = signs.values().map(|s| s.seen).max().unwrap_or_default();
    let best: Vec<&str> = signs
        .iter()
        .filter(|(_, s)| s.seen == most)
        .map(|(region, _)| *region)
        .collect();
    // Of equal ones the professor's own is taken: it is where the class works.
    let chosen = match (default.filter(|d| best.contains(d)), best.as_slice()) {
        (Some(default), _) => default,
        (None, [one]) => one,
        (None, several) => {
            return Err(RegionError::Several {
                lab: lab.id.clone(),
                regions: several.iter().map(|r| (*r).to_owned()).collect(),
            });
        }
    };
    let enough = if Some(chosen) == default { most + 1 } else { most };
    let rival = seen.iter().find(|(region, seen)| {
        let read = signs.get(*region);
        let open = read.map_or(0, |s| s.unread) + seen.at_most() - seen.here;
        **region != chosen && open > 0 && read.map_or(0, |s| s.seen) + open >= enough
    });
    match rival {
        Some((rival, _)) => Err(RegionError::Unanswered((*rival).to_owned())),
        None => Ok(signed(chosen, lab, &signs[chosen])),
    }
}

/// The most kinds in one region, if no other could have as much. For a lab of which no sign is seen anywhere.
pub(super) fn choose(
    lab: &str,
    seen: &BTreeMap<&str, SignsSeen>,
    default: Option<&str>,
    kinds: usize,
) -> Result<FoundRegion, RegionError> {
    let most = seen.values().map(|s| s.here).max().unwrap_or_default();
    let mut best: Vec<&str> = Vec::new();
    if most > 0 {
        best.extend(seen.iter().filter(|(_, s)| s.here == most).map(|(region, _)| *region));
    }
    let chosen = match (best.as_slice(), default) {
        (_, Some(default)) if best.is_empty() || best.contains(&default) => default,
        ([], _) => {
            let silent = seen.iter().find(|(_, s)| s.at_most() > 0);
            return Err(silent.map_or(RegionError::Nowhere, |(region, _)| {
                RegionError::Unanswered((*region).to_owned())
            }));
        }
        ([one], _) => one,
        (several, _) => {
            return Err(RegionError::Several {
                lab: lab.to_owned(),
                regions: several.iter().map(|r| (*r).to_owned()).collect(),
            });
        }
    };
    // Of equal ones the professor's own is taken: another has to be better.
    let enough = if Some(chosen) == default { most + 1 } else { most };
    let rival = seen
        .iter()
        .find(|(region, s)| **region != chosen && s.at_most() > s.here && s.at_most() >= enough);
    if let Some((rival, _)) = rival {
        return Err(RegionError::Unanswered((*rival).to_owned()));
    }
    let because = match most {
        0 => format!("no resource of {lab} was found in any region"),
        _ => format!("{most} of {kinds} kinds of resource are there"),
    };
    Ok(FoundRegion {
        region: chosen.to_owned(),
        because,
        anything: most > 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(here: usize, unanswered: usize) -> SignsSeen {
        SignsSeen {
            here,
            unanswered,
            unreachable: 0,
            answered: 8 - unanswered,
            refused: 0,
        }
    }

    fn chosen(regions: &[(&'static str, SignsSeen)], default: Option<&str>) -> Result<String, String> {
        let seen = regions.iter().cloned().collect();
        choose("the lab", &seen, default, 8)
            .map(|found| found.region)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_region_with_most_kinds_is_taken() {
        let (a, b) = ("eu-west-1", "us-east-1");
        assert_eq!(chosen(&[(a, seen(1, 0)), (b, seen(5, 0))], Some(a)).as_deref(), Ok(b));
        assert_eq!(chosen(&[(a, seen(2, 0)), (b, seen(2, 0))], Some(b)).as_deref(), Ok(b));
        assert_eq!(chosen(&[(a, seen(0, 0)), (b, seen(0, 0))], Some(a)).as_deref(), Ok(a));
        assert!(
            chosen(&[(a, seen(2, 0)), (b, seen(2, 0))], Some("eu-west-3"))
                .unwrap_err()
                .contains("eu-west-1 and us-east-1")
        );
        assert!(chosen(&[(a, seen(0, 0))], None).unwrap_err().contains("--region"));
    }

    #[test]
    fn what_did_not_answer_is_not_taken_for_empty() {
        let (a, b) = ("eu-west-1", "us-east-1");
        assert!(
            chosen(&[(a, seen(1, 0)), (b, seen(0, 3))], Some(a))
                .unwrap_err()
                .contains(b)
        );
        assert!(
            chosen(&[(a, seen(0, 0)), (b, seen(0, 1))], Some(a))
                .unwrap_err()
                .contains(b)
        );
        assert_eq!(chosen(&[(a, seen(3, 0)), (b, seen(0, 3))], Some(a)).as_deref(), Ok(a));
        // No service at all could be reached there, though elsewhere it could: no network to it.
        let lost = SignsSeen {
            unreachable: 8,
            ..SignsSeen::default()
        };
        assert!(chosen(&[(a, seen(1, 0)), (b, lost)], Some(a)).unwrap_err().contains(b));
        let without_one = SignsSeen {
            unreachable: 1,
            answered: 7,
            ..SignsSeen::default()
        };
        assert_eq!(chosen(&[(a, seen(1, 0)), (b, without_one)], Some(a)).as_deref(), Ok(a));
    }
}
