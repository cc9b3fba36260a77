//! The command line as a user sees it: clap's, with the commands in groups and the labs by name.

use super::common;
use crate::cli::Cli;
use crate::course::CourseFiles;
use clap::{Command, CommandFactory, FromArgMatches};
use std::fmt::Write;

/// The commands by whom they are for. What stands in none of them is shown last.
const GROUPS: [(&str, &[&str]); 3] = [
    (
        "Your lab",
        &[
            "check", "watch", "guide", "explain", "files", "drill", "doctor", "sandbox",
        ],
    ),
    (
        "A class",
        &[
            "roster",
            "access",
            "policy",
            "grade",
            "fleet",
            "regrade",
            "pages",
            "gradebook",
            "diff",
        ],
    ),
    ("A course", &["lint", "prove", "book"]),
];

/// The widest help, as clap's own.
const WIDEST: usize = 100;

/// Reads the command line.
///
/// # Errors
/// What is wrong with it, or the help or version that was asked for: clap prints either.
pub fn parse() -> Result<Cli, clap::Error> {
    Cli::from_arg_matches(&command_line().try_get_matches()?)
}

/// What can be said on the command line.
pub fn command_line() -> Command {
    let command = name_labs(
        Cli::command(),
        &CourseFiles::embedded_labs().collect::<Vec<_>>().join(", "),
    );
    let header = command.get_styles().get_header();
    let groups = groups(&command);
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}{header}Options:{header:#}\n{{options}}{{after-help}}"
    );
    command.help_template(template)
}

/// Says behind each argument `LAB` which there are.
fn name_labs(command: Command, labs: &str) -> Command {
    let command = command.mut_args(|arg| match arg.get_id() == "lab" && arg.is_positional() {
        true => {
            let help = arg.get_help().cloned().unwrap_or_default();
            arg.help(format!("{help} (built in: {labs})"))
        }
        false => arg,
    });
    command.mut_subcommands(|inner| name_labs(inner, labs))
}

fn groups(command: &Command) -> String {
    let shown = || command.get_subcommands().filter(|inner| !inner.is_hide_set());
    let named = |inner: &Command| GROUPS.iter().any(|(_, names)| names.contains(&inner.get_name()));
    let mut groups: Vec<(&str, Vec<&Command>)> = GROUPS
        .iter()
        .map(|(heading, names)| {
            let members = names
                .iter()
                .filter_map(|name| shown().find(|inner| inner.get_name() == *name));
            (*heading, members.collect())
        })
        .collect();
    groups.push(("More", shown().filter(|inner| !named(inner)).collect()));
    let styles = command.get_styles();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let column = shown().map(|inner| inner.get_name().len()).max().unwrap_or_default();
    let width = common::width().min(WIDEST);
    let mut out = String::new();
    for (heading, members) in groups {
        let _ = writeln!(out, "{header}{heading}:{header:#}");
        for inner in members {
            let about = inner.get_about().map(ToString::to_string).unwrap_or_default();
            let indent = " ".repeat(column + 4);
            let options = textwrap::Options::new(width)
                .initial_indent(&indent)
                .subsequent_indent(&indent);
            let about = textwrap::fill(&about, options);
            let name = inner.get_name();
            let pad = " ".repeat(column - name.len());
            let _ = writeln!(out, "  {literal}{name}{literal:#}{pad}  {}", about.trim_start());
        }
        out.push('\n');
    }
    out
}
