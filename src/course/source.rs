//! The files of a course: embedded in the binary, or a folder of the same shape.

use super::folder::{self};
use super::refusal::SourceError;
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

static LABS: Dir = include_dir!("$CARGO_MANIFEST_DIR/labs");

static CHECKS: Dir = include_dir!("$CARGO_MANIFEST_DIR/checks");

static BOOK: Dir = include_dir!("$CARGO_MANIFEST_DIR/book");

/// The book includes parts of it.
const CONTRIBUTING: (&str, &str) = ("CONTRIBUTING.md", include_str!("../../CONTRIBUTING.md"));

/// A file of the course and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path within the course, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The files of a course, by their path within it.
#[derive(Debug, Clone, Default)]
pub struct CourseFiles {
    files: BTreeMap<String, Arc<SourceFile>>,
    /// What is no text.
    pub(super) others: BTreeMap<String, Arc<[u8]>>,
    /// Where it was read from, for messages; `None` is the embedded course.
    pub folder: Option<PathBuf>,
}

impl CourseFiles {
    /// The course that the binary brings along.
    pub fn embedded() -> Self {
        let mut course = Self::default();
        for (root, dir) in [("labs", &LABS), ("checks", &CHECKS), ("book", &BOOK)] {
            course.add_embedded(root, dir);
        }
        course.add(CONTRIBUTING.0.to_owned(), CONTRIBUTING.1.to_owned());
        course
    }

    /// The ids of the labs that the binary brings along.
    pub fn embedded_labs() -> impl Iterator<Item = &'static str> {
        let labs = LABS
            .dirs()
            .filter(|lab| lab.get_file(lab.path().join("lab.yaml")).is_some());
        labs.filter_map(|lab| lab.path().to_str())
    }

    fn add_embedded(&mut self, root: &str, dir: &Dir) {
        let passed_over = |path: &Path| path.file_name().is_some_and(folder::passed_over);
        for file in dir.files().filter(|file| !passed_over(file.path())) {
            let parts = file.path().components().map(|c| c.as_os_str().to_string_lossy());
            let path = format!("{root}/{}", parts.collect::<Vec<_>>().join("/"));
            match file.contents_utf8() {
                Some(text) => self.add(path, text.to_owned()),
                None => drop(self.others.insert(path, file.contents().into())),
            }
        }
        for inner in dir.dirs().filter(|inner| !passed_over(inner.path())) {
            self.add_embedded(root, inner);
        }
    }

    /// The course in `folder`, every file of it. Nothing of it is read from disk again.
    ///
    /// # Errors
    /// When it is not a course, when it cannot be read, or has in it what a course may not have: links, pipes, too much.
    pub fn read(folder: &Path) -> Result<Self, SourceError> {
        let mut course = Self {
            folder: Some(folder.to_owned()),
            ..Self::default()
        };
        for (path, bytes) in folder::read(folder)? {
            match String::from_utf8(bytes) {
                Ok(text) => course.add(path, text),
                // A picture, an archive: the student's material or the book's.
                Err(other) => drop(course.others.insert(path, other.into_bytes().into())),
            }
        }
        Ok(course)
    }

    fn add(&mut self, path: String, text: String) {
        self.files.insert(path.clone(), Arc::new(SourceFile { path, text }));
    }

    /// The file at `path` within the course.
    pub fn get(&self, path: &str) -> Option<&Arc<SourceFile>> {
        self.files.get(path)
    }

    /// Every text file, in the order of their paths.
    pub fn every(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        self.files.values()
    }

    /// What verdicts come from (`checks/` and each `lab.yaml`) as one hash, SHA-256 in hexadecimal digits: two courses with
    /// the same one judge alike.
    pub fn digest(&self) -> String {
        self.hash(|path| path.starts_with("checks/") || path.ends_with("/lab.yaml"))
    }

    /// The same for one lab: of two courses with the same one, this lab is judged alike.
    pub fn digest_of(&self, lab: &str) -> String {
        let (checks, file) = (format!("checks/{lab}/"), format!("labs/{lab}/lab.yaml"));
        self.hash(|path| path.starts_with(&checks) || path == file)
    }

    fn hash(&self, decides: impl Fn(&str) -> bool) -> String {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        for file in self.files.values().filter(|file| decides(&file.path)) {
            for part in [&file.path, &file.text] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether the course has a book.
    pub fn has_book(&self) -> bool {
        self.files.keys().any(|path| path.starts_with("book/src/"))
    }

    /// The files below `folder`, in its folders too.
    pub fn at_any_depth<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Arc<SourceFile>> {
        let files = self.files.values();
        files.filter(move |file| within(folder, &file.path).is_some())
    }

    /// The files right below `folder`, in the order of their names.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Arc<SourceFile>> {
        let files = self.at_any_depth(folder);
        files.filter(move |file| within(folder, &file.path).is_some_and(|rest| !rest.contains('/')))
    }

    /// The names of the folders right below `folder`.
    pub fn folders(&self, folder: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .files
            .keys()
            .filter_map(|path| {
                let (name, _) = within(folder, path)?.split_once('/')?;
                Some(name)
            })
            .collect();
        names.dedup();
        names
    }
}

/// The path below `folder`, where it is there.
pub(super) fn within<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(folder)?.strip_prefix('/')
}
