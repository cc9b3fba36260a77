//! `edemlab access`: the template of the role, and what each student does with it.

use super::output::note;
use super::{access_revoke, common, roster};
use crate::account::{ConnectError, Connection};
use crate::class::access::invited::remember;
use crate::class::access::link::{Invitation, TemplateSource};
use crate::class::access::{Secret, template};
use crate::class::folder::file_name;
use crate::class::{cell, roster::Entry};
use crate::cli::{AccessCommand, ListFormat, OwnAccount, SecretFile};
use crate::course::Part;
use crate::private;
use crate::report::text::visible;
use anyhow::Context;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What a student's copy of the template is called.
const FILE: &str = "edemlab-access.yaml";

pub async fn run(course: Option<PathBuf>, command: AccessCommand) -> anyhow::Result<u8> {
    match command {
        AccessCommand::Template {
            labs,
            no_probe,
            account,
            own,
        } => {
            let course = common::course(course, Part::Checks)?;
            let labs = roster::labs(&course, &labs)?;
            let professor = match account {
                Some(account) => account.as_str().to_owned(),
                None => own_account(&own).await?,
            };
            super::output::print(template::template(&labs, !no_probe, &professor)?.trim_end())
        }
        AccessCommand::Link {
            roster: file,
            template_url,
            format,
            to,
            secret,
            region,
        } => {
            let course = common::course(course, Part::Checks)?;
            let source = match &template_url {
                Some(url) => TemplateSource::url(url)?,
                None => TemplateSource::File(FILE.to_owned()),
            };
            let own = Connection {
                region,
                ..Connection::default()
            };
            let region = common::region_or_any(&own).await?;
            let class = roster::read(&file, &course, &region)?;
            let (secret, path) = made(&secret)?;
            roster::warn_of_spelling(&class, &path)?;
            let invited: Vec<Invitation> = class
                .students
                .iter()
                .filter(|entry| !entry.student.excused)
                .filter_map(|entry| {
                    let id = secret.external_id(&entry.invited_as());
                    Invitation::new(entry, id, &region, &source)
                })
                .collect();
            let names: Vec<String> = invited.iter().map(|one| one.entry.invited_as()).collect();
            remember(&path, names.iter().map(String::as_str))?;
            let others = class.students.len() - invited.len();
            if others > 0 {
                note(&format!(
                    "note: {others} of {} students need no link: they are excused, or gave keys or a profile",
                    class.students.len()
                ));
            }
            if template_url.is_none() {
                note(&format!(
                    "note: each needs the file {FILE} beside it: edemlab access template > {FILE}"
                ));
            }
            match to {
                Some(folder) => send(&folder, &invited),
                None => super::output::print(list(&invited, format).trim_end()),
            }
        }
        AccessCommand::Revoke(args) => access_revoke::run(course, args).await,
    }
}

async fn own_account(own: &OwnAccount) -> Result<String, ConnectError> {
    let mut connection = Connection {
        region: own.region.clone(),
        profile: own.profile.clone(),
        ..Connection::default()
    };
    // Any region can say whose credentials these are.
    if let Err(ConnectError::NoRegion) = connection.region().await {
        connection.region = Some(common::ANY_REGION.to_owned());
    }
    let me = connection.open().await?.identity().await;
    me.map(|me| me.account)
        .map_err(|error| (error, own.profile.as_deref()).into())
}

/// The secret of the class, made the first time.
fn made(flag: &SecretFile) -> anyhow::Result<(Secret, PathBuf)> {
    let path = match &flag.file {
        Some(file) => file.clone(),
        None => Secret::default_path()?,
    };
    let (secret, new) = Secret::load_or_make(&path)?;
    if new {
        note(&format!(
            "note: made the class secret {}: keep it, these roles cannot be assumed without it",
            path.display()
        ));
    }
    roster::warn_of(&secret, &path);
    Ok((secret, path))
}

fn list(invited: &[Invitation], format: ListFormat) -> String {
    match format {
        ListFormat::Text => invited.iter().fold(String::new(), |mut text, one| {
            let _ = write!(text, "{}\n  {}\n\n", one.called(), one.way());
            text
        }),
        ListFormat::Csv => {
            let header = ["student", "name", "email", "account", "external_id", "link_or_command"].map(str::to_owned);
            let row = |one: &Invitation| {
                let Entry { student, account, .. } = one.entry;
                let account = account.clone().unwrap_or_default();
                let cells = [
                    &student.id,
                    &student.name,
                    &student.email,
                    &account,
                    &one.external_id,
                    &one.way(),
                ];
                cells.map(|c| cell::text(c)).to_vec()
            };
            cell::csv(std::iter::once(header.to_vec()).chain(invited.iter().map(row)))
        }
    }
}

/// A file for each student. One that says something else, and so may have been changed by hand, stays as it is.
fn send(folder: &Path, invited: &[Invitation]) -> anyhow::Result<u8> {
    let cannot = || format!("cannot write into {}", visible(&folder.display().to_string()));
    private::create_folder(folder).with_context(cannot)?;
    let mut kept = 0;
    for one in invited {
        let file = folder.join(format!("{}.txt", file_name(&one.entry.student.id)));
        let message = one.message();
        match std::fs::read(&file) {
            Ok(there) if there != message.as_bytes() => {
                let shown = visible(&file.display().to_string());
                note(&format!(
                    "note: {shown} says something else, and is left as it is: remove it to have a new one"
                ));
                kept += 1;
            }
            _ => private::write(&file, message.as_bytes()).with_context(cannot)?,
        }
    }
    let written = invited.len() - kept;
    super::output::print(&format!(
        "{written} {} in {}",
        if written == 1 { "message" } else { "messages" },
        visible(&folder.display().to_string())
    ))
}
