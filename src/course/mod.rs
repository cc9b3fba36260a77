//! A course as data: `labs/`, `checks/` and `book/`, read from the binary or from a folder, held against what there
//! is, and compiled once. Knows no AWS: which kinds and verbs exist is handed in as a [`Vocabulary`].

mod chapter;
mod decode;
pub mod diagnostics;
mod excerpt;
pub mod fault;
mod folder;
mod include;
mod load;
mod material;
mod node;
mod pages;
mod paths;
mod reader;
mod reads;
mod resolve;
mod settings;
mod source;
mod step;
mod summary;
mod vocabulary;
mod words;

pub use chapter::{Directive, Misplaced, PAGES, directives, named, page_of, steps_on};
pub use diagnostics::{Diagnostic, Diagnostics};
pub use fault::{CheckAs, Fault, FaultError};
pub use folder::Refusal;
pub use include::{IncludeError, IncludeProblem, Included, Includes};
pub use load::{Part, load};
pub use material::Material;
pub use paths::PathError;
pub(crate) use resolve::{arrival_name, derived_from};
pub use settings::BookSettings;
pub use source::{CourseFiles, SourceError, SourceFile};
pub(crate) use step::arguments;
pub use step::{Action, Arg, Check, Compiled, Hop, HopSend, Lab, Preference, Probe, Removal, Resource, Step};
pub use summary::{ChapterError, chapter_file};
pub use vocabulary::{ArgSpec, KindSpec, VerbRole, VerbSpec, Vocabulary};
pub use words::{is_plain, words};

use indexmap::IndexMap;

/// A course that has passed `lint`.
#[derive(Debug)]
pub struct Course {
    /// Its labs, by id.
    pub labs: IndexMap<String, Lab>,
    /// The files it was read from.
    pub files: CourseFiles,
}

impl Course {
    /// Its title: that of its book, else nothing.
    pub fn title(&self) -> String {
        let settings = BookSettings::of(&self.files).unwrap_or_default();
        settings.title.unwrap_or_default()
    }

    /// What the guide calls a lab: the title of its chapter, and `Lab 1` by its place among the labs of the guide, or of the
    /// course where there is no guide.
    pub fn names_of(&self, lab: &str) -> Vec<String> {
        let summary = self.files.get("book/src/SUMMARY.md").map_or("", |file| &file.text);
        let mut chapters: IndexMap<&str, &str> = IndexMap::new();
        for line in summary.lines() {
            let link = line.split_once('[').and_then(|(_, rest)| rest.split_once("]("));
            if let Some((title, page)) = link
                && let Some((id, _)) = page.split_once('/')
                && let Some((id, _)) = self.labs.get_key_value(id)
            {
                chapters.entry(id).or_insert(title);
            }
        }
        let place = chapters.get_index_of(lab).or_else(|| self.labs.get_index_of(lab));
        let title = chapters.get(lab).map(|title| (*title).to_owned());
        title
            .into_iter()
            .chain(place.map(|n| format!("Lab {}", n + 1)))
            .collect()
    }

    /// The lab called `id`.
    ///
    /// # Errors
    /// When there is none: names those that there are.
    pub fn lab(&self, id: &str) -> Result<&Lab, UnknownName> {
        self.labs
            .get(id)
            .ok_or_else(|| UnknownName::new("lab", id, self.labs.keys().map(String::as_str)))
    }
}

/// A name that is not there, with what is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct UnknownName {
    what: &'static str,
    name: String,
    known: Vec<String>,
}

impl UnknownName {
    /// `what` called `name` is not among `known`.
    pub fn new<'a>(what: &'static str, name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self {
            what,
            name: name.to_owned(),
            known: known.map(str::to_owned).collect(),
        }
    }
}

impl UnknownName {
    /// The same, where the names that there are stand elsewhere in the message: at most the nearest is named.
    pub(crate) fn near<'a>(what: &'static str, name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::new(what, name, closest(name, known).into_iter())
    }
}

impl std::fmt::Display for UnknownName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no {} `{}`", self.what, self.name)?;
        match closest(&self.name, self.known.iter().map(String::as_str)) {
            Some(near) => write!(f, ": did you mean `{near}`?"),
            None if self.known.is_empty() => Ok(()),
            None => write!(f, "; there are: {}", self.known.join(", ")),
        }
    }
}

/// The name that was probably meant, if one is near enough.
pub fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|k| (strsim::jaro_winkler(&name.to_lowercase(), &k.to_lowercase()), k))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}
