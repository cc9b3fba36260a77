//! A course as data: `labs/`, `checks/` and `book/`, read from the binary or from a folder, held against what there
//! is, and compiled once. Knows no AWS: which kinds and verbs exist is handed in as a [`Vocabulary`].

mod argument;
mod chapter;
mod decode;
pub mod diagnostics;
mod edition;
mod excerpt;
pub mod fault;
mod folder;
mod include;
mod load;
mod material;
mod name;
mod node;
mod pages;
mod paths;
mod reader;
mod reads;
mod refusal;
mod resolve;
mod settings;
mod source;
mod step;
mod summary;
mod vocabulary;
mod words;

pub(crate) use argument::arguments;
pub use argument::{Arg, Compiled};
pub use chapter::{Directive, Misplaced, PAGES, directives, named, page_of, steps_on};
pub use diagnostics::{Diagnostic, Diagnostics};
pub use edition::Course;
pub use fault::{CheckAs, Fault, FaultError};
pub use include::{IncludeError, IncludeProblem, Included, Includes};
pub use load::{Part, load};
pub use material::Material;
pub use name::{UnknownName, closest};
pub use paths::PathError;
pub use refusal::{Refusal, SourceError};
pub(crate) use resolve::{arrival_name, derived_from};
pub use settings::BookSettings;
pub use source::{CourseFiles, SourceFile};
pub use step::{Action, Check, Hop, HopSend, Lab, Preference, Probe, Removal, Resource, Step};
pub use summary::{ChapterError, chapter_file};
pub use vocabulary::{ArgSpec, KindSpec, VerbRole, VerbSpec, Vocabulary};
pub use words::{is_plain, words};
