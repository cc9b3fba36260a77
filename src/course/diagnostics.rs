//! An author's mistakes, each with its place, shown as a compiler shows them.

use super::source::SourceFile;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

/// One mistake.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The place in it, in bytes.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What stands beside the caret: usually what was probably meant.
    pub label: String,
}

/// A resource's place: its file and the bytes of its name.
pub(super) type SourcePlace = (Arc<SourceFile>, Range<usize>);

/// Every mistake that was found.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
}

/// Adds a mistake to those of a course that is being read.
pub(super) fn report(
    diagnostics: &RefCell<Diagnostics>,
    file: &Arc<SourceFile>,
    at: Range<usize>,
    message: impl Into<String>,
    label: impl Into<String>,
) {
    diagnostics.borrow_mut().add(Diagnostic {
        file: file.clone(),
        at,
        message: message.into(),
        label: label.into(),
    });
}

impl Diagnostics {
    /// Adds a mistake.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether there is one in `file`.
    pub fn any_in(&self, file: &SourceFile) -> bool {
        self.found.iter().any(|d| d.file.path == file.path)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// In the order of files and places.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<_> = self.found.iter().collect();
        sorted.sort_by(|a, b| (&a.file.path, a.at.start).cmp(&(&b.file.path, b.at.start)));
        sorted
    }

    /// All of them, as a terminal shows them.
    pub fn render(&self, color: bool, width: usize) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(width);
        let mut text = String::new();
        for diagnostic in self.sorted() {
            text.push_str(&renderer.render(&[diagnostic.group()]));
            text.push_str("\n\n");
        }
        text
    }
}

impl Diagnostic {
    fn group(&self) -> Group<'_> {
        let mut annotation = AnnotationKind::Primary.span(self.at.clone());
        if !self.label.is_empty() {
            annotation = annotation.label(self.label.as_str());
        }
        Level::ERROR.primary_title(self.message.as_str()).element(
            Snippet::source(self.file.text.as_str())
                .path(self.file.path.as_str())
                .annotation(annotation),
        )
    }

    /// `file:line:column`, both counted from 1, columns in characters.
    pub fn place(&self) -> String {
        place(&self.file, self.at.start)
    }
}

/// `file:line:column` of a byte of `file`.
pub(crate) fn place(file: &SourceFile, at: usize) -> String {
    let before = &file.text[..at.min(file.text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{}:{line}:{column}", file.path)
}
