//! `edemlab grade --fleet`: the same class, graded by the function of a stack, and followed from here.

use super::grade_live::Screen;
use super::grading::shown;
use super::{common, roster};
use crate::account::{Account, ConnectError, Connection};
use crate::class::access::StudentAccess;
use crate::class::folder::ClassFolder;
use crate::class::grade::{GradeEvent, GradeOutcome};
use crate::class::roster::{Roster, refuse_own_account};
use crate::cli::GradeArgs;
use crate::course::{Course, Lab};
use crate::fleet::bucket::Bucket;
use crate::fleet::contract::{Run, map_prefix, roster_key};
use crate::fleet::follow::{End, FollowError, FollowEvent, Follower};
use crate::fleet::ledger::Ledger;
use crate::fleet::stack::Stack;
use crate::fleet::{items, machine};
use crate::report::text::visible;
use chrono::Utc;
use std::collections::BTreeMap;
use tokio::sync::watch;

/// Students at once, unless the user says otherwise. An account's functions run a thousand at once, a new account's
/// perhaps ten; see <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const MAX_CONCURRENT_STUDENTS: u16 = 100;

/// A run that cannot be joined.
#[derive(Debug, thiserror::Error)]
#[error(
    "another run is under way for {dir}: of the stack `{stack}` in account {account}, {region}. Join that one first (--fleet {stack} \
     with credentials of that account), or, if it is gone for good, remove {file}"
)]
struct OtherRun {
    dir: String,
    stack: String,
    account: String,
    region: String,
    file: String,
}

/// Nothing to do, and no secret to ask for.
#[derive(Debug, thiserror::Error)]
#[error(
    "nobody in {0} has handed in an account, so there is nothing to grade: fill the column `account`, for example with `edemlab roster add`"
)]
struct NobodyHandedIn(String);

pub async fn run(
    course: &Course,
    labs: &[&Lab],
    list: &Roster,
    args: &GradeArgs,
    own: Connection,
    stack: &str,
) -> anyhow::Result<u8> {
    items::by_role(list, |id| {
        args.only.is_empty() || args.only.iter().any(|only| only == id)
    })?;
    if !StudentAccess::need_secret(list) {
        return Err(NobodyHandedIn(shown(&args.roster)).into());
    }
    // From here on: whoever leaves while a run is joined is told that it goes on.
    let stop = common::interrupts();
    let secret = roster::class_secret(list, &args.secret)?.ok_or(ConnectError::NoSecret)?;
    let profile = own.profile.clone();
    let account = own.open().await?;
    let me = account.identity().await;
    let me = me.map_err(|error| ConnectError::from((error, profile.as_deref())))?;
    refuse_own_account(&args.roster, list, &me.account)?;
    let stack = Stack::find(&account, stack).await?;
    let (folder, _lock) = super::grading::folder_of(course, labs, list, args)?;
    let ledger = match Ledger::read(&args.out)? {
        Some(ledger) => {
            let here = (&ledger.stack, ledger.region.as_str(), &ledger.account);
            if here != (&stack.name, account.region(), &me.account) {
                return Err(OtherRun {
                    dir: shown(&args.out),
                    stack: visible(&ledger.stack),
                    account: ledger.account.clone(),
                    region: ledger.region.clone(),
                    file: shown(&Ledger::path(&args.out)),
                }
                .into());
            }
            folder.save()?;
            super::output::note(&format!("note: joining the run {} that is under way", ledger.run.run));
            Some(ledger)
        }
        None => {
            let work = super::grading::due(course, &folder, labs, list, args)?;
            let open: BTreeMap<String, Vec<String>> = work
                .iter()
                .map(|w| (w.student.id.clone(), w.tasks.iter().map(|t| t.lab.id.clone()).collect()))
                .collect();
            let items = items::items(&work, list, &secret);
            match items.is_empty() {
                true => None,
                false => {
                    let run = asked(course, args);
                    let bucket = Bucket::new(&account, &stack.bucket);
                    bucket.put(&run.roster, items::csv(&items), "text/csv").await?;
                    let ledger = Ledger {
                        stack: stack.name.clone(),
                        region: account.region().to_owned(),
                        account: me.account,
                        bucket: stack.bucket,
                        machine: stack.machine,
                        run,
                        execution: None,
                        open,
                    };
                    ledger.write(&folder)?;
                    Some(ledger)
                }
            }
        }
    };
    match ledger {
        Some(ledger) => follow(course, labs, &account, &folder, ledger, stop).await,
        None => {
            folder.done()?;
            super::grading::ended(&folder, &GradeOutcome::default(), None)
        }
    }
}

/// A new run.
fn asked(course: &Course, args: &GradeArgs) -> Run {
    let some = uuid::Uuid::new_v4().simple().to_string();
    let run = format!("{}-{}", Utc::now().format("%Y%m%dT%H%M%SZ"), &some[..8]);
    Run {
        roster: roster_key(&run),
        map: map_prefix(&run),
        run,
        at_once: args.at_once.unwrap_or(MAX_CONCURRENT_STUDENTS),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        course: course.files.digest(),
        limit: args.limit.as_secs(),
        no_probe: args.no_probe,
        region: args.own.region.clone(),
    }
}

async fn follow(
    course: &Course,
    labs: &[&Lab],
    account: &Account,
    folder: &ClassFolder,
    mut ledger: Ledger,
    stop: watch::Receiver<u8>,
) -> anyhow::Result<u8> {
    let execution = match &ledger.execution {
        Some(execution) => execution.clone(),
        None => {
            let execution = machine::start(account, &ledger.machine, &ledger.run).await?;
            ledger.execution = Some(execution.clone());
            ledger.write(folder)?;
            execution
        }
    };
    let at_once = usize::from(ledger.run.at_once);
    let screen = Screen::new(&folder.class().course, labs, ledger.open.len(), at_once);
    let follower = Follower {
        account,
        bucket: Bucket::new(account, &ledger.bucket),
        folder,
        course,
    };
    let bucket = ledger.bucket.clone();
    let on = |event: FollowEvent<'_>| match event {
        FollowEvent::Counted(counts) => screen.tell(format!(
            "on AWS: {} at work, {} waiting",
            counts.at_work, counts.waiting
        )),
        FollowEvent::Stored(student, report) => screen.on(GradeEvent::Stored(student, report)),
        FollowEvent::Ended(student) => screen.on(GradeEvent::Ended(student)),
        FollowEvent::NotListed { student, key } => screen.warn(format!(
            "{}: the roster does not have this student any more, so the report is not kept here; \
             it is in the bucket {bucket}, at {}",
            visible(student),
            visible(&key)
        )),
        FollowEvent::EndedBadly(why) => screen.warn(format!("every report is here, but {why}")),
        FollowEvent::Waiting(error) => screen.warn(format!("{error}; trying again")),
    };
    let end = tokio::select! {
        end = follower.follow(&mut ledger, &execution, &on, stop) => end,
        never = screen.redraw() => match never {},
    };
    screen.clear();
    match end {
        Ok(End::Complete(outcome)) => {
            folder.done()?;
            super::grading::ended(folder, &outcome, None)
        }
        Ok(End::Left(outcome)) => {
            let left = format!(
                "\n the run goes on without this computer; the same command joins it again\n to end it: aws stepfunctions \
                 stop-execution --region {} --execution-arn {execution}",
                account.region()
            );
            super::grading::ended(folder, &outcome, Some(left))
        }
        Err(FollowError::Refused(why)) => {
            folder.done()?;
            Err(FollowError::Refused(why).into())
        }
        Err(error) => Err(error.into()),
    }
}
