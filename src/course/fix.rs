//! How something is fixed: in clicks, and as commands of the AWS CLI.

use super::argument::Compiled;
use super::node::{Content, Node};
use super::reader::Reader;
use crate::expr::{Commands, EvalError, Expr, Piece, Scope, Template};
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
        Ok(self.chained(self.commands.said(&self.text.value, scope)?))
    }

    /// The commands with what `value` gives for each expression.
    pub(super) fn lines(&self, value: impl Fn(&Expr) -> Result<Value, EvalError>) -> Result<Vec<String>, EvalError> {
        Ok(self.chained(self.commands.lines(&self.text.value, value)?))
    }

    /// Commands of which each is run only once the one before has done its work: what follows one that failed would do
    /// harm. The lab's files, where the course names them, are written first if they are not there.
    fn chained(&self, mut lines: Vec<String>) -> Vec<String> {
        if let Some(lab) = self.lab_of_files().filter(|_| !lines.is_empty()) {
            lines.insert(0, format!("test -d {FILES}{lab} || edemlab files {lab}"));
        }
        let last = lines.len().saturating_sub(1);
        lines[..last].iter_mut().for_each(|line| line.push_str(" &&"));
        lines
    }

    /// The lab whose files the course's own words name. What a student has called `labs/…` is none.
    fn lab_of_files(&self) -> Option<&str> {
        let words = self.text.value.pieces().flat_map(|piece| match piece {
            Piece::Text(text) => vec![text],
            Piece::Expression(expr) => expr.mentions().texts().into_iter().collect(),
        });
        let mut behind = words.filter_map(|words| words.split_once(FILES));
        behind.find_map(|(_, behind)| behind.split_once('/').map(|(lab, _)| lab))
    }
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
