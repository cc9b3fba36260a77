//! The order of a rehearsal: the solution, then each fault and back, each of them on disk before the next one begins.

use super::outcome::{Thing, Trial, rounded};
use super::plan::RUN_TAG;
use super::record::Record;
use super::settle::{settle, shown};
use super::stage::{Progress, RehearsalError, Stage, Whose, unlisted};
use super::subject::Subject;
use crate::course::{Lab, UnknownName};
use crate::stack::{Stack, StackError};
use serde_json::Value;
use std::time::Instant;

/// Tries everything of `record` that it has no trial of yet.
///
/// # Errors
/// When it cannot go on. What was tried is in the record, and what it made still stands.
pub async fn rehearse(stage: &Stage<'_>, record: &mut Record) -> Result<(), RehearsalError> {
    if record.before.is_none() {
        stage.note_before(record).await?;
    }
    if record.clean_up.take().is_some_and(|cleaned| cleaned.is_proved()) {
        // What has these names now is somebody else's.
        record.made.clear();
        stage.folder.write(record)?;
    }
    let faults = record.faults.clone();
    let subjects = subjects(stage.lab, &faults)?;
    let of = subjects.len();
    let (name, run) = (record.stack.clone(), record.run.clone());
    let stack = Stack::new(stage.account, &name, stage.limits.stack).tagged(RUN_TAG, &run);
    // One that was otherwise is tried again: something has changed since.
    record
        .trials
        .retain(|trial| trial.subject != Subject::Solution.id() || trial.is_as_expected());
    let mut is_solution = false;
    for (number, subject) in subjects.into_iter().enumerate() {
        if record.trial(subject.id()).is_some() {
            continue;
        }
        let what = stage.titled(subject);
        (stage.tell)(Progress::Deploying {
            what: &what,
            number: number + 1,
            of,
        });
        if !is_solution && subject.deviation().is_some() {
            stage
                .deploy(&stack, record, std::slice::from_ref(stage.solution))
                .await?;
        }
        is_solution = subject.deviation().is_none();
        let trial = stage.trial(&stack, record, subject).await?;
        (stage.tell)(Progress::Tried(&trial));
        record.trials.push(trial);
        stage.folder.write(record)?;
        if let (Subject::Solution, Some(trial)) = (subject, record.trials.last())
            && !trial.is_as_expected()
        {
            let says = trial.wrong.first().map_or("a probe left something", |one| &one.says);
            return Err(RehearsalError::NoFullMarks(says.to_owned()));
        }
        if let Some(fault) = subject.deviation() {
            (stage.tell)(Progress::Back);
            stage.back(&stack, record, &fault.id).await?;
            is_solution = true;
        }
    }
    Ok(())
}

fn of_stack(error: StackError) -> RehearsalError {
    match error {
        StackError::Call(error) => RehearsalError::Call(error),
        failed => RehearsalError::Stack(failed),
    }
}

/// The solution and the faults, in their order.
fn subjects<'l>(lab: &'l Lab, faults: &[String]) -> Result<Vec<Subject<'l>>, UnknownName> {
    let mut subjects = vec![Subject::Solution];
    for id in faults {
        let fault = lab.faults.iter().find(|fault| fault.deviation.id == *id);
        let ids = lab.faults.iter().map(|fault| fault.deviation.id.as_str());
        subjects.push(Subject::Fault(fault.ok_or_else(|| UnknownName::new("fault", id, ids))?));
    }
    Ok(subjects)
}

impl Stage<'_> {
    /// Keeps what stands before anything is made.
    async fn note_before(&self, record: &mut Record) -> Result<(), RehearsalError> {
        let listing = self.listed().await;
        record.unlisted_before = unlisted(&listing);
        if listing.services == 0 {
            let why = record.unlisted_before.first().cloned().unwrap_or_default();
            return Err(RehearsalError::NothingListed(why));
        }
        let mut before: Vec<Thing> = listing.items.iter().map(Thing::new).collect();
        before.sort();
        record.before = Some(before);
        self.folder.write(record)?;
        Ok(())
    }

    async fn deploy(&self, stack: &Stack<'_>, record: &mut Record, templates: &[Value]) -> Result<(), RehearsalError> {
        if self.whose(stack, record).await? == Whose::Others {
            return Err(RehearsalError::NotOwn(record.stack.clone()));
        }
        let parameters = self.parameters(record);
        for template in templates {
            let deployed = tokio::select! {
                deployed = stack.deploy(template, &parameters) => deployed,
                () = self.stopped() => return Err(RehearsalError::Stopped),
            };
            self.note_made(stack, record).await?;
            deployed.map_err(of_stack)?;
        }
        Ok(())
    }

    async fn trial(
        &self,
        stack: &Stack<'_>,
        record: &mut Record,
        subject: Subject<'_>,
    ) -> Result<Trial, RehearsalError> {
        let templates = match subject.deviation() {
            Some(deviation) => deviation.templates(self.solution)?,
            None => vec![self.solution.clone()],
        };
        let fails = match subject {
            Subject::Fault(fault) => self.of_what_is_made(&fault.fails),
            _ => Vec::new(),
        };
        let mut trial = Trial {
            subject: subject.id().to_owned(),
            title: subject
                .deviation()
                .map_or("the solution".to_owned(), |d| d.title.clone()),
            fails,
            deployed_in: 0.0,
            not_deployed: None,
            settled_in: None,
            at_first: Vec::new(),
            probes: 0,
            wrong: Vec::new(),
            checks: Vec::new(),
            leftovers: Vec::new(),
            unrecorded: 0,
            back_in: None,
            not_back_by_update: None,
        };
        let began = Instant::now();
        match self.deploy(stack, record, &templates).await {
            // CloudFormation has taken it back: this fault cannot be made on AWS in this way.
            Err(RehearsalError::Stack(failed)) if subject.deviation().is_some() => {
                trial.not_deployed = Some(failed.to_string());
                trial.deployed_in = rounded(began.elapsed());
                return Ok(trial);
            }
            deployed => deployed?,
        }
        trial.deployed_in = rounded(began.elapsed());
        settle(self, subject, &mut trial).await?;
        if !trial.is_as_expected() && self.whose(stack, record).await? != Whose::Own {
            return Err(RehearsalError::Gone(record.stack.clone()));
        }
        Ok(trial)
    }

    /// Brings the stack back to the solution after a fault, and sees that it shows.
    async fn back(&self, stack: &Stack<'_>, record: &mut Record, fault: &str) -> Result<(), RehearsalError> {
        let began = Instant::now();
        let not_back = |says: String| RehearsalError::NotBack {
            fault: fault.to_owned(),
            says,
        };
        let deployed = self.deploy(stack, record, std::slice::from_ref(self.solution)).await;
        deployed.map_err(|error| match error {
            RehearsalError::Stack(failed) => not_back(failed.to_string()),
            other => other,
        })?;
        let mut wrong = shown(self, Subject::Solution).await?;
        let not_by_update = wrong.first().map(|wrong| wrong.says.clone());
        if let Some(says) = &not_by_update {
            // A property that a template does not name any more may stay as it was.
            (self.tell)(Progress::NewStack(says));
            self.make_again(stack, record).await?;
            wrong = shown(self, Subject::Solution).await?;
        }
        if let Some(wrong) = wrong.first() {
            return Err(not_back(wrong.says.clone()));
        }
        if let Some(trial) = record.trials.last_mut() {
            trial.back_in = Some(rounded(began.elapsed()));
            trial.not_back_by_update = not_by_update;
        }
        Ok(self.folder.write(record)?)
    }

    /// Deletes the stack, and makes the solution in a new one.
    async fn make_again(&self, stack: &Stack<'_>, record: &mut Record) -> Result<(), RehearsalError> {
        let deleted = tokio::select! {
            deleted = stack.delete() => deleted,
            () = self.stopped() => return Err(RehearsalError::Stopped),
        };
        deleted.map_err(of_stack)?;
        self.deploy(stack, record, std::slice::from_ref(self.solution)).await
    }

    fn titled(&self, subject: Subject<'_>) -> String {
        match subject.deviation() {
            Some(deviation) => format!("{} ({})", deviation.id, deviation.title),
            None => format!("the solution of {}", self.lab.id),
        }
    }
}
