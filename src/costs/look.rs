//! The look around in an account, in its region and all others: what shows signs of the labs, and what else costs by the
//! hour.

use super::month::Month;
use super::report::{Amounts, CostsReport, NotLooked, SCHEMA};
use super::tally::{finish, tally};
use crate::account::partition::Partition;
use crate::account::{Account, CallError, ErrorKind};
use crate::course::Lab;
use crate::inventory::{self, Listing};
use crate::judge::{Options, Standings, standing};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
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
}

/// One region that was looked at.
pub(super) struct Region<'a> {
    /// The account there.
    pub account: Place<'a>,
    /// What of each lab shows its signs there.
    pub standings: Vec<Standings>,
    /// What stands there.
    pub listing: Listing,
}

/// The account in a region.
pub(super) enum Place<'a> {
    /// In its own.
    Home(&'a Account),
    /// In another one.
    Away(Box<Account>),
}

impl Place<'_> {
    pub fn account(&self) -> &Account {
        match self {
            Self::Home(account) => account,
            Self::Away(account) => account,
        }
    }
}

/// Looks around in `account`, and reckons up what is found at `now`.
///
/// # Errors
/// When it cannot be said whose account it is.
pub async fn look(wanted: &Wanted<'_>, account: &Account, now: DateTime<Utc>) -> Result<CostsReport, CallError> {
    let me = account.identity().await?;
    // What is said to the second is reckoned to the second.
    let now = now.trunc_subsecs(0);
    let month = Month::of(now);
    let home = account.region();
    let others = Partition::named(me.partition()).regions.iter().copied();
    let is_wanted = |region: &&str| wanted.everywhere || wanted.also.iter().any(|also| also == region);
    let others: Vec<&str> = others.filter(|region| is_wanted(region) && *region != home).collect();
    let elsewhere = stream::iter(others).map(|region| foreign(wanted, account.in_region(region)));
    let elsewhere = elsewhere.buffered(REGIONS_AT_ONCE).collect::<Vec<Found>>();
    let (here, elsewhere) = join(region(wanted, Place::Home(account)), elsewhere).await;

    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut report = CostsReport {
        schema: SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        labs: wanted.labs.iter().map(|lab| lab.id.clone()).collect(),
        account: me.account.clone(),
        caller: me.arn.clone(),
        is_in_place_of_aws: account.has_custom_endpoint(),
        started: time(now),
        month_ends: time(month.end),
        currency: "USD",
        prices_of: None,
        regions: Vec::new(),
        not_looked: Vec::new(),
        items: Vec::new(),
        others: Vec::new(),
        sum: Amounts::default(),
        not_listed: wanted.labs.iter().flat_map(|lab| lab.costs.clone()).collect(),
        unknown: Vec::new(),
    };
    let mut regions = vec![here];
    for found in elsewhere {
        match found {
            Found::Region(region) => regions.push(*region),
            Found::NotLooked(not) => report.not_looked.push(not),
            Found::NotEnabled => {}
        }
    }
    report.regions = regions
        .iter()
        .map(|region| region.account.account().region().to_owned())
        .collect();
    tally(wanted, &regions, &month, &mut report).await;
    finish(&mut report);
    Ok(report)
}

/// What became of the look at another region.
enum Found<'a> {
    Region(Box<Region<'a>>),
    NotLooked(NotLooked),
    /// The account does not use it, so nothing can be there.
    NotEnabled,
}

async fn foreign<'a>(wanted: &Wanted<'_>, account: Account) -> Found<'a> {
    let name = account.region().to_owned();
    match account.identity().await {
        Ok(_) => {
            let region = region(wanted, Place::Away(Box::new(account))).await;
            match region.why_nothing() {
                Some(why) => Found::NotLooked(NotLooked { region: name, why }),
                None => Found::Region(Box::new(region)),
            }
        }
        // An account's keys are unknown in a region that it has not enabled.
        Err(error) if error.kind == ErrorKind::WrongCredentials => Found::NotEnabled,
        Err(error) => Found::NotLooked(NotLooked {
            region: name,
            why: error.to_string(),
        }),
    }
}

impl Region<'_> {
    /// Why nothing at all could be read here, if nothing could.
    fn why_nothing(&self) -> Option<String> {
        let nothing = self.listing.services == 0 && self.standings.iter().all(|of| of.found.is_empty());
        let (_, error) = self.listing.unlisted.first()?;
        nothing.then(|| error.to_string())
    }

    /// Why it is not known of something whether it is here.
    pub(super) fn unknown(&self) -> impl Iterator<Item = String> {
        let region = self.account.account().region();
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
    let (account, is_home) = (place.account(), matches!(place, Place::Home(_)));
    let standings = wanted.labs.iter().map(async |lab| {
        let options = named(lab, wanted.options);
        standing(lab, account, &options, is_home).await
    });
    let standings: Vec<Standings> = join_all(standings).await;
    let anything = is_home || standings.iter().any(|of| !of.found.is_empty());
    let listing = inventory::list(account, |service| match is_home {
        true => true,
        false => service.is_regional && (anything || service.bills_by_hour),
    });
    let listing = listing.await;
    Region {
        account: place,
        standings,
        listing,
    }
}
