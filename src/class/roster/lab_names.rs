//! What a roster may name of the labs.

use crate::course::Lab;

/// What a roster may say of a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabNames {
    /// The lab's id.
    pub id: String,
    /// The names of its resources in the checks.
    pub resources: Vec<String>,
    /// The ids of its steps.
    pub steps: Vec<String>,
}

impl LabNames {
    /// Those of a lab.
    pub fn of(lab: &Lab) -> Self {
        Self {
            id: lab.id.clone(),
            resources: lab.resources.keys().cloned().collect(),
            steps: lab.steps.iter().map(|step| step.id.clone()).collect(),
        }
    }
}
