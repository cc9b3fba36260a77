//! By paths, where a folder on the way cannot be held open.

use super::{EntryKind, not_regular, unfinished};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A folder that was there when it was opened.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Opens the folder that the user named: links on the way to it are theirs, and are followed.
    ///
    /// # Errors
    /// The system's; also when it is no folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        match std::fs::metadata(path)?.is_dir() {
            true => Ok(Self(path.to_owned())),
            false => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// The names in it, in no order.
    ///
    /// # Errors
    /// The system's.
    pub fn names(&self) -> io::Result<impl Iterator<Item = io::Result<OsString>> + use<>> {
        Ok(std::fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name())))
    }

    /// What a name in it stands for; nothing when it is not there.
    ///
    /// # Errors
    /// The system's.
    pub fn kind(&self, name: &OsStr) -> io::Result<Option<EntryKind>> {
        let found = match std::fs::symlink_metadata(self.0.join(name)) {
            Ok(found) => found.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(match found {
            found if found.is_symlink() => EntryKind::Link,
            found if found.is_dir() => EntryKind::Folder,
            found if found.is_file() => EntryKind::File,
            _ => EntryKind::Special,
        }))
    }

    /// Opens a folder in it.
    ///
    /// # Errors
    /// The system's; also when the name is a link.
    pub fn folder(&self, name: &OsStr) -> io::Result<Self> {
        match self.kind(name)? {
            Some(EntryKind::Folder) => Ok(Self(self.0.join(name))),
            None => Err(io::ErrorKind::NotFound.into()),
            Some(_) => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Opens a regular file in it, to be read.
    ///
    /// # Errors
    /// The system's; also when the name is anything else.
    pub fn file(&self, name: &OsStr) -> io::Result<File> {
        match self.kind(name)? {
            Some(EntryKind::File) => File::open(self.0.join(name)),
            None => Err(io::ErrorKind::NotFound.into()),
            Some(_) => Err(not_regular()),
        }
    }

    /// Makes a folder in it, if it is not there yet.
    ///
    /// # Errors
    /// The system's.
    pub fn make_folder(&self, name: &OsStr) -> io::Result<()> {
        match std::fs::create_dir(self.0.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made,
        }
    }

    /// Writes a file in it that is whole or not there, whatever happens in between. One of this name is replaced.
    ///
    /// # Errors
    /// The system's.
    pub fn replace(&self, name: &OsStr, bytes: &[u8]) -> io::Result<()> {
        let part = self.0.join(unfinished(name));
        let mut options = std::fs::OpenOptions::new();
        let done = options
            .write(true)
            .create_new(true)
            .open(&part)
            .and_then(|mut file| io::Write::write_all(&mut file, bytes))
            .and_then(|()| std::fs::rename(&part, self.0.join(name)));
        if done.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        done
    }
}
