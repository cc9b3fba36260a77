//! What flags say of a whole class, as if it stood in every line.

use super::entry::Roster;
use super::lab_names::LabNames;
use super::mistakes::short;
use super::values;

/// A flag for the whole class that names what no lab has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{flag} {said}: {why}")]
pub struct ClassFlagError {
    flag: &'static str,
    said: String,
    why: String,
}

impl Roster {
    /// Leaves steps out for everyone, and names resources for whoever's line does not name them.
    ///
    /// # Errors
    /// When a step or resource is none of the labs'.
    pub fn apply(&mut self, skip: &[String], uses: &[String], labs: &[LabNames]) -> Result<(), ClassFlagError> {
        let wrong = |flag, said: &str| {
            let said = short(said);
            move |why| ClassFlagError { flag, said, why }
        };
        for step in skip {
            let step = values::step(step, labs).map_err(wrong("--skip", step))?;
            for entry in self.students.iter_mut().filter(|entry| !entry.skip.contains(&step)) {
                entry.skip.push(step.clone());
            }
        }
        for pair in uses {
            let (name, resource) = values::use_pair(pair, labs).map_err(wrong("--use", pair))?;
            let bare = name.split_once('.').map_or(name.as_str(), |(_, bare)| bare);
            for entry in &mut self.students {
                if !entry.uses.contains_key(bare) {
                    entry.uses.entry(name.clone()).or_insert_with(|| resource.clone());
                }
            }
        }
        Ok(())
    }
}
