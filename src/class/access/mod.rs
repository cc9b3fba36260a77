//! Into the students' accounts: the secret of a class, the template of the role, its links, and opening an account.

pub mod link;
mod region;
mod secret;
pub mod template;

pub(super) use region::roots;
pub use region::{FoundRegion, RegionError};
pub use secret::{Secret, SecretError};

use super::roster::{Access, Entry, Roster};
use crate::account::{Account, AssumedRole, ConnectError, Connection, Identity};

/// The ways into all accounts of a class, made once a run. The professor's credentials are looked up once for all.
pub struct Doors {
    /// The professor's own.
    base: Account,
    /// Where students are looked for when nothing says otherwise; `None` when the professor's settings name no region.
    default_region: Option<String>,
    secret: Option<Secret>,
}

/// The session in a student's account, as its logs show it.
const SESSION: &str = "edemlab";

/// Where STS is asked when no region is set at all: it is the one that cannot be switched off.
const STS_REGION: &str = "us-east-1";

impl Doors {
    /// From the professor's own settings: `own` is what the flags `--profile` and `--region` say. Makes no call.
    ///
    /// # Errors
    /// When a region or profile cannot be used.
    pub async fn new(own: Connection, secret: Option<Secret>) -> Result<Self, ConnectError> {
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
        Ok(Self {
            base: own.open().await?,
            default_region,
            secret,
        })
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

    /// The account of a student in `region`; else in the one that the roster names, else that of the student's profile,
    /// else the professor's own. Makes no call yet: what is wrong with the credentials shows with the first one, so ask
    /// `identity()` and hold it against [`promised`].
    ///
    /// # Errors
    /// When there is no region, no secret of the class for a role, or a profile cannot be used.
    pub async fn open(&self, entry: &Entry, region: Option<&str>) -> Result<Account, ConnectError> {
        let region = region.or(entry.region.as_deref());
        let anywhere = || {
            let region = region.or(self.default_region.as_deref());
            region.ok_or(ConnectError::NoRegion)
        };
        match &entry.access {
            Access::Role { arn } => {
                let secret = self.secret.as_ref().ok_or(ConnectError::NoSecret)?;
                let role = AssumedRole {
                    arn: arn.clone(),
                    external_id: Some(secret.external_id(&entry.student.id)),
                    session_name: SESSION.to_owned(),
                };
                Ok(self.base.assume(role, anywhere()?))
            }
            Access::Keys(keys) => Ok(self.base.with_keys(keys, anywhere()?)),
            Access::Profile(profile) => {
                let named = |region: Option<&str>| Connection {
                    region: region.map(str::to_owned),
                    profile: Some(profile.clone()),
                    ..Connection::default()
                };
                let own = match region {
                    None => named(None).profile_region().await,
                    Some(_) => None,
                };
                let region = region.or(own.as_deref());
                named(region.or(self.default_region.as_deref())).open().await
            }
            Access::Nothing => Err(ConnectError::NoCredentials),
        }
    }
}

/// Whether the account that was reached is the one that the roster promises.
///
/// # Errors
/// When it is another.
pub fn promised(entry: &Entry, reached: &Identity) -> Result<(), ConnectError> {
    match &entry.account {
        Some(promised) if *promised != reached.account => Err(ConnectError::OtherAccount {
            found: reached.account.clone(),
            promised: promised.clone(),
        }),
        _ => Ok(()),
    }
}
