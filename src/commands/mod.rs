//! One file a verb: wiring only. Errors end here, as text with a way out.

mod access;
mod access_revoke;
mod book;
mod check;
mod class;
mod cleanup;
mod command_line;
mod common;
mod confirming;
mod costs;
mod costs_class;
mod diff;
mod doctor;
mod drill;
mod explain;
mod failure;
mod files;
mod fixes;
mod fixing;
mod fleet;
#[cfg(feature = "lambda")]
pub mod function;
mod grade;
mod grade_fleet;
mod grade_live;
mod grade_room;
mod gradebook;
mod grading;
mod guide;
mod inbox;
mod language;
mod links;
mod lint;
mod live;
mod news;
mod output;
mod pages;
mod policy;
mod prove;
mod proving;
mod recording;
mod regrade;
mod regrade_terms;
mod rehearse;
mod rehearse_compare;
mod rehearse_there;
mod rehearsing;
mod room_accounts;
mod room_keys;
mod room_looks;
mod room_page;
mod roster;
mod roster_intake;
mod sandbox;
mod watch;
mod watching;

use crate::cli::{Cli, Color, Command, RosterCommand};
use crate::report::Report;
pub use command_line::{command_line, parse};
use output::print;

/// Runs a verb; gives the exit code.
pub fn run(cli: Cli) -> u8 {
    match cli.color {
        Color::Always => colored::control::set_override(true),
        Color::Never => colored::control::set_override(false),
        Color::Auto if common::is_dumb() => colored::control::set_override(false),
        Color::Auto => {}
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(verb(cli));
            // Nothing that is still looked up in the background holds up the end.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(error.into()),
    };
    result.unwrap_or_else(|error| {
        output::note(&failure::text(&error));
        2
    })
}

async fn verb(cli: Cli) -> anyhow::Result<u8> {
    let course = cli.course;
    match cli.command {
        Command::Book { command } => book::run(course, command),
        Command::Check(args) => check::run(course, args).await,
        Command::Cleanup(args) => cleanup::run(course, args).await,
        Command::Costs(args) => match args.roster.clone() {
            Some(roster) => costs_class::run(course, &args, &roster).await,
            None => costs::run(course, args).await,
        },
        Command::Watch(args) => watch::run(course, args).await,
        Command::Guide(args) => guide::run(course, args).await,
        Command::Explain { lab, part } => explain::run(course, &lab, part.as_deref()),
        Command::Files { lab, to, force } => files::run(course, &lab, &to, force),
        Command::Lint => lint::run(course),
        Command::Prove { lab, faults, no_fixes } => prove::run(course, &lab, &faults, !no_fixes).await,
        Command::Doctor(args) => doctor::run(course, args).await,
        Command::Drill(args) => drill::run(course, args).await,
        Command::Diff(args) => diff::run(&args),
        Command::Gradebook(args) => gradebook::run(&args),
        Command::Sandbox(command) => sandbox::run(course, command).await,
        Command::Access(command) => access::run(course, command).await,
        Command::Roster(RosterCommand::New(args)) => roster_intake::new(&args),
        Command::Roster(RosterCommand::Add(args)) => roster_intake::add(course, &args),
        Command::Roster(RosterCommand::Verify(args)) => roster::run(course, args).await,
        Command::Grade(args) => grade::run(course, *args).await,
        Command::Fleet(command) => fleet::run(command),
        Command::Class(command) => class::run(command),
        Command::Recording(command) => recording::run(course, command).await,
        Command::Regrade(args) => regrade::run(course, &args).await,
        Command::Rehearse(args) => rehearse::run(course, args).await,
        Command::Pages(args) => pages::run(&args),
        Command::Policy(args) => policy::run(course, args),
        Command::ReportSchema => print(&Report::schema()),
        Command::Completions { shell } => {
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut command_line(), "edemlab", &mut out);
            print(String::from_utf8_lossy(&out).trim_end())
        }
    }
}
