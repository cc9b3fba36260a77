//! How something is fixed: in clicks, and as commands of the AWS CLI.

use super::argument::Compiled;
use super::node::{Content, Node};
use super::reader::Reader;
use crate::expr::{Commands, EvalError, Expr, Scope, Template};
use serde_json::Value;

/// One fix, said in two ways.
#[derive(Debug)]
pub struct Fix {
    /// What to click.
    pub console: Compiled<Template>,
    /// The same as commands, where commands can do it.
    pub cli: Option<FixCommands>,
}

/// Commands that fix something, however often they are run.
#[derive(Debug)]
pub struct FixCommands {
    text: Compiled<Template>,
    commands: Commands,
}

impl Fix {
    /// Its texts: what they mention is looked at before either is said.
    pub fn texts(&self) -> impl Iterator<Item = &Compiled<Template>> {
        std::iter::once(&self.console).chain(self.cli.iter().map(|cli| &cli.text))
    }
}

impl FixCommands {
    /// The commands in `scope`, one a line, to be pasted as a whole.
    ///
    /// # Errors
    /// When an expression in them has no value, or one that is no word of a command.
    pub fn said(&self, scope: &Scope) -> Result<Vec<String>, EvalError> {
        Ok(chained(self.commands.said(&self.text.value, scope)?))
    }

    /// The commands with what `value` gives for each expression.
    pub(super) fn lines(&self, value: impl Fn(&Expr) -> Result<Value, EvalError>) -> Result<Vec<String>, EvalError> {
        Ok(chained(self.commands.lines(&self.text.value, value)?))
    }
}

/// Commands of which each is run only once the one before has done its work: what follows one that failed would do harm.
/// The lab's files, where they are named, are written first if they are not there.
fn chained(mut lines: Vec<String>) -> Vec<String> {
    let lab = lines.iter().find_map(|line| {
        let (_, behind) = line.split_once(FILES)?;
        let (lab, _) = behind.split_once('/')?;
        lab.chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-')
            .then(|| lab.to_owned())
    });
    if let Some(lab) = lab {
        lines.insert(0, format!("test -d {FILES}{lab} || edemlab files {lab}"));
    }
    let last = lines.len().saturating_sub(1);
    lines[..last].iter_mut().for_each(|line| line.push_str(" &&"));
    lines
}

/// Where `edemlab files` writes a lab's files, in the current folder.
const FILES: &str = "labs/";

/// What to click, or `{ console: TEXT, cli: COMMANDS }`.
pub(super) fn read(reader: &Reader, node: Node) -> Option<Fix> {
    if !matches!(node.value, Content::Map(_)) {
        let console = reader.template(&node)?;
        return Some(Fix { console, cli: None });
    }
    let mut fields = reader.fields(node, "a fix")?;
    let console = fields.require("console").and_then(|node| reader.template(&node));
    let cli = fields.require("cli").and_then(|node| commands(reader, &node));
    fields.finish();
    Some(Fix {
        console: console?,
        cli: Some(cli?),
    })
}

fn commands(reader: &Reader, node: &Node) -> Option<FixCommands> {
    let text = reader.template(node)?;
    match Commands::of(&text.value) {
        Ok(commands) => Some(FixCommands { text, commands }),
        Err(error) => {
            let at = node.inside(&reader.file, text.value.source(), &(error.at..error.at + 1));
            reader.report(at, error.message, "");
            None
        }
    }
}
