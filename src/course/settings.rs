//! What counts of a book's `book.toml` outside of mdBook: its title, its authors, its language, its own styles. The rest
//! is mdBook's, and only looked at for paths that lead out of the course.

use super::diagnostics::Diagnostics;
use super::diagnostics::report;
use super::name::closest;
use super::paths::{PathError, below, within};
use super::source::{CourseFiles, SourceFile};
use super::summary;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const FILE: &str = "book/book.toml";
const BOOK: &str = "book";

/// What a `book.toml` says of its book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookSettings {
    /// The book's title.
    pub title: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// The language of its pages, such as `en`.
    pub language: Option<String>,
    /// The style sheets of its pages, by their paths within the course; each is there.
    pub styles: Vec<String>,
    /// The folder within the course whose styles, fonts and icons stand in for mdBook's.
    pub theme: String,
}

impl Default for BookSettings {
    fn default() -> Self {
        Self {
            title: None,
            authors: Vec::new(),
            language: None,
            styles: Vec::new(),
            theme: "book/theme".to_owned(),
        }
    }
}

impl BookSettings {
    /// Those of a course's book; the usual ones where it says nothing.
    ///
    /// # Errors
    /// Every mistake in its `book.toml`.
    pub fn of(files: &CourseFiles) -> Result<Self, Diagnostics> {
        let diagnostics = RefCell::default();
        let settings = read(files, &diagnostics);
        let diagnostics = diagnostics.into_inner();
        match diagnostics.is_empty() {
            true => Ok(settings),
            false => Err(diagnostics),
        }
    }
}

// What mdBook 0.5 knows.
const TABLES: &[&str] = &["book", "build", "rust", "output", "preprocessor"];
const OF_BOOK: &[&str] = &["title", "authors", "description", "src", "language", "text-direction"];
const OF_BUILD: &[&str] = &[
    "build-dir",
    "create-missing",
    "use-default-preprocessors",
    "extra-watch-dirs",
];

/// Reads it; what is wrong with it becomes a diagnostic.
pub(super) fn read(files: &CourseFiles, diagnostics: &RefCell<Diagnostics>) -> BookSettings {
    let mut settings = BookSettings::default();
    let Some(file) = files.get(FILE) else {
        return settings;
    };
    let reading = SettingsReader {
        file,
        files,
        diagnostics,
    };
    let root = match DeTable::parse(&file.text) {
        Ok(root) => root.into_inner(),
        Err(error) => {
            let message = format!("not readable as TOML: {}", error.message());
            reading.report(error.span().unwrap_or(0..0), message, "");
            return settings;
        }
    };
    reading.known(&root, TABLES);
    if let Some(book) = reading.table(&root, "book") {
        reading.known(book, OF_BOOK);
        settings.title = reading.text(book, "title").map(|(text, _)| text);
        settings.language = reading.text(book, "language").map(|(text, _)| text);
        settings.authors = reading
            .texts(book, "authors")
            .into_iter()
            .map(|(text, _)| text)
            .collect();
        if let Some((src, at)) = reading.text(book, "src")
            && src != "src"
        {
            reading.report(at, "the pages of a course's book are in `book/src`", "remove this line");
        }
    }
    if let Some(build) = reading.table(&root, "build") {
        reading.known(build, OF_BUILD);
        // Where mdBook writes, and what it watches: the guide does neither.
        for (path, at) in reading
            .texts(build, "extra-watch-dirs")
            .into_iter()
            .chain(reading.text(build, "build-dir"))
        {
            reading.path(&path, at, within(BOOK, &path));
        }
    }
    let html = reading
        .table(&root, "output")
        .and_then(|output| reading.table(output, "html"));
    if let Some(html) = html {
        reading.html(html, &mut settings);
    }
    settings
}

struct SettingsReader<'a> {
    file: &'a Arc<SourceFile>,
    files: &'a CourseFiles,
    diagnostics: &'a RefCell<Diagnostics>,
}

type Text = (String, Range<usize>);

impl SettingsReader<'_> {
    fn html(&self, html: &DeTable, settings: &mut BookSettings) {
        for (path, at) in self.texts(html, "additional-css") {
            match self.path(&path, at.clone(), below(BOOK, &path)) {
                Some(style) if !style.ends_with(".css") => {
                    self.report(
                        at,
                        format!("`{path}` is not a style sheet"),
                        "its name ends with `.css`",
                    );
                }
                Some(style) if self.files.get(&style).is_none() => {
                    self.report(at, format!("there is no `{style}`"), "");
                }
                style => settings.styles.extend(style),
            }
        }
        // Its scripts run where mdBook builds it. The guide runs none of them.
        for (path, at) in self.texts(html, "additional-js") {
            self.path(&path, at, below(BOOK, &path));
        }
        if let Some((path, at)) = self.text(html, "theme")
            && let Some(theme) = self.path(&path, at, below(BOOK, &path))
        {
            settings.theme = theme;
        }
        if let Some((path, at)) = self.text(html, "input-404")
            && !path.is_empty()
            && let Err(error) = summary::chapter_file(&path)
        {
            self.report(at, error.to_string(), "");
        }
        for (from, _) in self.table(html, "redirect").into_iter().flatten() {
            // mdBook writes a page there. A slash in front means the book itself.
            let page = from.get_ref().split('#').next().unwrap_or_default();
            let page = page.strip_prefix('/').unwrap_or(page);
            self.path(from.get_ref(), from.span(), below(BOOK, page));
        }
    }

    fn report(&self, at: Range<usize>, message: impl Into<String>, label: impl Into<String>) {
        report(self.diagnostics, self.file, at, message, label);
    }

    /// The path within the course, if it is one.
    fn path(&self, path: &str, at: Range<usize>, found: Result<String, PathError>) -> Option<String> {
        match found {
            Ok(path) => Some(path),
            Err(why) => {
                self.report(at, format!("the path `{path}` cannot be used: {why}"), "");
                None
            }
        }
    }

    fn known(&self, table: &DeTable, known: &[&str]) {
        for (key, _) in table.iter() {
            if !known.contains(&key.get_ref().as_ref()) {
                let near = closest(key.get_ref(), known.iter().copied());
                let label = near.map(|n| format!("did you mean `{n}`?")).unwrap_or_default();
                self.report(
                    key.span(),
                    format!("mdBook has no setting `{}` here", key.get_ref()),
                    label,
                );
            }
        }
    }

    fn table<'t, 'i>(&self, parent: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
        let value = parent.get(key)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.report(value.span(), format!("`{key}` must be a table"), "not a table");
        }
        table
    }

    fn text(&self, table: &DeTable, key: &str) -> Option<Text> {
        self.as_text(key, table.get(key)?)
    }

    fn as_text(&self, key: &str, value: &Spanned<DeValue>) -> Option<Text> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.report(value.span(), format!("`{key}` must be a text"), "not a text");
        }
        Some((text?.to_owned(), value.span()))
    }

    fn texts(&self, table: &DeTable, key: &str) -> Vec<Text> {
        let Some(value) = table.get(key) else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.report(value.span(), format!("`{key}` must be a list of texts"), "not a list");
            return Vec::new();
        };
        list.iter().filter_map(|one| self.as_text(key, one)).collect()
    }
}
