//! From a course's sources to the pages of its book, with mdBook as a library: no other program is run.

use crate::course::{CourseFiles, SourceError};
use crate::private;
use mdbook_driver::builtin_preprocessors::{IndexPreprocessor, LinkPreprocessor};
use mdbook_driver::config::Config;
use mdbook_driver::{MDBook, book::Book, errors};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// What fills the pages before mdBook makes them.
pub type Fill = Box<dyn Preprocessor>;

/// A guide that another course or program made is kept this long.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Why there are no pages.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The course has no book.
    #[error("this course has no book: there is no `book/book.toml` with `book/src/SUMMARY.md`")]
    NoBook,
    /// The course's files cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// mdBook's own words.
    #[error("the book cannot be built: {0}")]
    Book(String),
    /// The cache folder.
    #[error("cannot write the guide into {}: {source}", folder.display())]
    Write {
        /// Where.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The folder with the pages of the course's book, below `cache`. What has been built once is taken again.
///
/// # Errors
/// When there is no book, when it is not sound, or the folder cannot be written.
pub fn build(files: &CourseFiles, cache: &Path, fill: Fill) -> Result<PathBuf, BuildError> {
    let book = files.book()?;
    let toml = files.get("book/book.toml").ok_or(BuildError::NoBook)?;
    files.get("book/src/SUMMARY.md").ok_or(BuildError::NoBook)?;

    // What an included file or a picture holds makes another book, too.
    let mut hash = Sha256::new();
    let mut add = |path: &str, bytes: &[u8]| {
        for part in [path.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    };
    add(env!("CARGO_PKG_VERSION"), program().as_bytes());
    files.every().for_each(|file| add(&file.path, file.text.as_bytes()));
    book.iter().for_each(|file| add(&file.path, &file.bytes));
    let digest = hash.finalize();
    let name: String = digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect();

    let guides = cache.join("guide");
    let site = guides.join(name);
    if site.is_dir() {
        return Ok(site);
    }
    let cannot = |source| BuildError::Write {
        folder: guides.clone(),
        source,
    };
    private::create_folder(&guides).map_err(cannot)?;
    remove_old(&guides);
    // Made whole, then put in its place: whoever asks at the same time sees all of it or nothing.
    let work = guides.join(format!(".{}.new", uuid::Uuid::new_v4().simple()));
    let made = (|| {
        for file in files.every().filter(|file| !file.path.starts_with("book/")) {
            write(&work, &file.path, file.text.as_bytes()).map_err(cannot)?;
        }
        for file in &book {
            write(&work, &file.path, &file.bytes).map_err(cannot)?;
        }
        pages(&work, &toml.text, fill)?;
        match std::fs::rename(work.join("site"), &site) {
            Err(_) if site.is_dir() => Ok(()),
            done => done.map_err(cannot),
        }
    })();
    let _ = std::fs::remove_dir_all(&work);
    made.map(|()| site)
}

/// What tells this program from another one of the same version, which may make other pages: whoever changes `src/` sees
/// what that does.
fn program() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let made = file.and_then(|file| Ok((file.len(), file.modified()?)));
    made.map_or_else(|_| String::new(), |(length, at)| format!("{length} {at:?}"))
}

/// Runs mdBook over the sources in `work`.
fn pages(work: &Path, toml: &str, fill: Fill) -> Result<(), BuildError> {
    let wrong = |error: errors::Error| BuildError::Book(format!("{error:#}"));
    let theirs = Config::from_str(toml).map_err(wrong)?;
    // Only what says how the pages look is taken over: a book may name programs to run, and none is run here.
    let mut config = Config::default();
    config.book = theirs.book.clone();
    config.build.build_dir = work.join("site");
    config.build.create_missing = false;
    config.build.use_default_preprocessors = false;
    config
        .set("output.html", theirs.html_config().unwrap_or_default())
        .map_err(wrong)?;
    let mut book = MDBook::load_with_config(work.join("book"), config).map_err(wrong)?;
    book.with_preprocessor(Filling(fill));
    book.with_preprocessor(LinkPreprocessor::new());
    book.with_preprocessor(IndexPreprocessor::new());
    book.build().map_err(wrong)
}

struct Filling(Fill);

impl Preprocessor for Filling {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn run(&self, context: &PreprocessorContext, book: Book) -> errors::Result<Book> {
        self.0.run(context, book)
    }
}

fn write(root: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let target = path.split('/').fold(root.to_owned(), |folder, part| folder.join(part));
    if let Some(folder) = target.parent() {
        private::create_folder(folder)?;
    }
    std::fs::write(target, bytes)
}

/// Pages are in memory while they are served, so nobody misses what is removed here.
fn remove_old(guides: &Path) {
    for entry in std::fs::read_dir(guides).into_iter().flatten().flatten() {
        let age = entry
            .metadata()
            .and_then(|m| m.modified())
            .ok()
            .and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age > KEPT) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
