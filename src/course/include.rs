//! `{{#include}}` and its like, replaced from the files that were read as the course: no path leads to a disk. So what
//! `lint` looks at is what the guide shows, whatever an included file includes in turn.

use super::excerpt::Excerpt;
use super::paths::{PathError, within};
use super::source::{CourseFiles, SourceFile};
use regex::{Captures, Regex};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

/// Files that include each other, as deep as mdBook goes.
const MAX_DEPTH: usize = 10;
/// All that is included, in bytes and in number: a few files that include each other could go on for ever.
const MAX_BYTES: usize = 64 << 20;
const MAX_INCLUDES: usize = 20_000;
/// Who has made so many mistakes sees enough of them.
const MAX_ERRORS: usize = 200;

/// An `{{#include}}` that is refused, with its place.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}: {why}", super::diagnostics::place(file, at.start))]
pub struct IncludeError {
    /// The file in which it stands.
    pub file: Arc<SourceFile>,
    /// Its place there, in bytes.
    pub at: Range<usize>,
    /// What is wrong.
    pub why: IncludeProblem,
}

/// Why an `{{#include}}` is refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum IncludeProblem {
    /// It leads out of the course.
    #[error("`{path}` cannot be included: {why}")]
    Path {
        /// The path as it is written.
        path: String,
        /// What is wrong with it.
        why: PathError,
    },
    /// Files that include each other.
    #[error("files include each other more than {MAX_DEPTH} deep: does one include itself?")]
    Deep,
    /// Too much altogether.
    #[error("the book includes more than {MAX_INCLUDES} times, or more than {} MiB: do files include each other?", MAX_BYTES >> 20)]
    Much,
}

/// A page with everything that it includes.
#[derive(Debug, PartialEq, Eq)]
pub struct Included {
    /// Its text.
    pub text: String,
    /// Its title, if `{{#title}}` gives it one.
    pub title: Option<String>,
}

/// Includes what pages ask for. One is used for a whole book, which has a limit.
#[derive(Debug)]
pub struct Includes<'c> {
    files: &'c CourseFiles,
    bytes: usize,
    includes: usize,
    errors: usize,
    /// Files include each other without an end, or there are too many mistakes: nothing more is included.
    stopped: bool,
}

/// Where a text comes from.
struct Origin<'s> {
    file: &'s Arc<SourceFile>,
    depth: usize,
}

static LINK: LazyLock<Regex> = LazyLock::new(|| {
    // mdBook's own: what it would replace in this text, all of it and nothing else.
    Regex::new(r"\\\{\{\#.*\}\}|\{\{\s*\#([a-zA-Z0-9_]+)\s+([^}]+)\}\}").expect("a pattern")
});

enum Link<'t> {
    Escaped,
    Title(&'t str),
    Include(&'t str, Excerpt<'t>),
    Rustdoc(&'t str, Excerpt<'t>),
    Playground(&'t str, Vec<&'t str>),
}

impl<'t> Link<'t> {
    /// Nothing: it is none of mdBook's.
    fn of(found: &Captures<'t>) -> Option<Self> {
        let (Some(kind), Some(rest)) = (found.get(1), found.get(2)) else {
            return Some(Self::Escaped);
        };
        let mut words = rest.as_str().split_whitespace();
        let first = words.next();
        let file = |first: &'t str| {
            let mut parts = first.splitn(2, ':');
            let path = parts.next().unwrap_or_default();
            (path, Excerpt::parse(parts.next()))
        };
        Some(match (kind.as_str(), first) {
            ("title", _) => Self::Title(rest.as_str()),
            ("include", Some(first)) => {
                let (path, excerpt) = file(first);
                Self::Include(path, excerpt)
            }
            ("rustdoc_include", Some(first)) => {
                let (path, excerpt) = file(first);
                Self::Rustdoc(path, excerpt)
            }
            ("playground" | "playpen", Some(path)) => Self::Playground(path, words.collect()),
            _ => return None,
        })
    }

    fn path(&self) -> Option<&'t str> {
        match self {
            Self::Include(path, _) | Self::Rustdoc(path, _) | Self::Playground(path, _) => Some(path),
            Self::Escaped | Self::Title(_) => None,
        }
    }

    fn shows(&self, text: &str) -> String {
        match self {
            Self::Include(_, excerpt) => excerpt.of(text),
            Self::Rustdoc(_, excerpt) => excerpt.shown_in(text),
            Self::Playground(_, words) => {
                let comma = if words.is_empty() { "" } else { "," };
                let end = if text.ends_with('\n') { "" } else { "\n" };
                format!("```rust{comma}{}\n{text}{end}```\n", words.join(","))
            }
            Self::Escaped | Self::Title(_) => String::new(),
        }
    }
}

impl<'c> Includes<'c> {
    /// For the pages of this course.
    pub fn new(files: &'c CourseFiles) -> Self {
        Self {
            files,
            bytes: 0,
            includes: 0,
            errors: 0,
            stopped: false,
        }
    }

    /// `text`, the page `file` or what was made of it, with everything that it includes. What includes a file that the
    /// course does not have stays as it is.
    ///
    /// # Errors
    /// Every `{{#include}}` that leads out of the course, or never ends.
    pub fn expand(&mut self, file: &Arc<SourceFile>, text: &str) -> Result<Included, Vec<IncludeError>> {
        let mut errors = Vec::new();
        let mut title = None;
        let text = self.replace(&Origin { file, depth: 0 }, text, &mut title, &mut errors);
        match errors.is_empty() {
            true => Ok(Included { text, title }),
            false => Err(errors),
        }
    }

    fn replace(
        &mut self,
        from: &Origin,
        text: &str,
        title: &mut Option<String>,
        errors: &mut Vec<IncludeError>,
    ) -> String {
        let folder = from.file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut out = String::with_capacity(text.len());
        let mut rest = 0;
        for found in LINK.captures_iter(text) {
            if self.stopped {
                break;
            }
            let Some((whole, link)) = found.get(0).zip(Link::of(&found)) else {
                continue;
            };
            out.push_str(&text[rest..whole.start()]);
            rest = whole.end();
            let Some(path) = link.path() else {
                match link {
                    Link::Title(given) => *title = Some(given.to_owned()),
                    _ => out.push_str(&whole.as_str()[1..]),
                }
                continue;
            };
            let refused = match within(folder, path) {
                Err(why) => IncludeProblem::Path {
                    path: path.to_owned(),
                    why,
                },
                Ok(target) => match self.files.get(&target) {
                    None => {
                        rest = whole.start();
                        continue;
                    }
                    Some(_) if from.depth >= MAX_DEPTH => IncludeProblem::Deep,
                    Some(file) => {
                        let shown = link.shows(&file.text);
                        self.includes += 1;
                        self.bytes = self.bytes.saturating_add(shown.len());
                        if self.bytes > MAX_BYTES || self.includes > MAX_INCLUDES {
                            IncludeProblem::Much
                        } else {
                            let depth = from.depth + 1;
                            out.push_str(&self.replace(&Origin { file, depth }, &shown, title, errors));
                            continue;
                        }
                    }
                },
            };
            self.errors += 1;
            self.stopped = !matches!(refused, IncludeProblem::Path { .. }) || self.errors >= MAX_ERRORS;
            errors.push(from.error(text, whole.range(), refused));
        }
        out.push_str(&text[rest..]);
        out
    }
}

impl Origin<'_> {
    fn error(&self, text: &str, at: Range<usize>, why: IncludeProblem) -> IncludeError {
        // What was made of a file, or taken out of it, has the directive at another place than the file itself.
        let at = match text == self.file.text {
            true => at,
            false => {
                let directive = &text[at];
                let found = self.file.text.find(directive);
                found.map_or(0..0, |start| start..start + directive.len())
            }
        };
        IncludeError {
            file: self.file.clone(),
            at,
            why,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mdbook_driver::MDBook;
    use mdbook_driver::builtin_preprocessors::LinkPreprocessor;
    use mdbook_driver::config::Config;
    use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
    use std::path::Path;

    /// What mdBook's own preprocessor makes of the same files on a disk.
    fn by_mdbook(folder: &Path) -> Vec<(String, String, Option<String>)> {
        let book = MDBook::load_with_config(folder.join("book"), Config::default()).unwrap();
        let context = PreprocessorContext::new(folder.join("book"), Config::default(), "html".to_owned());
        let made = LinkPreprocessor::new().run(&context, book.book).unwrap();
        let titles = context.chapter_titles.borrow();
        let chapters = made.chapters().map(|chapter| {
            let path = chapter.source_path.clone().unwrap();
            let title = titles.get(&path).cloned();
            (format!("book/src/{}", path.display()), chapter.content.clone(), title)
        });
        chapters.collect()
    }

    fn assert_same(folder: &Path) -> usize {
        let files = CourseFiles::read(folder).unwrap();
        let mut includes = Includes::new(&files);
        let theirs = by_mdbook(folder);
        for (path, text, title) in &theirs {
            let file = files.get(path).unwrap();
            let ours = includes.expand(file, &file.text).unwrap();
            assert_eq!((&ours.text, &ours.title), (text, title), "{path}");
        }
        theirs.len()
    }

    #[test]
    fn every_form_comes_out_as_mdbook_makes_it() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        for empty in ["labs/a/lab.yaml", "checks/a/s.yaml"] {
            write(empty, "");
        }
        write("book/src/SUMMARY.md", "- [One](one.md)\n- [Two](in/two.md)\n");
        let lines = "one\ntwo {{#include in/inner.txt}}\n// ANCHOR: a\nthree\n// ANCHOR: b\nfour\n// ANCHOR_END: b\nfive\n// ANCHOR_END: a\nsix\r\nseven";
        write("labs/a/code/lines.rs", lines);
        write(
            "labs/a/code/in/inner.txt",
            "inner {{#include ../end.txt}} and {{#include missing}}\n",
        );
        write("labs/a/code/end.txt", "the end\n");
        write("labs/a/code/empty.txt", "");
        let mut page =
            "{{#title A <title>}}\n# One\n\\{{#include x}} and {{#check one}} {{#include}} {{# include x}}\n"
                .to_owned();
        let ranges = [
            "", ":", ":2", ":2:", ":2:4", "::4", ":0", ":0:1", ":99", ":4:2", ":2:x", ":a", ":b", ":none", ":a:b",
            ":3:4:5", ":-1",
        ];
        for range in ranges {
            for kind in ["include", "rustdoc_include"] {
                for file in ["lines.rs", "end.txt", "empty.txt"] {
                    page.push_str(&format!("[{{{{#{kind} ../../labs/a/code/{file}{range}}}}}]\n"));
                }
            }
        }
        page.push_str(
            "{{#playground ../../labs/a/code/lines.rs editable, ignore}}{{#playpen ../../labs/a/code/end.txt}}\n",
        );
        page.push_str("{{  #include\n ../../labs/a/code/end.txt more words }} {{#include ../../labs/a/code/none.txt}} {{#other x}}\n");
        write("book/src/one.md", &page);
        write(
            "book/src/in/two.md",
            "{{#include ../../../labs/a/code/lines.rs}} {{#include ./../one.md:1:3}}\n",
        );
        assert_eq!(assert_same(folder.path()), 2);
    }

    #[test]
    fn the_shipped_book_comes_out_as_mdbook_makes_it() {
        assert!(assert_same(Path::new(env!("CARGO_MANIFEST_DIR"))) > 20);
    }
}
