//! The files of a course: embedded in the binary, or a folder of the same shape.

use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) static LABS: Dir = include_dir!("$CARGO_MANIFEST_DIR/labs");
static CHECKS: Dir = include_dir!("$CARGO_MANIFEST_DIR/checks");
pub(super) static BOOK: Dir = include_dir!("$CARGO_MANIFEST_DIR/book");
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

/// The text files of a course, by their path within it.
#[derive(Debug, Default)]
pub struct CourseFiles {
    files: BTreeMap<String, Arc<SourceFile>>,
    /// Where it was read from, for messages; `None` is the embedded course.
    pub folder: Option<PathBuf>,
}

/// Why a course's files cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Not a course.
    #[error(
        "{} is not a course: it has no folder `{missing}`\n\n  A course is a folder with `labs/LAB/lab.yaml` and `checks/LAB/STEP.yaml`; see CONTRIBUTING.md.", folder.display()
    )]
    NotACourse {
        /// The folder that was named.
        folder: PathBuf,
        /// What it lacks.
        missing: &'static str,
    },
    /// A file or folder that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
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

    fn add_embedded(&mut self, root: &str, dir: &Dir) {
        for file in dir.files() {
            if let Some(text) = file.contents_utf8() {
                let path = file.path().components().map(|c| c.as_os_str().to_string_lossy());
                self.add(
                    format!("{root}/{}", path.collect::<Vec<_>>().join("/")),
                    text.to_owned(),
                );
            }
        }
        for inner in dir.dirs() {
            self.add_embedded(root, inner);
        }
    }

    /// The course in `folder`.
    ///
    /// # Errors
    /// When it is not a course, or cannot be read.
    pub fn read(folder: &Path) -> Result<Self, SourceError> {
        let mut course = Self {
            folder: Some(folder.to_owned()),
            ..Self::default()
        };
        for root in ["labs", "checks"] {
            let path = folder.join(root);
            if !path.is_dir() {
                return Err(SourceError::NotACourse {
                    folder: folder.to_owned(),
                    missing: root,
                });
            }
            course.add_folder(root, &path)?;
        }
        // A course in the making may not have a book yet.
        let book = folder.join("book");
        if book.join("src").is_dir() {
            course.add_folder("book", &book)?;
        }
        if let Ok(text) = std::fs::read_to_string(folder.join(CONTRIBUTING.0)) {
            course.add(CONTRIBUTING.0.to_owned(), text);
        }
        Ok(course)
    }

    fn add_folder(&mut self, root: &str, folder: &Path) -> Result<(), SourceError> {
        let unreadable = |source| SourceError::Unreadable {
            path: folder.to_owned(),
            source,
        };
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let inner = format!("{root}/{name}");
            if path.is_dir() {
                self.add_folder(&inner, &path)?;
                continue;
            }
            let bytes = std::fs::read(&path).map_err(|source| SourceError::Unreadable { path, source })?;
            // What is not text (a picture, an archive) is the student's material, not ours to read.
            if let Ok(text) = String::from_utf8(bytes) {
                self.add(inner, text);
            }
        }
        Ok(())
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
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        let decides = |path: &str| path.starts_with("checks/") || path.ends_with("/lab.yaml");
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
        self.files.values().filter(move |file| {
            let rest = file.path.strip_prefix(folder);
            rest.is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// The files right below `folder`, in the order of their names.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Arc<SourceFile>> {
        self.files.values().filter(move |file| {
            file.path
                .strip_prefix(folder)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_some_and(|rest| !rest.contains('/'))
        })
    }

    /// The names of the folders right below `folder`.
    pub fn folders(&self, folder: &str) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .files
            .keys()
            .filter_map(|path| {
                let (name, _) = path.strip_prefix(folder)?.strip_prefix('/')?.split_once('/')?;
                Some(name)
            })
            .collect();
        names.dedup();
        names
    }
}
