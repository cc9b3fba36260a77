//! By the descriptor of each folder on the way.

use super::{EntryKind, not_regular, unfinished};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, mkdirat, openat, renameat, statat, unlinkat};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// An open folder.
#[derive(Debug)]
pub struct Folder(OwnedFd);

impl Folder {
    /// Opens the folder that the user named: links on the way to it are theirs, and are followed.
    ///
    /// # Errors
    /// The system's; also when it is no folder.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(openat(CWD, path, FOLDER, Mode::empty())?))
    }

    /// The names in it, in no order.
    ///
    /// # Errors
    /// The system's.
    pub fn names(&self) -> io::Result<impl Iterator<Item = io::Result<OsString>> + use<>> {
        let names = Dir::read_from(&self.0)?.map(|entry| {
            let entry = entry?;
            Ok(OsStr::from_bytes(entry.file_name().to_bytes()).to_owned())
        });
        Ok(names.filter(|name: &io::Result<OsString>| !name.as_ref().is_ok_and(|name| name == "." || name == "..")))
    }

    /// What a name in it stands for; nothing when it is not there.
    ///
    /// # Errors
    /// The system's.
    pub fn kind(&self, name: &OsStr) -> io::Result<Option<EntryKind>> {
        let found = match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => found,
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(Some(match FileType::from_raw_mode(found.st_mode) {
            FileType::Directory => EntryKind::Folder,
            FileType::RegularFile => EntryKind::File,
            FileType::Symlink => EntryKind::Link,
            _ => EntryKind::Special,
        }))
    }

    /// Opens a folder in it.
    ///
    /// # Errors
    /// The system's; also when the name is a link.
    pub fn folder(&self, name: &OsStr) -> io::Result<Self> {
        Ok(Self(openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?))
    }

    /// Opens a regular file in it, to be read.
    ///
    /// # Errors
    /// The system's; also when the name is anything else. A pipe is not waited for.
    pub fn file(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = File::from(openat(&self.0, name, flags, Mode::empty())?);
        // What was opened is looked at, not its name: that may stand for something else by now.
        match file.metadata()?.is_file() {
            true => Ok(file),
            false => Err(not_regular()),
        }
    }

    /// Makes a folder in it, if it is not there yet.
    ///
    /// # Errors
    /// The system's.
    pub fn make_folder(&self, name: &OsStr) -> io::Result<()> {
        match mkdirat(&self.0, name, Mode::from_raw_mode(0o777)) {
            Err(rustix::io::Errno::EXIST) => Ok(()),
            made => Ok(made?),
        }
    }

    /// Writes a file in it that is whole or not there, whatever happens in between. One of this name is replaced; a link
    /// of this name is replaced itself, not what it leads to.
    ///
    /// # Errors
    /// The system's.
    pub fn replace(&self, name: &OsStr, bytes: &[u8]) -> io::Result<()> {
        let part = unfinished(name);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(openat(&self.0, &part, flags, Mode::from_raw_mode(0o666))?);
        let done = file
            .write_all(bytes)
            .and_then(|()| Ok(renameat(&self.0, &part, &self.0, name)?));
        if done.is_err() {
            let _ = unlinkat(&self.0, &part, AtFlags::empty());
        }
        done
    }
}

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC);
