//! The book as mdBook builds it with the binary as its preprocessor: its pages, their anchors and links.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use percent_encoding::percent_decode_str;
use regex::Regex;

/// A built book.
pub struct Site {
    folder: tempfile::TempDir,
    /// The text of each HTML file, by its path with `/`.
    pub pages: BTreeMap<String, String>,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// Out of the book.
    Out(String),
    /// To a file of the book, and a place on it.
    In { file: String, anchor: Option<String> },
}

/// The book of this repository, built once.
pub fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| Site::build(&Path::new(env!("CARGO_MANIFEST_DIR")).join("book")))
}

impl Site {
    /// Builds as `mdbook build` does, with the tested binary in place of `cargo run`.
    pub fn build(book: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::from_disk(book.join("book.toml")).unwrap();
        config.build.build_dir = folder.path().to_owned();
        let command: Option<String> = config.get("preprocessor.edemlab.command").unwrap();
        assert_eq!(command.as_deref(), Some("cargo run --quiet --locked -- book"));
        config
            .set(
                "preprocessor.edemlab.command",
                format!("'{}' book", env!("CARGO_BIN_EXE_edemlab")),
            )
            .unwrap();
        MDBook::load_with_config(book, config).unwrap().build().unwrap();
        let mut pages = BTreeMap::new();
        read(folder.path(), "", &mut pages);
        Self { folder, pages }
    }

    /// Whether the book has this file.
    pub fn has(&self, file: &str) -> bool {
        self.folder.path().join(file).is_file()
    }

    /// The page, which has to be there.
    pub fn page(&self, file: &str) -> &str {
        self.pages
            .get(file)
            .unwrap_or_else(|| panic!("the book has no page {file}"))
    }

    /// The ids on a page.
    pub fn anchors(&self, file: &str) -> BTreeSet<String> {
        attributes(self.page(file), "id").collect()
    }

    /// Every id that a page has more than once.
    pub fn twice(&self, file: &str) -> Vec<String> {
        let mut seen = BTreeSet::new();
        attributes(self.page(file), "id")
            .filter(|id| !seen.insert(id.clone()))
            .collect()
    }

    /// Where the links, scripts, styles and pictures of a page lead.
    pub fn links(&self, file: &str) -> Vec<Link> {
        let page = self.page(file);
        let targets = attributes(page, "href").chain(attributes(page, "src"));
        targets.map(|target| link(file, &target)).collect()
    }
}

/// The values of an attribute, in tags alone: what stands in a text is no attribute.
fn attributes(page: &str, name: &str) -> impl Iterator<Item = String> {
    let tag = Regex::new(r#"<[a-zA-Z][^<>]*>"#).unwrap();
    let attribute = Regex::new(&format!(r#"\s{name}="([^"]*)""#)).unwrap();
    let found: Vec<String> = tag
        .find_iter(page)
        .flat_map(|tag| {
            attribute
                .captures_iter(tag.as_str())
                .map(|c| unescaped(&c[1]))
                .collect::<Vec<_>>()
        })
        .collect();
    found.into_iter()
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn link(from: &str, target: &str) -> Link {
    let scheme = Regex::new("^[a-zA-Z][a-zA-Z0-9+.-]*:").unwrap();
    if scheme.is_match(target) || target.starts_with("//") {
        return Link::Out(target.to_owned());
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let (path, anchor) = target
        .split_once('#')
        .map_or((target, None), |(path, anchor)| (path, Some(decoded(anchor))));
    let file = match path {
        "" => from.to_owned(),
        path => resolved(from, &decoded(path)),
    };
    Link::In { file, anchor }
}

/// `../a/b.html` as seen from a page.
fn resolved(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    if path.starts_with('/') {
        parts.clear();
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => assert!(parts.pop().is_some(), "{path} in {from} leads out of the book"),
            part => parts.push(part),
        }
    }
    // A folder is its first page.
    if parts.is_empty() || path.ends_with('/') {
        parts.push("index.html");
    }
    parts.join("/")
}

fn read(folder: &Path, inner: &str, into: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = format!("{inner}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            read(&path, &format!("{name}/"), into);
        } else if name.ends_with(".html") {
            into.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
}
