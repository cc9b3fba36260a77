//! mdBook's protocol: a whole book comes, the same one goes with its `{{#check}}` replaced.

use super::{PageError, page};
use crate::course::{Course, Vocabulary};
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use std::sync::Arc;

/// The preprocessor's name in `book.toml`.
pub const NAME: &str = "edemlab";

/// Fills a book from a course. As a [`Preprocessor`] it can be given to mdBook's driver, in place of the command that
/// `book.toml` names.
pub struct Filler {
    course: Arc<Course>,
    vocabulary: Vocabulary,
}

/// Every `{{#check}}` of a book that stands for nothing.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct BookError(pub Vec<PageError>);

impl Filler {
    /// One for `course`, whose kinds and verbs are in `vocabulary`.
    pub fn new(course: Arc<Course>, vocabulary: Vocabulary) -> Self {
        Self { course, vocabulary }
    }

    /// Fills every page of `book`.
    ///
    /// # Errors
    /// Every `{{#check}}` that stands for nothing.
    pub fn fill(&self, book: &mut Book) -> Result<(), BookError> {
        let mut wrong = Vec::new();
        book.for_each_chapter_mut(|chapter| {
            let Some(path) = &chapter.source_path else {
                return;
            };
            let parts = path.components().map(|c| c.as_os_str().to_string_lossy());
            let path = parts.collect::<Vec<_>>().join("/");
            match page(&self.course, &self.vocabulary, &path, &chapter.content) {
                Ok(text) => chapter.content = text,
                Err(error) => wrong.push(error),
            }
        });
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(BookError(wrong))
        }
    }
}

impl Preprocessor for Filler {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> mdbook_preprocessor::errors::Result<Book> {
        self.fill(&mut book)?;
        Ok(book)
    }
}
