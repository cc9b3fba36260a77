//! `edemlab gradebook`.

use super::common;
use crate::class::adjustments;
use crate::class::folder::{ClassFolder, file_name};
use crate::class::gradebook::number::DecimalSign;
use crate::class::gradebook::{
    self, ExtraPoints, FillError, Filled, Finding, GradeEntry, GradeRemark, GradeRemarks, GradeTable, GradebookOptions,
    Lms, RemarkAbout,
};
use crate::cli::{ExtraCredit, GradebookArgs, Target};
use crate::course::UnknownName;
use crate::private;
use crate::report::text::{visible, wrapped};
use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::path::{Path, PathBuf};

pub fn run(args: &GradebookArgs) -> anyhow::Result<u8> {
    let folder = ClassFolder::open(&args.dir)?;
    if let Some(out) = args.out.as_deref().filter(|out| is_of_class(&folder, out)) {
        bail!(
            "{} is a file of the class itself: write the gradebook elsewhere, with --out FILE",
            shown(out)
        );
    }
    let wanted = labs(&folder, &args.labs)?;
    let options = GradebookOptions {
        scale: args.scale,
        extra: match args.extra {
            ExtraCredit::Cap => ExtraPoints::Cap,
            ExtraCredit::Keep => ExtraPoints::Keep,
        },
        unknown_as_zero: args.unknown_as_zero,
        missing_as_zero: args.missing_as_zero,
        decimal: args.decimal.map(DecimalSign::from),
        columns: columns(&args.columns, &wanted)?,
    };
    let mut entries = Vec::new();
    for grade in folder.grades(args.count.into()) {
        let grade = grade?;
        if wanted.contains(&grade.lab.id.as_str()) {
            entries.push(GradeEntry::new(&grade));
        }
    }
    let lms = match args.target {
        Target::Moodle => Lms::Moodle,
        Target::MoodleWorksheet => Lms::MoodleWorksheet,
        Target::Canvas => Lms::Canvas,
        Target::Csv | Target::Xlsx => return table(args, &folder, &entries, &options),
        Target::Gradescope => return gradescope(args, &folder, &wanted, &options),
    };
    fill(lms, args, &folder, &entries, &options)
}

/// Whether a file is one that edemlab reads from the class's folder, or makes there.
fn is_of_class(folder: &ClassFolder, out: &Path) -> bool {
    let own = ["class.json", "index.html", adjustments::FILE];
    let own = own.iter().any(|name| same(&folder.path().join(name), out));
    let within = ["reports", "students", "feedback", "underway"];
    let home = out.parent().and_then(|parent| parent.canonicalize().ok());
    let is_in = |of: &str| {
        let of = folder.path().join(of).canonicalize().ok();
        of.zip(home.as_ref()).is_some_and(|(of, home)| home.starts_with(of))
    };
    own || within.iter().any(|of| is_in(of))
}

/// The labs that are asked for; all of the class if none is.
fn labs<'f>(folder: &'f ClassFolder, asked: &[String]) -> anyhow::Result<Vec<&'f str>> {
    let all = || folder.class().labs.iter().map(|lab| lab.id.as_str());
    for lab in asked {
        if !all().any(|id| id == lab) {
            return Err(UnknownName::new("lab of this class", lab, all()).into());
        }
    }
    Ok(all()
        .filter(|id| asked.is_empty() || asked.iter().any(|lab| lab == id))
        .collect())
}

/// `LAB=HEADER`, or only the header where there is one lab.
fn columns(said: &[String], labs: &[&str]) -> anyhow::Result<Vec<(String, String)>> {
    let mut columns: Vec<(String, String)> = Vec::new();
    for text in said {
        let pair = match (text.split_once('='), labs) {
            (Some((lab, header)), _) if labs.contains(&lab.trim()) => (lab.trim().to_owned(), header.to_owned()),
            (_, [lab]) => ((*lab).to_owned(), text.clone()),
            _ => bail!(
                "--column {text}: write LAB=HEADER, with one of the labs {}",
                labs.join(", ")
            ),
        };
        if columns.iter().any(|(lab, _)| *lab == pair.0) {
            bail!("--column names two columns for {}", pair.0);
        }
        columns.push(pair);
    }
    Ok(columns)
}

fn table(
    args: &GradebookArgs,
    folder: &ClassFolder,
    entries: &[GradeEntry],
    options: &GradebookOptions,
) -> anyhow::Result<u8> {
    if args.fill.is_some() || !args.columns.is_empty() {
        bail!("--fill and --column are for moodle, moodle-worksheet and canvas: csv and xlsx are tables of their own");
    }
    let table = GradeTable::new(&folder.class().students, entries, args.steps, options);
    let (name, bytes) = match args.target {
        Target::Xlsx if args.out.as_deref() == Some(Path::new("-")) => {
            bail!("a workbook cannot be printed: name a file, for example --out grades.xlsx");
        }
        Target::Xlsx => ("grades.xlsx", gradebook::xlsx(&table)?),
        _ => (
            "grades.csv",
            gradebook::csv(&table, options.decimal.unwrap_or(DecimalSign::Dot)),
        ),
    };
    let out = args.out.clone().unwrap_or_else(|| folder.path().join(name));
    super::output::note_lines(&remarks(&table.remarks, None, several(entries)));
    for note in folder.class().groups_note().iter().chain(&table.notes) {
        super::output::note(&format!("note: {}", visible(note)));
    }
    if put(&out, &bytes)? {
        let students = count(table.rows.len(), "student");
        super::output::print(&format!("{students} → {}", shown(&out)))?;
    }
    Ok(u8::from(!table.remarks.is_whole()))
}

/// A file for each student; those without a grade are listed.
fn gradescope(
    args: &GradebookArgs,
    folder: &ClassFolder,
    labs: &[&str],
    options: &GradebookOptions,
) -> anyhow::Result<u8> {
    let [lab] = labs else {
        bail!(
            "an assignment of Gradescope is one lab: add --lab, with one of {}",
            labs.join(", ")
        );
    };
    if args.fill.is_some() || !args.columns.is_empty() || args.steps {
        bail!("--fill, --column and --steps are for tables: gradescope writes a file for each student");
    }
    let default = || folder.path().join(gradebook::gradescope::FOLDER).join(lab);
    let out = args.out.clone().unwrap_or_else(default);
    private::create_folder(&out).with_context(|| format!("cannot create {}", shown(&out)))?;
    let (mut written, mut looked_at) = (0, GradeRemarks::default());
    for grade in folder.grades(args.count.into()) {
        let grade = grade?;
        if grade.lab.id != *lab {
            continue;
        }
        match gradebook::gradescope::results(&grade, options) {
            Ok(results) => {
                let file = out.join(format!("{}.json", file_name(&grade.student.id)));
                put(&file, serde_json::to_string_pretty(&results)?.as_bytes())?;
                looked_at.written(&GradeEntry::new(&grade), None, options);
                written += 1;
            }
            Err(None) => {}
            Err(Some(why)) => looked_at.left(&GradeEntry::new(&grade), None, &why),
        }
    }
    super::output::note_lines(&remarks(&looked_at, None, false));
    for note in looked_at.notes() {
        super::output::note(&format!("note: {}", visible(&note)));
    }
    super::output::print(&format!("{} → {}", count(written, "file"), shown(&out)))?;
    Ok(u8::from(!looked_at.is_whole()))
}

fn fill(
    lms: Lms,
    args: &GradebookArgs,
    folder: &ClassFolder,
    entries: &[GradeEntry],
    options: &GradebookOptions,
) -> anyhow::Result<u8> {
    if args.steps {
        bail!("--steps is for csv and xlsx: a column is not added to a file of Moodle or Canvas");
    }
    let Some(source) = &args.fill else {
        let hint = match lms {
            Lms::Moodle => "Moodle: Grades → Export → Plain text file",
            Lms::MoodleWorksheet => "Moodle: the assignment → Submissions → Actions → Download grading worksheet",
            Lms::Canvas => "Canvas: Grades → Export → Export Entire Gradebook",
        };
        bail!("no file to fill was named: add --fill FILE\n\n  {hint}");
    };
    let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| source.with_file_name(format!("{stem}-filled.csv")));
    if same(source, &out) {
        bail!(
            "{} is the file that was exported: write the filled one elsewhere, with --out FILE",
            shown(&out)
        );
    }
    let bytes = std::fs::read(source).with_context(|| format!("cannot read {}", shown(source)))?;
    let filled = gradebook::fill(lms, &bytes, &stem, folder.class(), entries, options);
    let filled = filled.map_err(|error| refusal(source, &error))?;
    super::output::note_lines(&said(source, &filled, several(entries)));
    if put(&out, &filled.bytes)? {
        super::output::print(&format!("{} → {}", count(filled.grades, "grade"), shown(&out)))?;
    }
    Ok(u8::from(!filled.remarks.is_whole()))
}

/// Writes a file for this user only; `-` is standard output. Whether it was a file.
fn put(out: &Path, bytes: &[u8]) -> anyhow::Result<bool> {
    if out == Path::new("-") {
        return match std::io::stdout().lock().write_all(bytes) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(false),
        };
    }
    private::write(out, bytes).with_context(|| format!("cannot write {}", shown(out)))?;
    Ok(true)
}

/// Whether two paths are one file.
fn same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| -> Option<PathBuf> {
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        path.canonicalize()
            .ok()
            .or_else(|| Some(folder.canonicalize().ok()?.join(path.file_name()?)))
    };
    real(one).is_some_and(|one| real(other) == Some(one))
}

fn refusal(source: &Path, error: &FillError) -> anyhow::Error {
    let name = shown(source);
    match error {
        FillError::Sheet(error) => anyhow::anyhow!("{name}: {error}"),
        FillError::Problems(problems) => {
            let text = format!(
                "{name} was not filled, nothing is written: {error}\n{}",
                findings(source, problems)
            );
            anyhow::anyhow!(text.trim_end().to_owned())
        }
    }
}

fn findings(source: &Path, findings: &[Finding]) -> String {
    let mut out = String::new();
    for Finding { line, text } in findings {
        let _ = writeln!(out, "  {}:{line}: {}", shown(source), visible(text));
    }
    out
}

/// Whether there is more than one lab.
fn several(entries: &[GradeEntry]) -> bool {
    entries.windows(2).any(|pair| pair[0].lab.id != pair[1].lab.id)
}

/// What there is to say about a filled file.
fn said(source: &Path, filled: &Filled, several: bool) -> String {
    let mut out = remarks(&filled.remarks, Some(source), several);
    let mut section = |title: &str, list: &[Finding]| {
        if !list.is_empty() {
            let _ = writeln!(out, "{title}:\n{}", findings(source, list));
        }
    };
    section("another grade than before", &filled.replaced);
    section("extra credit was cut (--extra keep keeps it)", &filled.capped);
    section("another name than in the roster: is it the same person?", &filled.names);
    section("not in the class, left as they are", &filled.strangers);
    for note in &filled.notes {
        let _ = writeln!(out, "note: {}", visible(note));
    }
    out
}

/// The grades to look at, in one list: those that were not written, and those that stand for more than points.
fn remarks(remarks: &GradeRemarks, source: Option<&Path>, several: bool) -> String {
    let list = remarks.list();
    let mut out = String::new();
    if list.is_empty() {
        return out;
    }
    let left = list.iter().filter(|one| one.about == RemarkAbout::NotWritten).count();
    let _ = writeln!(
        out,
        "look at these{}:",
        match left {
            0 => String::new(),
            1 => "; one grade was not written".to_owned(),
            left => format!("; {left} grades were not written"),
        }
    );
    for GradeRemark {
        line,
        student,
        name,
        lab,
        text,
        ..
    } in list
    {
        let place = source
            .zip(*line)
            .map(|(file, line)| format!("{}:{line}: ", shown(file)));
        let lab = if several {
            format!(", {}", visible(lab))
        } else {
            String::new()
        };
        let name = match name.as_str() {
            "" => String::new(),
            name => format!(" ({})", short(name)),
        };
        let place = place.unwrap_or_default();
        let said = format!("{place}{}{name}{lab}: {}", short(student), visible(text));
        let said = match std::io::stderr().is_terminal() {
            true => wrapped(&said, common::width().saturating_sub(2), "  ").replace('\n', "\n  "),
            false => format!("  {said}"),
        };
        let _ = writeln!(out, "{said}");
    }
    out.push('\n');
    out
}

fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}

/// A name on one line of a list.
fn short(name: &str) -> String {
    const MAX_SHOWN: usize = 60;
    let shown = visible(name);
    match shown.char_indices().nth(MAX_SHOWN) {
        Some((at, _)) => format!("{}…", &shown[..at]),
        None => shown,
    }
}

fn shown(path: &Path) -> String {
    visible(&path.display().to_string())
}
