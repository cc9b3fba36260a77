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
use tokio::runtime::Runtime;

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
            let result = verb(&runtime, cli);
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

/// What waits for AWS or the user does so on `runtime`; grading has threads of its own beside it.
fn verb(runtime: &Runtime, cli: Cli) -> anyhow::Result<u8> {
    let course = cli.course;
    match cli.command {
        Command::Book { command } => book::run(course, command),
        Command::Check(args) => runtime.block_on(check::run(course, args)),
        Command::Cleanup(args) => runtime.block_on(cleanup::run(course, args)),
        Command::Costs(args) => match args.roster.clone() {
            Some(roster) => runtime.block_on(costs_class::run(course, &args, &roster)),
            None => runtime.block_on(costs::run(course, args)),
        },
        Command::Watch(args) => runtime.block_on(watch::run(course, args)),
        Command::Guide(args) => runtime.block_on(guide::run(course, args)),
        Command::Explain { lab, part } => explain::run(course, &lab, part.as_deref()),
        Command::Files { lab, to, force } => files::run(course, &lab, &to, force),
        Command::Lint => lint::run(course),
        Command::Prove { lab, faults, no_fixes } => runtime.block_on(prove::run(course, &lab, &faults, !no_fixes)),
        Command::Doctor(args) => runtime.block_on(doctor::run(course, args)),
        Command::Drill(args) => runtime.block_on(drill::run(course, args)),
        Command::Diff(args) => diff::run(&args),
        Command::Gradebook(args) => gradebook::run(&args),
        Command::Sandbox(command) => runtime.block_on(sandbox::run(course, command)),
        Command::Access(command) => runtime.block_on(access::run(course, command)),
        Command::Roster(RosterCommand::New(args)) => roster_intake::new(&args),
        Command::Roster(RosterCommand::Add(args)) => roster_intake::add(course, &args),
        Command::Roster(RosterCommand::Verify(args)) => runtime.block_on(roster::run(course, args)),
        Command::Grade(args) => grade::run(runtime, course, *args),
        Command::Fleet(command) => fleet::run(command),
        Command::Class(command) => class::run(command),
        Command::Recording(command) => runtime.block_on(recording::run(course, command)),
        Command::Regrade(args) => runtime.block_on(regrade::run(course, &args)),
        Command::Rehearse(args) => runtime.block_on(rehearse::run(course, args)),
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
