//! `edemlab regrade`.

use super::{common, roster};
use crate::class::folder::Folder;
use crate::class::{Class, Counts, LabSummary, pages};
use crate::cli::RegradeArgs;
use crate::course::Part;
use crate::judge::{Evidence, rejudge};
use crate::report::text::visible;
use std::path::PathBuf;

pub async fn run(course: Option<PathBuf>, args: &RegradeArgs) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Checks)?;
    let folder = Folder::open(&args.dir)?;
    let labs = roster::labs(&course, &args.labs)?;
    let class = folder.class();
    let mut changed = 0;
    let mut without = Vec::new();
    for student in &class.students {
        for lab in labs.iter().filter(|lab| class.labs.iter().any(|l| l.id == lab.id)) {
            for before in folder.runs(student, &lab.id)? {
                let Some(evidence) = folder.evidence::<Evidence>(student, &before)? else {
                    without.push(format!("{} {} {}", student.id, lab.id, before.started));
                    continue;
                };
                let mut after = rejudge(lab, &evidence).await?;
                after.keep_times(&before);
                if after != before {
                    changed += 1;
                    if !args.dry_run {
                        folder.replace(student, &after)?;
                    }
                }
            }
        }
    }
    if !args.dry_run {
        let summary = |old: &LabSummary| {
            labs.iter()
                .find(|l| l.id == old.id)
                .map_or_else(|| old.clone(), |l| LabSummary::of(l))
        };
        Folder::create(
            &args.dir,
            Class {
                labs: class.labs.iter().map(summary).collect(),
                ..class.clone()
            },
        )?;
    }
    if !args.dry_run {
        pages::write(&Folder::open(&args.dir)?, Counts::Last)?;
    }
    for run in &without {
        eprintln!("note: there is no evidence of {}: it stays as it is", visible(run));
    }
    super::print(&format!("{changed} runs judged differently"))
}
