//! `edemlab check`.

use super::fixes::{Chosen, fixes};
use super::live::LiveLine;
use super::{common, links, recording, sandbox};
use crate::account::{Account, ConnectError, Connection};
use crate::cli::{CheckArgs, Format};
use crate::costs;
use crate::course::Part;
use crate::inventory::Charge;
use crate::judge::{self, JudgeError, Options, Tape, judge_on};
use crate::report::{self, Verdict, terminal};
use colored::Colorize;
use rust_decimal::Decimal;
use std::path::PathBuf;

pub async fn run(course: Option<PathBuf>, args: CheckArgs) -> anyhow::Result<u8> {
    let part = if args.sandbox { Part::Solution } else { Part::Checks };
    let command = again(&args, course.as_deref());
    let course = common::course(course, part)?;
    let lab = course.lab(&args.lab)?;
    let options = Options {
        steps: args.steps.clone(),
        skip: args.skip.clone(),
        no_probe: args.no_probe,
        uses: args.uses.iter().cloned().collect(),
    };
    judge::validate(lab, &options)?;
    let tape = recording::begin(args.record.as_deref(), &course.files)?;
    let live = LiveLine::new(args.format != Format::Text);
    let account = if args.sandbox {
        sandbox::account_with(&course, lab, args.region.clone(), &live).await?
    } else {
        connect(&args).await?
    };
    let account = match &tape {
        Some(tape) => tape.around(&account),
        None => account,
    };
    let stop = common::interrupts();
    let on = |event| live.judging(event);
    let recorded = tape.as_ref().map(|tape| tape as &dyn Tape);
    let judged = judge_on(lab, &account, &options, &on, stop, recorded).await;
    live.clear();
    if let (Err(_), Some(_)) = (&judged, &args.record) {
        super::output::note("nothing was recorded: the lab could not be judged at all");
    }
    let judged = judged.map_err(|error| match error {
        JudgeError::Call(error) => ConnectError::from((error, args.profile.as_deref())).into(),
        JudgeError::Unknown(error) => anyhow::Error::from(error),
        JudgeError::Stopped => error.into(),
    })?;
    if let (Some(tape), Some(file)) = (&tape, &args.record) {
        recording::end(tape, &judged, &account, file, &course.files)?;
    }
    let judge::Judged {
        mut report, charges, ..
    } = judged;
    report.idle_usd_per_day = costs::idle_usd_per_day(&charges, &report.region, &report.started);
    let chosen = Chosen {
        fix_with: args.fix_with,
        sandbox: args.sandbox,
        region: args.region.as_deref(),
        profile: args.profile.as_deref(),
    };
    let fixes = fixes(&chosen, &account);
    let text = match args.format {
        Format::Text => {
            let pages = links::pages(&course.files);
            let look = terminal::Look {
                fixes: &fixes,
                width: common::width(),
                command: &command,
                all: args.all,
                pages: pages.as_deref(),
            };
            let costs = match report.verdict {
                Verdict::Pass => costs_line(&charges, &args, &account),
                _ => String::new(),
            };
            terminal::render_as(&report, look) + &costs
        }
        Format::Html => report::html::page(&report, &command, &fixes),
        Format::Json => report.json(),
        Format::Junit => report::junit(&report),
    };
    super::output::print(text.trim_end())?;
    Ok(report.exit_code())
}

/// What is built well goes on costing: said where that is more than a dollar a day.
fn costs_line(charges: &[Charge], args: &CheckArgs, account: &Account) -> String {
    let day = costs::least_of_a_day(charges, account.region(), chrono::Utc::now());
    if day <= Decimal::ONE {
        return String::new();
    }
    let said = match account.has_custom_endpoint() {
        true => format!("It would cost {day:.2} USD a day or more on AWS:"),
        false => format!("It costs {day:.2} USD a day or more:"),
    };
    let mut command = format!("edemlab costs {}", args.lab);
    if args.sandbox {
        command.push_str(" --sandbox");
    }
    // A command is copied: it is never broken.
    let fits = said.len() + command.len() + 2 <= common::width();
    let gap = if fits { " " } else { "\n   " };
    format!(" {said}{gap}{}\n", command.cyan())
}

async fn connect(args: &CheckArgs) -> Result<Account, ConnectError> {
    Connection {
        region: args.region.clone(),
        profile: args.profile.clone(),
        ..Connection::default()
    }
    .open()
    .await
}

/// How the same check is called again, without steps: for the line that says what to do next.
fn again(args: &CheckArgs, course: Option<&std::path::Path>) -> String {
    let mut command = vec!["edemlab check".to_owned(), args.lab.clone()];
    if args.sandbox {
        command.push("--sandbox".to_owned());
    }
    if let Some(with) = args.fix_with {
        command.push(format!("--fix-with {with}"));
    }
    if let Some(course) = course
        && std::env::var_os("EDEMLAB_COURSE").is_none()
    {
        command.push(format!("--course {}", course.display()));
    }
    for (flag, value) in [("--region", &args.region), ("--profile", &args.profile)] {
        command.extend(value.iter().map(|v| format!("{flag} {v}")));
    }
    command.extend(
        args.uses
            .iter()
            .map(|(name, resource)| format!("--use {name}={resource}")),
    );
    command.join(" ")
}
