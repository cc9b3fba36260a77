//! A run as [Gradescope's autograders](https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format) hand it
//! in: `results.json`, with a test for each check.

use super::entry::{Earned, GradeEntry};
use super::options::GradebookOptions;
use crate::class::Grade;
use crate::report::text::visible;
use crate::report::{CheckReport, Status};
use serde_json::{Value, json};

/// The folder for the files, in a class's folder: each lab has one of its own in it.
pub const FOLDER: &str = "gradescope";

/// The results of a student in a lab.
///
/// # Errors
/// Why there is no grade; nothing where none is wanted.
pub fn results(grade: &Grade, options: &GradebookOptions) -> Result<Value, Option<String>> {
    let entry = GradeEntry::new(grade);
    let earned = match entry.points(options) {
        Ok(Some(earned)) => earned,
        Ok(None) => return Err(None),
        Err(why) => return Err(Some(why.to_owned())),
    };
    let checks = grade.report.iter().flat_map(|report| report.checks());
    let tests: Vec<Value> = checks.map(|(_, check)| test(check)).collect();
    let mut said = vec![format!("{} of {} points", earned.points, earned.of)];
    said.extend(entry.adjustment.map(|adjustment| visible(&adjustment.text())));
    said.extend(entry.late_text(options));
    if entry.not_judged() > 0 {
        let steps = visible(&entry.left_out.join(", "));
        said.push(format!("{} more points were not judged ({steps})", entry.not_judged()));
    }
    let group = entry.student.group.as_deref().map(visible);
    said.extend(group.map(|group| format!("Graded as group {group}")));
    Ok(json!({
        "score": score(&entry, earned, options).float(),
        "output": said.join("\n"),
        "output_format": "text",
        "visibility": "visible",
        "tests": tests,
    }))
}

/// On the scale that is asked for, else in the lab's points.
fn score(entry: &GradeEntry, earned: Earned, options: &GradebookOptions) -> super::number::Decimal {
    let scale = options
        .scale
        .unwrap_or(super::number::Decimal::whole(entry.lab.possible));
    earned.grade(scale, options.extra).0
}

fn test(check: &CheckReport) -> Value {
    let lines = [
        Some(format!("expected: {}", check.expected)),
        check.found.as_ref().map(|found| format!("found: {found}")),
        check.fix.as_ref().map(|fix| format!("fix: {fix}")),
    ];
    let said: Vec<String> = match check.status {
        Status::Pass => Vec::new(),
        _ => lines.into_iter().flatten().map(|line| visible(&line)).collect(),
    };
    json!({
        "number": check.id,
        "name": visible(&check.title),
        "score": check.points,
        // Points above a test's own are extra credit there.
        "max_score": if check.optional { 0 } else { check.possible },
        "status": if check.status == Status::Pass { "passed" } else { "failed" },
        "output": said.join("\n"),
        "output_format": "text",
    })
}
