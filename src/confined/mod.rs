//! A folder whose inside is not trusted: what lies below it is reached name by name and never through a link, and only
//! regular files are read or replaced.
//!
//! On Unix each name is opened below the folder that holds it, so nobody can put a link in between. Elsewhere a name is
//! looked at first and opened then.

#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub use other::Folder;
#[cfg(unix)]
pub use unix::Folder;

use std::io;

/// What a name stands for; a link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A regular file.
    File,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, a socket or a device.
    Special,
}

impl EntryKind {
    /// What it is, in words: "a symbolic link".
    pub fn name(self) -> &'static str {
        match self {
            Self::Folder => "a folder",
            Self::File => "a regular file",
            Self::Link => "a symbolic link",
            Self::Special => "a pipe, a socket or a device",
        }
    }
}

fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")
}

/// A name that no other writer has, for a file that is not whole yet.
fn unfinished(name: &std::ffi::OsStr) -> std::ffi::OsString {
    let mut unfinished = name.to_owned();
    unfinished.push(format!(".{}.new", uuid::Uuid::new_v4().simple()));
    unfinished
}
