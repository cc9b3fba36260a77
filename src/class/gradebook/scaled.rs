//! Grades that come from a part of a lab: said once for all who have the same part.

use super::entry::GradeEntry;
use indexmap::IndexMap;

/// The grades that were written, by lab and by what of it was not judged.
#[derive(Debug, Default)]
pub struct Scaled {
    parts: IndexMap<(String, u32, u32, String), Vec<String>>,
    all: IndexMap<String, usize>,
}

impl Scaled {
    /// Counts a grade that was written.
    pub fn see(&mut self, entry: &GradeEntry) {
        *self.all.entry(entry.lab.id.clone()).or_default() += 1;
        if entry.not_judged() > 0 {
            let part = (
                entry.lab.id.clone(),
                entry.judged,
                entry.lab.possible,
                entry.left_out.join(", "),
            );
            self.parts.entry(part).or_default().push(entry.student.id.clone());
        }
    }

    /// What a professor should know: which grades are scaled, to what. Where they are not all of a lab's, whose.
    pub fn notes(&self) -> Vec<String> {
        const FEW: usize = 5;
        let note = |((lab, judged, whole, steps), students): (&(String, u32, u32, String), &Vec<String>)| {
            let (here, all) = (students.len(), self.all[lab]);
            let whose = match all - here {
                0 => String::new(),
                others => {
                    let few = students.iter().take(FEW).cloned().collect::<Vec<_>>().join(", ");
                    let more = if here > FEW { ", …" } else { "" };
                    format!(" Not all are alike: {here} are scaled ({few}{more}), {others} are not.")
                }
            };
            format!(
                "{lab}: {here} of {all} grades are scaled to the {judged} of {whole} points that were judged; not judged: \
                 {steps}.{whose}"
            )
        };
        self.parts.iter().map(note).collect()
    }
}
