//! Runs from before a date are removed, and whoever has none left is forgotten.

use super::forget::{forget, kept_of, remove_empty};
use crate::class::folder::{ClassFolder, FolderError, file, read};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is older than a date.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Old {
    /// The files of each run, by the name of the student's folder.
    pub files: BTreeMap<String, Vec<PathBuf>>,
    /// How many runs these are.
    pub runs: usize,
    /// The names of the folders of those who have no run left.
    pub without: Vec<String>,
}

/// The runs that began before `before`.
///
/// # Errors
/// When a file cannot be read.
pub fn old_runs(folder: &ClassFolder, before: DateTime<Utc>) -> Result<Old, FolderError> {
    let mut old = Old::default();
    for home in children(&folder.path().join("reports"))? {
        let name = home.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (mut files, mut stays) = (Vec::new(), false);
        for child in children(&home)? {
            match child.is_dir() {
                true => {
                    for (run, of_run) in runs_in(&child)? {
                        match is_old(&run, before)? {
                            true => {
                                old.runs += 1;
                                files.extend(of_run);
                            }
                            false => stays = true,
                        }
                    }
                }
                false if is_old(&child, before)? => files.push(child),
                false => stays = true,
            }
        }
        if !files.is_empty() {
            if !stays {
                old.without.push(name.clone());
            }
            old.files.insert(name, files);
        }
    }
    Ok(old)
}

/// Each run in a folder with its files: the report, what it was judged from, and what it rests on.
fn runs_in(folder: &Path) -> Result<Vec<(PathBuf, Vec<PathBuf>)>, FolderError> {
    let mut by_run: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in children(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let kinds = [".evidence.json", ".premises.json", ".json"];
        let moment = kinds.iter().find_map(|kind| name.strip_suffix(kind));
        let moment = moment.unwrap_or(&name).to_owned();
        by_run.entry(moment).or_default().push(path);
    }
    Ok(by_run
        .into_iter()
        .map(|(moment, files)| (folder.join(format!("{moment}.json")), files))
        .collect())
}

/// Whether a run began before. What is left of one whose report was not written is as old as its name says.
fn is_old(run: &Path, before: DateTime<Utc>) -> Result<bool, FolderError> {
    let report: Option<Value> = read(run)?;
    let started = report.as_ref().and_then(|report| report["started"].as_str());
    let at = started.and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    Ok(match at {
        Some(at) => at < before,
        None => {
            let name = run.file_stem().unwrap_or_default().to_string_lossy();
            let at = chrono::NaiveDateTime::parse_from_str(&name, "%Y-%m-%dT%H%M%S%.fZ");
            at.is_ok_and(|at| at.and_utc() < before)
        }
    })
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let entries = match std::fs::read_dir(folder) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(file("read", folder))?,
    };
    let mut children = Vec::new();
    for entry in entries {
        children.push(entry.map_err(file("read", folder))?.path());
    }
    children.sort();
    Ok(children)
}

/// Removes what is old, and forgets who has no run left; gives the class as it is then.
///
/// # Errors
/// When a file cannot be removed or written.
pub fn purge(path: &Path, old: &Old) -> Result<ClassFolder, FolderError> {
    let mut folder = ClassFolder::open(path)?;
    for file in old.files.values().flatten() {
        folder.remove(file)?;
    }
    for name in old.files.keys() {
        remove_empty(&path.join("reports").join(name));
    }
    for name in &old.without {
        let students = &folder.class().students;
        let id = students
            .iter()
            .find(|s| crate::class::folder::file_name(&s.id) == *name);
        let id = id.map_or_else(|| name.clone(), |student| student.id.clone());
        let kept = kept_of(&folder, &id)?;
        folder = forget(&folder, &id, &kept)?.folder;
    }
    Ok(folder)
}
