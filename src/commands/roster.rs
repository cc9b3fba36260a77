//! `edemlab roster verify`: are all accounts ready? And what other verbs read of a roster.

use super::common;
use super::live::LiveLine;
use crate::account::partition::Partition;
use crate::account::{ConnectError, Connection};
use crate::class::access::{ExternalIds, Secret, SecretError, StudentAccess, invited};
use crate::class::roster::{self, Access, Entry, LabNames, Roster, RosterErrors};
use crate::class::verify::{AccountState, Verified, verify};
use crate::class::{cell, identifier};
use crate::cli::{OwnAccount, SecretFile, VerifyArgs, VerifyFormat};
use crate::course::{Course, Lab, Part};
use crate::report::text::{visible, wrapped};
use anyhow::bail;
use colored::Colorize;
use futures::{StreamExt, stream};
use std::fmt::Write;
use std::path::{Path, PathBuf};

pub async fn run(course: Option<PathBuf>, args: VerifyArgs) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Checks)?;
    let labs = labs(&course, &args.labs)?;
    let own = connection(&args.own);
    let region = own.region().await.unwrap_or_default();
    let class = read(&args.roster, &course, &region)?;
    let student_access = student_access(&args.roster, &class, own, &args.secret).await?;
    let live = LiveLine::new(args.format != VerifyFormat::Text);
    let verified = all(&student_access, &class, &labs, &args, &live).await;
    live.clear();
    super::output::print(rendered(&verified, args.format).trim_end())?;
    let ready = |v: &Verified| matches!(v.state, AccountState::Ready | AccountState::Excused);
    Ok(u8::from(!verified.iter().all(ready)))
}

/// The labs that are named, all of the course where none is.
pub fn labs<'c>(course: &'c Course, named: &[String]) -> anyhow::Result<Vec<&'c Lab>> {
    if named.is_empty() {
        return Ok(course.labs.values().collect());
    }
    let mut labs: Vec<&Lab> = Vec::new();
    for id in named {
        let lab = course.lab(id)?;
        if !labs.iter().any(|l| l.id == lab.id) {
            labs.push(lab);
        }
    }
    Ok(labs)
}

/// Reads the roster, and prints what the professor should know of it.
pub fn read(file: &Path, course: &Course, region: &str) -> Result<Roster, RosterErrors> {
    let labs: Vec<LabNames> = course.labs.values().map(LabNames::of).collect();
    let class = roster::read(file, &labs, Partition::of_region(region).id)?;
    for note in &class.notes {
        super::output::note(&format!("note: {note}"));
    }
    Ok(class)
}

/// What the flags say of the professor's own account.
pub fn connection(own: &OwnAccount) -> Connection {
    Connection {
        region: own.region.clone(),
        profile: own.profile.clone(),
        ..Connection::default()
    }
}

/// The ways into the accounts of a class: with its secret, if any of them is a role. `file` is its roster, for the lines
/// that would open the professor's own account.
pub async fn student_access(
    file: &Path,
    class: &Roster,
    own: Connection,
    secret: &SecretFile,
) -> anyhow::Result<StudentAccess> {
    let secret = class_secret(class, secret)?;
    let (profile, roles) = (own.profile.clone(), secret.is_some());
    let student_access = StudentAccess::new(own, secret.map_or(ExternalIds::Nobody, ExternalIds::Of)).await?;
    if roles {
        // What is wrong with these would be said again for each student.
        let me = student_access.own().identity().await;
        let me = me.map_err(|error| ConnectError::from((error, profile.as_deref())))?;
        if me.who() == "root" {
            bail!(
                "your own credentials belong to the root user of account {}, which cannot assume a role: use those of an \
                 IAM user or a role",
                me.account
            );
        }
        roster::refuse_own_account(file, class, &me.account)?;
    }
    Ok(student_access)
}

/// The secret of a class, where its roster has roles.
pub fn class_secret(class: &Roster, secret: &SecretFile) -> anyhow::Result<Option<Secret>> {
    Ok(if StudentAccess::need_secret(class) {
        let path = match &secret.file {
            Some(file) => file.clone(),
            None => Secret::default_path()?,
        };
        match Secret::load(&path) {
            Ok(secret) => {
                warn_of(&secret, &path);
                warn_of_spelling(class, &path)?;
                Some(secret)
            }
            Err(SecretError::Missing(path)) => {
                super::output::note(&format!(
                    "note: there is no file {}",
                    visible(&path.display().to_string())
                ));
                return Err(ConnectError::NoSecret.into());
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        None
    })
}

/// Whose identifier is spelled otherwise than when they were invited is said: no role opens for them.
pub fn warn_of_spelling(class: &Roster, secret: &Path) -> anyhow::Result<()> {
    let by_role = class
        .students
        .iter()
        .filter(|e| matches!(e.access, Access::Role { .. }));
    let names: Vec<String> = by_role.map(Entry::invited_as).collect();
    let respelled = invited::otherwise(secret, names.iter().map(String::as_str))?;
    if !respelled.is_empty() {
        let list = identifier::lines(&respelled, "in the roster", "when `edemlab access link` was run");
        super::output::note(&format!(
            "note: these students were invited under another spelling, which gives another external ID: their roles cannot \
             be assumed.{list}\n  {}",
            identifier::WAY_OUT
        ));
    }
    Ok(())
}

/// A secret that others can read is said.
pub fn warn_of(secret: &Secret, path: &Path) {
    if secret.open_to_others {
        let path = visible(&path.display().to_string());
        super::output::note(&format!(
            "note: other users of this computer may read the class secret: chmod 600 {path}"
        ));
    }
}

async fn all(
    student_access: &StudentAccess,
    class: &Roster,
    labs: &[&Lab],
    args: &VerifyArgs,
    live: &LiveLine,
) -> Vec<Verified> {
    let region = args.own.region.as_deref();
    let mut tried = stream::iter(class.students.iter().enumerate())
        .map(|(at, entry)| async move { (at, verify(student_access, entry, labs, region).await) })
        .buffer_unordered(usize::from(args.at_once));
    let mut verified: Vec<(usize, Verified)> = Vec::new();
    while let Some(one) = tried.next().await {
        verified.push(one);
        live.tick(format!("{} of {} accounts tried", verified.len(), class.students.len()));
    }
    verified.sort_by_key(|(at, _)| *at);
    verified.into_iter().map(|(_, one)| one).collect()
}

fn rendered(verified: &[Verified], format: VerifyFormat) -> String {
    match format {
        VerifyFormat::Text => text(verified),
        VerifyFormat::Json => {
            let all = serde_json::json!({"schema": "edemlab/roster-verify/1", "students": verified});
            serde_json::to_string_pretty(&all).unwrap_or_default()
        }
        VerifyFormat::Csv => {
            let header = ["student", "name", "account", "region", "state", "reason", "tell"].map(str::to_owned);
            let row = |v: &Verified| {
                let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
                let cells = [
                    v.student.clone(),
                    v.name.clone(),
                    or_empty(&v.account),
                    or_empty(&v.place()),
                    word(v.state).to_owned(),
                    or_empty(&v.reason),
                    or_empty(&v.tell),
                ];
                cells.map(|c| cell::text(&c)).to_vec()
            };
            cell::csv(std::iter::once(header.to_vec()).chain(verified.iter().map(row)))
        }
    }
}

fn word(state: AccountState) -> &'static str {
    match state {
        AccountState::Ready => "ready",
        AccountState::NotReady => "not ready",
        AccountState::Unknown => "unknown",
        AccountState::NotHandedIn => "not handed in",
        AccountState::Excused => "excused",
    }
}

fn text(verified: &[Verified]) -> String {
    let width = common::width();
    let short = |text: &str| -> String { visible(text).chars().take(24).collect() };
    let columns = verified
        .iter()
        .map(|v| textwrap::core::display_width(&short(&v.student)));
    let columns = columns.max().unwrap_or_default();
    let mut out = String::new();
    for v in verified {
        let symbol = match v.state {
            AccountState::Ready => "✓".green(),
            AccountState::NotReady => "✗".red(),
            AccountState::Unknown => "?".yellow(),
            AccountState::NotHandedIn | AccountState::Excused => "–".dimmed(),
        };
        let student = short(&v.student);
        let pad = columns.saturating_sub(textwrap::core::display_width(&student));
        let _ = writeln!(
            out,
            " {symbol} {student}{:pad$}  {:<12}  {:<14}  {}",
            "",
            v.account.as_deref().unwrap_or("–"),
            v.place().as_deref().unwrap_or("–"),
            word(v.state)
        );
        for (label, text) in [("     why   ", &v.reason), ("     tell  ", &v.tell)] {
            if let Some(text) = text {
                let _ = writeln!(out, "{}", wrapped(&visible(text), width, label));
            }
        }
    }
    let count = |state: AccountState| verified.iter().filter(|v| v.state == state).count();
    let _ = write!(out, "\n {} of {} ready", count(AccountState::Ready), verified.len());
    let others = [
        AccountState::NotReady,
        AccountState::Unknown,
        AccountState::NotHandedIn,
        AccountState::Excused,
    ];
    for state in others {
        if count(state) > 0 {
            let _ = write!(out, " · {} {}", count(state), word(state));
        }
    }
    let is_untried = |v: &Verified| matches!(v.state, AccountState::Excused | AccountState::NotHandedIn);
    if verified.iter().any(|v| v.refused) && verified.iter().all(|v| is_untried(v) || v.refused) {
        out.push_str("\n\n");
        let hint = "Every role was refused, so the cause may be your own user: it needs permission for \
                    sts:AssumeRole and must be in the account that the template names.";
        out.push_str(&wrapped(hint, width, " note  "));
    }
    out
}
