//! `edemlab access revoke`: after the course, whose account still opens.

use super::live::LiveLine;
use super::output::{note, print};
use super::{common, roster};
use crate::class::access::StudentAccess;
use crate::class::access::link::called;
use crate::class::access::revoke::{StillOpen, message, still_open};
use crate::class::folder::file_name;
use crate::class::roster::Entry;
use crate::cli::RevokeArgs;
use crate::course::Part;
use crate::private;
use crate::report::text::{visible, wrapped};
use anyhow::Context;
use colored::Colorize;
use futures::{StreamExt, stream};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Exit statuses beside that of success.
const STILL_OPEN: u8 = 1;
const NOT_KNOWN: u8 = 3;

pub async fn run(course: Option<PathBuf>, args: RevokeArgs) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Checks)?;
    let own = roster::connection(&args.own);
    let region = common::region_or_any(&own).await?;
    let class = roster::read(&args.roster, &course, &region)?;
    let student_access = roster::student_access(&args.roster, &class, own, &args.secret).await?;
    let students: Vec<&Entry> = class
        .students
        .iter()
        .filter(|entry| message(entry, &region).is_some())
        .collect();
    let tried = tried(&student_access, &students, &region, usize::from(args.at_once)).await;
    let is_open = |open: &StillOpen| *open == StillOpen::Yes;
    if let Some(folder) = &args.to {
        send(folder, &tried, &region)?;
    }
    print(listed(&tried, &region, args.to.is_some()).trim_end())?;
    let refused = tried.iter().filter(|(_, open)| *open == StillOpen::No).count();
    if refused > 0 && refused == tried.len() {
        note(&wrapped(
            "AWS answers alike when your own user may not assume roles any more. If you have changed that, this list does not say \
             whose role is gone.",
            common::width(),
            "note: ",
        ));
    }
    Ok(match () {
        () if tried.iter().any(|(_, open)| is_open(open)) => STILL_OPEN,
        () if refused < tried.len() => NOT_KNOWN,
        () => 0,
    })
}

async fn tried<'e>(
    student_access: &StudentAccess,
    students: &[&'e Entry],
    region: &str,
    at_once: usize,
) -> Vec<(&'e Entry, StillOpen)> {
    let live = LiveLine::new(false);
    let mut tried = Vec::new();
    let mut all = stream::iter(students.iter().copied())
        .map(|entry| async move { (entry, still_open(student_access, entry, region).await) })
        .buffered(at_once);
    while let Some(one) = all.next().await {
        tried.push(one);
        live.tick(format!("{} of {} accounts tried", tried.len(), students.len()));
    }
    live.clear();
    tried
}

fn listed(tried: &[(&Entry, StillOpen)], region: &str, are_sent: bool) -> String {
    let width = common::width();
    let mut out = String::new();
    for (entry, open) in tried {
        let (symbol, word) = match open {
            StillOpen::No => ("✓".green(), "does not open any more".to_owned()),
            StillOpen::Yes => ("✗".red(), "still opens".to_owned()),
            StillOpen::Unknown(why) => ("?".yellow(), format!("not known: {}", visible(why))),
        };
        let text = wrapped(&format!("{}: {word}", called(entry)), width.saturating_sub(3), "");
        let _ = writeln!(out, " {symbol} {}", text.replace('\n', "\n   "));
    }
    let open: Vec<&Entry> = tried
        .iter()
        .filter(|(_, open)| *open == StillOpen::Yes)
        .map(|(entry, _)| *entry)
        .collect();
    let _ = write!(out, "\n {} of {} still open", open.len(), tried.len());
    if !are_sent {
        for message in open.iter().filter_map(|entry| message(entry, region)) {
            let _ = write!(out, "\n\n{message}");
        }
    }
    out
}

/// A file for each student whose account still opens. That of one whose account does not any more goes; one that was changed stays
/// as it is.
fn send(folder: &Path, tried: &[(&Entry, StillOpen)], region: &str) -> anyhow::Result<()> {
    let cannot = || format!("cannot write into {}", visible(&folder.display().to_string()));
    private::create_folder(folder).with_context(cannot)?;
    let (mut count, mut changed) = (0, Vec::new());
    for (entry, open) in tried {
        let Some(text) = message(entry, region) else {
            continue;
        };
        let file = folder.join(format!("{}.txt", file_name(&entry.student.id)));
        let there = std::fs::read_to_string(&file).ok();
        match (open, there.is_some_and(|there| there != text)) {
            (StillOpen::Unknown(_), _) => {}
            (_, true) => changed.push(file.display().to_string()),
            (StillOpen::Yes, false) => {
                private::write(&file, text.as_bytes()).with_context(cannot)?;
                count += 1;
            }
            (StillOpen::No, false) if file.exists() => std::fs::remove_file(&file).with_context(cannot)?,
            (StillOpen::No, false) => {}
        }
    }
    note(&format!(
        "{count} messages in {}",
        visible(&folder.display().to_string())
    ));
    for file in &changed {
        note(&format!("note: {} was changed, and is left as it is", visible(file)));
    }
    Ok(())
}
