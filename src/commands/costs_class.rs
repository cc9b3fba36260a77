//! `edemlab costs --roster`: what the accounts of a class cost while nobody uses them.

use super::common::bearable;
use super::costs::{ABOVE, NOT_KNOWN};
use super::live::LiveLine;
use super::{common, roster};
use crate::class::costs::{ClassCosts, ClassWanted, look, message, page, render, write};
use crate::class::folder::file_name;
use crate::cli::{CostsArgs, CostsFormat, OwnAccount};
use crate::course::{Lab, Part};
use crate::report::text::visible;
use std::path::{Path, PathBuf};

/// Accounts at once, at most: each is some dozen calls to AWS in its region, or in eight regions at a time.
const MOST_AT_ONCE: [u64; 2] = [32, 8];

/// Connections and files that one account has open at its busiest, in its region and everywhere.
const OPEN_FILES: [u64; 2] = [32, 192];

pub async fn run(course: Option<PathBuf>, args: &CostsArgs, file: &Path) -> anyhow::Result<u8> {
    let course = &common::course(course, Part::Checks)?;
    let labs = roster::labs(course, &args.labs)?;
    let own = roster::connection(&OwnAccount {
        profile: args.profile.clone(),
        region: args.region.clone(),
    });
    let region = own.region().await.unwrap_or_default();
    let list = roster::read(file, course, &region)?;
    let access = roster::student_access(file, &list, own, &args.secret).await?;
    let kind = usize::from(!args.here);
    let wanted = ClassWanted {
        labs: labs.clone(),
        region: args.region.as_deref(),
        everywhere: !args.here,
        at_once: bearable(OPEN_FILES[kind], MOST_AT_ONCE[kind]),
    };
    let live = LiveLine::new(args.format != CostsFormat::Text);
    let all = list.students.len();
    let on = |done: usize| live.tick(format!("{done} of {all} accounts looked at"));
    let class = look(&access, &list, &wanted, &on).await;
    live.clear();
    let text = match args.format {
        CostsFormat::Text => render(&class, common::width()),
        CostsFormat::Html => page(&class),
        CostsFormat::Json => class.json(),
    };
    // First, so that nothing that is in a message's way costs what the look has found.
    super::output::print(text.trim_end())?;
    if let Some(dir) = &args.out {
        send(dir, &class, &labs)?;
    }
    Ok(exit_code(args, &class))
}

/// Above the limit, whatever else is not known; below it only if nothing is.
fn exit_code(args: &CostsArgs, class: &ClassCosts) -> u8 {
    match args.fail_above.is_some_and(|limit| class.sum.day > limit) {
        true => ABOVE,
        false if class.is_whole() => 0,
        false => NOT_KNOWN,
    }
}

/// A message for each student who still has something that costs by the hour.
fn send(dir: &Path, class: &ClassCosts, labs: &[&Lab]) -> anyhow::Result<()> {
    let messages = class.students.iter().filter_map(|one| {
        let text = message(one, labs)?;
        Some((format!("{}.txt", file_name(&one.id)), text))
    });
    let written = write(dir, &messages.collect())?;
    let shown = |path: &Path| visible(&path.display().to_string());
    let messages = if written.count == 1 { "message" } else { "messages" };
    super::output::note(&format!("{} {messages} in {}", written.count, shown(&written.folder)));
    for path in &written.changed {
        super::output::note(&format!(
            "note: {} is of an earlier look and was changed since: it stays as it is",
            shown(path)
        ));
    }
    Ok(())
}
