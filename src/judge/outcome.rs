//! What became of the search for a resource.

use crate::expr::Document;
use crate::report::Chosen;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What became of the search for one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// There it is: its document, or the list of all documents of a `list`.
    Found {
        /// The document.
        document: Arc<Document>,
        /// Which one, out of how many, and why; nothing for a `list` and for what is derived from others.
        chosen: Option<Chosen>,
    },
    /// There is none of this lab.
    Absent {
        /// The names of those of its kind that nothing ties to the lab.
        others: Vec<String>,
    },
    /// It is derived from resources that are not there.
    Blocked {
        /// Those.
        by: BTreeSet<String>,
    },
    /// Whether it is there could not be determined.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// What stands between an expression and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// Resources that are not there.
    Absent(BTreeSet<String>),
    /// A resource of which nothing could be determined: why.
    Unknown(String),
}
