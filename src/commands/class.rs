//! `edemlab class`: what a class's folder keeps of people.

use super::confirming::{self, Answer};
use super::output::{note, print, tell};
use super::{common, grading};
use crate::class::access::invited;
use crate::class::access::template::STACK;
use crate::class::access::{Secret, SecretError};
use crate::class::folder::{ClassFolder, file_name};
use crate::class::privacy::{self, KeptOf};
use crate::class::{Counts, Student, pages};
use crate::cli::{ClassCommand, ExportArgs, ExportFormat, ForgetArgs, PurgeArgs, SecretFile};
use crate::report::Report;
use crate::report::text::{visible, wrapped};
use anyhow::bail;
use chrono::{DateTime, Local, TimeZone, Utc};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Names of files that are shown.
const SHOWN: usize = 10;

pub fn run(command: ClassCommand) -> anyhow::Result<u8> {
    match command {
        ClassCommand::Forget(args) => forget(&args),
        ClassCommand::Purge(args) => purge(&args),
        ClassCommand::Export(args) => export(&args),
    }
}

fn forget(args: &ForgetArgs) -> anyhow::Result<u8> {
    let mut folder = ClassFolder::open(&args.dir)?;
    let _lock = grading::locked(&args.dir)?;
    let students = match &args.student {
        Some(student) => vec![student.clone()],
        None => privacy::absent(&folder)?,
    };
    if students.is_empty() {
        return print("Nobody's files are here but those of the class.");
    }
    let secret = secret(&args.secret);
    let mut kept_of = Vec::new();
    for student in &students {
        let kept = privacy::kept_of(&folder, student)?;
        let is_invited = secret
            .as_deref()
            .map_or(Ok(false), |secret| invited::is_invited(secret, student))?;
        if kept.is_empty() && !is_invited {
            bail!("{}", unknown(&folder, student));
        }
        show(student, &kept, &folder);
        kept_of.push((student, kept, is_invited));
    }
    let answer = match args.yes {
        true => Answer::Yes,
        false => asked(&students)?,
    };
    if let Some(status) = answer.declined("Nothing was removed.", "remove this") {
        return Ok(status);
    }
    let (mut removed, mut mentioned, mut opaque) = (0, BTreeSet::new(), BTreeSet::new());
    for (student, kept, is_invited) in kept_of {
        let forgotten = privacy::forget(&folder, student, &kept)?;
        if let Some(secret) = secret.as_deref().filter(|_| is_invited) {
            invited::forget(secret, student)?;
        }
        removed += forgotten.files;
        mentioned.extend(kept.mentioned);
        opaque.extend(kept.opaque);
        folder = forgotten.folder;
    }
    pages::write(&folder, Counts::Last)?;
    tell(&format!(
        " {removed} files were removed, and the page of the class was made again."
    ));
    // Some of these went with another one who is forgotten.
    mentioned.retain(|path| path.exists());
    remains(&folder, &mentioned, &opaque);
    Ok(0)
}

/// The list of who was invited stands beside the secret. Without a secret there is none.
fn secret(flag: &SecretFile) -> Option<PathBuf> {
    let path = flag
        .file
        .clone()
        .map_or_else(Secret::default_path, Ok::<_, SecretError>);
    path.ok()
}

fn unknown(folder: &ClassFolder, said: &str) -> String {
    let dir = visible(&folder.path().display().to_string());
    let is_meant = |student: &&Student| {
        let is = |text: &str| text.eq_ignore_ascii_case(said);
        is(&student.id)
            || is(&student.name)
            || is(&student.email)
            || strsim::damerau_levenshtein(&student.id, said) == 1
    };
    let meant = folder.class().students.iter().find(is_meant);
    let meant = meant.map(|student| format!(" Did you mean {}?", visible(&student.id)));
    format!(
        "{dir} keeps nothing of {}: write the identifier as in the roster's column `student`.{} Nothing was removed.",
        visible(said),
        meant.unwrap_or_default()
    )
}

/// What goes, before anything does.
fn show(student: &str, kept: &KeptOf, folder: &ClassFolder) {
    let width = common::width();
    let within = |path: &Path| {
        let path = path.strip_prefix(folder.path()).unwrap_or(path);
        visible(&path.display().to_string())
    };
    tell(&wrapped(
        &format!("Of {}, this goes for good:", visible(student)),
        width,
        " ",
    ));
    for path in kept.files.iter().take(SHOWN) {
        tell(&format!("   {}", within(path)));
    }
    if let Some(more) = kept.files.len().checked_sub(SHOWN + 1) {
        tell(&format!("   and {} more", more + 1));
    }
    if kept.is_listed {
        tell("   their line in class.json and on the page of the class");
    }
    if kept.adjustments.is_some() {
        tell("   your lines about them in adjustments.csv");
    }
    for path in &kept.gradebooks {
        let text = format!(
            "{}, which has everybody: `edemlab gradebook` makes it again",
            within(path)
        );
        tell(&wrapped(&text, width, "   "));
    }
}

/// Asks for what goes to be typed.
fn asked(students: &[String]) -> std::io::Result<Answer> {
    let (what, word) = match students {
        [student] => ("the identifier", student.clone()),
        several => ("how many they are", several.len().to_string()),
    };
    let question = format!("To remove it, type {what}: {}.", visible(&word));
    confirming::ask(&question, |typed| typed == word)
}

/// What is kept elsewhere.
fn remains(folder: &ClassFolder, mentioned: &BTreeSet<PathBuf>, opaque: &BTreeSet<PathBuf>) {
    let width = common::width();
    tell("");
    tell(&wrapped("What this computer or others may still keep:", width, " "));
    let files = mentioned.iter().map(|path| (path, "which mentions them: look into it"));
    let unread = opaque.iter().map(|path| (path, "which is no text: look into it"));
    for (path, what) in files.chain(unread) {
        let path = path.strip_prefix(folder.path()).unwrap_or(path);
        let text = format!("{}, {what}", visible(&path.display().to_string()));
        tell(&wrapped(&text, width, " - "));
    }
    let others = [
        "your roster, credentials files beside it, and what you have saved elsewhere: gradebooks, messages, backups"
            .to_owned(),
        "the LMS, with their grades and what they have handed in, and mails that you have sent".to_owned(),
        "where the class was graded with --fleet: the bucket of that stack, until its days are over".to_owned(),
        format!(
            "their own account, with the role by which it was checked. They delete it: CloudFormation → Stacks → {STACK} → \
             Delete, or aws cloudformation delete-stack --stack-name {STACK}"
        ),
    ];
    for text in &others {
        tell(&wrapped(text, width, " - "));
    }
}

fn purge(args: &PurgeArgs) -> anyhow::Result<u8> {
    let folder = ClassFolder::open(&args.dir)?;
    let _lock = grading::locked(&args.dir)?;
    let midnight = args.before.and_hms_opt(0, 0, 0).expect("every day begins");
    // Where the clock is put forward at midnight, the day begins later.
    let before = Local.from_local_datetime(&midnight).earliest();
    let before = before.map_or_else(|| midnight.and_utc(), |at| at.with_timezone(&Utc));
    let old = privacy::old_runs(&folder, before)?;
    if old.files.is_empty() {
        return print(&format!("There is no run from before {}.", args.before));
    }
    tell(&wrapped(
        &format!(
            "{} runs from before {} go for good, with their evidence; {} of {} students have no other and are forgotten.",
            old.runs,
            args.before,
            old.without.len(),
            folder.class().students.len()
        ),
        common::width(),
        " ",
    ));
    let mut out = String::new();
    let forgotten = folder.class().students.iter().map(|student| &student.id);
    let forgotten: Vec<String> = forgotten
        .filter(|id| old.without.contains(&file_name(id)))
        .map(|id| grading::short(id))
        .collect();
    grading::list(&mut out, "forgotten, with their grades", forgotten.into_iter(), SHOWN);
    let changed = changed_without(&folder, before)?;
    grading::list(
        &mut out,
        "grades that rest on a run that goes",
        changed.into_iter(),
        SHOWN,
    );
    if !out.is_empty() {
        tell(out.trim_start_matches('\n'));
        tell(" What should count all the same: fill the gradebook first, or write it into adjustments.csv.");
    }
    let answer = confirming::ask_yes(args.yes, "remove them")?;
    if let Some(status) = answer.declined("Nothing was removed.", "remove them") {
        return Ok(status);
    }
    let folder = privacy::purge(&args.dir, &old)?;
    pages::write(&folder, Counts::Last)?;
    tell(" It is removed, and the pages were made again.");
    remains(&folder, &BTreeSet::new(), &BTreeSet::new());
    Ok(0)
}

/// Whose points are others without the runs from before: late work has what an earlier run, of work in time, had.
fn changed_without(folder: &ClassFolder, before: DateTime<Utc>) -> anyhow::Result<Vec<String>> {
    let class = folder.class();
    let stays = |report: &Report| DateTime::parse_from_rfc3339(&report.started).is_ok_and(|at| at >= before);
    let mut changed = Vec::new();
    for student in &class.students {
        for lab in &class.labs {
            let now = folder.grade(student, lab, Counts::Last)?;
            let then = folder.grade_from(student, lab, Counts::Last, stays)?;
            if then.report.is_some() && now.adjusted().is_none() && then.earned() != now.earned() {
                let (id, lab) = (grading::short(&student.id), visible(&lab.id));
                changed.push(format!("{id}  {lab}  {} → {}", now.earned(), then.earned()));
            }
        }
    }
    Ok(changed)
}

fn export(args: &ExportArgs) -> anyhow::Result<u8> {
    let folder = ClassFolder::open(&args.dir)?;
    let export = privacy::anonymous(&folder, args.count.into())?;
    if export.rows.is_empty() {
        note("note: nobody in this class was graded yet");
    }
    match args.format {
        ExportFormat::Csv => print(export.csv().trim_end()),
        ExportFormat::Json => print(&export.json()),
    }
}
