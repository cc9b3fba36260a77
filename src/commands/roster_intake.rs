//! `edemlab roster new` and `roster add`: the list of students from an LMS, their accounts from a form.

use super::{common, grading, output, roster};
use crate::class::roster::{FormFile, NamedColumns, Problem, WithAccounts};
use crate::class::roster::{add as add_accounts, new as new_roster};
use crate::cli::{RosterAddArgs, RosterNewArgs};
use crate::course::Part;
use crate::private;
use crate::report::text::{cut, visible};
use anyhow::{Context, bail};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A larger file is no class.
const LARGEST: u64 = 64 * 1024 * 1024;

/// How many earlier rosters are kept beside one.
const MAX_KEPT: usize = 10_000;

/// Makes a roster.
pub fn new(args: &RosterNewArgs) -> anyhow::Result<u8> {
    let made = new_roster(&args.from, &read(&args.from)?, args.id.as_deref())?;
    let is_printed = args.out == Path::new("-");
    if !is_printed {
        match private::write_new(&args.out, &made.bytes) {
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => bail!(
                "{} is there already: nothing was written. Name another file with --out; `edemlab roster add` puts accounts \
                 into a roster that is there",
                grading::shown(&args.out)
            ),
            written => written.with_context(|| format!("cannot write {}", grading::shown(&args.out)))?,
        }
    }
    for note in &made.notes {
        output::note(&format!("note: {}", visible(note)));
    }
    if is_printed {
        return output::print(
            String::from_utf8_lossy(&made.bytes)
                .trim_start_matches('\u{feff}')
                .trim_end(),
        );
    }
    let (file, students) = (grading::shown(&args.out), made.students);
    let people = if students == 1 { "student" } else { "students" };
    output::print(&format!(
        "{students} {people} → {file}\n\nAccounts come next: `edemlab access link {file}` needs none, `edemlab roster add {file} \
         --from FORM` takes\nthem from a form. In a spreadsheet, format the columns `student` and `account` as text."
    ))
}

/// Puts accounts into a roster.
pub fn add(course: Option<PathBuf>, args: &RosterAddArgs) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Checks)?;
    let list = roster::read(&args.roster, &course, "")?;
    let before = read(&args.roster)?;
    let form = read(&args.from)?;
    let form = FormFile {
        path: &args.from,
        bytes: &form,
        columns: NamedColumns {
            who: args.who.as_deref(),
            account: args.account.as_deref(),
        },
    };
    let with = add_accounts(&before, &list, form, args.replace)?;
    let kept = match with.added > 0 && !args.dry_run {
        true => Some(replace(&args.roster, &before, &with.bytes)?),
        false => None,
    };
    output::print(&told(args, &with, kept.as_deref()))?;
    Ok(u8::from(!with.missing.is_empty() || !with.refused.is_empty()))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("cannot read {}", grading::shown(path));
    if std::fs::metadata(path).with_context(cannot)?.len() > LARGEST {
        bail!("{} is too large to be a class's", grading::shown(path));
    }
    std::fs::read(path).with_context(cannot)
}

/// Writes a file in the place of another, of which a copy is kept beside it; gives the copy's path.
fn replace(path: &Path, before: &[u8], now: &[u8]) -> anyhow::Result<PathBuf> {
    let cannot = || format!("cannot write beside {}", grading::shown(path));
    // A link stays one.
    let path = path.canonicalize().with_context(cannot)?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for number in 1..=MAX_KEPT {
        let kept = path.with_file_name(format!("{stem}-before-{number}.csv"));
        match private::write_new(&kept, before) {
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
            written => {
                written.with_context(cannot)?;
                private::write(&path, now).with_context(cannot)?;
                return Ok(kept);
            }
        }
    }
    bail!(
        "there are too many earlier rosters beside {}: remove some",
        grading::shown(&path)
    )
}

fn told(args: &RosterAddArgs, with: &WithAccounts, kept: Option<&Path>) -> String {
    let (roster, form) = (grading::shown(&args.roster), grading::shown(&args.from));
    let accounts = if with.added == 1 { "account" } else { "accounts" };
    let mut out = match args.dry_run {
        true => format!(
            " {} {accounts} would be put into {roster} (--dry-run: nothing was written)",
            with.added
        ),
        false => format!(" {} {accounts} → {roster}", with.added),
    };
    if with.known > 0 {
        out.push_str(&format!(" · {} were there already", with.known));
    }
    if let Some(kept) = kept {
        let name = kept.file_name().unwrap_or_default().to_string_lossy();
        out.push_str(&format!("\n the roster as it was: {}", visible(&name)));
    }
    let line = |problem: &Problem| match problem.line {
        Some(line) => format!("{form}:{line}: {}", problem.reason),
        None => format!("{form}: {}", problem.reason),
    };
    // Each is the professor's to do: none is left out.
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            out.push_str(&format!("\n\n {title}"));
            lines.iter().for_each(|line| out.push_str(&format!("\n   {line}")));
        }
    };
    section("not taken", with.refused.iter().map(line).collect());
    section("taken, and worth a look", with.taken.iter().map(line).collect());
    let missing = with.missing.iter();
    let missing = missing.map(|(line, id)| format!("{roster}:{line}: {}", cut(id, 60)));
    section("no account yet", missing.collect());
    out
}
