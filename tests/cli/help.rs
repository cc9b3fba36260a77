//! What `--help` says of each command, whole.

use crate::common;

use clap::CommandFactory;
use common::cloud::{alone, run};
use edemlab::cli::Cli;

/// The words of every command, subcommands behind their own.
fn commands(of: &clap::Command, words: &[String], all: &mut Vec<Vec<String>>) {
    all.push(words.to_vec());
    for command in of.get_subcommands().filter(|command| !command.is_hide_set()) {
        commands(command, &[words, &[command.get_name().to_owned()]].concat(), all);
    }
}

#[test]
fn of_every_command() {
    let mut all = Vec::new();
    commands(&Cli::command(), &[], &mut all);
    let mut said = String::new();
    for words in &all {
        let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
        args.push("--help");
        let mut command = alone(&args);
        command.env("COLUMNS", "100");
        let printed = run(command);
        assert_eq!((printed.code, printed.stderr.as_str()), (0, ""), "{args:?}");
        let help: Vec<&str> = printed.stdout.lines().map(str::trim_end).collect();
        said += &format!("$ edemlab {}\n\n{}\n\n\n", args.join(" "), help.join("\n").trim_end());
    }
    insta::assert_snapshot!("help", said);
}
