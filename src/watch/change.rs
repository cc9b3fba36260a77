//! What is not as it was.

use crate::report::{CheckReport, Report, Status};

/// A check whose verdict has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<'r> {
    /// As it is now.
    pub check: &'r CheckReport,
    /// As it was; nothing where it has just been judged for the first time.
    pub was: Option<Status>,
}

/// The checks whose verdict changed from one report to the next, in the order of the lab. Extra credit that nobody has
/// begun is no news.
pub fn changes<'r>(before: &Report, now: &'r Report) -> Vec<Change<'r>> {
    let was = |id: &str| before.checks().find(|(_, c)| c.id == id).map(|(_, c)| c.status);
    now.checks()
        .map(|(_, check)| Change {
            check,
            was: was(&check.id),
        })
        .filter(|change| change.was != Some(change.check.status))
        .filter(|change| {
            !change.check.optional || Status::Pass == change.check.status || change.was == Some(Status::Pass)
        })
        .collect()
}
