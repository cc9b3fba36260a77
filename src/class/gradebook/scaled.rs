//! Grades that come from a part of a lab: said once for all who have the same part.

use super::entry::{EntryOutcome, GradeEntry};
use indexmap::IndexMap;

/// How many grades were written, by lab and by what of it was not judged.
#[derive(Debug, Default)]
pub struct Scaled {
    parts: IndexMap<(String, u32, u32, String), usize>,
    all: IndexMap<String, usize>,
}

impl Scaled {
    /// Counts a grade that was written, where it comes from a run: an adjusted one, and the zero of who has not handed in, do not.
    pub fn see(&mut self, entry: &GradeEntry) {
        if !matches!(entry.outcome, EntryOutcome::Points(_) | EntryOutcome::Unknown { .. }) {
            return;
        }
        *self.all.entry(entry.lab.id.clone()).or_default() += 1;
        if entry.not_judged() > 0 {
            let part = (
                entry.lab.id.clone(),
                entry.judged,
                entry.lab.possible,
                entry.left_out.join(", "),
            );
            *self.parts.entry(part).or_default() += 1;
        }
    }

    /// Whether all grades of a lab come from the same part of it.
    pub fn is_uniform(&self, lab: &str) -> bool {
        let written = self.all.get(lab).copied().unwrap_or_default();
        let mut parts = self.parts.iter().filter(|((of, ..), _)| of == lab);
        parts.all(|(_, students)| *students == written)
    }

    /// What a professor should know: which grades are scaled, to what.
    pub fn notes(&self) -> Vec<String> {
        let note = |((lab, judged, whole, steps), students): (&(String, u32, u32, String), &usize)| {
            let (here, all) = (*students, self.all[lab]);
            let others = match all - here {
                0 => String::new(),
                1 => " One is not: not all are alike.".to_owned(),
                others => format!(" {others} are not: not all are alike."),
            };
            let are = if all == 1 { "grade is" } else { "grades are" };
            format!(
                "{lab}: {here} of {all} {are} scaled to the {judged} of {whole} points that were judged; not judged: \
                 {steps}.{others}"
            )
        };
        self.parts.iter().map(note).collect()
    }
}
