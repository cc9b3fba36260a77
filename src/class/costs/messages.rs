//! The folder of messages. What it holds of ours is known by its digest, so that nobody else's file, and none that somebody
//! has changed, is overwritten or removed.

use crate::class::folder::{FolderError, file, json, read};
use crate::private;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// The folder, and beside it the list of what was written into it.
const FOLDER: &str = "messages";
const LIST: &str = "messages.json";

/// The name and version of that list.
const SCHEMA: &str = "edemlab/messages/1";

/// What was written: the digests that each file may have.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    schema: String,
    files: BTreeMap<String, BTreeSet<String>>,
}

/// Why messages were not written.
#[derive(Debug, thiserror::Error)]
pub enum MessagesError {
    /// A file that cannot be read or written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Something else is in a message's place.
    #[error(
        "{} is not a message that edemlab wrote, or was changed since: no message was written. Move it away, or name another folder with --out",
        .0.display()
    )]
    NotOurs(PathBuf),
}

/// Messages that were written.
#[derive(Debug, PartialEq, Eq)]
pub struct MessagesWritten {
    /// Where.
    pub folder: PathBuf,
    /// How many.
    pub count: usize,
    /// Those of an earlier look that are of no use any more and stay, because somebody has changed them.
    pub changed: Vec<PathBuf>,
}

/// Writes these messages, by their files' names, into the folder `messages` of `dir`, and removes those of an earlier look.
///
/// # Errors
/// When a file in a message's place is not ours: then none is written. When one cannot be written.
pub fn write(dir: &Path, messages: &BTreeMap<String, String>) -> Result<MessagesWritten, MessagesError> {
    let (folder, list) = (dir.join(FOLDER), dir.join(LIST));
    private::create_folder(&folder).map_err(file("create", &folder))?;
    let before: Written = read(&list)?.unwrap_or_default();
    let mut there = BTreeSet::new();
    for name in messages.keys() {
        let path = folder.join(name);
        match state(&path, before.files.get(name))? {
            State::Nothing => {}
            State::Ours => drop(there.insert(name)),
            State::NotOurs => return Err(MessagesError::NotOurs(path)),
        }
    }
    let now = messages
        .iter()
        .map(|(name, text)| (name.clone(), BTreeSet::from([digest(text.as_bytes())])));
    let now: BTreeMap<String, BTreeSet<String>> = now.collect();
    // Before anything is written, so that a file of a run that is cut off is known as ours too.
    let mut both = before.files.clone();
    for (name, digests) in &now {
        both.entry(name.clone()).or_default().extend(digests.iter().cloned());
    }
    store(&list, both)?;
    for (name, text) in messages {
        let path = folder.join(name);
        let written = match there.contains(name) {
            true => private::write(&path, text.as_bytes()),
            false => private::write_new(&path, text.as_bytes()),
        };
        match written {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => return Err(MessagesError::NotOurs(path)),
            written => written.map_err(file("write", &path))?,
        }
    }
    let mut changed = Vec::new();
    for (name, digests) in before.files.iter().filter(|(name, _)| !messages.contains_key(*name)) {
        // The list is a file that anybody may have changed: it names nothing outside of the folder.
        if Path::new(name).file_name() != Some(name.as_ref()) {
            continue;
        }
        let path = folder.join(name);
        match state(&path, Some(digests))? {
            State::Nothing => {}
            State::Ours => std::fs::remove_file(&path).map_err(file("remove", &path))?,
            State::NotOurs => changed.push(path),
        }
    }
    store(&list, now)?;
    Ok(MessagesWritten {
        folder,
        count: messages.len(),
        changed,
    })
}

fn store(list: &Path, files: BTreeMap<String, BTreeSet<String>>) -> Result<(), FolderError> {
    let schema = SCHEMA.to_owned();
    private::write(list, &json(&Written { schema, files })).map_err(file("write", list))
}

enum State {
    Nothing,
    Ours,
    NotOurs,
}

/// What is in a file's place: nothing, what was written there, or something else.
fn state(path: &Path, digests: Option<&BTreeSet<String>>) -> Result<State, FolderError> {
    match std::fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(State::Nothing),
        Err(cause) => return Err(file("read", path)(cause)),
        Ok(found) if !found.is_file() => return Ok(State::NotOurs),
        Ok(_) => {}
    }
    let content = std::fs::read(path).map_err(file("read", path))?;
    match digests.is_some_and(|digests| digests.contains(&digest(&content))) {
        true => Ok(State::Ours),
        false => Ok(State::NotOurs),
    }
}

fn digest(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[(&str, &str)]) -> BTreeMap<String, String> {
        let texts = texts.iter();
        texts
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn only_what_was_written_here_and_not_changed_is_replaced_or_removed() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path();
        let path = |name: &str| dir.join("messages").join(name);
        let text = |name: &str| std::fs::read_to_string(path(name)).unwrap();
        let first = of(&[("a.txt", "one"), ("b.txt", "two"), ("c.txt", "three")]);
        assert_eq!(write(dir, &first).unwrap().count, 3);
        std::fs::write(path("c.txt"), "my own words").unwrap();
        std::fs::write(path("notes.txt"), "mine").unwrap();

        // One again, one of no use any more, and one that was changed and is of no use.
        let written = write(dir, &of(&[("a.txt", "one again")])).unwrap();
        assert_eq!((written.count, written.changed), (1, vec![path("c.txt")]));
        assert_eq!(
            (text("a.txt"), text("c.txt")),
            ("one again".to_owned(), "my own words".to_owned())
        );
        assert!(!path("b.txt").exists() && text("notes.txt") == "mine");

        // What is in the way ends it before anything is written.
        let error = write(dir, &of(&[("a.txt", "new"), ("c.txt", "new")])).unwrap_err();
        assert!(matches!(error, MessagesError::NotOurs(at) if at == path("c.txt")));
        assert_eq!(text("a.txt"), "one again");
        assert!(matches!(
            write(dir, &of(&[("notes.txt", "new")])),
            Err(MessagesError::NotOurs(_))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let scratch = tempfile::tempdir().unwrap();
        let (dir, other) = (scratch.path(), scratch.path().join("other"));
        std::fs::write(&other, "mine").unwrap();
        private::create_folder(&dir.join("messages")).unwrap();
        std::os::unix::fs::symlink(&other, dir.join("messages/a.txt")).unwrap();
        assert!(matches!(
            write(dir, &of(&[("a.txt", "new")])),
            Err(MessagesError::NotOurs(_))
        ));
        assert_eq!(std::fs::read_to_string(other).unwrap(), "mine");
    }
}
