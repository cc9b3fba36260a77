//! A rehearsal that is under way: what is told, what ends it, and what is said last.

use super::common;
use super::live::LiveLine;
use super::output::{note, tell};
use crate::account::{Account, CallError, ErrorKind};
use crate::course::{Course, CourseFiles, Lab};
use crate::rehearsal::{
    CleanUp, Folder, Limits, Progress, Record, RehearsalError, Stage, clean_up, page, rehearse, render_end,
    render_left, render_trial,
};
use crate::report::text::{visible, wrapped};
use anyhow::Context;
use chrono::{SecondsFormat, Utc};
use std::time::Duration;
use tokio::sync::watch;

/// What one change of a stack may take: the longest that a lab makes is a service with a load balancer.
const STACK_TIMEOUT: Duration = Duration::from_secs(3600);

/// What may take to go that CloudFormation does not delete.
const CLEAN_UP_TIMEOUT: Duration = Duration::from_secs(1200);

/// Exit statuses beside that of success.
const OTHERWISE: u8 = 1;
const NOT_KNOWN: u8 = 3;

/// How long things may take.
pub fn limits(settle: Duration, mail: Duration) -> Limits {
    Limits {
        stack: STACK_TIMEOUT,
        settle,
        mail,
        clean_up: CLEAN_UP_TIMEOUT,
    }
}

/// What is rehearsed, and where.
pub struct Rehearsing<'r> {
    pub course: &'r Course,
    pub lab: &'r Lab,
    pub account: &'r Account,
    pub folder: &'r Folder,
    /// The address that gets the mails.
    pub email: Option<String>,
    /// How everything that it made is deleted.
    pub command: String,
    /// Counts up when the user stops it.
    pub stop: watch::Receiver<u8>,
    pub limits: Limits,
    /// Whether the same is done in the sandbox, to compare.
    pub compares: bool,
    /// The course's files, where what AWS answers is recorded.
    pub recorded: Option<&'r CourseFiles>,
}

impl Rehearsing<'_> {
    /// Tries what is not tried yet, then deletes everything.
    pub async fn run(&self, mut record: Record) -> anyhow::Result<u8> {
        let live = LiveLine::new(false);
        let told = |progress: Progress<'_>| self.told(&live, progress);
        let stage = self.stage(&record, &told)?;
        let ended = rehearse(&stage, &mut record).await;
        live.clear();
        let is_shown = matches!(ended, Err(RehearsalError::NoFullMarks(_)));
        if let Err(error) = &ended {
            note(&wrapped(
                &format!("It does not go on: {}", said(error)),
                common::width(),
                " ",
            ));
            if let Some(way_out) = way_out(error) {
                self.write_page(&record)?;
                note(&wrapped(way_out, common::width(), " "));
                tell(&render_left(&record, None, &self.command, common::width()));
                return Ok(NOT_KNOWN);
            }
        }
        self.clean_up_with(&stage, record, ended.is_ok() || is_shown).await
    }

    /// Deletes everything, and does nothing else.
    pub async fn clean_up(&self, record: Record) -> anyhow::Result<u8> {
        let live = LiveLine::new(false);
        let told = |progress: Progress<'_>| self.told(&live, progress);
        let stage = self.stage(&record, &told)?;
        self.clean_up_with(&stage, record, true).await
    }

    async fn clean_up_with(&self, stage: &Stage<'_>, mut record: Record, went_on: bool) -> anyhow::Result<u8> {
        let cleaned = clean_up(stage, &mut record).await;
        let cleaned = match cleaned {
            Err(error) => {
                self.write_page(&record)?;
                note(&wrapped(
                    &format!("The clean-up does not go on: {}", said(&error)),
                    common::width(),
                    " ",
                ));
                tell(&render_left(&record, None, &self.command, common::width()));
                return Ok(NOT_KNOWN);
            }
            Ok(cleaned) => cleaned,
        };
        if !record.clean_up.as_ref().is_some_and(CleanUp::is_proved) {
            record.clean_up = Some(cleaned.clone());
        }
        if record.is_whole() && cleaned.is_clean() {
            record.ended = Some(Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true));
        }
        if record.is_found_only() && cleaned.is_clean() {
            self.folder.discard()?;
            tell(&render_end(&record, &cleaned, &self.command, common::width()));
            return Ok(0);
        }
        self.folder.write(&record)?;
        if self.compares && record.is_whole() && record.compared.is_none() {
            self.compare(&mut record).await;
        }
        self.folder.write(&record)?;
        let page = self.write_page(&record)?;
        let missing = record.faults.len() + 1 - record.trials.len().min(record.faults.len() + 1);
        if missing > 0 && !record.faults.is_empty() {
            let text = format!(
                "{missing} of {} were not tried; the same command goes on with them.",
                record.faults.len() + 1
            );
            tell(&wrapped(&text, common::width(), " "));
        }
        tell(&wrapped(&format!("The page is {page}."), common::width(), " "));
        tell(&render_end(&record, &cleaned, &self.command, common::width()));
        Ok(
            match (
                went_on && cleaned.is_clean(),
                record.trials.iter().all(|trial| trial.is_as_expected()),
            ) {
                (false, _) => NOT_KNOWN,
                (true, true) => 0,
                (true, false) => OTHERWISE,
            },
        )
    }

    /// Compares with the sandbox. That it cannot takes nothing from what AWS has shown.
    async fn compare(&self, record: &mut Record) {
        let email = self.email.as_deref();
        let compared = super::rehearse_compare::compare(self.course, self.lab, record, email, self.folder).await;
        let said = match &compared {
            Ok(compared) if compared.is_empty() => "The sandbox shows and answers the same.".to_owned(),
            Ok(compared) => format!(
                "Otherwise in the sandbox: {} verdicts, {} texts, {} shapes of answers; the page lists them.",
                compared.verdicts.len(),
                compared.texts.len(),
                compared.shapes.len()
            ),
            Err(error) => format!(
                "It could not be compared with the sandbox: {}",
                visible(&format!("{error:#}"))
            ),
        };
        tell(&wrapped(&said, common::width(), " "));
        record.compared = compared.ok();
    }

    fn stage<'s>(&'s self, record: &Record, tell: &'s dyn Fn(Progress<'_>)) -> anyhow::Result<Stage<'s>> {
        let solution = self.lab.solution.as_ref();
        Ok(Stage {
            lab: self.lab,
            stack: record.stack.clone(),
            solution: solution.with_context(|| format!("the lab {} has no solution", self.lab.id))?,
            without: record.without(self.lab),
            email: self.email.as_deref(),
            account: self.account,
            folder: self.folder,
            limits: self.limits,
            recorded: self.recorded,
            tell,
            stop: self.stop.clone(),
        })
    }

    fn write_page(&self, record: &Record) -> anyhow::Result<String> {
        Ok(self
            .folder
            .write_page(&page(record, self.course, &self.command))?
            .display()
            .to_string())
    }

    fn told(&self, live: &LiveLine, progress: Progress<'_>) {
        match progress {
            Progress::Deploying { what, number, of } => {
                live.show("deploy", format!("{number} of {of}: deploying {}", visible(what)));
            }
            Progress::Settling { seconds, within, says } => live.show(
                "settle",
                format!(
                    "{} s of {within}: waiting until AWS shows it; now {}",
                    seconds.min(within),
                    visible(says)
                ),
            ),
            Progress::Judging(event) => live.judging(event),
            Progress::Mail { address } => live.line(&wrapped(
                &format!(
                    "AWS has sent a mail to {}: open it and confirm the subscription; the rehearsal waits up to {} minutes.",
                    visible(address),
                    self.limits.mail.as_secs().div_ceil(60)
                ),
                common::width(),
                " ! ",
            )),
            Progress::Tried(trial) => live.line(&render_trial(trial, common::width())),
            Progress::Back => live.show("back", "bringing the stack back to the solution".to_owned()),
            Progress::NewStack(why) => live.line(&wrapped(
                &format!(
                    "The stack did not come back by a change, so a new one is made: {}",
                    visible(why)
                ),
                common::width(),
                "   ",
            )),
            Progress::DeletingStack(stack) => live.show("delete", format!("deleting the stack {stack}")),
            Progress::NotDeleted(why) => {
                for line in why.lines() {
                    live.line(&wrapped(&visible(line), common::width(), "   "));
                }
            }
            Progress::Deleting { count, first } => {
                live.show(
                    "rest",
                    format!("deleting {count} that CloudFormation left, such as {first}"),
                );
            }
        }
    }
}

/// An error in lines that are harmless.
fn said(error: &RehearsalError) -> String {
    error.to_string().lines().map(visible).collect::<Vec<_>>().join(" ")
}

/// Why nothing can be cleaned up now either, and what to do first; nothing where it can.
fn way_out(error: &RehearsalError) -> Option<&'static str> {
    let RehearsalError::Call(CallError { kind, .. }) = error else {
        return None;
    };
    match kind {
        ErrorKind::Expired | ErrorKind::WrongCredentials | ErrorKind::NoCredentials | ErrorKind::RoleRefused(_) => {
            Some("Get new credentials for this account first.")
        }
        ErrorKind::Unreachable | ErrorKind::TimedOut => Some("Find out first why AWS cannot be reached from here."),
        ErrorKind::ClockSkew => Some("Set this computer's clock first."),
        _ => None,
    }
}
