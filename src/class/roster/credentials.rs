//! A file with credentials that a student handed in: what AWS's pages offer to copy, in any of their forms.

use super::table;
use crate::account::Keys;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

/// A larger file holds something else.
const LARGEST: u64 = 64 * 1024;

/// Why a file gives no keys. No message holds any of what is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CredentialsError {
    /// A path from the root of the disk, or of a drive.
    #[error("the path is absolute: put the file into the roster's folder and write its name only")]
    Absolute,
    /// A path that leads out of the roster's folder, by itself or through a link.
    #[error("the path leaves the roster's folder: put the file itself into that folder and write its name only")]
    Outside,
    /// Nothing there.
    #[error("there is no such file")]
    Missing,
    /// A folder, a pipe or a device.
    #[error("it is not a file")]
    NoFile,
    /// It cannot be read, or no keys are in it.
    #[error("{0}")]
    Content(String),
}

/// The keys in the file `written` of the folder `folder`. The path comes from a student: nothing outside of the folder is
/// opened.
pub(super) fn read(folder: &Path, written: &str) -> Result<Keys, CredentialsError> {
    let path = inside(folder, Path::new(written))?;
    // Opening a pipe would wait for its other end.
    match std::fs::metadata(&path) {
        Ok(found) if !found.is_file() => return Err(CredentialsError::NoFile),
        _ => {}
    }
    let bytes = table::bytes(&path, LARGEST).map_err(CredentialsError::Content)?;
    let text = table::text(&bytes).map_err(CredentialsError::Content)?;
    keys(&text).map_err(CredentialsError::Content)
}

/// Where `written` leads to, links followed, if that is in `folder`.
fn inside(folder: &Path, written: &Path) -> Result<PathBuf, CredentialsError> {
    let mut depth = 0usize;
    for part in written.components() {
        match part {
            Component::Prefix(_) | Component::RootDir => return Err(CredentialsError::Absolute),
            Component::ParentDir => depth = depth.checked_sub(1).ok_or(CredentialsError::Outside)?,
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
        }
    }
    // Of a roster in the folder where the command runs, the folder is not written.
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let canonical = |path: &Path| {
        path.canonicalize().map_err(|cause| match cause.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => CredentialsError::Missing,
            _ => CredentialsError::Content(format!("it cannot be read: {cause}")),
        })
    };
    let (folder, path) = (canonical(folder)?, canonical(&folder.join(written))?);
    if path.starts_with(&folder) {
        Ok(path)
    } else {
        Err(CredentialsError::Outside)
    }
}

/// What one profile of the text holds.
#[derive(Default)]
struct ProfileKeys<'t> {
    profile: &'t str,
    id: Option<&'t str>,
    secret: Option<&'t str>,
    token: Option<&'t str>,
}

/// The keys in a text: an INI block with or without `[default]`, or lines that set variables in a shell
/// (`export`, `set`, `$Env:`). No message holds any of it.
fn keys(text: &str) -> Result<Keys, String> {
    let mut found = vec![ProfileKeys::default()];
    for line in text.lines().map(str::trim) {
        if let Some(profile) = line.strip_prefix('[').and_then(|l| l.split(']').next()) {
            found.push(ProfileKeys {
                profile: profile.trim(),
                ..ProfileKeys::default()
            });
            continue;
        }
        let line = prefix(prefix(prefix(line, "export "), "set "), "$env:");
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_end_matches(';').trim_matches(['"', '\'']).trim();
        let Some(profile) = found.last_mut().filter(|_| !value.is_empty()) else {
            continue;
        };
        match name.trim().trim_matches('"').to_ascii_lowercase().as_str() {
            "aws_access_key_id" => profile.id = Some(value),
            "aws_secret_access_key" => profile.secret = Some(value),
            "aws_session_token" | "aws_security_token" => profile.token = Some(value),
            _ => {}
        }
    }
    found.retain(|f| f.id.is_some() || f.secret.is_some() || f.token.is_some());
    let one = match found.iter().position(|f| f.profile.eq_ignore_ascii_case("default")) {
        Some(default) => found.swap_remove(default),
        None if found.len() > 1 => {
            return Err(format!(
                "it holds {} profiles, but none is called `default`",
                found.len()
            ));
        }
        None => found.pop().unwrap_or_default(),
    };
    let present = |name: &str, value: Option<&str>| match value {
        None => Err(format!("it has no line `{name} = …`")),
        Some(value) if !value.bytes().all(|b| b.is_ascii_graphic()) => Err(format!(
            "the value of {name} holds spaces or other characters that no key has"
        )),
        Some(value) => Ok(value.to_owned()),
    };
    let keys = Keys {
        access_key_id: present("aws_access_key_id", one.id)?,
        secret_access_key: present("aws_secret_access_key", one.secret)?,
        session_token: one.token.map(|t| present("aws_session_token", Some(t))).transpose()?,
    };
    // <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>: keys that expire begin so.
    if keys.access_key_id.starts_with("ASIA") && keys.session_token.is_none() {
        return Err("its key expires, and so needs a line `aws_session_token = …`".to_owned());
    }
    Ok(keys)
}

/// `line` without `start`, in whatever case it is written.
fn prefix<'l>(line: &'l str, start: &str) -> &'l str {
    match line.get(..start.len()) {
        Some(begin) if begin.eq_ignore_ascii_case(start) => line[start.len()..].trim_start(),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn every_form_that_aws_offers_to_copy() {
        for text in [
            "[default]\r\naws_access_key_id=ASIAX\r\naws_secret_access_key=s/+=\r\naws_session_token=t==\r\n",
            "aws_access_key_id = ASIAX\naws_secret_access_key = s/+=\n\naws_session_token = t==",
            "export AWS_ACCESS_KEY_ID=\"ASIAX\"\nexport AWS_SECRET_ACCESS_KEY=\"s/+=\"\nexport AWS_SESSION_TOKEN='t=='",
            "SET AWS_ACCESS_KEY_ID=ASIAX\nSET AWS_SECRET_ACCESS_KEY=s/+=\nSET AWS_SESSION_TOKEN=t==",
            "$Env:AWS_ACCESS_KEY_ID=\"ASIAX\"\n$Env:AWS_SECRET_ACCESS_KEY=\"s/+=\"\n$Env:AWS_SESSION_TOKEN=\"t==\"",
            "[work]\naws_access_key_id=AKIAY\naws_secret_access_key=z\n[default]\naws_access_key_id=ASIAX\n\
             aws_secret_access_key=s/+=\naws_session_token=t==\nregion=us-east-1",
        ] {
            let keys = keys(text).unwrap_or_else(|e| panic!("{e}: {text}"));
            assert_eq!(
                (keys.access_key_id.as_str(), keys.secret_access_key.as_str()),
                ("ASIAX", "s/+=")
            );
            assert_eq!(keys.session_token.as_deref(), Some("t=="));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_any_secret() {
        for (text, says) in [
            ("", "aws_access_key_id"),
            ("aws_access_key_id=AKIAX", "aws_secret_access_key"),
            (
                "aws_access_key_id=ASIAX\naws_secret_access_key=hush",
                "aws_session_token",
            ),
            ("aws_access_key_id=AKIAX\naws_secret_access_key=hush hush", "spaces"),
            (
                "[a]\naws_access_key_id=AKIAX\n[b]\naws_access_key_id=AKIAY",
                "2 profiles",
            ),
        ] {
            let error = keys(text).unwrap_err();
            assert!(error.contains(says) && !error.contains("hush"), "{error}");
        }
    }
}
