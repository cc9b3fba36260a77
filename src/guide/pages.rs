//! The built pages in memory: what is not among them cannot be asked for.

use super::build::{FILES, MADE};
use super::harmless::content;
use crate::course::closest;
use crate::private;
use base64::Engine;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// The files of a built book, or of another set of pages, by their path within it.
#[derive(Debug, Default)]
pub struct Pages {
    files: RwLock<BTreeMap<String, Arc<Page>>>,
}

/// One file.
#[derive(Debug)]
pub(super) struct Page {
    pub bytes: Vec<u8>,
    pub kind: &'static str,
    /// Whether mdBook has made it as a page of the book.
    pub is_page: bool,
    /// What a browser may do with it.
    pub policy: Cow<'static, str>,
}

/// The policy of all that is no page: opened by itself, nothing in it does anything.
const NO_PAGE: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox";

/// A page or a place on it that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the guide has no {what} `{name}`{hint}")]
pub struct NoPage {
    what: &'static str,
    name: String,
    hint: String,
}

impl Pages {
    /// Reads a built book.
    ///
    /// # Errors
    /// The system's.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        add(&folder.join(MADE), &mut files, made)?;
        // Nothing of the course takes the place of what mdBook has made.
        let theirs = folder.join(FILES);
        if theirs.is_dir() {
            add(&theirs, &mut files, material)?;
        }
        Ok(Self {
            files: RwLock::new(files),
        })
    }

    /// Puts one of our own pages in its place, also while it is served. `policy` is what a browser may do with it.
    pub fn put(&self, path: &str, html: String, policy: String) {
        let page = Page {
            bytes: html.into_bytes(),
            kind: "text/html; charset=utf-8",
            is_page: true,
            policy: policy.into(),
        };
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.insert(path.to_owned(), Arc::new(page));
    }

    pub(super) fn get(&self, path: &str) -> Option<Arc<Page>> {
        self.files().get(path).cloned()
    }

    fn files(&self) -> RwLockReadGuard<'_, BTreeMap<String, Arc<Page>>> {
        self.files.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address within the book of what a report or a reader names: `datastream/iam.html#write-table`,
    /// `datastream/iam`, `datastream/iam.md`.
    ///
    /// # Errors
    /// When there is no such page, or no such place on it.
    pub fn find(&self, chapter: &str) -> Result<String, NoPage> {
        let (page, anchor) = match chapter.split_once('#') {
            Some((page, anchor)) => (page, Some(anchor)),
            None => (chapter, None),
        };
        let bare = page.trim_start_matches('/');
        let bare = bare
            .strip_suffix(".html")
            .or_else(|| bare.strip_suffix(".md"))
            .unwrap_or(bare);
        let bare = if bare.is_empty() { "index" } else { bare };
        let candidates = [
            format!("{bare}.html"),
            format!("{}/index.html", bare.trim_end_matches('/')),
        ];
        let files = self.files();
        let Some(path) = candidates.into_iter().find(|path| files.contains_key(path)) else {
            let pages = files.keys().filter_map(|path| path.strip_suffix(".html"));
            return Err(NoPage::new("page", page, closest(bare, pages)));
        };
        let Some(anchor) = anchor else { return Ok(path) };
        let text = String::from_utf8_lossy(&files[&path].bytes);
        let mut places = text.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next());
        if places.clone().any(|place| place == anchor) {
            return Ok(format!("{path}#{anchor}"));
        }
        let places: Vec<&str> = places.by_ref().collect();
        Err(NoPage::new("place", chapter, closest(anchor, places.into_iter())))
    }
}

impl NoPage {
    fn new(what: &'static str, name: &str, near: Option<&str>) -> Self {
        Self {
            what,
            name: name.to_owned(),
            hint: match near {
                Some(near) => format!(": did you mean `{near}`?"),
                None => "; `edemlab guide` opens its first page, with the list of all".to_owned(),
            },
        }
    }
}

fn add(folder: &Path, files: &mut BTreeMap<String, Arc<Page>>, page: fn(&str, Vec<u8>) -> Page) -> io::Result<()> {
    for file in private::files_below(folder)? {
        let within = file.strip_prefix(folder).unwrap_or(&file).components();
        let names: Vec<_> = within.map(|name| name.as_os_str().to_string_lossy()).collect();
        let path = names.join("/");
        if file.symlink_metadata()?.is_file() && !files.contains_key(&path) {
            let page = page(&path, std::fs::read(file)?);
            files.insert(path, Arc::new(page));
        }
    }
    Ok(())
}

/// What mdBook has made: its scripts run.
fn made(path: &str, bytes: Vec<u8>) -> Page {
    let kind = kind(path);
    let is_page = kind.starts_with("text/html");
    let policy = match is_page {
        true => policy(&bytes).into(),
        false => NO_PAGE.into(),
    };
    Page {
        bytes,
        kind,
        is_page,
        policy,
    }
}

/// What the course brings along: pictures are shown, and a page or a script is a text.
fn material(path: &str, bytes: Vec<u8>) -> Page {
    let kind = match kind(path) {
        kind if kind.starts_with("text/html") || kind.starts_with("text/javascript") => "text/plain; charset=utf-8",
        kind => kind,
    };
    Page {
        bytes,
        kind,
        is_page: false,
        policy: NO_PAGE.into(),
    }
}

/// The content type of what mdBook makes and of what a book may hold.
fn kind(path: &str) -> &'static str {
    match path
        .rsplit_once('.')
        .map(|(_, end)| end.to_ascii_lowercase())
        .as_deref()
    {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The content security policy of a page: nothing from elsewhere, and of the scripts within it just those of mdBook's
/// template. What an author writes stands between them, and none of it is among them. Styles stand in the pages and their
/// pictures. Frames are for mdBook's list of chapters, where scripts are off.
fn policy(html: &[u8]) -> String {
    let mut scripts = String::new();
    let mut base = "'none'";
    if let Some(content) = content(html) {
        for part in [&html[..content.start], &html[content.end..]] {
            let part = String::from_utf8_lossy(part);
            for rest in part.split("<script").skip(1) {
                let script = rest
                    .split_once('>')
                    .filter(|(attributes, _)| !attributes.contains("src="));
                if let Some((script, _)) = script.and_then(|(_, rest)| rest.split_once("</script>")) {
                    // A browser hashes a script as it reads it: with plain line ends.
                    let digest = Sha256::digest(script.replace("\r\n", "\n").as_bytes());
                    let hash = base64::engine::general_purpose::STANDARD.encode(digest);
                    scripts.push_str(&format!(" 'sha256-{hash}'"));
                }
            }
            if part.contains("<base ") {
                base = "'self'";
            }
        }
    }
    format!(
        "default-src 'none'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri {base}; form-action 'none'"
    )
}
