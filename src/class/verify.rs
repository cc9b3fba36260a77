//! Whether a class's accounts can be checked: opened, the right ones, and with the permissions that the labs need first.

use super::access::{StudentAccess, roots};
use super::roster::{Access, Entry};
use crate::account::{Account, CallError, ConnectError, ErrorKind};
use crate::course::Lab;
use crate::discover::{Args, Kind};
use crate::judge::{Options, signs};
use futures::future::join_all;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// An account that takes longer is not waited for.
pub const VERIFY_TIMEOUT: Duration = Duration::from_secs(20);

/// What became of one student's account.
#[derive(Debug, Clone, Serialize, JsonSchema, PartialEq, Eq)]
pub struct Verified {
    /// The LMS's identifier.
    pub student: String,
    /// Their name.
    pub name: String,
    /// The account that was reached, else the one that the roster promises.
    pub account: Option<String>,
    /// The region that they would be checked in; nothing where it is not known, or not the same for all labs.
    pub region: Option<String>,
    /// The region of each lab, where it is known.
    pub regions: BTreeMap<String, String>,
    /// Whether they can be checked.
    pub state: AccountState,
    /// Why not.
    pub reason: Option<String>,
    /// What to tell them: one sentence.
    pub tell: Option<String>,
    /// Whether AWS refused the role: for all of a class, that is the professor's to fix.
    #[serde(skip)]
    pub refused: bool,
}

impl Verified {
    /// The region, or that of each lab where they differ; nothing where it is not known.
    pub fn place(&self) -> Option<String> {
        let each = || self.regions.iter().map(|(lab, region)| format!("{lab} {region}"));
        let several = (!self.regions.is_empty()).then(|| each().collect::<Vec<_>>().join(", "));
        self.region.clone().or(several)
    }
}

/// Whether a student can be checked.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Yes.
    Ready,
    /// No, and the student or the professor has to do something.
    NotReady,
    /// It could not be determined.
    Unknown,
    /// Not tried: the roster names no way in, or a file that is not there yet.
    NotHandedIn,
    /// Not tried.
    Excused,
}

/// Why a student cannot be checked.
struct NotReady {
    state: AccountState,
    reason: String,
    tell: Option<String>,
    refused: bool,
}

/// Tries a student's account. Reads only: who the caller is, and one list of each kind that the labs begin with. Denied
/// ones are named. `region` is that of the flag, for students whose line names none.
pub async fn verify(student_access: &StudentAccess, entry: &Entry, labs: &[&Lab], region: Option<&str>) -> Verified {
    let mut verified = Verified {
        student: entry.student.id.clone(),
        name: entry.student.name.clone(),
        account: entry.account.clone(),
        region: entry.region.clone().or(region.map(str::to_owned)),
        regions: BTreeMap::new(),
        state: AccountState::Ready,
        reason: None,
        tell: None,
        refused: false,
    };
    if entry.student.excused {
        verified.state = AccountState::Excused;
        return verified;
    }
    if entry.student.not_handed_in {
        verified.state = AccountState::NotHandedIn;
        (verified.reason, verified.tell) = match &entry.access {
            Access::Awaited(file) => (
                Some(format!("the roster names the file `{file}`, which is not there")),
                Some("I do not have your AWS credentials yet: please hand them in.".to_owned()),
            ),
            _ => (
                Some("the roster has no account, role, profile or credentials".to_owned()),
                Some("I do not know your AWS account yet: please send me its number.".to_owned()),
            ),
        };
        return verified;
    }
    let labs: Vec<&Lab> = labs
        .iter()
        .copied()
        .filter(|lab| entry.student.takes(&lab.id))
        .collect();
    let tried = tokio::time::timeout(
        VERIFY_TIMEOUT,
        attempt(student_access, entry, &labs, region, &mut verified),
    )
    .await;
    let outcome = tried.unwrap_or_else(|_| {
        Err(NotReady {
            state: AccountState::Unknown,
            reason: format!("it took longer than {} s: try again", VERIFY_TIMEOUT.as_secs()),
            tell: None,
            refused: false,
        })
    });
    if let Err(not) = outcome {
        verified.state = not.state;
        verified.reason = Some(not.reason);
        verified.tell = not.tell;
        verified.refused = not.refused;
    }
    verified
}

async fn attempt(
    student_access: &StudentAccess,
    entry: &Entry,
    labs: &[&Lab],
    region: Option<&str>,
    verified: &mut Verified,
) -> Result<(), NotReady> {
    // Who it is comes before where.
    let somewhere = verified
        .region
        .clone()
        .or(student_access.default_region().map(str::to_owned));
    let somewhere = somewhere.unwrap_or_else(|| "us-east-1".to_owned());
    let connect = |error: ConnectError| not_open(entry, &error);
    let (account, me) = student_access.enter(entry, Some(&somewhere)).await.map_err(connect)?;
    verified.account = Some(me.account);
    let mut regions: BTreeMap<String, Vec<&Lab>> = BTreeMap::new();
    let mut open = Vec::new();
    for lab in labs {
        match entry.region_of(&lab.id).or(region) {
            Some(region) => regions.entry(region.to_owned()).or_default().push(lab),
            None => open.push(*lab),
        }
    }
    let mut unanswered = None;
    for (lab, found) in student_access.find_regions(entry, &open).await.map_err(connect)? {
        match found {
            Ok(found) => {
                let labs = open.iter().filter(|l| l.id == lab);
                regions.entry(found.region).or_default().extend(labs);
            }
            Err(error) => unanswered = unanswered.or(Some(unknown(error.to_string()))),
        }
    }
    verified.regions = regions
        .iter()
        .flat_map(|(region, labs)| labs.iter().map(|lab| (lab.id.clone(), region.clone())))
        .collect();
    verified.region = match regions.len() {
        1 => regions.keys().next().cloned(),
        _ => None,
    };
    if let Some(unanswered) = unanswered {
        return Err(unanswered);
    }
    for (region, labs) in &regions {
        let account = account.in_region(region);
        may_read(entry, &account, labs).await?;
        let named: Vec<&Lab> = labs
            .iter()
            .filter(|lab| !open.iter().any(|o| o.id == lab.id))
            .copied()
            .collect();
        in_place(student_access, entry, &account, &named).await?;
    }
    Ok(())
}

fn unknown(reason: String) -> NotReady {
    NotReady {
        state: AccountState::Unknown,
        reason,
        tell: None,
        refused: false,
    }
}

/// Whether what the roster or a flag says of the region of `labs` can be right: not if nothing of a lab is here, and its
/// signs are seen in another region. Whoever has not begun is ready.
async fn in_place(
    student_access: &StudentAccess,
    entry: &Entry,
    account: &Account,
    labs: &[&Lab],
) -> Result<(), NotReady> {
    let mut absent = Vec::new();
    for lab in labs {
        let here = signs(lab, account, &entry.options(lab, &Options::default())).await;
        if here.seen + here.unread == 0 && here.of > 0 {
            absent.push(*lab);
        }
    }
    if absent.is_empty() {
        return Ok(());
    }
    let Ok(searched) = student_access.search(entry, &absent).await else {
        return Ok(());
    };
    let elsewhere = absent.iter().filter_map(|lab| {
        let found = searched.regions.get(&lab.id)?.as_ref().ok()?;
        (found.anything && found.region != account.region()).then(|| {
            let (lab, here, there) = (&lab.id, account.region(), &found.region);
            format!(
                "no resource of lab {lab} in {here}, but some in {there}: correct `region` or `region.{lab}` in the roster"
            )
        })
    });
    let said: Vec<String> = elsewhere.collect();
    match said.is_empty() {
        true => Ok(()),
        false => Err(NotReady {
            state: AccountState::NotReady,
            reason: said.join("; "),
            tell: None,
            refused: false,
        }),
    }
}

/// Lists each kind that the labs begin with.
async fn may_read(entry: &Entry, account: &Account, labs: &[&Lab]) -> Result<(), NotReady> {
    let kinds = roots(labs);
    let answers = join_all(kinds.iter().map(|(_, kind)| list(account, kind))).await;
    let errors: Vec<CallError> = answers.into_iter().filter_map(Result::err).collect();
    let denied: BTreeSet<&str> = errors
        .iter()
        .filter(|error| error.kind == ErrorKind::Denied)
        .map(|error| error.action.as_str())
        .collect();
    if !denied.is_empty() {
        let list = denied.into_iter().collect::<Vec<_>>().join(", ");
        let tell = match entry.access {
            Access::Role { .. } => {
                "The role in your AWS account may not read all that the labs need: please use the link or command that \
                 I gave you again, or tell me if your organization forbids it."
                    .to_owned()
            }
            _ => format!("Your AWS credentials may not read all that the labs need ({list}): please hand in others."),
        };
        return Err(NotReady {
            state: AccountState::NotReady,
            reason: format!("denied: {list}"),
            tell: Some(tell),
            refused: false,
        });
    }
    match errors.into_iter().next() {
        None => Ok(()),
        Some(error) if error.ends_everything() => Err(not_open(entry, &error.into())),
        Some(error) => Err(NotReady {
            state: AccountState::Unknown,
            reason: error.to_string(),
            tell: None,
            refused: false,
        }),
    }
}

async fn list(account: &Account, kind: &Kind) -> Result<(), CallError> {
    (kind.list)(account, &Args::new()).await.map(drop)
}

/// Why an account could not be opened, and what the student can do.
fn not_open(entry: &Entry, error: &ConnectError) -> NotReady {
    let promised = match &entry.account {
        Some(account) => format!("your AWS account {account}"),
        None => "your AWS account".to_owned(),
    };
    let handed_in = matches!(entry.access, Access::Keys(_));
    let problem = match error {
        ConnectError::Call(error) => Some(&error.kind),
        _ => None,
    };
    // With a role or a profile, credentials are the professor's.
    let tell = match (error, problem) {
        (_, Some(ErrorKind::RoleRefused(_))) => Some(format!(
            "I cannot get into {promised} yet: please open the link or run the command that I sent you, signed in to that \
             account."
        )),
        (ConnectError::OtherAccount { found, promised }, _) => Some(format!(
            "What you gave me opens AWS account {found}, but you had told me {promised}: which one is yours?"
        )),
        (ConnectError::OwnAccount { .. }, _) => {
            Some("What you gave me does not open your own AWS account: please hand in yours.".to_owned())
        }
        (_, Some(ErrorKind::Expired)) if handed_in => Some(
            "The AWS credentials that you handed in have expired: please start the lab again and hand in the new ones."
                .to_owned(),
        ),
        (_, Some(ErrorKind::WrongCredentials)) if handed_in => Some(
            "AWS does not accept the credentials that you handed in: please copy them again, all lines.".to_owned(),
        ),
        _ => None,
    };
    let is_unknown = matches!(
        problem,
        Some(ErrorKind::Throttled | ErrorKind::Unreachable | ErrorKind::TimedOut | ErrorKind::Other(_))
    );
    NotReady {
        state: if is_unknown {
            AccountState::Unknown
        } else {
            AccountState::NotReady
        },
        reason: error.to_string(),
        tell,
        refused: matches!(problem, Some(ErrorKind::RoleRefused(_))),
    }
}
