//! `edemlab recording …`, and the recording of a check.

use super::common;
use super::live::LiveLine;
use super::output::{note, print};
use super::sandbox::{deploy_templates, find_deviation, open};
use crate::account::Account;
use crate::cli::{DEFAULT_ACCOUNT, RecordingCommand};
use crate::course::{CheckAs, Course, CourseFiles, Deviation, Lab, Part, SolutionPart};
use crate::judge::{Judged, Options, judge_on};
use crate::recording::{self, Finding, Recorder, Recording, RecordingError, Replayed, diff, summary};
use crate::report::text::visible;
use crate::sandbox::{self, Paths, StartOptions};
use anyhow::{Context, bail};
use colored::Colorize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is said where a course has changed since.
const OTHER_RULES: &str =
    "the recording was made with another version of this lab's checks: what differs may come from that";

/// A recorder, where a recording into `file` is asked for. Where none can be written, nothing is checked.
pub fn begin(file: Option<&Path>, files: &CourseFiles) -> anyhow::Result<Option<Recorder>> {
    let Some(file) = file else { return Ok(None) };
    recording::may_write(file)?;
    Ok(Some(Recorder::new(files)?))
}

/// Writes what was recorded, and says so. An exchange in which anything is found that should be hidden is left out.
pub fn end(
    recorder: &Recorder,
    judged: &Judged,
    account: &Account,
    file: &Path,
    files: &CourseFiles,
) -> anyhow::Result<()> {
    let finished = recorder.finish(judged, account, files);
    let Some((recording, left_out)) = recording::without_findings(finished, files)? else {
        bail!(
            "the recording was not written: it would hold what it must not. This is a mistake of edemlab: please report it"
        );
    };
    recording.write(file)?;
    let name = visible(&file.display().to_string());
    note(&format!(
        "{} exchanges with AWS are in {name}, without names, numbers and secrets.\n  \
         See what it holds   edemlab recording show {name}\n  \
         Before you send it  edemlab recording verify {name}",
        recording.exchanges.len()
    ));
    if left_out > 0 {
        note(&format!(
            "  {left_out} more were left out: not every word of them could be hidden. A replay may find what needs them unknown"
        ));
    }
    Ok(())
}

pub async fn run(course: Option<PathBuf>, command: RecordingCommand) -> anyhow::Result<u8> {
    match command {
        RecordingCommand::Show { file } => {
            let recording = opened(&file)?;
            print(&visible_lines(&summary::text(&recording, common::width())))
        }
        RecordingCommand::Verify { file } => verify(course, &file),
        RecordingCommand::Replay { file } => replay(course, &file).await,
        RecordingCommand::Diff { file, other } => {
            let recording = opened(&file)?;
            let (other, called) = match other {
                Some(other) => (opened(&other)?, "the other one"),
                None => (of_sandbox(course.clone(), &recording).await?, "the sandbox"),
            };
            let differences = diff::differences(&recording, &other, &common::files(course)?);
            print(&visible_lines(&diff::text(&differences, called, common::width())))?;
            Ok(u8::from(!differences.is_empty()))
        }
    }
}

fn opened(file: &Path) -> anyhow::Result<Recording> {
    Recording::open(file).map_err(|error| match error {
        RecordingError::Line { .. } => no_recording(error, file),
        error => error.into(),
    })
}

fn no_recording(error: RecordingError, file: &Path) -> anyhow::Error {
    anyhow::Error::from(error).context(format!("{} is no recording", file.display()))
}

/// A recording comes from somebody else: nothing in it reaches a terminal as it is.
fn visible_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(visible).collect();
    lines.join("\n")
}

fn said(findings: &[Finding]) -> String {
    let lines = findings
        .iter()
        .map(|finding| format!("{} line {}: {}", "✗".red(), finding.line, visible(&finding.problem)));
    lines.collect::<Vec<_>>().join("\n")
}

fn verify(course: Option<PathBuf>, file: &Path) -> anyhow::Result<u8> {
    let text = recording::read(file)?;
    let files = common::files(course)?;
    let findings = match recording::verify(&text, &files) {
        Ok(findings) => findings,
        // Of what does not even begin like one, nothing can be said.
        Err(error @ RecordingError::Line { line: 1, .. }) => return Err(no_recording(error, file)),
        Err(RecordingError::Line { line, problem }) => vec![Finding { line, problem }],
        Err(error) => return Err(error.into()),
    };
    if findings.is_empty() {
        let lines = text.lines().count();
        return print(&format!(
            "{} {lines} lines: whole, and each word is AWS's, the course's, or a pseudonym",
            "✓".green()
        ));
    }
    print(&said(&findings))?;
    if let Ok((recording, _)) = Recording::parse_unsealed(&text)
        && files.digest_of(&recording.header.lab) != recording.header.rules
    {
        print(OTHER_RULES)?;
    }
    Ok(1)
}

async fn replay(course: Option<PathBuf>, file: &Path) -> anyhow::Result<u8> {
    let recording = opened(file)?;
    let course = common::course(course, Part::Checks)?;
    let lab = course.lab(&recording.header.lab)?;
    let Replayed { judged, unmatched } = recording::replay(&recording, &course.files, lab).await?;
    let again = recording::End::of(&judged.report, Options::default(), Default::default(), false);
    let recorded = &recording.end;
    let mut differ = Vec::new();
    let ids = recorded
        .checks
        .keys()
        .chain(again.checks.keys().filter(|id| !recorded.checks.contains_key(*id)));
    for id in ids {
        let (before, now) = (recorded.checks.get(id), again.checks.get(id));
        if before != now {
            let word = |status: Option<&String>| status.map_or("not judged", String::as_str).to_owned();
            differ.push(format!(
                "{} {id}: recorded {}, now {}",
                "✗".red(),
                word(before),
                word(now)
            ));
        }
    }
    for line in &differ {
        print(&visible(line))?;
    }
    if !unmatched.is_empty() {
        print("\nnot in the recording, so what needs it is unknown:")?;
        for operation in &unmatched {
            print(&format!("  {}", visible(operation)))?;
        }
    }
    if course.files.digest_of(&lab.id) != recording.header.rules {
        print(OTHER_RULES)?;
    }
    if recorded.stopped {
        print("the recorded run was stopped before everything was known")?;
    }
    let (checks, verdict) = (again.checks.len(), &again.verdict);
    match differ.len() {
        0 => print(&format!("{} {checks} checks, all as recorded: {verdict}", "✓".green())),
        count => {
            print(&format!("\n{count} of {checks} checks are not as recorded"))?;
            Ok(1)
        }
    }
}

/// A recording, in memory, of the same in a sandbox of its own: the lab's solution, or the fault that was recorded.
async fn of_sandbox(course: Option<PathBuf>, recording: &Recording) -> anyhow::Result<Recording> {
    let course = common::course(course, Part::Everything)?;
    let lab = course.lab(&recording.header.lab)?;
    let fault = match &recording.header.fault {
        Some(id) => Some(find_deviation(lab, id)?),
        None => None,
    };
    let live = LiveLine::new(false);
    let user = Paths::from_environment()?;
    let paths = Paths::new(user.cache(), &format!("recording-{}", std::process::id()))?;
    let options = StartOptions {
        owner: Some(std::process::id()),
        region: recording.header.region.clone(),
        ..StartOptions::default()
    };
    let sandbox = sandbox::start(&paths, &options, &|event| live.sandbox(event)).await?;
    live.show("deploy", format!("deploying {}", lab.id));
    let recorded = recorded_in(&sandbox, &course, lab, fault, recording).await;
    sandbox::remove(&paths).await?;
    live.clear();
    recorded
}

async fn recorded_in(
    sandbox: &sandbox::Sandbox,
    course: &Course,
    lab: &Lab,
    fault: Option<&Deviation>,
    like: &Recording,
) -> anyhow::Result<Recording> {
    let number = DEFAULT_ACCOUNT.parse()?;
    let region = &like.header.region;
    let account = open(sandbox, &number, region, CheckAs::Student).await?;
    let options = Options {
        // They are names of what is in another account.
        uses: BTreeMap::new(),
        ..like.end.options.clone()
    };
    let stop = common::interrupts();
    let solution = solution(lab, like)?;
    deploy_templates(sandbox, &number, region, lab, std::slice::from_ref(&solution)).await?;
    if let Some(fault) = fault {
        // As in the rehearsal: the solution has run before, and so its logs are there.
        judge_on(lab, &account.with_fresh_cache(), &options, &|_| (), stop.clone(), None).await?;
        let templates = fault.templates(&solution).with_context(|| fault.place())?;
        deploy_templates(sandbox, &number, region, lab, &templates).await?;
    }
    let recorder = Recorder::new(&course.files)?;
    let account = recorder.around(&account);
    let judged = judge_on(lab, &account, &options, &|_| (), stop, Some(&recorder)).await?;
    Ok(recorder.finish(&judged, &account, &course.files))
}

/// The solution without the parts that what was recorded was made without.
fn solution(lab: &Lab, like: &Recording) -> anyhow::Result<Value> {
    let Some(mut solution) = lab.solution.clone() else {
        bail!("the lab {0} has no `labs/{0}/solution.yaml` to deploy", lab.id);
    };
    let skipped = &like.end.options.skip;
    let is_left_out =
        |part: &&SolutionPart| !part.steps.is_empty() && part.steps.iter().all(|step| skipped.contains(step));
    for part in lab.parts.iter().filter(is_left_out) {
        solution["Parameters"][&part.parameter]["Default"] = part.without.clone().into();
    }
    Ok(solution)
}
