//! `edemlab cleanup`: a plan; then, once it is confirmed, exactly that; then the proof.

use super::confirming::Answer;
use super::live::LiveLine;
use super::output::{note, print, tell};
use super::{common, confirming, sandbox};
use crate::account::{Account, ConnectError};
use crate::cleanup::{
    ApplyError, LabFiles, MakeError, PLAN_SCHEMA, Patience, Plan, Progress, REPORT_SCHEMA, Report, apply, make, prove,
    render_plan, render_report,
};
use crate::cli::CleanupArgs;
use crate::course::{Course, Lab, Part};
use crate::judge::{self, Options};
use crate::private;
use crate::report::text::{visible, wrapped};
use crate::survey::Wanted;
use anyhow::{Context, bail};
use colored::Colorize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What every plan says, of whichever version.
const PLANS: &str = "edemlab/cleanup-plan/";

/// Exit statuses beside that of success.
const NOT_CLEAN: u8 = 1;
const NOT_KNOWN: u8 = 3;

pub async fn run(course: Option<PathBuf>, args: CleanupArgs) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Checks)?;
    let lab = course.lab(&args.lab)?;
    let options = Options {
        uses: args.uses.iter().cloned().collect(),
        ..Options::default()
    };
    judge::validate(lab, &options)?;
    let applied = match (&args.plan, args.yes) {
        (Some(file), true) => Some(read(file, &lab.id)?),
        _ => None,
    };
    let account = account(&args, applied.as_ref()).await?;
    let wanted = Wanted {
        labs: vec![lab],
        options: &options,
        everywhere: applied.as_ref().map_or(!args.here, |plan| plan.everywhere),
        also: &[],
        thorough: true,
    };
    let clean_up = Cleaning {
        course: &course,
        lab,
        args: &args,
        account: &account,
        wanted,
    };
    match (applied, &args.plan) {
        (Some(plan), Some(file)) => clean_up.apply(&plan, file).await,
        _ => clean_up.plan().await,
    }
}

struct Cleaning<'c> {
    course: &'c Course,
    lab: &'c Lab,
    args: &'c CleanupArgs,
    account: &'c Account,
    wanted: Wanted<'c>,
}

impl Cleaning<'_> {
    /// Makes the plan, and applies it if its account is typed.
    async fn plan(&self) -> anyhow::Result<u8> {
        let earlier = self.earlier().await?;
        let plan = self.make(earlier.as_ref()).await?;
        tell(&render_plan(&plan, common::width()));
        let is_empty = plan.deletions.is_empty();
        let file = self.file(&plan.account);
        if !is_empty || self.args.plan.is_some() {
            private::write(&file, plan.json().as_bytes())
                .with_context(|| format!("cannot write {}", file.display()))?;
            tell(&wrapped(
                &format!("The plan is in {}. Nothing was deleted.", file.display()),
                common::width(),
                " ",
            ));
        }
        if is_empty {
            return Ok(if plan.unknown.is_empty() { 0 } else { NOT_KNOWN });
        }
        let question = "To delete exactly this, for good, type the account's number.";
        // As a check shows it, the number has dashes.
        match confirming::ask(question, |typed| typed.replace('-', "") == plan.account)? {
            Answer::Yes => self.apply(&plan, &file).await,
            Answer::No => print(" Nothing was deleted."),
            // The plan was asked for, and is made.
            Answer::NotAsked => {
                tell(" To delete exactly this, for good:");
                print(&format!("   {}", self.command(&file).cyan()))
            }
        }
    }

    /// The plan that is in the file for it, of the same account: what is left of it goes on.
    async fn earlier(&self) -> anyhow::Result<Option<Plan>> {
        let identity = self.account.identity().await;
        let identity = identity.map_err(|error| ConnectError::from((error, self.args.profile.as_deref())))?;
        let file = self.file(&identity.account);
        if !file.exists() {
            return Ok(None);
        }
        let text = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        if !String::from_utf8_lossy(&text).contains(PLANS) {
            bail!(
                "{} is there and is no plan of `edemlab cleanup`: name another file with --plan",
                file.display()
            );
        }
        Ok(read(&file, &self.lab.id).ok())
    }

    /// The file of the plan.
    fn file(&self, account: &str) -> PathBuf {
        let default = || PathBuf::from(format!("cleanup-{}-{account}.json", self.lab.id));
        self.args.plan.clone().unwrap_or_else(default)
    }

    async fn make(&self, earlier: Option<&Plan>) -> anyhow::Result<Plan> {
        let live = LiveLine::new(false);
        live.show("look", "looking around".to_owned());
        let files = self.files();
        let now = self.account.aws_time(chrono::Utc::now());
        let plan = make(&self.wanted, &files, &self.args.also, earlier, self.account, now).await;
        live.clear();
        plan.map_err(|error| match error {
            MakeError::Call(error) => ConnectError::from((error, self.args.profile.as_deref())).into(),
            not_there => anyhow::Error::from(not_there),
        })
    }

    fn files(&self) -> LabFiles {
        LabFiles::of(&self.course.files, &self.lab.id)
    }

    /// How exactly this plan is applied.
    fn command(&self, file: &Path) -> String {
        let mut words = vec!["edemlab cleanup".to_owned(), self.lab.id.clone()];
        let path = file.display().to_string();
        let path = shlex::try_quote(&path)
            .map(|quoted| quoted.into_owned())
            .unwrap_or(path.clone());
        words.push(format!("--plan {path} --yes"));
        for (flag, value) in [("--region", &self.args.region), ("--profile", &self.args.profile)] {
            words.extend(value.iter().map(|value| format!("{flag} {value}")));
        }
        if self.args.sandbox {
            words.push("--sandbox".to_owned());
        }
        words.join(" ")
    }

    async fn apply(&self, plan: &Plan, file: &Path) -> anyhow::Result<u8> {
        let live = LiveLine::new(false);
        let stop = common::interrupts();
        let told = |progress: Progress<'_>| match progress {
            Progress::Deleting(one) => live.show("delete", format!("deleting {}", visible(&one.named()))),
            Progress::Waiting(count, first) => {
                live.show(
                    "wait",
                    format!("waiting until {count} are gone, such as {}", visible(first)),
                );
            }
        };
        let patience = Patience(Duration::from_secs(self.args.wait));
        let applied = apply(plan, &self.wanted, &self.files(), self.account, patience, stop, &told).await;
        live.clear();
        let applied = match applied {
            Err(ApplyError::Changed(changed)) => {
                note("What is there has changed since this plan was made, so nothing was deleted:");
                for one in &changed {
                    let what = format!("{} {}: {}", one.noun, visible(&one.name), visible(&one.why));
                    note(&wrapped(&what, common::width(), "   "));
                }
                bail!(
                    "the plan is not true any more: make a new one with `edemlab cleanup {}`",
                    self.lab.id
                );
            }
            Err(ApplyError::Call(error)) => {
                return Err(ConnectError::from((error, self.args.profile.as_deref())).into());
            }
            applied => applied?,
        };
        live.show("prove", "listing everything again".to_owned());
        let now = self.account.aws_time(chrono::Utc::now());
        let proof = prove(plan, &self.wanted, self.account, now).await;
        live.clear();
        let proof = proof.map_err(|error| ConnectError::from((error, self.args.profile.as_deref())))?;
        let report = Report {
            schema: REPORT_SCHEMA,
            plan,
            deleted: &applied.deleted,
            proof: &proof,
        };
        let kept = file.with_extension("report.json");
        private::write(&kept, report.json().as_bytes()).with_context(|| format!("cannot write {}", kept.display()))?;
        tell(&render_report(plan, &applied, &proof, common::width()));
        tell(&wrapped(
            &format!("The report is in {}.", kept.display()),
            common::width(),
            " ",
        ));
        if !proof.left.is_empty() {
            tell(&wrapped(
                "What is on the plan and still there is tried again by the same command:",
                common::width(),
                " ",
            ));
            print(&format!("   {}", self.command(file).cyan()))?;
            return Ok(NOT_CLEAN);
        }
        Ok(if proof.unknown.is_empty() { 0 } else { NOT_KNOWN })
    }
}

/// A plan that was written before.
fn read(file: &Path, lab: &str) -> anyhow::Result<Plan> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read the plan {}", file.display()))?;
    let plan: Plan = serde_json::from_str(&text)
        .with_context(|| format!("{} is not a plan of `edemlab cleanup`", file.display()))?;
    if plan.schema != PLAN_SCHEMA {
        bail!(
            "{} is of another version of edemlab ({}): make a new plan",
            file.display(),
            visible(&plan.schema)
        );
    }
    if !plan.is_whole() {
        bail!(
            "{} was changed by hand, so it is not applied: make a new plan, and say with --also what goes too",
            file.display()
        );
    }
    if plan.lab != lab {
        bail!(
            "the plan {} is for {}, not for {lab}",
            file.display(),
            visible(&plan.lab)
        );
    }
    Ok(plan)
}

/// A plan is applied from the region in which it was made.
async fn account(args: &CleanupArgs, plan: Option<&Plan>) -> anyhow::Result<Account> {
    let region = args.region.clone().or_else(|| plan.map(|plan| plan.region.clone()));
    sandbox::account_of(args.sandbox, region, args.profile.clone()).await
}
