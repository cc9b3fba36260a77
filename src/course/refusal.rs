//! Why a course's files cannot be read.

use crate::confined::EntryKind;
use std::path::PathBuf;

/// The largest file, in bytes.
pub(super) const MAX_FILE: u64 = 32 << 20;

/// All files together, in bytes.
pub(super) const MAX_TOTAL: u64 = 128 << 20;

/// Files and folders together, hidden ones too.
pub(super) const MAX_ENTRIES: usize = 10_000;

/// Folders within each other.
pub(super) const MAX_DEPTH: usize = 16;

/// So many are named at most.
const MAX_NAMED: usize = 20;

/// Why a course's files cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Not a course.
    #[error(
        "{} is not a course: it has no folder `{missing}`\n\n  A course is a folder with `labs/LAB/lab.yaml` and `checks/LAB/STEP.yaml`; see CONTRIBUTING.md.", folder.display()
    )]
    NotACourse {
        /// The folder that was named.
        folder: PathBuf,
        /// What it lacks.
        missing: &'static str,
    },
    /// There is in it what a course may not have.
    #[error("{} cannot be used as a course:\n\n{}", folder.display(), listed(refusals))]
    Refused {
        /// The folder that was named.
        folder: PathBuf,
        /// Everything that was found.
        refusals: Vec<Refusal>,
    },
    /// A file or folder that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Why something in a course's folder is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A link, a pipe, a socket, a device.
    #[error("`{path}` is {}: a course has regular files and folders only. Put a copy in its place, or remove it", kind.name())]
    NotRegular {
        /// Its path within the course.
        path: String,
        /// What it is.
        kind: EntryKind,
    },
    /// A name that means something else elsewhere: on another system, in an address, in a page.
    #[error(
        "`{path}` has a name that a course cannot use: rename it without control characters and without {}",
        super::paths::NOT_IN_NAMES
    )]
    Name {
        /// Its path within the course, as far as it can be shown.
        path: String,
    },
    /// A file that is too large.
    #[error("`{path}` is larger than {} MiB, the most that a file of a course may have: make it smaller, or remove it", MAX_FILE >> 20)]
    Large {
        /// Its path within the course.
        path: String,
    },
    /// A folder that is too deep.
    #[error("`{path}` is more than {MAX_DEPTH} folders deep: move it up")]
    Deep {
        /// Its path within the course.
        path: String,
    },
    /// Too much altogether.
    #[error("the course has more than {MAX_ENTRIES} files and folders, or more than {} MiB: is this the right folder?", MAX_TOTAL >> 20)]
    Much,
}

/// Everything in a course's folder that is not read, as a list.
fn listed(refusals: &[Refusal]) -> String {
    let mut lines: Vec<String> = refusals.iter().take(MAX_NAMED).map(|r| format!("  {r}")).collect();
    if let more @ 1.. = refusals.len().saturating_sub(MAX_NAMED) {
        lines.push(format!("  and {more} more"));
    }
    lines.join("\n")
}
