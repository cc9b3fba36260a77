//! The region that a student works in, lab by lab, where nothing sets it: where the lab's own signs are seen.
//!
//! Kinds are counted first, since a list is one call. Only where more than one region has anything of a lab's kinds are
//! its signs read there, so that a stranger's resources decide nothing.

use super::StudentAccess;
use super::choice::{FoundRegion, RegionError, SignsSeen, by_signs, choose, signed};
use crate::account::partition::Partition;
use crate::account::{Account, CallError, ConnectError, ErrorKind, Identity};
use crate::class::roster::Entry;
use crate::course::Lab;
use crate::discover::{self, Args, Kind};
use crate::judge::{Options, Signs, signs};
use futures::future::join_all;
use futures::{StreamExt, stream};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

/// Calls under way at once, over all regions.
const MAX_CONCURRENT_CALLS: usize = 48;

/// Kinds of a lab that every region is asked for. The others are not looked for where nothing can come of it.
const AT_FIRST: usize = 2;

/// A region is not waited for longer: most have nothing to say.
const REGION_TIMEOUT: Duration = Duration::from_secs(8);

/// What a region answered to the question for one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RegionAnswer {
    /// There is a resource that AWS does not give to everyone.
    Here,
    /// There is none.
    Empty,
    /// Denied, or the region is switched off.
    Refused,
    /// It did not answer in time.
    Silent,
    /// Not even a connection was made: no such service there, or no network.
    Unreachable,
}

/// A student's account in one region, and what was seen there.
struct RegionAccount {
    account: Rc<Account>,
    kinds: BTreeMap<&'static str, RegionAnswer>,
}

impl RegionAccount {
    fn seen(&self, kinds: &[Root]) -> SignsSeen {
        let mut seen = SignsSeen::default();
        for answer in kinds.iter().filter_map(|(name, _)| self.kinds.get(name)) {
            seen.here += usize::from(*answer == RegionAnswer::Here);
            seen.unanswered += usize::from(*answer == RegionAnswer::Silent);
            seen.unreachable += usize::from(*answer == RegionAnswer::Unreachable);
            seen.refused += usize::from(*answer == RegionAnswer::Refused);
            seen.answered += usize::from(!matches!(answer, RegionAnswer::Silent | RegionAnswer::Unreachable));
        }
        seen
    }

    /// The account, for judging: what did not answer may answer next time.
    fn opened(&self) -> Rc<Account> {
        let lost = |answer: &RegionAnswer| matches!(answer, RegionAnswer::Silent | RegionAnswer::Unreachable);
        match self.kinds.values().any(lost) {
            true => Rc::new(self.account.with_fresh_cache()),
            false => self.account.clone(),
        }
    }
}

/// Where a student's labs are, and the accounts that were opened to find out, by region.
pub(in crate::class) struct Searched {
    pub regions: BTreeMap<String, Result<FoundRegion, RegionError>>,
    pub accounts: BTreeMap<String, Rc<Account>>,
}

impl StudentAccess {
    /// The region that a student works in, for each of `labs`: the roster's or their profile's, else the one where signs
    /// of the lab are seen, else the one with the most kinds of what it looks for. Where nothing is anywhere, the
    /// professor's own region. A region that is denied or switched off counts as empty.
    ///
    /// # Errors
    /// When the account cannot be opened.
    pub async fn find_regions(
        &self,
        entry: &Entry,
        labs: &[&Lab],
    ) -> Result<BTreeMap<String, Result<FoundRegion, RegionError>>, ConnectError> {
        let mut found = BTreeMap::new();
        let mut open = Vec::new();
        for lab in labs {
            match StudentAccess::given_region(entry, &lab.id).await {
                Some(region) => {
                    let because = "the roster or the profile says so".to_owned();
                    let given = FoundRegion {
                        region,
                        because,
                        anything: true,
                    };
                    found.insert(lab.id.clone(), Ok(given));
                }
                None => open.push(*lab),
            }
        }
        if !open.is_empty() {
            found.extend(self.search(entry, &open).await?.regions);
        }
        Ok(found)
    }

    /// Looks for `labs` in every region, whatever the roster says. What was asked in an account is not asked again by who
    /// judges in it.
    pub(in crate::class) async fn search(&self, entry: &Entry, labs: &[&Lab]) -> Result<Searched, ConnectError> {
        let here = self.default_region().unwrap_or(super::STS_REGION);
        let (account, me) = self.enter(entry, Some(here)).await?;
        let search = RegionSearch {
            entry,
            default: self.default_region(),
            labs: labs.iter().map(|lab| (*lab, kinds(lab))).collect(),
        };
        Ok(search.run(account, &me).await)
    }
}

struct RegionSearch<'s> {
    entry: &'s Entry,
    default: Option<&'s str>,
    labs: Vec<(&'s Lab, Vec<Root>)>,
}

type RegionAccounts<'r> = BTreeMap<&'r str, RegionAccount>;

impl<'s> RegionSearch<'s> {
    async fn run(&self, account: Account, me: &Identity) -> Searched {
        let account = Rc::new(account);
        let mut places: RegionAccounts<'_> = BTreeMap::new();
        let mut found = BTreeMap::new();
        if let Some(default) = self.default {
            let every: Vec<Root> = distinct(self.labs.iter().flat_map(|(_, kinds)| kinds.iter().copied()));
            look(&account, [(default, every.as_slice())], &mut places).await;
            for (lab, kinds) in &self.labs {
                if let Some(settled) = self.in_default(default, lab, kinds, &places).await {
                    found.insert(lab.id.clone(), settled);
                }
            }
        }
        let open: Vec<&(&Lab, Vec<Root>)> = self
            .labs
            .iter()
            .filter(|(lab, _)| !found.contains_key(&lab.id))
            .collect();
        if !open.is_empty() {
            let others = Partition::named(me.partition()).regions;
            let others: Vec<&str> = others.iter().copied().filter(|r| Some(*r) != self.default).collect();
            let at_first = |(_, kinds): &&(&Lab, Vec<Root>)| kinds.iter().take(AT_FIRST).copied().collect::<Vec<_>>();
            let first = distinct(open.iter().flat_map(at_first));
            look(
                &account,
                others.iter().map(|region| (*region, first.as_slice())),
                &mut places,
            )
            .await;
            for (_, kinds) in &open {
                let rest: Vec<Root> = kinds.iter().skip(AT_FIRST).copied().collect();
                // First those that show something, then those that could still have as much as the best of them.
                let (some, none): (Vec<&str>, Vec<&str>) =
                    others.iter().partition(|region| places[*region].seen(kinds).here > 0);
                look(
                    &account,
                    some.iter().map(|region| (*region, rest.as_slice())),
                    &mut places,
                )
                .await;
                let most = places
                    .values()
                    .map(|place| place.seen(kinds).here)
                    .max()
                    .unwrap_or_default();
                if rest.len() >= most {
                    let open = none
                        .into_iter()
                        .filter(|region| !places[*region].seen(kinds).is_closed());
                    let open: Vec<&str> = open.collect();
                    look(
                        &account,
                        open.into_iter().map(|region| (region, rest.as_slice())),
                        &mut places,
                    )
                    .await;
                }
            }
            for (lab, kinds) in open {
                found.insert(lab.id.clone(), self.chosen(lab, kinds, &places).await);
            }
        }
        let chosen: BTreeSet<&str> = found.values().flatten().map(|found| found.region.as_str()).collect();
        let accounts = places.iter().filter(|(region, _)| chosen.contains(*region));
        Searched {
            accounts: accounts
                .map(|(region, place)| ((*region).to_owned(), place.opened()))
                .collect(),
            regions: found,
        }
    }

    /// Whether a lab is in the professor's own region, as far as that can be said without asking thirty more.
    async fn in_default(
        &self,
        default: &str,
        lab: &Lab,
        kinds: &[Root],
        places: &RegionAccounts<'_>,
    ) -> Option<Result<FoundRegion, RegionError>> {
        let place = places.get(default)?;
        let seen = place.seen(kinds);
        // Nobody waits for thirty regions of an account that does not answer in the first.
        if !kinds.is_empty() && seen.unanswered == kinds.len() {
            return Some(Err(RegionError::Unanswered(default.to_owned())));
        }
        if seen.here == 0 {
            return None;
        }
        let signs = self.signs(lab, place).await;
        (2 * signs.seen > signs.of).then(|| Ok(signed(default, lab, &signs)))
    }

    async fn signs(&self, lab: &Lab, place: &RegionAccount) -> Signs {
        let options = self.entry.options(lab, &Options::default());
        let read = signs(lab, &place.account, &options);
        // What takes too long is as good as not answered.
        let none = Signs::unread(lab);
        tokio::time::timeout(4 * REGION_TIMEOUT, read).await.unwrap_or(none)
    }

    /// The region of a lab, among all that were looked at.
    async fn chosen(&self, lab: &Lab, kinds: &[Root], places: &RegionAccounts<'_>) -> Result<FoundRegion, RegionError> {
        let seen: BTreeMap<&str, SignsSeen> = places
            .iter()
            .map(|(region, place)| (*region, place.seen(kinds)))
            .collect();
        let some: Vec<&str> = seen
            .iter()
            .filter(|(_, s)| s.here > 0)
            .map(|(region, _)| *region)
            .collect();
        if some.len() > 1 {
            let read = join_all(
                some.iter()
                    .map(|region| async { self.signs(lab, &places[*region]).await }),
            )
            .await;
            let signs: BTreeMap<&str, Signs> = some.into_iter().zip(read).collect();
            if signs.values().any(|signs| signs.seen > 0) {
                return by_signs(lab, &signs, &seen, self.default);
            }
            if let Some((region, _)) = signs.iter().find(|(_, signs)| signs.unread > 0) {
                return Err(RegionError::Unanswered((*region).to_owned()));
            }
        }
        choose(&lab.id, &seen, self.default, kinds.len())
    }
}

/// Each kind once.
fn distinct(kinds: impl Iterator<Item = Root>) -> Vec<Root> {
    let mut seen = BTreeSet::new();
    kinds.filter(|(name, _)| seen.insert(*name)).collect()
}

/// The kinds that a region can have one of: those that the lab looks for by themselves.
fn kinds(lab: &Lab) -> Vec<Root> {
    let mut kinds: Vec<_> = roots(&[lab])
        .into_iter()
        .filter(|(_, kind)| kind.is_regional())
        .collect();
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

/// Asks regions for kinds, each for those that it was not asked for before.
async fn look<'r, 'k>(
    account: &Rc<Account>,
    asked: impl IntoIterator<Item = (&'r str, &'k [Root])>,
    places: &mut RegionAccounts<'r>,
) {
    let mut pairs = Vec::new();
    for (region, kinds) in asked {
        let place = places.entry(region).or_insert_with(|| RegionAccount {
            account: match region == account.region() {
                true => account.clone(),
                false => Rc::new(account.in_region(region)),
            },
            kinds: BTreeMap::new(),
        });
        let open = kinds.iter().filter(|(name, _)| !place.kinds.contains_key(name));
        pairs.extend(open.map(|kind| (region, place.account.clone(), *kind)));
    }
    let mut answers = stream::iter(pairs)
        .map(|(region, account, kind)| async move { (region, kind.0, one(&account, kind).await) })
        .buffer_unordered(MAX_CONCURRENT_CALLS);
    while let Some((region, kind, answer)) = answers.next().await {
        let answer = match answer {
            Ok(true) => RegionAnswer::Here,
            Ok(false) => RegionAnswer::Empty,
            Err(ErrorKind::Unreachable) => RegionAnswer::Unreachable,
            Err(ErrorKind::TimedOut | ErrorKind::Throttled) => RegionAnswer::Silent,
            Err(_) => RegionAnswer::Refused,
        };
        if let Some(place) = places.get_mut(region) {
            place.kinds.insert(kind, answer);
        }
    }
}

/// Whether there is one of a kind.
async fn one(account: &Account, (name, kind): Root) -> Result<bool, ErrorKind> {
    let none = Args::new();
    let list = discover::list(account, kind, name, &none);
    let listed: Result<_, CallError> = match tokio::time::timeout(REGION_TIMEOUT, list).await {
        Ok(listed) => listed,
        Err(_) => return Err(ErrorKind::TimedOut),
    };
    listed
        .map(|all| all.iter().any(|listed| !listed.candidate.aws_default))
        .map_err(|error| error.kind)
}
