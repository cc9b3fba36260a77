//! `edemlab rehearse`: the plan; then, once it is confirmed, the solution and the faults; then everything is deleted.

use super::output::tell;
use super::rehearse_there::{Found, fits, found, goes_on_with, refuse_root, refuse_what_is_there};
use super::rehearsing::{self, Rehearsing};
use super::{common, confirming, sandbox};
use crate::account::{Account, ConnectError};
use crate::cli::RehearseArgs;
use crate::course::{Course, Lab, Part};
use crate::redact;
use crate::rehearsal::{Choice, EMAIL, Folder, Plan, Priced, Record, SCHEMA, render_plan, stack_name};
use crate::report::text::{visible, wrapped};
use crate::stack::Stack;
use anyhow::bail;
use chrono::{SecondsFormat, Utc};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub async fn run(course: Option<PathBuf>, args: RehearseArgs) -> anyhow::Result<u8> {
    let course = common::course(course, Part::Everything)?;
    let lab = course.lab(&args.lab)?;
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("rehearsal-{}", lab.id)));
    // What is wrong with the choice is said before anything is asked or made.
    let plan = match args.clean_up {
        true => None,
        false => Some(choice(&args).plan(lab)),
    };
    let plan = match plan {
        // What was begun goes on as it was planned.
        Some(Err(error)) if !Folder::has_record(&out) => return Err(error.into()),
        plan => plan.and_then(Result::ok),
    };
    let folder = Folder::open(&out)?;
    let ended = run_in(&folder, &out, &course, lab, plan, &args).await;
    // Where nothing was made, nothing stays of having asked.
    let tidied = match Folder::has_record(&out) {
        true => Ok(()),
        false => folder.discard(),
    };
    let status = ended?;
    tidied?;
    Ok(status)
}

async fn run_in(
    folder: &Folder,
    out: &Path,
    course: &Course,
    lab: &Lab,
    plan: Option<Plan<'_>>,
    args: &RehearseArgs,
) -> anyhow::Result<u8> {
    let there = folder.read()?;
    let command = command(args, out);
    if let Some(record) = &there {
        fits(record, lab, args, folder, &command)?;
        goes_on_with(record, lab, &choice(args), folder, &command)?;
    }
    let account = account(args, there.as_ref()).await?;
    let identity = account.identity().await;
    let identity = identity.map_err(|error| ConnectError::from((error, args.profile.as_deref())))?;
    if let Some(record) = &there
        && record.account != identity.account
    {
        bail!(
            "the rehearsal in {} is in account {}, and these credentials belong to account {}",
            out.display(),
            record.account,
            identity.account
        );
    }
    let mut stop = None;
    let begin = |plan: Option<&Plan<'_>>| begin(lab, &account, identity.account.clone(), plan);
    let (record, is_new) = match (there, plan) {
        (Some(record), _) => (record, false),
        (None, None) => match found(lab, &account, begin(None), args.yes).await? {
            Found::Wanted(record) => (*record, true),
            Found::Stays(status) => return Ok(status),
        },
        (None, Some(plan)) => {
            let record = begin(Some(&plan));
            let priced = priced(lab, &plan, &account);
            refuse_root(lab, &identity)?;
            refuse_what_is_there(lab, &account, &record, &command).await?;
            tell(&render_plan(lab, &plan, &record, &priced, common::width()));
            let answer = confirming::ask_yes(args.yes, "begin")?;
            if let Some(status) = answer.declined("Nothing was done.", "begin") {
                return Ok(status);
            }
            // From here on Ctrl-C ends it in order: something may be made.
            stop = Some(common::interrupts());
            folder.write(&record)?;
            (record, true)
        }
    };
    let rehearsing = Rehearsing {
        course,
        lab,
        account: &account,
        folder,
        email: email(args, &record, &account).await?,
        command,
        stop: stop.unwrap_or_else(common::interrupts),
        compares: args.compare || !account.has_custom_endpoint(),
        recorded: (!args.no_record).then_some(&course.files),
        limits: rehearsing::limits(
            Duration::from_secs(args.settle),
            Duration::from_secs(args.wait_for_mail),
        ),
    };
    match args.clean_up {
        true => rehearsing.clean_up(record).await,
        false => {
            if !is_new {
                going_on(&record);
            }
            rehearsing.run(record).await
        }
    }
}

fn choice(args: &RehearseArgs) -> Choice {
    Choice {
        with: args.with.clone(),
        without: args.without.clone(),
        faults: unique(&args.faults),
        all: args.all,
        email: args.email.clone(),
    }
}

fn unique(ids: &[String]) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    for id in ids {
        if !unique.contains(id) {
            unique.push(id.clone());
        }
    }
    unique
}

/// It goes on from the region in which it began.
async fn account(args: &RehearseArgs, there: Option<&Record>) -> anyhow::Result<Account> {
    let region = there
        .map(|record| record.region.clone())
        .or_else(|| args.region.clone());
    if let (Some(record), Some(region)) = (there, &args.region)
        && record.region != *region
    {
        bail!(
            "this rehearsal began in {}, not in {region}: omit --region",
            record.region
        );
    }
    sandbox::account_of(args.sandbox, region, args.profile.clone()).await
}

fn begin(lab: &Lab, account: &Account, number: String, plan: Option<&Plan<'_>>) -> Record {
    Record {
        schema: SCHEMA.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        lab: lab.id.clone(),
        edition: lab.edition.clone(),
        account: number,
        region: account.region().to_owned(),
        has_custom_endpoint: account.has_custom_endpoint(),
        stack: stack_name(&lab.id),
        run: uuid::Uuid::new_v4().simple().to_string(),
        parts: plan
            .map(|plan| plan.with.iter().map(|part| part.id.clone()).collect())
            .unwrap_or_default(),
        parameters: plan.map(|plan| plan.parameters.clone()).unwrap_or_default(),
        email: plan.and_then(|plan| plan.email.as_ref().map(|address| redact::endpoint("email", address))),
        faults: plan
            .map(|plan| plan.faults.iter().map(|fault| fault.id().to_owned()).collect())
            .unwrap_or_default(),
        begun: Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
        ended: None,
        before: None,
        unlisted_before: Vec::new(),
        made: Default::default(),
        trials: Vec::new(),
        clean_up: None,
        compared: None,
    }
}

fn priced(lab: &Lab, plan: &Plan<'_>, account: &Account) -> Vec<Priced> {
    let solution = lab.solution.as_ref();
    solution
        .map(|solution| plan.priced(solution, account.region()))
        .unwrap_or_default()
}

/// The address that gets the mails: what is said now, else what the stack has.
async fn email(args: &RehearseArgs, record: &Record, account: &Account) -> anyhow::Result<Option<String>> {
    let Some(masked) = record.email.as_ref().filter(|_| !args.clean_up) else {
        return Ok(None);
    };
    if args.email.is_some() {
        return Ok(args.email.clone());
    }
    let stack = Stack::new(account, &record.stack, Duration::from_secs(60));
    let email = stack.parameter(EMAIL).await;
    match email.map_err(|error| ConnectError::from((error, None)))? {
        Some(address) => Ok(Some(address)),
        None => bail!(
            "there is no stack {} that knows where you read the lab's mails, and the record keeps only {}: say it again with --email \
             ADDRESS",
            record.stack,
            visible(masked)
        ),
    }
}

fn going_on(record: &Record) {
    let all = record.faults.len() + 1;
    let text = format!(
        "The rehearsal of {} that began {} goes on in {}: {} of {all} are tried.",
        record.lab,
        record.begun,
        record.region,
        record.trials.len()
    );
    tell(&wrapped(&text, common::width(), " "));
}

/// How everything that it made is deleted.
fn command(args: &RehearseArgs, out: &std::path::Path) -> String {
    let mut words = vec![format!("edemlab rehearse {} --clean-up", args.lab)];
    if args.out.is_some() {
        let path = out.display().to_string();
        let quoted = shlex::try_quote(&path).map(|quoted| quoted.into_owned());
        words.push(format!("--out {}", quoted.unwrap_or(path.clone())));
    }
    for (flag, value) in [("--region", &args.region), ("--profile", &args.profile)] {
        words.extend(value.iter().map(|value| format!("{flag} {value}")));
    }
    if args.sandbox {
        words.push("--sandbox".to_owned());
    }
    words.join(" ")
}
