//! `edemlab regrade`.

use super::regrade_terms::{self, Grades};
use super::{common, roster};
use crate::class::alike::note_given_names;
use crate::class::folder::ClassFolder;
use crate::class::premises::{LabRules, Premises};
use crate::class::{Class, Counts, LabSummary, diff, diff_text, pages};
use crate::cli::RegradeArgs;
use crate::costs::idle_usd_per_day;
use crate::course::{Lab, Part};
use crate::judge::{Evidence, rejudge};
use crate::report::text::visible;
use std::path::PathBuf;

pub async fn run(course: Option<PathBuf>, args: &RegradeArgs) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Checks)?;
    let folder = ClassFolder::open(&args.dir)?;
    let _lock = match args.dry_run {
        true => None,
        false => Some(super::grading::locked(&args.dir)?),
    };
    let labs = roster::labs(&course, &args.labs)?;
    let class = folder.class();
    let graded = |lab: &&&Lab| class.labs.iter().any(|l| l.id == lab.id);
    let were = Grades::of(&folder)?;
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let (mut without, mut rewritten) = (0, 0);
    for student in &class.students {
        for lab in labs.iter().filter(graded) {
            let mut last = None;
            for made in folder.runs(student, &lab.id)? {
                let Some(evidence) = folder.evidence::<Evidence>(student, &made)? else {
                    without += 1;
                    super::output::note(&format!(
                        "note: there is no evidence for {}, {} at {}: that run stays as it is",
                        shown(&student.id),
                        lab.id,
                        made.started
                    ));
                    continue;
                };
                let (mut again, charges) = rejudge(lab, &evidence).await?;
                again.keep_times(&made);
                note_given_names(lab, &mut again);
                again.idle_usd_per_day = idle_usd_per_day(&charges, &again.region, &again.started);
                rewritten += usize::from(again != made);
                if !args.dry_run {
                    let before = folder.premises(student, &made)?;
                    let now = Premises {
                        rules: LabRules::now(&course.files, &lab.id),
                        ..before.clone().unwrap_or_else(|| Premises {
                            options: evidence.options.clone(),
                            ..Premises::default()
                        })
                    };
                    if again != made {
                        folder.replace(student, &again)?;
                    }
                    if before.as_ref() != Some(&now) {
                        folder.keep_premises(student, &made, &now)?;
                    }
                }
                last = Some((made, again));
            }
            if let Some((made, again)) = last {
                before.push((student.clone(), lab.id.clone(), made));
                after.push((student.clone(), lab.id.clone(), again));
            }
        }
    }
    let ids: Vec<&str> = labs.iter().map(|lab| lab.id.as_str()).collect();
    let class = regrade_terms::said(&course, &folder, args, &ids)?;
    let mut then = ClassFolder::of(&args.dir, class.clone());
    if !args.dry_run {
        let now = |old: &LabSummary| {
            let lab = labs.iter().find(|l| l.id == old.id);
            lab.map_or_else(|| old.clone(), |lab| LabSummary::of(lab, &course).with_terms_of(old))
        };
        let class = Class {
            labs: class.labs.iter().map(now).collect(),
            ..class
        };
        then = ClassFolder::create(&args.dir, class)?;
        pages::write(&then, Counts::Last)?;
    }
    let told = regrade_terms::told((folder.class(), &were), (then.class(), &Grades::of(&then)?));
    let judged = before.len();
    let diff = diff::compare(before.into_iter(), after.into_iter());
    let text = match diff.is_empty() {
        true if rewritten > 0 => {
            format!("{judged} judged again: all points are what they were; {rewritten} reports say more than before")
        }
        true => format!("{judged} judged again: all points are what they were"),
        false => diff_text::render(&diff, common::width()),
    };
    let kept = match (args.dry_run, diff.is_empty() && told.is_empty()) {
        (true, false) => "\n\nNothing was changed (--dry-run).",
        _ => "",
    };
    super::output::print(&format!("{}{told}{kept}", text.trim_end()))?;
    Ok(if without > 0 { 3 } else { 0 })
}

fn shown(id: &str) -> String {
    visible(id).chars().take(32).collect()
}
