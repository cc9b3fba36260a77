//! `edemlab drill`: a fault that is not named, in an account of the sandbox.

use super::live::LiveLine;
use super::sandbox::{deploy_templates, open, started};
use super::{common, output};
use crate::cli::{DEFAULT_REGION, DrillArgs, DrillCommand};
use crate::course::{CheckAs, Course, Fault, Lab, Part};
use crate::drill::{self, Choice, Drill, Level, RUNGS};
use crate::judge::{self, Options};
use crate::report::text::wrapped;
use crate::report::view::duration;
use crate::report::{Report, Verdict};
use crate::sandbox::{self, AccountNumber, Paths, Sandbox};
use anyhow::{Context, bail};
use chrono::Utc;
use colored::Colorize;
use std::path::PathBuf;

/// Drills have accounts of their own, away from those that people number by hand.
const FIRST_ACCOUNT: u64 = 700_000_000_000;
const ACCOUNTS: u64 = 1_000_000_000;

/// A number that a student can type.
const SEEDS: u64 = 10_000;

pub async fn run(course: Option<PathBuf>, args: DrillArgs) -> anyhow::Result<u8> {
    let paths = Paths::from_environment()?;
    let course = common::course(course, Part::Everything)?;
    match args.command {
        // The command line has one of the two.
        None => begin(&course, &args.lab.unwrap_or_default(), args.level, args.seed, &paths).await,
        Some(command) => {
            let (sandbox, mut drill) = under_way(&paths).await?;
            let lab = course.lab(&drill.lab)?;
            let faults = faults(lab, &drill)?;
            match command {
                DrillCommand::Show => output::print(&shown(lab, &drill)),
                DrillCommand::Hint => hint(&mut drill, &faults, lab, &sandbox, &paths).await,
                DrillCommand::Check => check(&drill, &faults, lab, &sandbox, &paths).await,
                DrillCommand::End => {
                    Drill::remove(&paths.drill())?;
                    output::print(&laid_out(&drill::solution(&drill, &faults, lab)))
                }
            }
        }
    }
}

/// Puts a fault into a new account, and says what a customer would say.
async fn begin(course: &Course, lab: &str, level: Level, seed: Option<u64>, paths: &Paths) -> anyhow::Result<u8> {
    let lab = course.lab(lab)?;
    if let Some(sandbox) = sandbox::status(paths).await?
        && let Some(drill) = Drill::read(&paths.drill())?.filter(|drill| drill.sandbox == sandbox.started)
    {
        bail!(
            "a drill of {} is under way, since {}\n\n  Go on     edemlab drill show\n  Give up   edemlab drill end",
            drill.lab,
            drill.began.format("%H:%M UTC")
        );
    }
    let seed = seed.unwrap_or_else(|| fastrand::u64(1..SEEDS));
    let Choice { faults, templates } = drill::choose(lab, level, seed)?;
    let live = LiveLine::new(false);
    let sandbox = started(paths, &live).await?;
    let number = FIRST_ACCOUNT + fastrand::u64(..ACCOUNTS);
    let number: AccountNumber = format!("{number:012}").parse()?;
    live.show("deploy", format!("drill: preparing an account of {}", lab.id));
    deploy_templates(&sandbox, &number, DEFAULT_REGION, lab, &templates).await?;
    live.show("look", "drill: sending an event through it".to_owned());
    let report = judged(lab, &sandbox, &number, &LiveLine::new(true)).await;
    live.clear();
    let report = report?;
    let ids = faults.iter().map(|fault| fault.deviation.id.clone()).collect();
    if report.verdict != Verdict::Fail {
        bail!("the drill with seed {seed} shows nothing that is broken: begin another one");
    }
    let drill = Drill::new(level, seed, ids, sandbox.started, report);
    drill.write(&paths.drill())?;
    output::print(&shown(lab, &drill))
}

/// The drill under way, in the sandbox that it was begun in.
async fn under_way(paths: &Paths) -> anyhow::Result<(Sandbox, Drill)> {
    let begin = "begin one with: edemlab drill LAB";
    let Some(drill) = Drill::read(&paths.drill())? else {
        bail!("no drill is under way: {begin}");
    };
    match sandbox::status(paths).await? {
        Some(sandbox) if sandbox.started == drill.sandbox => Ok((sandbox, drill)),
        _ => {
            Drill::remove(&paths.drill())?;
            bail!("the sandbox has ended, and the drill of {} with it: {begin}", drill.lab)
        }
    }
}

fn faults<'l>(lab: &'l Lab, drill: &Drill) -> anyhow::Result<Vec<&'l Fault>> {
    let fault = |id: &String| lab.faults.iter().find(|fault| fault.deviation.id == *id);
    let found = drill.faults.iter().map(|id| {
        fault(id).with_context(|| {
            format!("the course has changed: its lab {} has no fault `{id}` any more. `edemlab drill LAB` begins another drill", lab.id)
        })
    });
    found.collect()
}

async fn judged(lab: &Lab, sandbox: &Sandbox, number: &AccountNumber, live: &LiveLine) -> anyhow::Result<Report> {
    let account = open(sandbox, number, DEFAULT_REGION, CheckAs::Student).await?;
    let stop = common::interrupts();
    let judged = judge::judge(lab, &account, &Options::default(), &|event| live.judging(event), stop).await;
    live.clear();
    Ok(judged?.report)
}

/// What the account shows now.
async fn now(lab: &Lab, drill: &Drill, sandbox: &Sandbox) -> anyhow::Result<Report> {
    judged(lab, sandbox, &drill.account.parse()?, &LiveLine::new(false)).await
}

fn shown(lab: &Lab, drill: &Drill) -> String {
    let title = format!("drill · {} · {} · seed {}", drill.lab, drill.level, drill.seed);
    let says = format!("A customer says: “{}”", drill::complaint(lab, &drill.report));
    let width = common::width().clamp(40, 100);
    format!(
        "{}\n\n{}\n\n  Go there    eval \"$(edemlab sandbox env --account {})\"\n  Look        edemlab check {}, the \
         AWS CLI, the logs\n  A hint      edemlab drill hint\n  Fixed?      edemlab drill check\n  Give up     edemlab \
         drill end",
        title.bold(),
        wrapped(&says, width, " "),
        drill.account,
        drill.lab
    )
}

/// One rung further up. Of two faults, the second one's hints come once the first one's are all given.
async fn hint(drill: &mut Drill, faults: &[&Fault], lab: &Lab, sandbox: &Sandbox, paths: &Paths) -> anyhow::Result<u8> {
    let last = RUNGS * faults.len() - 1;
    let n = drill.hints.min(last);
    let fault = faults[n / RUNGS];
    // What another fault has hidden is seen once that one is fixed.
    let report = match n / RUNGS {
        0 => drill.report.clone(),
        _ => now(lab, drill, sandbox).await?,
    };
    drill.hints = n + 1;
    drill.write(&paths.drill())?;
    let of_which = match faults.len() {
        1 => String::new(),
        _ => format!(" (fault {} of {})", n / RUNGS + 1, faults.len()),
    };
    let head = format!("hint {} of {}{of_which}", n + 1, last + 1);
    let text = drill::hint(&report, fault, n % RUNGS);
    output::print(&format!("{}\n\n{}", head.bold(), laid_out(&text)))
}

async fn check(drill: &Drill, faults: &[&Fault], lab: &Lab, sandbox: &Sandbox, paths: &Paths) -> anyhow::Result<u8> {
    let now = now(lab, drill, sandbox).await?;
    let fixed = faults.iter().filter(|fault| drill::is_fixed(fault, &now)).count();
    let besides = drill::broken_besides(drill, &now);
    if fixed == faults.len() && besides.is_empty() && now.verdict == Verdict::Pass {
        let seconds = (Utc::now() - drill.began).num_milliseconds() as f64 / 1000.0;
        let hints = match drill.hints {
            0 => "no hint".to_owned(),
            1 => "1 hint".to_owned(),
            n => format!("{n} hints"),
        };
        Drill::remove(&paths.drill())?;
        let head = format!("✓ found and fixed in {}, with {hints}", duration(seconds));
        let solution = laid_out(&drill::solution(drill, faults, lab));
        return output::print(&format!("{}\n\n{solution}", head.green()));
    }
    let mut lines = vec![match (faults.len(), fixed) {
        (1, 1) => "✗ what was broken is fixed, and something else is not right"
            .red()
            .to_string(),
        (1, _) => "✗ not yet".red().to_string(),
        (all, fixed) => format!("✗ not yet: {fixed} of {all} are fixed").red().to_string(),
    }];
    lines.push(String::new());
    if now.verdict != Verdict::Pass {
        lines.push(format!("A customer says: “{}”", drill::complaint(lab, &now)));
    }
    for check in besides {
        lines.push(format!("Broken besides: {}: {}", check.id, check.title));
    }
    lines.push("More: edemlab drill hint, or edemlab drill end to give up".to_owned());
    output::print(&laid_out(&lines.join("\n")))?;
    Ok(match now.verdict {
        Verdict::Unknown => 3,
        _ => 1,
    })
}

/// Each line within the terminal's width, but for commands; what continues one stands behind a hanging indent.
fn laid_out(text: &str) -> String {
    let width = common::width().clamp(40, 100);
    let lines = text.lines().map(|line| {
        if line.is_empty() || line.starts_with(drill::COMMAND) {
            return line.to_owned();
        }
        let indent = line.len() - line.trim_start().len();
        wrapped(line.trim_start(), width, &" ".repeat(indent + 1))
    });
    lines.collect::<Vec<_>>().join("\n")
}
