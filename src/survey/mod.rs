//! The look around in an account, in its region and all others: what stands there, and what shows signs of the labs.

mod owners;

pub use owners::{Owner, owners};

use crate::account::partition::Partition;
use crate::account::{Account, CallError, ErrorKind, Identity};
use crate::course::Lab;
use crate::inventory::{self, Item, Listing};
use crate::judge::{Options, Standings, standing};
use futures::future::{join, join_all};
use futures::{StreamExt, stream};

/// Regions that are looked at at once.
const REGIONS_AT_ONCE: usize = 8;

/// What to look for.
pub struct Wanted<'w> {
    /// The labs.
    pub labs: Vec<&'w Lab>,
    /// What the user names of them; `LAB.NAME` is about that lab only.
    pub options: &'w Options,
    /// Whether every region of the partition is looked at, and not only the account's.
    pub everywhere: bool,
    /// Other regions that are looked at, where not every one is.
    pub also: &'w [String],
    /// Whether everything is listed also where nothing shows a sign of a lab: what uses a thing of the lab may be there.
    pub thorough: bool,
}

/// What was seen of an account.
pub struct Survey<'a> {
    /// Whose account it is.
    pub identity: Identity,
    /// The regions that were looked at; the account's own comes first.
    pub regions: Vec<Region<'a>>,
    /// The regions that could not be looked at, and why.
    pub not_looked: Vec<(String, String)>,
}

/// One region that was looked at.
pub struct Region<'a> {
    place: Place<'a>,
    /// What of each lab shows its signs there.
    pub standings: Vec<Standings>,
    /// What stands there.
    pub listing: Listing,
}

/// The account in a region.
enum Place<'a> {
    /// In its own.
    Home(&'a Account),
    /// In another one.
    Away(Box<Account>),
}

impl Region<'_> {
    /// The account in this region.
    pub fn account(&self) -> &Account {
        match &self.place {
            Place::Home(account) => account,
            Place::Away(account) => account,
        }
    }

    /// Why nothing at all could be read here, if nothing could.
    fn why_nothing(&self) -> Option<String> {
        let nothing = self.listing.services == 0 && self.standings.iter().all(|of| of.found.is_empty());
        let (_, error) = self.listing.unlisted.first()?;
        nothing.then(|| error.to_string())
    }

    /// Why it is not known of something whether it is here.
    pub fn unknown(&self) -> impl Iterator<Item = String> {
        let region = self.account().region();
        let unlisted = self
            .listing
            .unlisted
            .iter()
            .map(move |(service, error)| format!("what {service} has in {region} is not known: {error}"));
        self.standings
            .iter()
            .flat_map(|of| of.unknown.iter().cloned())
            .chain(unlisted)
    }
}

impl Survey<'_> {
    /// Everything that stands, each with the account in its region.
    pub fn items(&self) -> Vec<(&Account, &Item)> {
        self.regions
            .iter()
            .flat_map(|region| region.listing.items.iter().map(|item| (region.account(), item)))
            .collect()
    }

    /// The codes of the regions that were looked at.
    pub fn region_names(&self) -> Vec<String> {
        self.regions
            .iter()
            .map(|region| region.account().region().to_owned())
            .collect()
    }
}

/// Looks around in `account`.
///
/// # Errors
/// When it cannot be said whose account it is.
pub async fn survey<'a>(wanted: &Wanted<'_>, account: &'a Account) -> Result<Survey<'a>, CallError> {
    let identity = account.identity().await?;
    let home = account.region();
    let others = Partition::named(identity.partition()).regions.iter().copied();
    let is_wanted = |region: &&str| wanted.everywhere || wanted.also.iter().any(|also| also == region);
    let others: Vec<&str> = others.filter(|region| is_wanted(region) && *region != home).collect();
    let elsewhere = stream::iter(others).map(|region| foreign(wanted, account.in_region(region)));
    let elsewhere = elsewhere.buffered(REGIONS_AT_ONCE).collect::<Vec<Found>>();
    let (here, elsewhere) = join(region(wanted, Place::Home(account)), elsewhere).await;
    let (mut regions, mut not_looked) = (vec![here], Vec::new());
    for found in elsewhere {
        match found {
            Found::Region(region) => regions.push(*region),
            Found::NotLooked(region, why) => not_looked.push((region, why)),
            Found::NotEnabled => {}
        }
    }
    Ok(Survey {
        identity,
        regions,
        not_looked,
    })
}

/// What became of the look at another region.
enum Found<'a> {
    Region(Box<Region<'a>>),
    NotLooked(String, String),
    /// The account does not use it, so nothing can be there.
    NotEnabled,
}

async fn foreign<'a>(wanted: &Wanted<'_>, account: Account) -> Found<'a> {
    let name = account.region().to_owned();
    match account.identity().await {
        Ok(_) => {
            let region = region(wanted, Place::Away(Box::new(account))).await;
            match region.why_nothing() {
                Some(why) => Found::NotLooked(name, why),
                None => Found::Region(Box::new(region)),
            }
        }
        // An account's keys are unknown in a region that it has not enabled.
        Err(error) if error.kind == ErrorKind::WrongCredentials => Found::NotEnabled,
        Err(error) => Found::NotLooked(name, error.to_string()),
    }
}

/// What the user names of one lab.
fn named(lab: &Lab, options: &Options) -> Options {
    let of = |name: &String| {
        let uses = &options.uses;
        let own = uses.get(&format!("{}.{name}", lab.id)).or_else(|| uses.get(name));
        own.map(|resource| (name.clone(), resource.clone()))
    };
    Options {
        uses: lab.resources.keys().filter_map(of).collect(),
        ..options.clone()
    }
}

/// All of the account's own region; all of another one only where something shows a sign of a lab.
async fn region<'a>(wanted: &Wanted<'_>, place: Place<'a>) -> Region<'a> {
    let (account, is_home) = match &place {
        Place::Home(account) => (*account, true),
        Place::Away(account) => (&**account, false),
    };
    let standings = wanted.labs.iter().map(async |lab| {
        let options = named(lab, wanted.options);
        standing(lab, account, &options, is_home).await
    });
    let standings: Vec<Standings> = join_all(standings).await;
    let all = wanted.thorough || standings.iter().any(|of| !of.found.is_empty());
    let listing = inventory::list(account, |service| match is_home {
        true => true,
        false => service.is_regional && (all || service.bills_by_hour),
    });
    let listing = listing.await;
    Region {
        place,
        standings,
        listing,
    }
}
