//! The look into every account of a class. What is sick costs its own place and nothing else.

use super::report::{ClassCosts, Found, StudentCosts};
use crate::account::{Account, ConnectError};
use crate::class::access::StudentAccess;
use crate::class::roster::{Entry, Roster};
use crate::costs::{self, CostsReport};
use crate::course::Lab;
use crate::judge::Options;
use crate::survey::Wanted;
use chrono::{SecondsFormat, Utc};
use futures::{StreamExt, stream};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::timeout;

/// Opening an account takes few calls; whoever does not answer them answers nothing.
const OPENING: Duration = Duration::from_secs(60);

/// How long the look at one account may take: some hundred calls.
const LOOKING: Duration = Duration::from_secs(600);

/// Where an account is opened when nothing names a region: it is the one that cannot be switched off.
const ANY_REGION: &str = "us-east-1";

/// What to look for in a class.
pub struct ClassWanted<'w> {
    /// The labs.
    pub labs: Vec<&'w Lab>,
    /// The region, where the roster names none.
    pub region: Option<&'w str>,
    /// Whether every region is looked at, and not only those in which the labs are.
    pub everywhere: bool,
    /// Accounts at once.
    pub at_once: usize,
}

/// Looks into every account of the roster. `on` is told how many are done.
pub async fn look(access: &StudentAccess, roster: &Roster, wanted: &ClassWanted<'_>, on: &dyn Fn(usize)) -> ClassCosts {
    let started = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let all = &roster.students;
    let looks = all.iter().enumerate().map(async |(place, entry)| {
        // What a group shares costs once.
        let earlier = all[..place].iter().find(|one| {
            let shared = one.student.group.is_some() && one.student.group == entry.student.group;
            shared && !one.student.excused && !entry.student.excused
        });
        let found = match earlier {
            Some(one) => Found::LeftOut(format!("one account with {}", one.student.id)),
            None => student(access, entry, wanted).await,
        };
        (place, StudentCosts::new(&entry.student, found))
    });
    let mut looks = stream::iter(looks).buffer_unordered(wanted.at_once.max(1));
    let mut found = Vec::with_capacity(roster.students.len());
    while let Some(one) = looks.next().await {
        found.push(one);
        on(found.len());
    }
    found.sort_by_key(|(place, _)| *place);
    let labs = wanted.labs.iter().map(|lab| lab.id.clone()).collect();
    ClassCosts::new(labs, started, found.into_iter().map(|(_, one)| one).collect())
}

async fn student(access: &StudentAccess, entry: &Entry, wanted: &ClassWanted<'_>) -> Found {
    if entry.student.excused {
        return Found::LeftOut("excused".to_owned());
    }
    if entry.student.not_handed_in {
        return Found::LeftOut("has not handed in an account".to_owned());
    }
    let labs = wanted.labs.iter().copied();
    let labs: Vec<&Lab> = labs.filter(|lab| entry.student.takes(&lab.id)).collect();
    if labs.is_empty() {
        return Found::LeftOut("takes none of these labs".to_owned());
    }
    let place = match timeout(OPENING, open(access, entry, &labs, wanted)).await {
        Ok(Ok(place)) => place,
        Ok(Err(why)) => return Found::Unknown(why),
        Err(_) => {
            let limit = OPENING.as_secs();
            return Found::Unknown(format!("the account could not be opened in {limit} s"));
        }
    };
    match timeout(LOOKING, look_into(&place, entry, labs, wanted)).await {
        Ok(Ok(report)) => Found::Report(Box::new(report)),
        Ok(Err(error)) => Found::Unknown(error.to_string()),
        Err(_) => {
            let limit = LOOKING.as_secs();
            Found::Unknown(format!("the look at this account took longer than {limit} s"))
        }
    }
}

/// A student's account, and where else in it their labs are.
struct Place {
    account: Rc<Account>,
    also: Vec<String>,
    /// Why it is not known of a lab where it is.
    unknown: Vec<String>,
}

async fn open(access: &StudentAccess, entry: &Entry, labs: &[&Lab], wanted: &ClassWanted<'_>) -> Result<Place, String> {
    if wanted.everywhere {
        // Where to begin makes no difference, so no lab is looked for first.
        let named = labs.iter().find_map(|lab| entry.region_of(&lab.id));
        let given = match named.or(wanted.region) {
            Some(region) => Some(region.to_owned()),
            None => StudentAccess::given_region(entry, "").await,
        };
        let region = given.as_deref().or(access.default_region()).unwrap_or(ANY_REGION);
        let entered = access.enter(entry, Some(region)).await;
        let (account, _) = entered.map_err(|error| error.to_string())?;
        return Ok(Place {
            account: Rc::new(account),
            also: Vec::new(),
            unknown: Vec::new(),
        });
    }
    let admitted = access.admit(entry, wanted.region, labs).await;
    let (mut accounts, mut unknown): (Vec<Rc<Account>>, _) = (Vec::new(), Vec::new());
    for (lab, account) in admitted.map_err(|error| error.to_string())? {
        match account {
            Ok(account) => accounts.push(account),
            Err(error) => unknown.push(format!("{lab}: {error}")),
        }
    }
    let mut accounts = accounts.into_iter();
    let Some(account) = accounts.next() else {
        return Err(unknown.join("; "));
    };
    Ok(Place {
        also: accounts.map(|other| other.region().to_owned()).collect(),
        account,
        unknown,
    })
}

async fn look_into(
    place: &Place,
    entry: &Entry,
    labs: Vec<&Lab>,
    wanted: &ClassWanted<'_>,
) -> Result<CostsReport, ConnectError> {
    let options = Options {
        uses: entry.uses.clone(),
        ..Options::default()
    };
    let wanted = Wanted {
        labs,
        options: &options,
        everywhere: wanted.everywhere,
        also: &place.also,
        thorough: false,
    };
    let now = place.account.aws_time(Utc::now());
    let mut report = costs::look(&wanted, &place.account, now).await?;
    report.unknown.extend(place.unknown.iter().cloned());
    Ok(report)
}
