//! The region that a student works in, when nobody says: where most kinds of the labs' resources are.

use super::Doors;
use crate::account::{Account, CallError, ConnectError, Identity, Problem, regions};
use crate::class::roster::Entry;
use crate::course::Lab;
use crate::discover::{self, Args, Kind};
use futures::{StreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A region that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRegion {
    /// The region.
    pub region: String,
    /// Why this one, as a part of a sentence.
    pub because: String,
}

/// Why no region could be settled on. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RegionError {
    /// The account cannot be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// As much in one as in another.
    #[error("resources of the labs are in {}, in each as many: add a column `region` to the roster", .0.join(" and "))]
    Several(Vec<String>),
    /// A region with nothing seen in it, or something else, could be the one.
    #[error(
        "it could not be told in which region they work, since {0} did not answer: try again, or add a column `region` to the roster"
    )]
    Unanswered(String),
    /// Nothing anywhere, and no region of the professor's own.
    #[error("no resource of the labs is in any region, and no region is set: add --region")]
    Nowhere,
}

/// Calls under way at once, over all regions.
const AT_ONCE: usize = 48;

/// Kinds that every region is asked for. The others are not looked for where nothing can come of it.
const AT_FIRST: usize = 2;

/// A region is not waited for longer: most have nothing to say.
const PATIENCE: Duration = Duration::from_secs(8);

/// What was seen in a region.
#[derive(Debug, Clone, Default)]
struct Seen {
    /// Kinds with a resource that AWS does not give to everyone.
    here: usize,
    /// Kinds that could not be looked for.
    unanswered: usize,
    /// Kinds for which not even a connection was made: no such service there, or no network.
    unreachable: usize,
    /// Kinds that there was an answer to, of any sort.
    answered: usize,
    /// Those of them that were refused: denied, or the region is switched off.
    refused: usize,
}

impl Seen {
    /// Whether nothing may be asked there.
    fn is_closed(&self) -> bool {
        self.refused > 0 && self.refused == self.answered && self.unanswered == 0
    }

    /// How many kinds might be there.
    fn at_most(&self) -> usize {
        // A service that does not exist in a region has no address there; with other services it is told from no network.
        let lost = if self.answered == 0 { self.unreachable } else { 0 };
        self.here + self.unanswered + lost
    }
}

impl Doors {
    /// The region that a student works in: the roster's or their profile's, else the one with the most kinds of what the labs look for. Where
    /// nothing is anywhere, the professor's own region. A region that is denied or switched off counts as empty.
    ///
    /// # Errors
    /// When the account cannot be opened, or several regions are as good.
    pub async fn find_region(&self, entry: &Entry, labs: &[&Lab]) -> Result<FoundRegion, RegionError> {
        self.search(entry, labs).await.map(|(found, _)| found)
    }

    /// As [`Doors::find_region`], with the student's account there, if it had to be opened for that: what was asked in it is
    /// not asked again.
    pub(super) async fn search(
        &self,
        entry: &Entry,
        labs: &[&Lab],
    ) -> Result<(FoundRegion, Option<Account>), RegionError> {
        if let Some(region) = Doors::given_region(entry).await {
            let because = "the roster or the profile says so".to_owned();
            return Ok((FoundRegion { region, because }, None));
        }
        let here = self.default_region().unwrap_or(super::STS_REGION);
        let (account, me) = self.enter(entry, Some(here)).await?;
        let mut seen = BTreeMap::new();
        let found = self.search_in(&account, &me, labs, &mut seen).await?;
        let there = match seen.get(found.region.as_str()) {
            _ if found.region != account.region() => account.elsewhere(&found.region),
            Some(seen) if seen.unanswered + seen.unreachable == 0 => account,
            // What did not answer may answer next time.
            _ => account.anew(),
        };
        Ok((found, Some(there)))
    }

    async fn search_in<'r>(
        &'r self,
        account: &Account,
        me: &Identity,
        labs: &[&Lab],
        seen: &mut BTreeMap<&'r str, Seen>,
    ) -> Result<FoundRegion, RegionError> {
        let default = self.default_region();
        let kinds = kinds(labs);
        if let Some(default) = default {
            look(account, &[default], &kinds, seen).await;
            match seen.get(default) {
                // Thirty more regions are not asked when most is here: it is where they work.
                Some(s) if 2 * s.here > kinds.len() => {
                    return Ok(FoundRegion {
                        region: default.to_owned(),
                        because: format!("{} of {} kinds of resource are there", s.here, kinds.len()),
                    });
                }
                // Nobody waits for thirty regions of an account that does not answer in the first.
                Some(s) if s.unanswered == kinds.len() => return Err(RegionError::Unanswered(default.to_owned())),
                _ => {}
            }
        }
        let others = regions::of_partition(me.partition());
        let others: Vec<&str> = others.iter().copied().filter(|r| Some(*r) != default).collect();
        let (first, rest) = kinds.split_at(kinds.len().min(AT_FIRST));
        look(account, &others, first, seen).await;
        // First those that show something, then those that could still have as much as the best of them.
        let (some, none): (Vec<&str>, Vec<&str>) = others.iter().partition(|region| seen[*region].here > 0);
        look(account, &some, rest, seen).await;
        let most = seen.values().map(|s| s.here).max().unwrap_or_default();
        if rest.len() >= most {
            let open: Vec<&str> = none.into_iter().filter(|region| !seen[*region].is_closed()).collect();
            look(account, &open, rest, seen).await;
        }
        choose(seen, default, kinds.len())
    }
}

/// The most in one region, if no other could have as much.
fn choose(seen: &BTreeMap<&str, Seen>, default: Option<&str>, kinds: usize) -> Result<FoundRegion, RegionError> {
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
        (several, _) => return Err(RegionError::Several(several.iter().map(|r| (*r).to_owned()).collect())),
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
        0 => "nothing of the labs is in any region".to_owned(),
        _ => format!("{most} of {kinds} kinds of resource are there"),
    };
    Ok(FoundRegion {
        region: chosen.to_owned(),
        because,
    })
}

/// The kinds that a region can have one of: those that the labs look for by themselves.
fn kinds(labs: &[&Lab]) -> Vec<Root> {
    let mut kinds: Vec<_> = roots(labs).into_iter().filter(|(_, kind)| kind.is_regional()).collect();
    // What costs one call comes first.
    kinds.sort_by_key(|(_, kind)| kind.actions.len());
    kinds
}

/// A kind, by its name.
type Root = (&'static str, &'static Kind);

/// The kinds that the labs look for by themselves, each once: no other resource is needed to list them.
pub(in crate::class) fn roots(labs: &[&Lab]) -> Vec<Root> {
    let mut kinds: Vec<Root> = Vec::new();
    let mut names = BTreeSet::new();
    for resource in labs.iter().flat_map(|lab| lab.resources.values()) {
        let by_itself = resource.with.is_empty() && resource.when.is_none();
        let known = discover::kind(&resource.kind).zip(discover::spec(&resource.kind));
        let Some((kind, spec)) = known.filter(|_| by_itself) else {
            continue;
        };
        if !spec.always && names.insert(spec.name) && spec.args.iter().all(|arg| !arg.required) {
            kinds.push((spec.name, kind));
        }
    }
    kinds
}

async fn look<'r>(account: &Account, regions: &[&'r str], kinds: &[Root], seen: &mut BTreeMap<&'r str, Seen>) {
    let away = |region: &str| (region != account.region()).then(|| account.elsewhere(region));
    let there: Vec<(&str, Option<Account>)> = regions.iter().map(|region| (*region, away(region))).collect();
    let pairs = there.iter().flat_map(|(region, there)| {
        let there = there.as_ref().unwrap_or(account);
        kinds.iter().map(move |kind| (*region, there, *kind))
    });
    let mut answers = stream::iter(pairs)
        .map(|(region, account, kind)| async move { (region, one(account, kind).await) })
        .buffer_unordered(AT_ONCE);
    while let Some((region, answer)) = answers.next().await {
        let seen: &mut Seen = seen.entry(region).or_default();
        match answer {
            Ok(here) => {
                seen.answered += 1;
                seen.here += usize::from(here);
            }
            Err(Problem::Unreachable) => seen.unreachable += 1,
            Err(Problem::TimedOut | Problem::Throttled) => seen.unanswered += 1,
            Err(_) => {
                seen.answered += 1;
                seen.refused += 1;
            }
        }
    }
}

/// Whether there is one of a kind.
async fn one(account: &Account, (name, kind): Root) -> Result<bool, Problem> {
    let none = Args::new();
    let list = discover::list(account, kind, name, &none);
    let listed: Result<_, CallError> = match tokio::time::timeout(PATIENCE, list).await {
        Ok(listed) => listed,
        Err(_) => return Err(Problem::TimedOut),
    };
    listed
        .map(|all| all.iter().any(|listed| !listed.candidate.given))
        .map_err(|error| error.problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(here: usize, unanswered: usize) -> Seen {
        Seen {
            here,
            unanswered,
            unreachable: 0,
            answered: 8 - unanswered,
            refused: 0,
        }
    }

    fn chosen(regions: &[(&'static str, Seen)], default: Option<&str>) -> Result<String, String> {
        let seen = regions.iter().cloned().collect();
        choose(&seen, default, 8)
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
        let lost = Seen {
            unreachable: 8,
            ..Seen::default()
        };
        assert!(chosen(&[(a, seen(1, 0)), (b, lost)], Some(a)).unwrap_err().contains(b));
        let without_one = Seen {
            unreachable: 1,
            answered: 7,
            ..Seen::default()
        };
        assert_eq!(chosen(&[(a, seen(1, 0)), (b, without_one)], Some(a)).as_deref(), Ok(a));
    }
}
