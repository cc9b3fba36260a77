//! One subject deployed and judged, again and again until it shows what it should: AWS is consistent only after a while.

use super::outcome::{Look, Trial, rounded};
use super::stage::{Progress, RehearsalError, Stage};
use super::subject::{Contradiction, Subject};
use crate::account::ErrorKind;
use crate::judge::{JudgeError, Options, Tape, judge_on};
use crate::recording::{Recorder, Recording, without_findings};
use crate::report::Report;
use std::time::{Duration, Instant};

/// Between two looks: at first, and at most.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Events that are sent for one subject, at most: one is lost where a trigger has just been made.
const PROBES: u32 = 3;

/// What the configuration showed.
struct Settled {
    /// At first.
    at_first: Vec<Contradiction>,
    /// In the end.
    wrong: Vec<Contradiction>,
    /// After what time nothing was wrong.
    after: Duration,
}

/// Judges what stands, without an event, until it shows what it should, or for as long as `stage` allows.
async fn settled(stage: &Stage<'_>, subject: Subject<'_>) -> Result<Settled, RehearsalError> {
    let (since, mut pause) = (Instant::now(), PAUSE);
    let mut mails = Mails::default();
    let at_first = look(stage, subject, true).await?.wrong;
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
        wrong = look(stage, subject, true).await?.wrong;
    }
    Ok(Settled {
        at_first,
        wrong,
        after: since.elapsed(),
    })
}

/// What events showed.
struct Probed {
    /// What the last one showed.
    looked: Looked,
    /// What the first one showed otherwise.
    at_first: Vec<Contradiction>,
    /// How many were sent.
    probes: u32,
    /// How long it took until the last one was sent.
    after: Duration,
}

impl Probed {
    fn is_as_expected(&self) -> bool {
        self.looked.wrong.is_empty() && self.looked.report.leftovers.is_empty()
    }
}

/// Sends events through what stands, up to [`PROBES`], as long as something is otherwise.
async fn probed(stage: &Stage<'_>, subject: Subject<'_>) -> Result<Probed, RehearsalError> {
    let began = Instant::now();
    let (mut probes, mut at_first) = (0, None);
    loop {
        let after = began.elapsed();
        let looked = look(stage, subject, false).await?;
        probes += 1;
        let probed = Probed {
            at_first: at_first.get_or_insert_with(|| looked.wrong.clone()).clone(),
            looked,
            probes,
            after,
        };
        if probed.is_as_expected() || probes == PROBES || began.elapsed() > stage.limits.settle {
            return Ok(probed);
        }
        (stage.tell)(Progress::Settling {
            seconds: began.elapsed().as_secs(),
            within: stage.limits.settle.as_secs(),
            says: probed
                .looked
                .wrong
                .first()
                .map(|one| &one.says)
                .or(probed.looked.report.leftovers.first())
                .map_or("", String::as_str),
        });
        stage.pause(LONGEST_PAUSE).await?;
    }
}

/// What stands shows otherwise than `subject` should: its configuration first, then events through it.
pub(super) async fn shown(stage: &Stage<'_>, subject: Subject<'_>) -> Result<Vec<Contradiction>, RehearsalError> {
    let settled = settled(stage, subject).await?;
    match settled.wrong.is_empty() {
        true => Ok(probed(stage, subject).await?.looked.wrong),
        false => Ok(settled.wrong),
    }
}

/// The same, as it is kept of a trial.
pub(super) async fn settle(stage: &Stage<'_>, subject: Subject<'_>, trial: &mut Trial) -> Result<(), RehearsalError> {
    let settled = settled(stage, subject).await?;
    trial.at_first = settled.at_first;
    if !settled.wrong.is_empty() {
        // What the configuration has never shown, an event does not change.
        trial.at_first.retain(|one| !settled.wrong.contains(one));
        trial.wrong = settled.wrong;
        return Ok(());
    }
    let probed = probed(stage, subject).await?;
    // An event on its way takes its time wherever it is: the one that showed what it should is not counted.
    trial.settled_in = probed.is_as_expected().then(|| rounded(settled.after + probed.after));
    trial.at_first.extend(probed.at_first);
    trial.probes = probed.probes;
    let Looked {
        report,
        wrong,
        recording,
        unrecorded,
    } = probed.looked;
    trial.checks = looks(&report);
    if let Some(recording) = &recording {
        recording.write(&stage.folder.recording(subject.id())?)?;
    }
    trial.unrecorded = unrecorded;
    trial.leftovers = report.leftovers;
    trial.at_first.retain(|one| !wrong.contains(one));
    trial.wrong = wrong;
    Ok(())
}

/// One check of the lab.
struct Looked {
    report: Report,
    /// What it says otherwise than it should.
    wrong: Vec<Contradiction>,
    /// What AWS answered, where that is recorded; nothing where it would hold what it must not.
    recording: Option<Recording>,
    /// How many exchanges it lacks.
    unrecorded: usize,
}

async fn look(stage: &Stage<'_>, subject: Subject<'_>, no_probe: bool) -> Result<Looked, RehearsalError> {
    let began = Instant::now();
    loop {
        match look_once(stage, subject, no_probe).await {
            // Before anything was seen, AWS has not even said whose credentials these are.
            Err(RehearsalError::Call(error))
                if error.kind == ErrorKind::Throttled && stage.waits_since(began).await => {}
            looked => return looked,
        }
    }
}

async fn look_once(stage: &Stage<'_>, subject: Subject<'_>, no_probe: bool) -> Result<Looked, RehearsalError> {
    let options = Options {
        skip: stage.skipped_steps(),
        no_probe,
        ..Options::default()
    };
    let recorder = match stage.recorded.filter(|_| !no_probe) {
        Some(files) => Some((Recorder::new(files).map_err(RehearsalError::Random)?, files)),
        None => None,
    };
    // What was seen before is no answer any more.
    let account = match &recorder {
        Some((recorder, _)) => recorder.around(stage.account),
        None => stage.account.with_fresh_cache(),
    };
    let tape = recorder.as_ref().map(|(recorder, _)| recorder as &dyn Tape);
    let observer = |event| (stage.tell)(Progress::Judging(event));
    let judged = judge_on(stage.lab, &account, &options, &observer, stage.stop.clone(), tape).await;
    if stage.is_stopped() {
        return Err(RehearsalError::Stopped);
    }
    let judged = judged.map_err(|error| match error {
        JudgeError::Call(error) => RehearsalError::Call(error),
        JudgeError::Unknown(error) => RehearsalError::Course(error),
        JudgeError::Stopped => RehearsalError::Stopped,
    })?;
    let (recording, unrecorded) = match recorder {
        Some((recorder, files)) => {
            let mut recording = recorder.finish(&judged, &account, files);
            recording.header.fault = subject.deviation().map(|fault| fault.id.clone());
            let exchanges = recording.exchanges.len();
            match without_findings(recording, files)? {
                Some((recording, left_out)) => (Some(recording), left_out),
                None => (None, exchanges),
            }
        }
        None => (None, 0),
    };
    let without = stage.checks_without_part();
    let mut wrong = subject.contradictions(&judged.report);
    wrong.retain(|one| !without.contains(&one.check.as_str()));
    Ok(Looked {
        report: judged.report,
        wrong,
        recording,
        unrecorded,
    })
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
