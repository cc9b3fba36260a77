//! `edemlab costs`: what of the labs stands in an account, and what it costs while nobody uses it.

use super::live::LiveLine;
use super::{common, sandbox};
use crate::account::{Account, ConnectError, Connection};
use crate::cli::{CostsArgs, CostsFormat};
use crate::costs::{CostsReport, look, page, render};
use crate::course::{Course, Lab, Part};
use crate::judge::{self, Options};
use crate::survey::Wanted;
use std::path::PathBuf;

/// Exit statuses beside that of success.
pub(super) const ABOVE: u8 = 1;
pub(super) const NOT_KNOWN: u8 = 3;

pub async fn run(course: Option<PathBuf>, args: CostsArgs) -> anyhow::Result<u8> {
    let part = if args.sandbox { Part::Solution } else { Part::Checks };
    let course = common::course(course, part)?;
    let labs = labs(&course, &args.labs)?;
    let options = Options {
        uses: args.uses.iter().cloned().collect(),
        ..Options::default()
    };
    for name in options.uses.keys() {
        known(&labs, name, &options)?;
    }
    let live = LiveLine::new(args.format != CostsFormat::Text);
    let account = account(&course, &labs, &args, &live).await?;
    live.show("look", "looking around".to_owned());
    let wanted = Wanted {
        labs,
        options: &options,
        everywhere: !args.here,
        thorough: false,
        also: &[],
    };
    let report = look(&wanted, &account, account.aws_time(chrono::Utc::now())).await;
    live.clear();
    let report = report.map_err(|error| ConnectError::from((error, args.profile.as_deref())))?;
    let text = match args.format {
        CostsFormat::Text => render(&report, common::width()),
        CostsFormat::Html => page(&report),
        CostsFormat::Json => report.json(),
    };
    super::output::print(text.trim_end())?;
    Ok(exit_code(&args, &report))
}

/// Above the limit, whatever else is not known; below it only if nothing is.
fn exit_code(args: &CostsArgs, report: &CostsReport) -> u8 {
    let is_above = args.fail_above.is_some_and(|limit| report.sum.day > limit);
    match (is_above, report.unknown.is_empty() && report.not_looked.is_empty()) {
        (true, _) => ABOVE,
        (false, true) => 0,
        (false, false) => NOT_KNOWN,
    }
}

fn labs<'c>(course: &'c Course, named: &[String]) -> anyhow::Result<Vec<&'c Lab>> {
    match named {
        [] => Ok(course.labs.values().collect()),
        named => named.iter().map(|id| Ok(course.lab(id)?)).collect(),
    }
}

/// A resource that the user names is one of a lab that is looked for.
fn known(labs: &[&Lab], name: &str, options: &Options) -> anyhow::Result<()> {
    let of = labs.iter().find(|lab| lab.resources.contains_key(name));
    let lab = of.or(labs.first());
    let uses = options.uses.iter().filter(|(one, _)| *one == name);
    let only = Options {
        uses: uses.map(|(name, value)| (name.clone(), value.clone())).collect(),
        ..Options::default()
    };
    Ok(lab.map_or(Ok(()), |lab| judge::validate(lab, &only))?)
}

async fn account(course: &Course, labs: &[&Lab], args: &CostsArgs, live: &LiveLine) -> anyhow::Result<Account> {
    match (args.sandbox, labs.first()) {
        (true, Some(lab)) => sandbox::account_with(course, lab, args.region.clone(), live).await,
        _ => Ok(Connection {
            region: args.region.clone(),
            profile: args.profile.clone(),
            ..Connection::default()
        }
        .open()
        .await?),
    }
}
