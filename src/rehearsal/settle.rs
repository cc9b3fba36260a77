//! One subject deployed and judged, again and again until it shows what it should: AWS is consistent only after a while.

use super::outcome::{Look, Trial, rounded};
use super::stage::{Progress, RehearsalError, Stage};
use super::subject::{Contradiction, Subject};
use crate::judge::{JudgeError, Options, judge};
use crate::report::Report;
use std::time::{Duration, Instant};

/// Between two looks: at first, and at most.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Events that are sent for one subject, at most: one is lost where a trigger has just been made.
const PROBES: u32 = 3;

/// What the configuration showed.
pub(super) struct Settled {
    /// At first.
    at_first: Vec<Contradiction>,
    /// In the end.
    pub(super) wrong: Vec<Contradiction>,
    /// After how many seconds nothing was wrong.
    seconds: f64,
}

/// Judges what stands, without an event, until it shows what it should, or for as long as `stage` allows.
pub(super) async fn settled(stage: &Stage<'_>, subject: Subject<'_>) -> Result<Settled, RehearsalError> {
    let (since, mut pause) = (Instant::now(), PAUSE);
    let mut mails = Mails::default();
    let (_, at_first) = look(stage, subject, true).await?;
    let mut wrong = at_first.clone();
    while !wrong.is_empty() {
        let patience = match mails.wait(stage).await? {
            true => stage.limits.mail,
            false => stage.limits.settle,
        };
        if since.elapsed() > patience {
            break;
        }
        (stage.tell)(Progress::Settling {
            seconds: since.elapsed().as_secs(),
            within: patience.as_secs(),
            says: &wrong[0].says,
        });
        stage.pause(pause).await?;
        pause = (pause * 2).min(LONGEST_PAUSE);
        (_, wrong) = look(stage, subject, true).await?;
    }
    Ok(Settled {
        at_first,
        wrong,
        seconds: rounded(since.elapsed()),
    })
}

/// The same, and then with events: up to [`PROBES`], as long as something is otherwise.
pub(super) async fn settle(stage: &Stage<'_>, subject: Subject<'_>, trial: &mut Trial) -> Result<(), RehearsalError> {
    let settled = settled(stage, subject).await?;
    trial.at_first = settled.at_first;
    // What the configuration has never shown, an event does not change.
    let is_hopeless = !settled.wrong.is_empty();
    trial.settled_in = (!is_hopeless).then_some(settled.seconds);
    let began = Instant::now();
    loop {
        trial.probes += 1;
        let (report, wrong) = look(stage, subject, false).await?;
        trial.checks = looks(&report);
        trial.leftovers.clone_from(&report.leftovers);
        trial.wrong = wrong;
        if trial.is_as_expected() || is_hopeless || trial.probes == PROBES || began.elapsed() > stage.limits.settle {
            return Ok(());
        }
        (stage.tell)(Progress::Settling {
            seconds: began.elapsed().as_secs(),
            within: stage.limits.settle.as_secs(),
            says: trial.wrong.first().map_or("a probe left something", |one| &one.says),
        });
        stage.pause(LONGEST_PAUSE).await?;
    }
}

/// One check of the lab, and what it says otherwise than `subject` should.
async fn look(
    stage: &Stage<'_>,
    subject: Subject<'_>,
    no_probe: bool,
) -> Result<(Report, Vec<Contradiction>), RehearsalError> {
    let options = Options {
        skip: stage.skipped_steps(),
        no_probe,
        ..Options::default()
    };
    // What was seen before is no answer any more.
    let account = stage.account.with_fresh_cache();
    let observer = |event| (stage.tell)(Progress::Judging(event));
    let judged = judge(stage.lab, &account, &options, &observer, stage.stop.clone()).await;
    if stage.is_stopped() {
        return Err(RehearsalError::Stopped);
    }
    let report = judged
        .map_err(|error| match error {
            JudgeError::Call(error) => RehearsalError::Call(error),
            JudgeError::Unknown(error) => RehearsalError::Course(error),
            JudgeError::Stopped => RehearsalError::Stopped,
        })?
        .report;
    let without = stage.checks_without_part();
    let mut wrong = subject.contradictions(&report);
    wrong.retain(|one| !without.contains(&one.check.as_str()));
    Ok((report, wrong))
}

fn looks(report: &Report) -> Vec<Look> {
    let look = |check: &crate::report::CheckReport| Look {
        check: check.id.clone(),
        status: check.status,
        found: check.found.clone(),
        seconds: check.seconds,
    };
    report.checks().map(|(_, check)| look(check)).collect()
}

/// Subscriptions by e-mail wait for a click, which only a person can make.
#[derive(Default)]
struct Mails {
    are_told: bool,
}

impl Mails {
    /// Whether a subscription of the stack waits to be confirmed; says so once.
    async fn wait(&mut self, stage: &Stage<'_>) -> Result<bool, RehearsalError> {
        let waiting = stage.unconfirmed().await?;
        if let Some(address) = waiting.first()
            && !self.are_told
        {
            (stage.tell)(Progress::Mail { address });
            self.are_told = true;
        }
        Ok(!waiting.is_empty())
    }
}
