//! From a course's sources to the pages of its book, with mdBook as a library: no other program is run.
//!
//! The course is not trusted. mdBook is given a folder of our own with nothing in it but the book's chapters and styles,
//! under plain names; what they include comes from the files that were read as the course. Of `book.toml` it sees title,
//! authors and language.

use super::harmless;
use crate::course::{
    BookSettings, ChapterError, CourseFiles, Diagnostics, IncludeError, Includes, Material, PAGES, chapter_file,
};
use crate::private;
use mdbook_driver::builtin_preprocessors::IndexPreprocessor;
use mdbook_driver::config::{Config, HtmlConfig};
use mdbook_driver::{MDBook, book::Book, errors};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use mdbook_summary::{Summary, SummaryItem, parse_summary};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What fills the pages before mdBook makes them.
pub type Fill = Box<dyn Preprocessor>;

/// A guide that another course or program made is kept this long.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Below the cache folder: the guides.
const GUIDES: &str = "guide";

/// Below a guide's folder: what mdBook has made.
pub(super) const MADE: &str = "pages";
/// Below a guide's folder: the course's pictures and other files, as they are.
pub(super) const FILES: &str = "files";

/// Where mdBook looks for a theme's files. A hidden name is none of the course's.
const THEME: &str = ".theme";

/// The guide's own script and its style: a course may have others of this name, which are not run.
const LIVE: [(&str, &str); 2] = [
    ("guide/live.css", include_str!("../../book/theme/live.css")),
    ("guide/live.js", include_str!("../../book/theme/live.js")),
];

/// Why there are no pages.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The course has no book.
    #[error("this course has no book: there is no `book/book.toml` with `book/src/SUMMARY.md`")]
    NoBook,
    /// Mistakes in `book.toml`.
    #[error("the book cannot be built: {}", .0.sorted().iter().map(|d| format!("{}: {}", d.place(), d.message)).collect::<Vec<_>>().join("; "))]
    Settings(Diagnostics),
    /// A chapter that is none of the book's.
    #[error("the book cannot be built: {0}")]
    Chapter(#[from] ChapterError),
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
    let summary = match (files.get("book/book.toml"), files.get("book/src/SUMMARY.md")) {
        (Some(_), Some(summary)) => &summary.text,
        _ => return Err(BuildError::NoBook),
    };
    let settings = BookSettings::of(files).map_err(BuildError::Settings)?;

    let guides = cache.join(GUIDES);
    let site = guides.join(name_of(files));
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
        let (sources, site_in_work) = (work.join("sources"), work.join("site"));
        sources_of(files, &settings, &sources).map_err(cannot)?;
        pages(files, &settings, summary, &sources, &site_in_work.join(MADE), fill)?;
        make_harmless(&site_in_work.join(MADE)).map_err(cannot)?;
        for file in files.book() {
            if let Some(path) = file.path.strip_prefix("book/src/")
                && !path.ends_with(".md")
            {
                write(&site_in_work.join(FILES), path, file.bytes).map_err(cannot)?;
            }
        }
        match std::fs::rename(&site_in_work, &site) {
            Err(_) if site.is_dir() => Ok(()),
            done => done.map_err(cannot),
        }
    })();
    let _ = std::fs::remove_dir_all(&work);
    made.map(|()| site)
}

/// A guide's page on disk, if it is built already: the pages of a course's book, in a folder below `cache`.
pub fn built(files: &CourseFiles, cache: &Path) -> Option<PathBuf> {
    let pages = cache.join(GUIDES).join(name_of(files)).join(MADE);
    pages.is_dir().then_some(pages)
}

/// The name of a guide's folder. What an included file or a picture holds makes another book, too.
fn name_of(files: &CourseFiles) -> String {
    let mut hash = Sha256::new();
    let mut add = |path: &str, bytes: &[u8]| {
        for part in [path.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    };
    add(env!("CARGO_PKG_VERSION"), program().as_bytes());
    files.every().for_each(|file| add(&file.path, file.text.as_bytes()));
    files.book().iter().for_each(|file| add(file.path, file.bytes));
    hash.finalize()
        .iter()
        .take(10)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What tells this program from another one of the same version, which may make other pages: whoever changes `src/` sees
/// what that does.
fn program() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let made = file.and_then(|file| Ok((file.len(), file.modified()?)));
    made.map_or_else(|_| String::new(), |(length, at)| format!("{length} {at:?}"))
}

/// Writes what mdBook is given: chapters, style sheets, the looks of a theme. No template and no script of a theme, which
/// would stand in for mdBook's own.
fn sources_of(files: &CourseFiles, settings: &BookSettings, sources: &Path) -> io::Result<()> {
    private::create_folder(&sources.join("src"))?;
    private::create_folder(&sources.join(THEME))?;
    let theme = format!("{}/", settings.theme);
    let looks = [".css", ".png", ".svg", ".woff", ".woff2"];
    for Material { path, bytes } in files.book() {
        if let Some(page) = path.strip_prefix("book/src/").filter(|page| page.ends_with(".md")) {
            write(&sources.join("src"), page, bytes)?;
        }
        if settings.styles.iter().any(|style| style == path) {
            write(sources, style_name(path), bytes)?;
        }
        if let Some(look) = path.strip_prefix(&theme)
            && looks.iter().any(|end| look.ends_with(end))
        {
            write(&sources.join(THEME), look, bytes)?;
        }
    }
    LIVE.iter()
        .try_for_each(|(path, text)| write(sources, path, text.as_bytes()))
}

/// Where a style sheet of the course stands for mdBook: where it stands in the book.
fn style_name(path: &str) -> &str {
    path.strip_prefix("book/").unwrap_or(path)
}

/// Runs mdBook over `sources`.
fn pages(
    files: &CourseFiles,
    settings: &BookSettings,
    summary: &str,
    sources: &Path,
    to: &Path,
    fill: Fill,
) -> Result<(), BuildError> {
    let wrong = |error: errors::Error| BuildError::Book(format!("{error:#}"));
    let [(live_css, live_style), (live_js, _)] = LIVE;
    let mut html = HtmlConfig::default();
    html.theme = Some(THEME.into());
    // A course that has our own style among its own has it once.
    let is_ours = |style: &String| files.get(style).is_some_and(|file| file.text == live_style);
    let theirs = settings.styles.iter().filter(|style| !is_ours(style));
    html.additional_css = std::iter::once(live_css)
        .chain(theirs.map(|style| style_name(style)))
        .map(PathBuf::from)
        .collect();
    html.additional_js = vec![live_js.into()];
    let mut config = Config::default();
    config.book.title = settings.title.clone();
    config.book.authors = settings.authors.clone();
    config.book.language = settings.language.clone().or(config.book.language);
    config.build.build_dir = to.to_owned();
    config.build.create_missing = false;
    config.build.use_default_preprocessors = false;
    config.set("output.html", html).map_err(wrong)?;
    let summary = parse_summary(summary).map_err(wrong)?;
    check_chapters(&summary)?;
    let mut book = MDBook::load_with_config_and_summary(sources, config, summary).map_err(wrong)?;
    book.with_preprocessor(BookFiller(fill));
    book.with_preprocessor(Including(files.clone()));
    book.with_preprocessor(IndexPreprocessor::new());
    book.build().map_err(wrong)
}

/// mdBook reads whatever a chapter's link leads to, and writes its page beside it.
fn check_chapters(summary: &Summary) -> Result<(), ChapterError> {
    let mut open: Vec<&SummaryItem> = Vec::new();
    for part in [
        &summary.prefix_chapters,
        &summary.numbered_chapters,
        &summary.suffix_chapters,
    ] {
        open.extend(part);
    }
    while let Some(item) = open.pop() {
        if let SummaryItem::Link(link) = item {
            if let Some(location) = &link.location {
                chapter_file(&location.to_string_lossy())?;
            }
            open.extend(&link.nested_items);
        }
    }
    Ok(())
}

struct BookFiller(Fill);

impl Preprocessor for BookFiller {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn run(&self, context: &PreprocessorContext, book: Book) -> errors::Result<Book> {
        self.0.run(context, book)
    }
}

/// In place of mdBook's own, which reads any file of this computer.
struct Including(CourseFiles);

/// Every `{{#include}}` of a book that is refused.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
struct RefusedIncludes(Vec<IncludeError>);

impl Preprocessor for Including {
    fn name(&self) -> &str {
        "includes"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> errors::Result<Book> {
        let mut includes = Includes::new(&self.0);
        let mut wrong = Vec::new();
        book.for_each_chapter_mut(|chapter| {
            let file = chapter.source_path.as_ref().and_then(|path| {
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                self.0.get(&format!("{PAGES}/{}", parts.join("/")))
            });
            let Some(file) = file else { return };
            match includes.expand(file, &chapter.content) {
                Ok(included) => {
                    chapter.content = included.text;
                    if let Some((title, path)) = included.title.zip(chapter.path.clone()) {
                        context.chapter_titles.borrow_mut().insert(path, title);
                    }
                }
                Err(errors) => wrong.extend(errors),
            }
        });
        match wrong.is_empty() {
            true => Ok(book),
            false => Err(RefusedIncludes(wrong).into()),
        }
    }
}

/// Nothing that an author wrote is left to do anything in what mdBook has made.
fn make_harmless(folder: &Path) -> io::Result<()> {
    for path in private::files_below(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let harmless: fn(&[u8]) -> Vec<u8> = match () {
            // The list of chapters, whose titles mdBook has escaped. One that a chapter took the place of is a page.
            () if name == "toc.html" && harmless::content(&std::fs::read(&path)?).is_none() => continue,
            () if name.ends_with(".html") => harmless::page,
            () if name.starts_with("searchindex") => harmless::text,
            () => continue,
        };
        std::fs::write(&path, harmless(&std::fs::read(&path)?))?;
    }
    Ok(())
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
