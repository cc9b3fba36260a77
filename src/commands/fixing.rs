//! Fixing an account as its report says: with the course's own commands, in a shell like the student's.

use crate::account::Account;
use crate::course::{CourseFiles, Fault, Lab};
use crate::judge::{Options, judge};
use crate::report::view::Order;
use crate::report::{CheckReport, Report, Status};
use crate::sandbox::{Sandbox, SandboxKeys};
use anyhow::{Context, bail};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::sync::{Semaphore, watch};

/// So often a report is followed: each fix may show the next mistake.
const ROUNDS: usize = 6;

/// Longer than this no fix takes, also on a busy machine: a command then waits for what never comes.
const MAX_FIX: Duration = Duration::from_secs(300);

/// So long a change may take until it shows.
const SETTLES: Duration = Duration::from_secs(90);

/// Between two looks at a change that has not shown yet; how long in all is limited by [`SETTLES`].
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

/// Fixes at once: each starts programs of its own.
const MAX_CONCURRENT_FIXES: usize = 3;

/// What commands need to be run.
pub struct Workshop<'c> {
    files: &'c CourseFiles,
    turns: Semaphore,
    /// What was run twice already, of any account.
    repeated: RefCell<BTreeSet<Vec<String>>>,
}

/// How following a report ended.
pub enum Followed {
    /// All that failed passes.
    Fixed,
    /// This is why something still fails.
    Open(String),
}

impl<'c> Workshop<'c> {
    /// One for the labs of a course. None where no fix of `lab` has commands.
    ///
    /// # Errors
    /// When there is no AWS CLI to run them.
    pub async fn of(files: &'c CourseFiles, lab: &Lab) -> anyhow::Result<Option<Self>> {
        let fixes = lab.checks().map(|(_, check)| &check.fix);
        let mut fixes = fixes.chain(lab.advice.iter().map(|advice| &advice.fix));
        if !fixes.any(|fix| fix.cli.is_some()) {
            return Ok(None);
        }
        let version = Command::new("aws").arg("--version").stdin(Stdio::null()).output().await;
        if !version.is_ok_and(|output| output.status.success()) {
            bail!(
                "the AWS CLI does not run here, and the lab's fixes are its commands: install it \
                 (https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html), or prove the checks \
                 alone with --no-fixes"
            );
        }
        let turns = Semaphore::new(MAX_CONCURRENT_FIXES);
        Ok(Some(Self {
            files,
            turns,
            repeated: RefCell::default(),
        }))
    }

    /// Does what `report` says until all that `fault` made fail passes, in the account that `keys` open.
    ///
    /// # Errors
    /// When the account cannot be judged again.
    pub async fn follow(
        &self,
        lab: &Lab,
        fault: &Fault,
        account: &Account,
        (sandbox, keys): (&Sandbox, &SandboxKeys),
        mut report: Report,
    ) -> anyhow::Result<Followed> {
        let folder = self.folder(lab)?;
        let environment = environment(sandbox, keys, account.region(), folder.path());
        let steps = fault.fails.iter().filter_map(|id| id.split_once('.'));
        let steps: BTreeSet<String> = steps.map(|(step, _)| step.to_owned()).collect();
        let options = Options {
            steps: steps.into_iter().collect(),
            ..Options::default()
        };
        let mut ran: BTreeSet<Vec<String>> = BTreeSet::new();
        let (mut rounds, mut last_run) = (0, None::<Instant>);
        while rounds < ROUNDS {
            let due = due(&report, &ran);
            match last_run {
                _ if !due.is_empty() => rounds += 1,
                // What was changed takes its time, as a service does that starts again.
                Some(at) if at.elapsed() < SETTLES => tokio::time::sleep(BETWEEN_LOOKS).await,
                _ => break,
            }
            for commands in due {
                let _turn = self.turns.acquire().await?;
                // A student who is not sure runs them again. Most faults share their commands: once is enough to see it.
                let times: &[&str] = match self.is_new(&commands, &report.account) {
                    true => &["", ", run a second time"],
                    false => &[""],
                };
                for time in times {
                    if let Err(why) = run(&commands, folder.path(), &environment).await {
                        return Ok(Followed::Open(format!("{}{time}: {why}", commands.join(" ⏎ "))));
                    }
                }
                ran.insert(commands);
                last_run = Some(Instant::now());
            }
            let (_never, stop) = watch::channel(0);
            let judged = judge(lab, &account.with_fresh_cache(), &options, &|_| (), stop).await?;
            report = judged.report;
            if open(&report, fault).next().is_none() {
                return Ok(Followed::Fixed);
            }
        }
        Ok(Followed::Open(still_open(&report, fault, ran.len())))
    }

    /// Whether these commands were run in no account so far, whatever its number.
    fn is_new(&self, commands: &[String], account: &str) -> bool {
        let anywhere = commands.iter().map(|command| command.replace(account, "ACCOUNT"));
        self.repeated.borrow_mut().insert(anywhere.collect())
    }

    /// A folder of its own with what the course gives to students.
    fn folder(&self, lab: &Lab) -> anyhow::Result<TempDir> {
        let folder = tempfile::tempdir().context("cannot make a folder to work in")?;
        for file in self.files.material(&lab.id) {
            let path = folder.path().join(file.path);
            let parent = path.parent().unwrap_or(folder.path());
            std::fs::create_dir_all(parent)
                .and_then(|()| std::fs::write(&path, file.bytes))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(folder)
    }
}

/// The commands for all that can be fixed now, in the course's order, but for those that were run.
fn due(report: &Report, ran: &BTreeSet<Vec<String>>) -> Vec<Vec<String>> {
    let order = Order::of(report);
    let mut due: Vec<Vec<String>> = Vec::new();
    for (_, check) in report.checks() {
        let is_cause = check.status == Status::Fail && order.root(check).is_none();
        if is_cause && !check.cli.is_empty() && !ran.contains(&check.cli) && !due.contains(&check.cli) {
            due.push(check.cli.clone());
        }
    }
    due
}

/// What the fault made fail and does not pass yet.
fn open<'r>(report: &'r Report, fault: &Fault) -> impl Iterator<Item = &'r CheckReport> {
    let checks = report.checks().map(|(_, check)| check);
    checks.filter(|check| fault.fails.contains(&check.id) && check.status != Status::Pass)
}

/// What is still to be fixed, and what the report had to say of it.
fn still_open(report: &Report, fault: &Fault, ran: usize) -> String {
    let open = open(report, fault).map(|check| match &check.found {
        Some(found) => format!("{} ({found})", check.id),
        None => check.id.clone(),
    });
    let after = match ran {
        0 => "no commands are given for it".to_owned(),
        1 => "after its commands".to_owned(),
        n => format!("after {n} fixes"),
    };
    format!("{after}, not passed: {}", open.collect::<Vec<_>>().join(", "))
}

/// What a student's shell has in the sandbox, and nothing of the user's own settings of the AWS CLI.
fn environment(sandbox: &Sandbox, keys: &SandboxKeys, region: &str, folder: &Path) -> Vec<(&'static str, OsString)> {
    let none = folder.join("no-settings");
    let mut environment: Vec<(&'static str, OsString)> = vec![
        ("AWS_CONFIG_FILE", none.clone().into()),
        ("AWS_SHARED_CREDENTIALS_FILE", none.into()),
    ];
    let variables = sandbox.variables(keys, region).into_iter();
    environment.extend(variables.map(|(name, value)| (name, value.into())));
    environment
}

async fn run(commands: &[String], folder: &Path, environment: &[(&'static str, OsString)]) -> Result<(), String> {
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &commands.join("\n")]).current_dir(folder);
    for name in Sandbox::UNSET {
        shell.env_remove(name);
    }
    shell.envs(environment.iter().cloned());
    shell.stdin(Stdio::null()).kill_on_drop(true);
    match tokio::time::timeout(MAX_FIX, shell.output()).await {
        Err(_) => Err(format!("did not end within {} s", MAX_FIX.as_secs())),
        Ok(Err(error)) => Err(format!("sh does not run: {error}")),
        Ok(Ok(Output { status, stderr, .. })) if !status.success() => {
            let said = String::from_utf8_lossy(&stderr);
            let said = said.lines().map(str::trim).filter(|line| !line.is_empty());
            Err(format!("{status}: {}", said.collect::<Vec<_>>().join(" ")))
        }
        Ok(Ok(_)) => Ok(()),
    }
}
