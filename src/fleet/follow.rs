//! Following a run: each report comes into the class's folder as soon as it is in the bucket.

use super::bucket::Bucket;
use super::contract::{FleetReport, SCHEMA, report_key, reports_prefix};
use super::ledger::Ledger;
use super::machine::{self, ExecutionState, StudentCounts};
use crate::account::{Account, CallError, ErrorKind};
use crate::class::folder::{ClassFolder, FolderError};
use crate::class::{Student, grade::GradeOutcome};
use crate::course::Course;
use crate::judge::{Options, indeterminate_report};
use crate::report::Report;
use futures::{StreamExt, stream};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::sleep;

/// A run that is followed.
pub struct Follower<'a> {
    /// The professor's own account, in the region of the stack.
    pub account: &'a Account,
    /// The bucket of the run.
    pub bucket: Bucket,
    /// Where the reports go.
    pub folder: &'a ClassFolder,
    /// The course: what is unknown about a student is said in its words.
    pub course: &'a Course,
}

/// What happens meanwhile.
#[derive(Debug)]
pub enum FollowEvent<'a> {
    /// How far the run has come, as AWS counts.
    Counted(StudentCounts),
    /// A report has come.
    Stored(&'a Student, &'a Report),
    /// All of a student's reports have come.
    Ended(&'a Student),
    /// A report has come of somebody whom the roster does not have any more. It stays in the bucket, at this key.
    NotListed {
        /// The student.
        student: &'a str,
        /// Where the report is.
        key: String,
    },
    /// Every report is here, but the run itself did not end well, for this reason.
    EndedBadly(String),
    /// AWS did not answer; it is asked again.
    Waiting(&'a CallError),
}

/// How the following ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The run has ended, and every student's report is here.
    Complete(GradeOutcome),
    /// The user has left; the run goes on.
    Left(GradeOutcome),
}

/// Why it cannot be followed. The run itself goes on, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The run was refused as a whole.
    #[error("{0}")]
    Refused(String),
    /// AWS refuses, or has not answered for long.
    #[error("{0}; the run goes on: the same command joins it again")]
    Lost(CallError),
    /// What was found in the bucket is not a report.
    #[error("{bucket}/{key} is not what the function stores: {cause}; the same command tries again")]
    Content {
        /// The bucket.
        bucket: String,
        /// The object.
        key: String,
        /// What is wrong.
        cause: String,
    },
    /// The class's folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// AWS is asked this often at first. `DescribeMapRun` may be called once a second; see
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
const SOON: Duration = Duration::from_secs(1);

/// And not less often.
const LATE: Duration = Duration::from_secs(15);

/// A network that is gone for longer ends the following.
const FOLLOW_TIMEOUT: Duration = Duration::from_secs(600);

/// Objects that are read at once.
const MAX_CONCURRENT_READS: usize = 16;

/// Failed children that are asked for their reason.
const ASKED: usize = 1_000;

impl Follower<'_> {
    /// Follows the run in `ledger` until it has ended and everything is here, or `stop` counts up.
    ///
    /// # Errors
    /// When it cannot be followed any more.
    pub async fn follow(
        &self,
        ledger: &mut Ledger,
        execution: &str,
        on: &dyn Fn(FollowEvent<'_>),
        mut stop: watch::Receiver<u8>,
    ) -> Result<End, FollowError> {
        let mut outcome = GradeOutcome::default();
        let mut map_run = None;
        let mut counted = None;
        let mut heard = Instant::now();
        let mut pause = SOON;
        loop {
            if *stop.borrow() > 0 {
                return Ok(End::Left(outcome));
            }
            let began = Instant::now();
            match self
                .look(ledger, execution, &mut map_run, &mut counted, &mut outcome, on)
                .await
            {
                Ok(None) => heard = Instant::now(),
                Ok(Some(ended)) => {
                    self.close(ledger, &ended, map_run.as_deref(), &mut outcome, on).await?;
                    return Ok(End::Complete(outcome));
                }
                Err(Trouble::Call(error)) if passes(&error) && heard.elapsed() < FOLLOW_TIMEOUT => {
                    on(FollowEvent::Waiting(&error));
                }
                Err(Trouble::Call(error)) => return Err(FollowError::Lost(error)),
                Err(Trouble::Ends(error)) => return Err(error),
            }
            // A list of many thousand reports takes time and money: then it is read less often.
            pause = (pause * 11 / 10).max(began.elapsed() * 3).min(LATE);
            tokio::select! {
                // Between two looks; leaving ends it at once.
                () = sleep(pause) => {}
                _ = stop.wait_for(|n| *n > 0) => {}
            }
        }
    }

    /// One look; the execution's last state when it has ended and all that is there has been fetched.
    async fn look(
        &self,
        ledger: &mut Ledger,
        execution: &str,
        map_run: &mut Option<String>,
        counted: &mut Option<StudentCounts>,
        outcome: &mut GradeOutcome,
        on: &dyn Fn(FollowEvent<'_>),
    ) -> Result<Option<ExecutionState>, Trouble> {
        let state = machine::state(self.account, execution).await?;
        if map_run.is_none() {
            *map_run = machine::map_run(self.account, execution).await?;
        }
        let mut moved = true;
        if let Some(map_run) = map_run {
            let now = machine::counts(self.account, map_run).await?;
            on(FollowEvent::Counted(now));
            // A student's first lab is stored before they are done, and nobody minds that it comes a moment later.
            moved = counted.is_none_or(|before: StudentCounts| before.done != now.done);
            *counted = Some(now);
        }
        if moved || !state.running {
            self.fetch(ledger, outcome, on).await?;
        }
        Ok((!state.running).then_some(state))
    }

    /// Brings every report that is in the bucket and not here yet.
    async fn fetch(
        &self,
        ledger: &mut Ledger,
        outcome: &mut GradeOutcome,
        on: &dyn Fn(FollowEvent<'_>),
    ) -> Result<(), Trouble> {
        let open = ledger.open.iter();
        let open = open.flat_map(|(student, labs)| labs.iter().map(move |lab| (student, lab)));
        let wanted: BTreeMap<String, (String, String)> = open
            .map(|(student, lab)| {
                (
                    report_key(&ledger.run.run, student, lab),
                    (student.clone(), lab.clone()),
                )
            })
            .collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let there = self.bucket.list(&reports_prefix(&ledger.run.run)).await?;
        let mut coming = stream::iter(there.into_iter().filter(|key| wanted.contains_key(key)))
            .map(|key| async move { (self.stored(&key).await, key) })
            .buffer_unordered(MAX_CONCURRENT_READS);
        let mut settled = 0;
        let mut result = Ok(());
        while let Some((stored, key)) = coming.next().await {
            let (student, lab) = &wanted[&key];
            match stored.and_then(|stored| self.keep(ledger, student, lab, stored, outcome, on)) {
                Ok(()) => settled += 1,
                // The others are brought all the same.
                Err(trouble) => result = Err(trouble),
            }
        }
        if settled > 0 {
            ledger.write(self.folder).map_err(FollowError::from)?;
        }
        result
    }

    async fn stored(&self, key: &str) -> Result<FleetReport, Trouble> {
        let wrong = |cause: String| FollowError::Content {
            bucket: self.bucket.name().to_owned(),
            key: key.to_owned(),
            cause,
        };
        let content = self.bucket.get(key).await?;
        let content = content.ok_or_else(|| wrong("it is gone".to_owned()))?;
        let stored: FleetReport = serde_json::from_slice(&content).map_err(|e| wrong(e.to_string()))?;
        match stored.schema.as_str() {
            SCHEMA => Ok(stored),
            other => Err(wrong(format!("its schema is {other}, not {SCHEMA}")).into()),
        }
    }

    /// Keeps a report in the class's folder.
    fn keep(
        &self,
        ledger: &mut Ledger,
        student: &str,
        lab: &str,
        stored: FleetReport,
        outcome: &mut GradeOutcome,
        on: &dyn Fn(FollowEvent<'_>),
    ) -> Result<(), Trouble> {
        match self.student(student) {
            Some(student) => {
                self.folder
                    .keep(student, &stored.report, &stored.evidence, stored.premises.as_ref())
                    .map_err(FollowError::from)?;
                outcome.count(&stored.report);
                on(FollowEvent::Stored(student, &stored.report));
            }
            None => on(FollowEvent::NotListed {
                student,
                key: report_key(&ledger.run.run, student, lab),
            }),
        }
        self.settle(ledger, student, lab, on);
        Ok(())
    }

    fn settle(&self, ledger: &mut Ledger, student: &str, lab: &str, on: &dyn Fn(FollowEvent<'_>)) {
        ledger.settle(student, lab);
        if let (false, Some(student)) = (ledger.open.contains_key(student), self.student(student)) {
            on(FollowEvent::Ended(student));
        }
    }

    fn student(&self, id: &str) -> Option<&Student> {
        self.folder.class().students.iter().find(|s| s.id == id)
    }

    /// The run has ended: a student without a report is unknown, and the cause is looked up.
    async fn close(
        &self,
        ledger: &mut Ledger,
        ended: &ExecutionState,
        map_run: Option<&str>,
        outcome: &mut GradeOutcome,
        on: &dyn Fn(FollowEvent<'_>),
    ) -> Result<(), FollowError> {
        if let (None, Some((error, cause))) = (map_run, &ended.failed) {
            // Not one student was begun.
            Ledger::close(self.folder)?;
            return Err(FollowError::Refused(machine::why(&ended.status, error, cause)));
        }
        let mut reasons = match (map_run, ledger.open.is_empty()) {
            (Some(map_run), false) => self.reasons(map_run).await.map_err(FollowError::Lost)?,
            _ => BTreeMap::new(),
        };
        let run = match (&ended.failed, ended.status.as_str()) {
            (Some((error, cause)), status) => {
                format!("the run did not end well: {}", machine::why(status, error, cause))
            }
            (None, "SUCCEEDED") => "the run ended without a report of this student".to_owned(),
            (None, status) => format!("the run ended early, as {status}"),
        };
        if ended.failed.is_some() && ledger.open.is_empty() {
            on(FollowEvent::EndedBadly(run.clone()));
        }
        let options = Options {
            no_probe: ledger.run.no_probe,
            ..Options::default()
        };
        for (student, labs) in ledger.open.clone() {
            let why = reasons.remove(&student).unwrap_or_else(|| run.clone());
            for lab in labs {
                if let (Some(who), Some(of)) = (self.student(&student), self.course.labs.get(&lab)) {
                    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
                    let judged = indeterminate_report(of, &why, "", &now, &options);
                    self.folder.keep(who, &judged.report, &judged.evidence, None)?;
                    outcome.count(&judged.report);
                    on(FollowEvent::Stored(who, &judged.report));
                }
                self.settle(ledger, &student, &lab, on);
            }
        }
        Ledger::close(self.folder)?;
        Ok(())
    }

    /// Why children failed, by their student.
    async fn reasons(&self, map_run: &str) -> Result<BTreeMap<String, String>, CallError> {
        let failed = machine::failed_children(self.account, map_run).await?;
        let mut asked = stream::iter(failed.into_iter().take(ASKED))
            .map(|child| async move { machine::child(self.account, &child).await })
            .buffer_unordered(MAX_CONCURRENT_READS / 2);
        let mut reasons = BTreeMap::new();
        while let Some(answer) = asked.next().await {
            if let Some((student, why)) = answer? {
                reasons.insert(student, why);
            }
        }
        Ok(reasons)
    }
}

/// What stood in the way of one look.
enum Trouble {
    Call(CallError),
    Ends(FollowError),
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<FollowError> for Trouble {
    fn from(error: FollowError) -> Self {
        Self::Ends(error)
    }
}

/// Whether asking again may help.
fn passes(error: &CallError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Throttled | ErrorKind::Unreachable | ErrorKind::TimedOut
    ) || error
        .code()
        .is_some_and(|code| code.contains("Internal") || code.contains("Unavailable"))
}
