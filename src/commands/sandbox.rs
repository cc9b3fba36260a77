//! `edemlab sandbox …`, and an account of it for the other verbs.

use super::common;
use super::live::LiveLine;
use crate::account::{Account, ConnectError, Connection, regions};
use crate::cli::{DEFAULT_ACCOUNT, DEFAULT_REGION, SandboxCommand};
use crate::course::{CheckAs, Course, Deviation, Lab, Part, UnknownName};
use crate::discover;
use crate::sandbox::{self, AccountNumber, Paths, Sandbox, StartOptions};
use anyhow::{Context, bail};
use futures::future::join_all;
use std::collections::BTreeSet;
use std::path::PathBuf;

pub async fn run(course: Option<PathBuf>, command: SandboxCommand) -> anyhow::Result<u8> {
    let paths = Paths::from_environment()?;
    let live = LiveLine::new(false);
    match command {
        SandboxCommand::Start { port, owner } => {
            let options = StartOptions {
                port,
                owner,
                region: DEFAULT_REGION.to_owned(),
            };
            let sandbox = sandbox::start(&paths, &options, &|e| live.sandbox(e)).await?;
            live.clear();
            let text = format!(
                "the sandbox answers at {} (process {})\n\n  Check a lab      edemlab check LAB --sandbox\n  \
                 Use the AWS CLI  eval \"$(edemlab sandbox env)\"\n  Stop it          edemlab sandbox stop",
                sandbox.endpoint, sandbox.pid
            );
            super::output::print(&text)
        }
        SandboxCommand::Stop => {
            let stopped = sandbox::stop(&paths).await?;
            super::output::print(if stopped {
                "the sandbox is stopped"
            } else {
                "the sandbox is not running"
            })
        }
        SandboxCommand::Status => match sandbox::status(&paths).await? {
            Some(s) => super::output::print(&format!(
                "the sandbox is running at {} (process {}, since {})\nits log: {}",
                s.endpoint,
                s.pid,
                s.started.format("%Y-%m-%d %H:%M:%S UTC"),
                s.log().display()
            )),
            None => super::output::print("the sandbox is not running: `edemlab sandbox start` starts it"),
        },
        SandboxCommand::Env { account, region, root } => {
            let sandbox = started(&paths, &live).await?;
            let keys = if root {
                sandbox.root(&account)
            } else {
                sandbox.student(&account).await?
            };
            live.clear();
            // A token or profile of the user's own would win over the keys.
            for name in Sandbox::UNSET.iter().filter(|name| std::env::var_os(name).is_some()) {
                super::output::print(&format!("unset {name}"))?;
            }
            for (name, value) in sandbox.variables(&keys, &region) {
                super::output::print(&format!("export {name}={value}"))?;
            }
            Ok(0)
        }
        SandboxCommand::Inbox {
            account,
            region,
            confirm,
        } => {
            // None is started for this: a new one has no mail.
            let Some(sandbox) = sandbox::status(&paths).await? else {
                bail!("the sandbox is not running, so it has no inbox: `edemlab sandbox start` starts it");
            };
            let account = match account {
                Some(account) => account,
                None => whose(&sandbox).await.unwrap_or(DEFAULT_ACCOUNT.parse()?),
            };
            super::inbox::run(&sandbox, &account, region.as_deref(), confirm).await
        }
        SandboxCommand::Deploy {
            lab,
            account,
            region,
            fault,
        } => {
            let course = common::course(course, Part::Everything)?;
            let lab = course.lab(&lab)?;
            let fault = fault.map(|id| find_deviation(lab, &id)).transpose()?;
            let sandbox = started(&paths, &live).await?;
            let region = fault.and_then(|f| f.region.clone()).unwrap_or(region);
            live.show("deploy", format!("deploying {}", lab.id));
            deploy(&sandbox, &account, &region, lab, fault).await?;
            live.clear();
            let what = fault.map_or("the solution".to_owned(), |f| format!("`{}` ({})", f.id, f.title));
            super::output::print(&format!(
                "{what} of {} is in account {account}, {region}\n\n  \
                 Check it   eval \"$(edemlab sandbox env --account {account})\" && edemlab check {}",
                lab.id, lab.id
            ))
        }
    }
}

/// The sandbox, started if it does not run.
pub async fn started(paths: &Paths, live: &LiveLine) -> anyhow::Result<Sandbox> {
    let options = StartOptions {
        region: DEFAULT_REGION.to_owned(),
        ..StartOptions::default()
    };
    Ok(sandbox::start(paths, &options, &|e| live.sandbox(e)).await?)
}

/// The account whose credentials the environment holds, where they are for this sandbox.
async fn whose(sandbox: &Sandbox) -> Option<AccountNumber> {
    let endpoint = std::env::var("AWS_ENDPOINT_URL").ok()?;
    if endpoint.trim_end_matches('/') != sandbox.endpoint.trim_end_matches('/') {
        return None;
    }
    let connection = Connection {
        region: Some(DEFAULT_REGION.to_owned()),
        ..Connection::default()
    };
    let me = connection.open().await.ok()?.identity().await.ok()?;
    me.account.parse().ok()
}

/// The fault or variant of `lab` called `id`.
pub fn find_deviation<'l>(lab: &'l Lab, id: &str) -> Result<&'l Deviation, UnknownName> {
    let faults = lab.faults.iter().map(|fault| &fault.deviation);
    let all: Vec<&Deviation> = faults.chain(lab.variants.iter().map(|v| &v.deviation)).collect();
    let found = all.iter().find(|deviation| deviation.id == id).copied();
    found.ok_or_else(|| UnknownName::new("fault or variant", id, all.iter().map(|d| d.id.as_str())))
}

/// Deploys the solution of `lab`, or what deviates from it.
pub async fn deploy(
    sandbox: &Sandbox,
    account: &AccountNumber,
    region: &str,
    lab: &Lab,
    deviation: Option<&Deviation>,
) -> anyhow::Result<()> {
    let Some(solution) = &lab.solution else {
        bail!("the lab {0} has no `labs/{0}/solution.yaml` to deploy", lab.id);
    };
    let templates = match deviation {
        Some(deviation) => deviation.templates(solution).with_context(|| deviation.place())?,
        None => vec![solution.clone()],
    };
    deploy_templates(sandbox, account, region, lab, &templates).await?;
    if let Some((there, template)) = deviation.map_or(Ok(None), |deviation| deviation.elsewhere(solution))? {
        let stack = format!("edemlab-{}-elsewhere", lab.id);
        sandbox.deploy(account, there, &stack, &template).await?;
    }
    Ok(())
}

/// Deploys these templates of `lab`, each as a change of the one before.
pub async fn deploy_templates(
    sandbox: &Sandbox,
    account: &AccountNumber,
    region: &str,
    lab: &Lab,
    templates: &[serde_json::Value],
) -> anyhow::Result<()> {
    let stack = format!("edemlab-{}", lab.id);
    for template in templates {
        sandbox.deploy(account, region, &stack, template).await?;
    }
    // No one reads mail in the sandbox: a template may say that the click on its mails is done.
    let confirm = |template: &serde_json::Value| template["Metadata"]["edemlab"]["confirm"] == true;
    if templates.last().is_some_and(confirm) {
        sandbox.confirm(account, Some(region)).await?;
    }
    Ok(())
}

/// An account of `sandbox`, as its student or its root user.
pub async fn open(sandbox: &Sandbox, account: &AccountNumber, region: &str, who: CheckAs) -> anyhow::Result<Account> {
    let keys = match who {
        CheckAs::Student => sandbox.student(account).await?,
        CheckAs::Root => sandbox.root(account),
    };
    regions::check(region).map_err(ConnectError::NotARegion)?;
    // What the environment says of AWS is not about this sandbox.
    let (key, secret) = (&keys.access_key_id, keys.secret_access_key());
    Ok(Account::loopback(&sandbox.endpoint, region, key, secret))
}

/// The sandbox's account, with the solution of `lab` in it if it is empty.
pub async fn account_with(
    course: &Course,
    lab: &Lab,
    region: Option<String>,
    live: &LiveLine,
) -> anyhow::Result<Account> {
    let sandbox = started(&Paths::from_environment()?, live).await?;
    let number: AccountNumber = DEFAULT_ACCOUNT.parse()?;
    let region = region.unwrap_or_else(|| DEFAULT_REGION.to_owned());
    if is_empty(course, lab, &open(&sandbox, &number, &region, CheckAs::Student).await?).await? {
        live.show("deploy", format!("sandbox: deploying the solution of {}", lab.id));
        deploy(&sandbox, &number, &region, lab, None).await?;
    }
    // Opened again: what was seen before the deployment is no answer any more.
    open(&sandbox, &number, &region, CheckAs::Student).await
}

/// The sandbox's account with whatever is in it.
pub async fn account_as_it_is(region: Option<String>) -> anyhow::Result<Account> {
    let sandbox = started(&Paths::from_environment()?, &LiveLine::new(false)).await?;
    let number: AccountNumber = DEFAULT_ACCOUNT.parse()?;
    let region = region.unwrap_or_else(|| DEFAULT_REGION.to_owned());
    open(&sandbox, &number, &region, CheckAs::Student).await
}

/// The sandbox's account with whatever is in it, or the one of the user's settings.
pub async fn account_of(sandbox: bool, region: Option<String>, profile: Option<String>) -> anyhow::Result<Account> {
    if sandbox {
        return account_as_it_is(region).await;
    }
    let connection = Connection {
        region,
        profile,
        ..Connection::default()
    };
    Ok(connection.open().await?)
}

/// Whether there is nothing of what only this lab looks for. Functions and tables may be another lab's, and identities
/// and roles every account has.
async fn is_empty(course: &Course, lab: &Lab, account: &Account) -> anyhow::Result<bool> {
    let no_args = discover::Args::new();
    let kinds = |lab: &Lab| -> BTreeSet<String> {
        let found = lab.resources.values().filter(|r| !r.is_list && r.with.is_empty());
        found.map(|r| r.kind.clone()).collect()
    };
    let others: BTreeSet<String> = course
        .labs
        .values()
        .filter(|l| l.id != lab.id)
        .flat_map(kinds)
        .collect();
    let own = kinds(lab).into_iter().filter(|kind| !others.contains(kind));
    let own = own.filter(|kind| !kind.starts_with("sts.") && !kind.starts_with("iam."));
    let own: Vec<_> = own.filter_map(|kind| discover::kind(&kind)).collect();
    let lists = join_all(own.iter().map(|kind| (kind.list)(account, &no_args))).await;
    for list in lists {
        if !list?.iter().all(|candidate| candidate.aws_default) {
            return Ok(false);
        }
    }
    Ok(true)
}
