//! The same rehearsal in a sandbox of its own: what AWS said and answered otherwise.

use super::common;
use super::live::LiveLine;
use super::sandbox::open;
use crate::course::{CheckAs, Course, Lab};
use crate::recording::{Recording, diff};
use crate::rehearsal::{Comparison, Folder, Limits, Progress, Record, Stage, rehearse};
use crate::sandbox::{self, AccountNumber, Paths, Sandbox, StartOptions};
use anyhow::Context;
use std::time::Duration;

/// The sandbox shows at once what it ever shows.
const LIMITS: Limits = Limits {
    stack: Duration::from_secs(120),
    settle: Duration::from_secs(20),
    mail: Duration::from_secs(20),
    clean_up: Duration::from_secs(20),
};

/// The account of that sandbox.
const ACCOUNT: &str = "100000000000";

/// Rehearses in a sandbox what `record` has rehearsed, and compares the two.
///
/// # Errors
/// When the sandbox cannot be started, or the rehearsal in it does not come to its end.
pub async fn compare(
    course: &Course,
    lab: &Lab,
    record: &Record,
    email: Option<&str>,
    folder: &Folder,
) -> anyhow::Result<Comparison> {
    let live = LiveLine::new(false);
    let paths = Paths::new(
        Paths::from_environment()?.cache(),
        &format!("rehearse-{}", std::process::id()),
    )?;
    let options = StartOptions {
        owner: Some(std::process::id()),
        region: record.region.clone(),
        ..StartOptions::default()
    };
    let sandbox = sandbox::start(&paths, &options, &|event| live.sandbox(event)).await?;
    let compared = in_sandbox(course, lab, record, email, folder, &sandbox, &live).await;
    sandbox::remove(&paths).await?;
    live.clear();
    compared
}

async fn in_sandbox(
    course: &Course,
    lab: &Lab,
    record: &Record,
    email: Option<&str>,
    folder: &Folder,
    sandbox: &Sandbox,
    live: &LiveLine,
) -> anyhow::Result<Comparison> {
    let number: AccountNumber = ACCOUNT.parse()?;
    let account = open(sandbox, &number, &record.region, CheckAs::Student).await?;
    let here = tempfile::tempdir().context("no folder for the rehearsal in the sandbox")?;
    let own = Folder::open(here.path())?;
    let mut other = Record {
        account: ACCOUNT.to_owned(),
        has_custom_endpoint: true,
        before: None,
        made: Default::default(),
        trials: Vec::new(),
        clean_up: None,
        ended: None,
        ..record.clone()
    };
    let tell = |progress: Progress<'_>| {
        if let Progress::Deploying { number, of, .. } = progress {
            live.show(
                "compare",
                format!("{number} of {of}: the same in the sandbox, to compare"),
            );
        }
    };
    let stage = Stage {
        lab,
        stack: other.stack.clone(),
        solution: lab.solution.as_ref().context("the lab has no solution")?,
        without: other.without(lab),
        email,
        account: &account,
        folder: &own,
        recorded: Some(&course.files),
        limits: LIMITS,
        tell: &tell,
        stop: common::interrupts(),
    };
    let confirming = async {
        loop {
            // Nobody reads mail there. What cannot be confirmed shows in the rehearsal itself.
            let _ = sandbox.confirm(&number, Some(&record.region)).await;
            // Between two looks into the inbox, until the rehearsal ends.
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    tokio::select! {
        ended = rehearse(&stage, &mut other) => ended?,
        () = confirming => {}
    }
    let mut comparison = Comparison::of(record, &other);
    for trial in &record.trials {
        let recordings = [folder, &own].map(|folder| Recording::open(&folder.recording_of(&trial.subject)));
        match recordings {
            [Ok(recorded), Ok(other)] => {
                comparison.add_shapes(diff::differences(&recorded, &other, &course.files));
            }
            _ => comparison
                .not_compared
                .push(format!("the answers of {} were not recorded", trial.subject)),
        }
    }
    Ok(comparison)
}
