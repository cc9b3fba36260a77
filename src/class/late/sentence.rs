//! Whether work was in time, in one sentence: for the student, and for the professor who answers for it.

use super::judged::{DatedChange, Lateness, Standing};
use super::moment::spelled;
use crate::report::text::{cut, visible};
use crate::report::view::minute;

/// A longer name says nothing more here.
const MAX_NAME: usize = 60;

/// So many changes are named.
const FEW: usize = 3;

impl Lateness {
    /// The sentence, where so many points of so many were earned; nothing where they are not known, or do not count.
    pub fn text(&self, points: Option<(u32, u32)>) -> String {
        let deadline = self.deadline();
        match &self.standing {
            Standing::InTime => match &self.last {
                Some(last) => format!(
                    "In time: last changed at {} ({}), before the deadline at {deadline}{}.",
                    minute(&last.at),
                    named(last),
                    self.undated()
                ),
                None => format!(
                    "In time: graded at {}, before the deadline at {deadline}.",
                    minute(&self.began)
                ),
            },
            Standing::Grace(late) => format!(
                "In time: {} after the deadline at {deadline} ({}), within the grace.",
                spelled(*late),
                self.changes()
            ),
            Standing::HadBefore(at) => format!(
                "Changed after the deadline at {deadline}: {}; a run at {}, of work in time, had as many points, so nothing \
                 is taken off.",
                self.changes(),
                minute(at)
            ),
            Standing::Late(late) => format!(
                "Late by {}: changed after the deadline at {deadline}: {}{}.",
                spelled(*late),
                self.changes(),
                self.taken_off(points)
            ),
            Standing::Unknown => format!(
                "Whether it was in time is not known: it was graded at {}, after the deadline at {deadline}, and AWS does not \
                 say when it was changed; nothing is taken off.",
                minute(&self.began)
            ),
        }
    }

    /// What is taken off, and what is left.
    fn taken_off(&self, points: Option<(u32, u32)>) -> String {
        let Some((deduction, (earned, possible))) = self.deduction.zip(points) else {
            return String::new();
        };
        let days = match deduction.days {
            1 => "1 day was begun".to_owned(),
            days => format!("{days} days were begun"),
        };
        let of = if deduction.of_full_marks { " of full marks" } else { "" };
        format!(
            "; {days}: {} %{of} less, {} instead of {earned} points",
            deduction.percent,
            deduction.left(earned, possible)
        )
    }

    fn deadline(&self) -> String {
        let extended = if self.due.extended { " (extended)" } else { "" };
        format!("{}{extended}", minute(&self.due.until.to_rfc3339()))
    }

    fn changes(&self) -> String {
        let mut said: Vec<String> = self.after.iter().rev().take(FEW).map(dated).collect();
        if self.after.len() > FEW {
            said.push(format!("{} more", self.after.len() - FEW));
        }
        said.join(", ")
    }

    fn undated(&self) -> String {
        match self.undated.is_empty() {
            true => String::new(),
            false => format!("; AWS does not say when it was changed of: {}", self.undated.join(", ")),
        }
    }
}

fn named(change: &DatedChange) -> String {
    format!("{} {}", visible(&change.noun), cut(&change.name, MAX_NAME))
}

/// `role store at 2026-03-12 22:41 UTC (PutRolePolicy by user/student)`
fn dated(change: &DatedChange) -> String {
    let by = change.by.as_ref().map(|by| format!(" ({})", cut(by, MAX_NAME)));
    format!("{} at {}{}", named(change), minute(&change.at), by.unwrap_or_default())
}
