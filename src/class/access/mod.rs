//! Into the students' accounts: the secret of a class, the template of the role, its links, and opening an account.

mod choice;
pub mod invited;
pub mod link;
mod region;
pub mod revoke;
mod secret;
pub mod template;

pub use choice::{FoundRegion, RegionError};
pub(super) use region::roots;
pub use secret::{Secret, SecretError};

use super::grade::{Closed, Opened};
use super::roster::{Access, Entry, Roster};
use crate::account::{Account, AssumedRole, ConnectError, Connection, Identity};
use crate::course::Lab;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The ways into all accounts of a class, made once a run. The professor's credentials are looked up once for all.
pub struct StudentAccess {
    /// The professor's own.
    base: Account,
    /// Where students are looked for when nothing says otherwise; `None` when the professor's settings name no region.
    default_region: Option<String>,
    ids: ExternalIds,
}

/// The external IDs with which the students' roles are opened.
#[derive(Debug)]
pub enum ExternalIds {
    /// Each comes from the secret of the class.
    Of(Secret),
    /// This one, of the only student.
    One(String),
    /// None: no student is reached by a role.
    Nobody,
}

/// A student's account in the region of each lab, by the lab's id; or why its region is not known.
pub type Admitted = BTreeMap<String, Result<Rc<Account>, RegionError>>;

/// The same with what to tell the professor.
pub fn opened(admitted: Admitted) -> Opened {
    let one = |(lab, account): (String, Result<_, RegionError>)| (lab, account.map_err(|e| Closed(e.to_string())));
    admitted.into_iter().map(one).collect()
}

/// The session in a student's account, as its logs show it.
const SESSION: &str = "edemlab";

/// Where STS is asked when no region is set at all: it is the one that cannot be switched off.
const STS_REGION: &str = "us-east-1";

impl StudentAccess {
    /// From the professor's own settings: `own` is what the flags `--profile` and `--region` say. Makes no call.
    ///
    /// # Errors
    /// When a region or profile cannot be used.
    pub async fn new(own: Connection, ids: ExternalIds) -> Result<Self, ConnectError> {
        let default_region = match own.region().await {
            Ok(region) => Some(region),
            Err(ConnectError::NoRegion) => None,
            Err(ConnectError::Profile(..)) if own.region.is_none() => None,
            Err(error) => return Err(error),
        };
        let region = default_region.clone().unwrap_or_else(|| STS_REGION.to_owned());
        let own = Connection {
            region: Some(region),
            ..own
        };
        Ok(Self::of(own.open().await?, default_region, ids))
    }

    /// From the professor's account, and the region that they have set.
    pub fn of(base: Account, default_region: Option<String>, ids: ExternalIds) -> Self {
        Self {
            base,
            default_region,
            ids,
        }
    }

    /// Whether a roster can be opened only with the secret of the class.
    pub fn need_secret(roster: &Roster) -> bool {
        roster.students.iter().any(|s| matches!(s.access, Access::Role { .. }))
    }

    /// The professor's own account.
    pub fn own(&self) -> &Account {
        &self.base
    }

    /// The professor's own region, where one is set.
    pub fn default_region(&self) -> Option<&str> {
        self.default_region.as_deref()
    }

    /// Opens a student's account in the region of each of `labs`, as [`StudentAccess::enter`] does: the roster's, else `region`,
    /// else the one that is found. Labs in one region share the account, and what was asked in it.
    ///
    /// # Errors
    /// When it cannot be opened, or is another account.
    pub async fn admit(&self, entry: &Entry, region: Option<&str>, labs: &[&Lab]) -> Result<Admitted, ConnectError> {
        let (mut regions, mut open) = (BTreeMap::new(), Vec::new());
        for lab in labs {
            let given = match entry.region_of(&lab.id).or(region) {
                Some(region) => Some(region.to_owned()),
                None => Self::given_region(entry, &lab.id).await,
            };
            match given {
                Some(region) => drop(regions.insert(lab.id.clone(), Ok(region))),
                None => open.push(*lab),
            }
        }
        let mut accounts: BTreeMap<String, Rc<Account>> = BTreeMap::new();
        if !open.is_empty() {
            let searched = self.search(entry, &open).await?;
            accounts = searched.accounts;
            let found = searched.regions.into_iter();
            regions.extend(found.map(|(lab, found)| (lab, found.map(|found| found.region))));
        }
        let first = regions.values().flatten().next().cloned();
        let (Some(first), true) = (first, accounts.is_empty()) else {
            return Ok(self.spread(regions, accounts));
        };
        let (account, _) = self.enter(entry, Some(&first)).await?;
        accounts.insert(first, Rc::new(account));
        Ok(self.spread(regions, accounts))
    }

    /// An account for each lab, made of one that is open.
    fn spread(
        &self,
        regions: BTreeMap<String, Result<String, RegionError>>,
        mut accounts: BTreeMap<String, Rc<Account>>,
    ) -> Admitted {
        let some = accounts.values().next().cloned();
        let mut account = |region: String| match (accounts.get(&region), &some) {
            (Some(account), _) => Some(account.clone()),
            (None, Some(some)) => {
                let account = Rc::new(some.in_region(&region));
                accounts.insert(region, account.clone());
                Some(account)
            }
            (None, None) => None,
        };
        let one = |(lab, region): (String, Result<String, RegionError>)| match region {
            Err(error) => Some((lab, Err(error))),
            Ok(region) => Some((lab, Ok(account(region)?))),
        };
        regions.into_iter().filter_map(one).collect()
    }

    /// Opens a student's account, as [`StudentAccess::open`] does, and makes sure that it is the one that the roster promises. All
    /// that is wrong with their credentials shows here. One call, and one for the whole class that says which account is
    /// the professor's own: a student's line does not open that.
    ///
    /// # Errors
    /// When it cannot be opened, is another account, or the professor's own.
    pub async fn enter(&self, entry: &Entry, region: Option<&str>) -> Result<(Account, Identity), ConnectError> {
        let own = self.own_account().await?;
        if let Some(account) = &entry.account {
            not_own(entry, account, own.as_deref())?;
        }
        let account = self.open(entry, region).await?;
        let profile = match &entry.access {
            Access::Profile(profile) => Some(profile.as_str()),
            _ => None,
        };
        let me = account.identity().await;
        let me = me.map_err(|error| ConnectError::from((error, profile)))?;
        not_own(entry, &me.account, own.as_deref())?;
        promised(entry, &me)?;
        Ok((account, me))
    }

    /// The professor's own account, which is asked for once. Without credentials of their own that AWS accepts, they have
    /// none that a student could open.
    ///
    /// # Errors
    /// When it could not be determined for another reason.
    async fn own_account(&self) -> Result<Option<String>, ConnectError> {
        match self.base.identity().await {
            Ok(me) => Ok(Some(me.account)),
            Err(error) if error.ends_everything() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The region that the roster names for a student and a lab, or that their profile sets.
    pub async fn given_region(entry: &Entry, lab: &str) -> Option<String> {
        match (entry.region_of(lab), &entry.access) {
            (Some(region), _) => Some(region.to_owned()),
            (None, Access::Profile(profile)) => named(profile, None).profile_region().await,
            _ => None,
        }
    }

    /// The account of a student in `region`; else in the one that the roster names or the student's profile sets, else
    /// the professor's own. Makes no call yet: what is wrong with the credentials shows with the first one.
    ///
    /// # Errors
    /// When there is no region, no secret of the class for a role, or a profile cannot be used.
    pub async fn open(&self, entry: &Entry, region: Option<&str>) -> Result<Account, ConnectError> {
        let given = match region {
            Some(region) => Some(region.to_owned()),
            None => Self::given_region(entry, "").await,
        };
        let region = given.as_deref().or(self.default_region.as_deref());
        let region = region.ok_or(ConnectError::NoRegion)?;
        match &entry.access {
            Access::Role { arn } => {
                let external_id = match &self.ids {
                    ExternalIds::Of(secret) => secret.external_id(&entry.invited_as()),
                    ExternalIds::One(id) => id.clone(),
                    ExternalIds::Nobody => return Err(ConnectError::NoSecret),
                };
                let role = AssumedRole {
                    arn: arn.clone(),
                    external_id: Some(external_id),
                    session_name: SESSION.to_owned(),
                };
                Ok(self.base.assume(role, region))
            }
            Access::Keys(keys) => Ok(self.base.with_keys(keys, region)),
            Access::Profile(profile) => named(profile, Some(region)).open().await,
            Access::Awaited(_) | Access::Nothing => Err(ConnectError::NoCredentials),
        }
    }
}

fn named(profile: &str, region: Option<&str>) -> Connection {
    Connection {
        region: region.map(str::to_owned),
        profile: Some(profile.to_owned()),
        ..Connection::default()
    }
}

/// Whether an account is another one than the professor's own.
///
/// # Errors
/// When it is the same.
fn not_own(entry: &Entry, account: &str, own: Option<&str>) -> Result<(), ConnectError> {
    match own {
        Some(own) if own == account => Err(ConnectError::OwnAccount {
            account: account.to_owned(),
            // In a fleet, a student comes without a line.
            line: Some(entry.line).filter(|line| *line > 0),
        }),
        _ => Ok(()),
    }
}

/// Whether the account that was reached is the one that the roster promises.
///
/// # Errors
/// When it is another.
fn promised(entry: &Entry, reached: &Identity) -> Result<(), ConnectError> {
    match &entry.account {
        Some(promised) if *promised != reached.account => Err(ConnectError::OtherAccount {
            found: reached.account.clone(),
            promised: promised.clone(),
        }),
        _ => Ok(()),
    }
}
