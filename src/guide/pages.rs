//! The built pages in memory: what is not among them cannot be asked for.

use crate::course::closest;
use base64::Engine;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The files of a built book, by their path within it.
#[derive(Debug)]
pub struct Pages {
    files: BTreeMap<String, Page>,
}

/// One file.
#[derive(Debug)]
pub(super) struct Page {
    pub bytes: Vec<u8>,
    pub kind: &'static str,
    /// What a browser may do with it, for an HTML page.
    pub policy: Option<String>,
}

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
        add(folder, "", &mut files)?;
        Ok(Self { files })
    }

    pub(super) fn get(&self, path: &str) -> Option<&Page> {
        self.files.get(path)
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
        let Some(path) = candidates.into_iter().find(|path| self.files.contains_key(path)) else {
            let pages = self.files.keys().filter_map(|path| path.strip_suffix(".html"));
            return Err(NoPage::new("page", page, closest(bare, pages)));
        };
        let Some(anchor) = anchor else { return Ok(path) };
        let text = String::from_utf8_lossy(&self.files[&path].bytes);
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

fn add(folder: &Path, root: &str, files: &mut BTreeMap<String, Page>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if root.is_empty() {
            name
        } else {
            format!("{root}/{name}")
        };
        let found = entry.file_type()?;
        if found.is_dir() {
            add(&entry.path(), &path, files)?;
        } else if found.is_file() {
            let bytes = std::fs::read(entry.path())?;
            let kind = kind(&path);
            let policy = kind
                .starts_with("text/html")
                .then(|| policy(&String::from_utf8_lossy(&bytes)));
            files.insert(path, Page { bytes, kind, policy });
        }
    }
    Ok(())
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

/// The content security policy of a page: nothing from elsewhere, and of the scripts within it just those that it was
/// built with. Styles stand in the pages and their pictures.
fn policy(html: &str) -> String {
    let mut scripts = String::new();
    for rest in html.split("<script").skip(1) {
        let Some((attributes, rest)) = rest.split_once('>') else {
            continue;
        };
        let Some((script, _)) = rest.split_once("</script>") else {
            continue;
        };
        if !attributes.contains("src=") {
            // A browser hashes a script as it reads it: with plain line ends.
            let digest = Sha256::digest(script.replace("\r\n", "\n").as_bytes());
            let hash = base64::engine::general_purpose::STANDARD.encode(digest);
            scripts.push_str(&format!(" 'sha256-{hash}'"));
        }
    }
    format!(
        "default-src 'none'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'self'; form-action 'none'"
    )
}
