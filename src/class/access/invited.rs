//! Who was invited with a class secret: an external ID comes from the identifier as it was spelled then, so another
//! spelling opens no role.

use super::SecretError;
use crate::class::identifier::{Respelled, respelled};
use crate::private;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// The list beside a secret. It holds identifiers only.
fn beside(secret: &Path) -> PathBuf {
    let mut name = secret.file_name().unwrap_or_default().to_owned();
    name.push("-students.json");
    secret.with_file_name(name)
}

/// Those who were invited; empty where there is no list.
///
/// # Errors
/// When the list cannot be read.
fn invited(secret: &Path) -> Result<BTreeSet<String>, SecretError> {
    let path = beside(secret);
    let broken = |cause| SecretError::File {
        what: "read",
        path: path.clone(),
        cause,
    };
    match std::fs::read(&path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(cause) => Err(broken(cause)),
        Ok(text) => serde_json::from_slice(&text).map_err(|cause| broken(cause.into())),
    }
}

/// Notes who is invited now, beside those who were before.
///
/// # Errors
/// When the list cannot be read or written.
pub fn remember<'a>(secret: &Path, students: impl Iterator<Item = &'a str>) -> Result<(), SecretError> {
    let before = invited(secret)?;
    let mut all = before.clone();
    all.extend(students.map(str::to_owned));
    if all == before {
        return Ok(());
    }
    save(secret, &all)
}

/// Whether somebody with this identifier was invited.
///
/// # Errors
/// When the list cannot be read.
pub fn is_invited(secret: &Path, student: &str) -> Result<bool, SecretError> {
    Ok(invited(secret)?.contains(student))
}

/// Takes somebody off the list.
///
/// # Errors
/// When the list cannot be read or written.
pub fn forget(secret: &Path, student: &str) -> Result<(), SecretError> {
    let mut all = invited(secret)?;
    match all.remove(student) {
        true => save(secret, &all),
        false => Ok(()),
    }
}

fn save(secret: &Path, all: &BTreeSet<String>) -> Result<(), SecretError> {
    let path = beside(secret);
    let text = serde_json::to_vec_pretty(all).expect("plain data");
    private::write(&path, &text).map_err(|cause| SecretError::File {
        what: "write",
        path,
        cause,
    })
}

/// Who of `students` was invited under another spelling, so that their external ID is another. Case makes none.
///
/// # Errors
/// When the list cannot be read.
pub fn otherwise<'a>(secret: &Path, students: impl Iterator<Item = &'a str>) -> Result<Vec<Respelled>, SecretError> {
    let before = invited(secret)?;
    let lower: BTreeSet<String> = before.iter().map(|id| id.to_lowercase()).collect();
    let unknown = students.filter(|id| !lower.contains(&id.to_lowercase()));
    Ok(respelled(unknown, before.iter().map(String::as_str)))
}
