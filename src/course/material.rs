//! What a student is given of a lab: the files in the folders of `labs/LAB/`. What lies beside these folders (the lab's
//! steps, its solution) is the author's.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::source::{BOOK, CourseFiles, LABS, SourceError};
use include_dir::Dir;

/// A file that a student works with: text or not.
#[derive(Debug, PartialEq, Eq)]
pub struct Material {
    /// Its path within the course, with `/`: `labs/LAB/code/…`.
    pub path: String,
    /// What is in it.
    pub bytes: Cow<'static, [u8]>,
}

impl CourseFiles {
    /// The material of a lab, in the order of its paths.
    ///
    /// # Errors
    /// When a file of the course's folder cannot be read.
    pub fn material(&self, lab: &str) -> Result<Vec<Material>, SourceError> {
        let mut found = Vec::new();
        let root = format!("labs/{lab}");
        match &self.folder {
            Some(folder) => {
                let lab = folder.join("labs").join(lab);
                for inner in entries(&lab)?.into_iter().filter(|path| path.is_dir()) {
                    read_folder(&inner, &join(&root, &inner), &mut found)?;
                }
            }
            None => {
                let inner = LABS.get_dir(lab).into_iter().flat_map(Dir::dirs);
                inner.for_each(|dir| embedded("labs", dir, &mut found));
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    /// The files of the book, its pictures and styles too, in the order of their paths.
    ///
    /// # Errors
    /// When a file of the course's folder cannot be read.
    pub fn book(&self) -> Result<Vec<Material>, SourceError> {
        let mut found = Vec::new();
        match &self.folder {
            Some(folder) => read_folder(&folder.join("book"), "book", &mut found)?,
            None => embedded("book", &BOOK, &mut found),
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }
}

fn embedded(root: &str, dir: &'static Dir<'static>, found: &mut Vec<Material>) {
    if passed_over(dir.path()) {
        return;
    }
    for file in dir.files().filter(|file| !passed_over(file.path())) {
        let parts = file.path().components().map(|c| c.as_os_str().to_string_lossy());
        found.push(Material {
            path: format!("{root}/{}", parts.collect::<Vec<_>>().join("/")),
            bytes: Cow::Borrowed(file.contents()),
        });
    }
    dir.dirs().for_each(|inner| embedded(root, inner, found));
}

fn read_folder(folder: &Path, path: &str, found: &mut Vec<Material>) -> Result<(), SourceError> {
    for entry in entries(folder)? {
        let path = join(path, &entry);
        if entry.is_dir() {
            read_folder(&entry, &path, found)?;
            continue;
        }
        let bytes = std::fs::read(&entry).map_err(|source| SourceError::Unreadable { path: entry, source })?;
        found.push(Material {
            path,
            bytes: Cow::Owned(bytes),
        });
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let unreadable = |source| SourceError::Unreadable {
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if !passed_over(&path) {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// Hidden files, and what Python leaves beside a program that was tried.
fn passed_over(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') || name == "__pycache__"
}

fn join(path: &str, entry: &Path) -> String {
    format!("{path}/{}", entry.file_name().unwrap_or_default().to_string_lossy())
}
