//! Parts of a lab's solution that a parameter of its template leaves out: those that cost much, or take hours.

/// A part of a lab's solution that is left out unless it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolutionPart {
    /// Its id.
    pub id: String,
    /// What it is, in one line.
    pub title: String,
    /// The template's parameter that says whether it is made.
    pub parameter: String,
    /// That parameter's value with this part.
    pub with: String,
    /// That parameter's value without it.
    pub without: String,
    /// The steps that are about it alone: without it they are left out.
    pub steps: Vec<String>,
    /// Checks of other steps that do not pass without it.
    pub checks: Vec<String>,
    /// The minutes that it adds on AWS, at most.
    pub minutes: u32,
    /// What it costs, in the author's words.
    pub costs: String,
}
