//! Which faults a drill is about: those that somebody would notice, by how well they hide.

use super::record::Level;
use crate::course::{CheckAs, Fault, Lab};
use fastrand::Rng;
use serde_json::Value;

/// What a drill puts into its account.
#[derive(Debug)]
pub struct Choice<'l> {
    /// The faults, in the order of the course.
    pub faults: Vec<&'l Fault>,
    /// The templates to deploy, one after the other.
    pub templates: Vec<Value>,
}

/// Why there is nothing to find.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// The lab has no solution to put a fault into.
    #[error("the lab {0} has no `labs/{0}/solution.yaml`: there is nothing to put a fault into")]
    NoSolution(String),
    /// No fault is of that level.
    #[error("the lab {lab} has no fault for the level {level}: choose another one with --level")]
    NoFault {
        /// The lab.
        lab: String,
        /// The level.
        level: Level,
    },
}

/// Chooses what is broken: the same for the same `seed`.
///
/// # Errors
/// When the lab has nothing of this level.
pub fn choose(lab: &Lab, level: Level, seed: u64) -> Result<Choice<'_>, ChoiceError> {
    let solution = lab
        .solution
        .as_ref()
        .ok_or_else(|| ChoiceError::NoSolution(lab.id.clone()))?;
    let mut rng = Rng::with_seed(seed);
    let mut faults: Vec<&Fault> = lab.faults.iter().filter(|fault| is_noticed(lab, fault)).collect();
    rng.shuffle(&mut faults);
    let chosen = match level {
        Level::Easy | Level::Hard => faults
            .iter()
            .filter(|fault| is_hidden(lab, fault) == (level == Level::Hard))
            .find_map(|fault| Some((vec![*fault], fault.deviation.templates(solution).ok()?))),
        Level::Two => pairs(&faults).find_map(|pair| Some((pair.to_vec(), both(lab, pair, solution)?))),
    };
    let Some((mut faults, templates)) = chosen else {
        return Err(ChoiceError::NoFault {
            lab: lab.id.clone(),
            level,
        });
    };
    faults.sort_by_key(|fault| first_check(lab, fault));
    Ok(Choice { faults, templates })
}

/// Whether the event does not get through, and everything is there all the same: what is missing is seen at once.
fn is_noticed(lab: &Lab, fault: &Fault) -> bool {
    let deviation = &fault.deviation;
    let is_missing = |id: &String| lab.check(id).is_some_and(|check| check.asks_for().is_some());
    deviation.is_in_one_region()
        && deviation.check_as == CheckAs::Student
        && fault.fails.iter().any(|id| is_hop(lab, id))
        && !fault.fails.iter().any(is_missing)
}

/// Whether no check of the configuration shows it.
fn is_hidden(lab: &Lab, fault: &Fault) -> bool {
    fault.fails.iter().all(|id| is_hop(lab, id))
}

fn is_hop(lab: &Lab, id: &str) -> bool {
    let probes = lab.steps.iter().filter_map(|step| step.probe.as_ref());
    probes.flat_map(|probe| &probe.hops).any(|hop| hop.check.id == id)
}

/// Where the first of its checks stands in the course.
fn first_check(lab: &Lab, fault: &Fault) -> usize {
    let mut checks = lab.checks();
    checks
        .position(|(_, check)| fault.fails.contains(&check.id))
        .unwrap_or(usize::MAX)
}

/// The step of that one.
fn first_step<'l>(lab: &'l Lab, fault: &Fault) -> Option<&'l str> {
    let (step, _) = lab.checks().nth(first_check(lab, fault))?;
    Some(&step.id)
}

/// Every two of them, neighbors first.
fn pairs<'f, 'l>(faults: &'f [&'l Fault]) -> impl Iterator<Item = [&'l Fault; 2]> + use<'f, 'l> {
    (1..faults.len()).flat_map(|apart| faults.iter().zip(&faults[apart..]).map(|(one, other)| [*one, *other]))
}

/// The templates of an account with both, where one does not hide, undo or touch the other.
fn both(lab: &Lab, [one, other]: [&Fault; 2], solution: &Value) -> Option<Vec<Value>> {
    let shared = one.fails.iter().any(|id| !is_hop(lab, id) && other.fails.contains(id));
    if shared || first_step(lab, one) == first_step(lab, other) {
        return None;
    }
    let mut templates = one.deviation.templates(solution).ok()?;
    let mut more = other.deviation.templates(templates.last()?).ok()?;
    // The other way round it is the same: neither takes back what the other has changed.
    let reversed = other.deviation.templates(solution).ok()?;
    let reversed = one.deviation.templates(reversed.last()?).ok()?;
    if more.last() != reversed.last() {
        return None;
    }
    templates.append(&mut more);
    Some(templates)
}
