//! Whether work was in time, in one sentence: for the student, and for the professor who answers for it.

use super::judged::{DatedChange, Lateness, Standing};
use super::moment::{shown, spelled};
use crate::class::gradebook::number::Decimal;
use crate::report::text::{cut, visible};

/// A longer name says nothing more here.
const MAX_NAME: usize = 60;

/// So many changes are named.
const FEW: usize = 3;

/// Whether what is taken off is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reckoning {
    /// Nothing is: the professor has set the grade.
    None,
    /// How much in percent: the points are not known.
    Percent,
    /// Of so many points of so many.
    Of(u32, u32),
}

impl Lateness {
    /// The sentence.
    pub fn text(&self, reckoning: Reckoning) -> String {
        let deadline = self.deadline();
        match &self.standing {
            Standing::InTime => match &self.last {
                Some(last) => format!(
                    "In time: last changed at {} ({}), before the deadline at {deadline}{}.",
                    shown(&last.at),
                    named(last),
                    self.undated()
                ),
                None => format!(
                    "In time: graded at {}, before the deadline at {deadline}.",
                    shown(&self.began)
                ),
            },
            Standing::Grace(late) => format!(
                "In time: {} after the deadline at {deadline} ({}), within the grace.",
                spelled(*late),
                self.changes()
            ),
            Standing::HadBefore => format!(
                "Changed after the deadline at {deadline}: {}; a run at {}, of work in time, had as many points, so nothing \
                 is taken off.",
                self.changes(),
                self.before.as_ref().map(|before| shown(&before.at)).unwrap_or_default()
            ),
            Standing::Late(late) => format!(
                "Late by {}: changed after the deadline at {deadline}: {}{}.",
                spelled(*late),
                self.changes(),
                self.taken_off(reckoning)
            ),
            Standing::Unknown => format!(
                "Whether it was in time is not known: it was graded at {}, after the deadline at {deadline}, and AWS does not \
                 say when it was changed; nothing is taken off.",
                shown(&self.began)
            ),
        }
    }

    /// What is taken off, and what is left.
    fn taken_off(&self, reckoning: Reckoning) -> String {
        let Some(deduction) = self.deduction.filter(|_| reckoning != Reckoning::None) else {
            return String::new();
        };
        let mut said = match deduction.days {
            1 => "; 1 day was begun".to_owned(),
            days => format!("; {days} days were begun"),
        };
        match deduction.counted {
            counted if counted == deduction.days => {}
            1 => said.push_str(", 1 counts"),
            counted => said.push_str(&format!(", {counted} count")),
        }
        let of = if deduction.of_full_marks { " of full marks" } else { "" };
        said.push_str(&format!(": {} %{of} less", deduction.percent));
        let Reckoning::Of(earned, possible) = reckoning else {
            return said;
        };
        let left = deduction.left(earned, possible);
        match &self.before {
            Some(before) if Decimal::whole(before.earned) > left => said.push_str(&format!(
                ", {left} instead of {earned} points, but a run at {}, of work in time, had {}, and these count",
                shown(&before.at),
                before.earned
            )),
            _ => said.push_str(&format!(", {left} instead of {earned} points")),
        }
        said
    }

    fn deadline(&self) -> String {
        let extended = if self.due.extended { " (extended)" } else { "" };
        format!("{}{extended}", shown(&self.due.until.to_rfc3339()))
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
            false => format!(
                "; AWS does not say when these were changed: {}",
                visible(&self.undated.join(", "))
            ),
        }
    }
}

fn named(change: &DatedChange) -> String {
    format!("{} {}", visible(&change.noun), cut(&change.name, MAX_NAME))
}

/// `role store at 2026-03-12 22:41 UTC (PutRolePolicy by user/student)`
fn dated(change: &DatedChange) -> String {
    let by = change.by.as_ref().map(|by| format!(" ({})", cut(by, MAX_NAME)));
    format!("{} at {}{}", named(change), shown(&change.at), by.unwrap_or_default())
}
