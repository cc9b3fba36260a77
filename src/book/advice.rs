//! A lab's advice as a table: what is seen, and what to do.

use super::markdown::marked;
use crate::course::{Lab, Placeholders, Vocabulary};
use std::fmt::Write;

/// The table of all of a lab's advice, in its order.
pub(super) fn table(lab: &Lab, vocabulary: &Vocabulary) -> String {
    let mut out = "| what you see | what to do |\n|---|---|\n".to_owned();
    let placeholders = Placeholders::new(lab, vocabulary);
    for advice in &lab.advice {
        let fix = placeholders.text(&advice.fix.console.value);
        let _ = writeln!(out, "| {} | {} |", marked(&advice.symptom), marked(&fix));
    }
    out
}
