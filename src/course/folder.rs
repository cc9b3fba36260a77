//! Reads the folder of a course, once and for everything that is done with it. It comes from somebody else: no link is
//! followed, only regular files are read, and there is an end to how much.

use super::paths::is_plain;
use super::refusal::{MAX_DEPTH, MAX_ENTRIES, MAX_FILE, MAX_TOTAL, Refusal, SourceError};
use crate::confined::{EntryKind, Folder};
use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::Path;

/// The folders of a course. It is none without the first two; a course in the making may not have a book yet.
const PARTS: [(&str, bool); 3] = [("labs", true), ("checks", true), ("book", false)];

/// A file beside them that a book may include.
const BESIDE: &str = "CONTRIBUTING.md";

/// A file's path within the course, with `/`, and what is in it.
pub(super) type FolderFile = (String, Vec<u8>);

/// Every file of the course in `folder`, but hidden ones and what Python leaves beside a program.
///
/// # Errors
/// When it is not a course, when something in it cannot be read, and everything in it that may not be there.
pub(super) fn read(folder: &Path) -> Result<Vec<FolderFile>, SourceError> {
    let unreadable = |source| SourceError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let not_a_course = |missing| SourceError::NotACourse {
        folder: folder.to_owned(),
        missing,
    };
    let root = match Folder::open(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Err(not_a_course(PARTS[0].0));
        }
        opened => opened.map_err(unreadable)?,
    };
    let mut reading = FolderReader {
        root: folder,
        found: Vec::new(),
        refusals: Vec::new(),
        bytes: 0,
        entries: 0,
    };
    for (part, needed) in PARTS {
        match root.kind(part.as_ref()).map_err(unreadable)? {
            Some(EntryKind::Folder) => reading.folder(&root, part.as_ref(), part, 1)?,
            Some(kind @ (EntryKind::Link | EntryKind::Special)) => reading.refuse(Refusal::NotRegular {
                path: part.to_owned(),
                kind,
            }),
            _ if needed => return Err(not_a_course(part)),
            _ => {}
        }
    }
    if let Some(kind @ (EntryKind::File | EntryKind::Link | EntryKind::Special)) =
        root.kind(BESIDE.as_ref()).map_err(unreadable)?
    {
        reading.entry(&root, BESIDE.as_ref(), BESIDE.to_owned(), kind, 1)?;
    }
    match reading.refusals.is_empty() {
        true => Ok(reading.found),
        false => Err(SourceError::Refused {
            folder: folder.to_owned(),
            refusals: reading.refusals,
        }),
    }
}

struct FolderReader<'a> {
    root: &'a Path,
    found: Vec<FolderFile>,
    refusals: Vec<Refusal>,
    bytes: u64,
    entries: usize,
}

impl FolderReader<'_> {
    fn refuse(&mut self, refusal: Refusal) {
        self.refusals.push(refusal);
    }

    /// Whether there is too much already: then nothing more is looked at.
    fn is_over(&self) -> bool {
        self.refusals.last() == Some(&Refusal::Much)
    }

    fn folder(&mut self, parent: &Folder, name: &OsStr, path: &str, depth: usize) -> Result<(), SourceError> {
        if depth > MAX_DEPTH {
            self.refuse(Refusal::Deep { path: path.to_owned() });
            return Ok(());
        }
        let folder = parent.folder(name).map_err(|source| self.unreadable(path, source))?;
        for name in folder.names().map_err(|source| self.unreadable(path, source))? {
            let name = name.map_err(|source| self.unreadable(path, source))?;
            self.entries += 1;
            if self.entries > MAX_ENTRIES && !self.is_over() {
                self.refuse(Refusal::Much);
            }
            if self.is_over() {
                return Ok(());
            }
            if passed_over(&name) {
                continue;
            }
            let path = format!("{path}/{}", name.to_string_lossy());
            if !name.to_str().is_some_and(is_plain) {
                self.refuse(Refusal::Name { path });
                continue;
            }
            // Nothing: it has gone since the folder was read.
            if let Some(kind) = folder.kind(&name).map_err(|source| self.unreadable(&path, source))? {
                self.entry(&folder, &name, path, kind, depth)?;
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        folder: &Folder,
        name: &OsStr,
        path: String,
        kind: EntryKind,
        depth: usize,
    ) -> Result<(), SourceError> {
        match kind {
            EntryKind::Folder => self.folder(folder, name, &path, depth + 1)?,
            EntryKind::Link | EntryKind::Special => self.refuse(Refusal::NotRegular { path, kind }),
            EntryKind::File => {
                let mut bytes = Vec::new();
                folder
                    .file(name)
                    .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes))
                    .map_err(|source| self.unreadable(&path, source))?;
                let length = bytes.len() as u64;
                self.bytes += length;
                match (length > MAX_FILE, self.bytes > MAX_TOTAL) {
                    (true, _) => {
                        self.bytes -= length;
                        self.refuse(Refusal::Large { path });
                    }
                    (false, true) => self.refuse(Refusal::Much),
                    (false, false) => self.found.push((path, bytes)),
                }
            }
        }
        Ok(())
    }

    fn unreadable(&self, path: &str, source: io::Error) -> SourceError {
        SourceError::Unreadable {
            path: self.root.join(path),
            source,
        }
    }
}

/// Hidden files, and what Python leaves beside a program that was tried.
pub(super) fn passed_over(name: &OsStr) -> bool {
    name == "__pycache__" || name.as_encoded_bytes().starts_with(b".")
}
