//! When the work was changed and by whom, as CloudTrail has it: evidence, which a deadline goes by and nothing else.

use super::shown::MAX_NAME;
use crate::report::text::{cut, visible};
use crate::report::view::minute;
use crate::report::{Change, Chosen, Report};

/// What there is to say of it; nothing where CloudTrail was not asked.
pub(super) fn sentences(report: &Report) -> Vec<String> {
    let resources = || report.resources.values().filter(|one| one.is_made());
    let known = || resources().filter_map(|one| Some((one, one.changes.as_ref()?)));
    let changed: Vec<String> = known()
        .filter_map(|(one, changes)| Some(last(one, changes.first()?)))
        .collect();
    let unchanged: Vec<String> = known()
        .filter(|(_, changes)| changes.is_empty())
        .map(|(one, _)| name(one))
        .collect();
    let was_asked = known().next().is_some() || report.trail_unread.is_some();
    let undated = resources().filter(|one| one.changes.is_none() && one.worked_on().is_none());
    let undated: Vec<String> = undated.filter(|_| was_asked).map(name).collect();
    let mut said = Vec::new();
    if !changed.is_empty() {
        said.push(format!(
            "Last changes, as CloudTrail has recorded them: {}.",
            changed.join("; ")
        ));
    }
    if !unchanged.is_empty() {
        said.push(format!(
            "CloudTrail has recorded no change in the 90 days before of: {}.",
            unchanged.join(", ")
        ));
    }
    if let Some(why) = &report.trail_unread {
        let which = if changed.is_empty() && unchanged.is_empty() {
            ""
        } else {
            " to its end"
        };
        said.push(format!("CloudTrail could not be read{which}: {}.", visible(why)));
    }
    if !undated.is_empty() {
        said.push(format!(
            "It is not known when these were changed: {}.",
            undated.join(", ")
        ));
    }
    said
}

fn name(chosen: &Chosen) -> String {
    format!("{} {}", visible(&chosen.noun), cut(&chosen.name, MAX_NAME))
}

/// `function store at 2026-03-12 22:41 UTC by user/student (UpdateFunctionCode)`
fn last(chosen: &Chosen, change: &Change) -> String {
    let from = change
        .account
        .as_ref()
        .map(|account| format!(" from account {}", visible(account)));
    format!(
        "{} at {} by {}{} ({})",
        name(chosen),
        minute(&change.at),
        visible(&change.by),
        from.unwrap_or_default(),
        visible(&change.event)
    )
}
