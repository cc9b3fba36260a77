//! `edemlab lint`: every mistake of an author in one run.

use super::common;
use crate::course::Part;
use std::path::PathBuf;

pub fn run(course: Option<PathBuf>) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Everything)?;
    for lab in course.labs.values() {
        let text = format!(
            "{}: {} steps, {} checks, {} faults, {} variants: no mistake found",
            lab.id,
            lab.steps.len(),
            lab.checks().count(),
            lab.faults.len(),
            lab.variants.len()
        );
        super::output::print(&text)?;
    }
    Ok(0)
}
