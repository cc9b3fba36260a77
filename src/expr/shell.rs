//! Commands with `{{ CEL }}` in them: what an expression gives is one word of a command and never more, whatever a
//! student has put into it.

use super::template::{Template, TemplatePart};
use super::{EvalError, Expr, Scope};
use serde_json::Value;
use std::borrow::Cow;

/// The commands of a text, one a line, as a shell reads them.
///
/// The quoting rules are POSIX's: <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02>.
#[derive(Debug)]
pub struct Commands {
    lines: Vec<Vec<Token>>,
}

#[derive(Debug)]
enum Token {
    /// As the author wrote it.
    Text(String),
    /// The value of the text's part with this number, as words of their own.
    Words(usize),
    /// The same, inside single quotes.
    Quoted(usize),
}

/// What is around a place in a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    Nothing,
    Single,
    /// Single quotes behind `-c`: a program, for a shell or for Python.
    Program,
    Double,
    /// `$( … )`, and parentheses in it.
    Substitution,
}

/// Why a text is no list of commands, and the byte of the text where that is seen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CommandError {
    /// What was expected.
    pub message: &'static str,
    /// Where.
    pub at: usize,
}

const IN_DOUBLE: &str = "inside double quotes a shell reads what a student wrote: use single quotes, or none";
const OPEN: &str = "a command stands on one line, and a quote is still open at the end of this one";
const PROGRAM: &str = "what stands behind `-c` is a program: hand it what a student wrote as an argument";
const ESCAPES: &str = "write it without the `$`: in such quotes a backslash means something";
const BACKQUOTE: &str = "write `$( … )`: what stands in backquotes is read twice";
const HERE: &str = "a command stands on one line: no `<<`";

impl Commands {
    /// Reads the commands of `text`.
    ///
    /// # Errors
    /// Where a value would not be one word, or a command does not end with its line.
    pub fn of(text: &Template) -> Result<Self, CommandError> {
        let mut commands = Self {
            lines: vec![Vec::new()],
        };
        let mut around = vec![Around::Nothing];
        let mut at = 0;
        for (number, part) in text.parts().iter().enumerate() {
            match part {
                TemplatePart::Text(written) => {
                    commands.written(written, at, &mut around)?;
                    at += written.len();
                }
                TemplatePart::Expr { expr, at: start } => {
                    let token = match around.last() {
                        Some(Around::Double) => {
                            return Err(CommandError {
                                message: IN_DOUBLE,
                                at: *start,
                            });
                        }
                        Some(Around::Program) => {
                            return Err(CommandError {
                                message: PROGRAM,
                                at: *start,
                            });
                        }
                        Some(Around::Single) => Token::Quoted(number),
                        _ => Token::Words(number),
                    };
                    commands.push(token);
                    at = text.source()[*start + expr.source().len()..]
                        .find("}}")
                        .map_or(at, |close| *start + expr.source().len() + close + 2);
                }
            }
        }
        if around.len() > 1 {
            return Err(CommandError {
                message: OPEN,
                at: at.saturating_sub(1),
            });
        }
        commands.lines.retain(|line| !is_empty(line));
        Ok(commands)
    }

    fn push(&mut self, token: Token) {
        self.lines.last_mut().expect("there is a line").push(token);
    }

    /// What the author wrote from the byte `start` on.
    fn written(&mut self, text: &str, start: usize, around: &mut Vec<Around>) -> Result<(), CommandError> {
        let mut line = String::new();
        let mut chars = text.char_indices().peekable();
        while let Some((index, c)) = chars.next() {
            let error = |message| CommandError {
                message,
                at: start + index,
            };
            let next = chars.peek().map(|(_, next)| *next);
            let inside = around.last().copied().unwrap_or(Around::Nothing);
            match (inside, c) {
                (Around::Nothing, '\n') => {
                    self.push(Token::Text(std::mem::take(&mut line)));
                    self.lines.push(Vec::new());
                    continue;
                }
                (_, '\n') => return Err(error(OPEN)),
                (Around::Single | Around::Program, '\'') => drop(around.pop()),
                (Around::Single | Around::Program, _) => {}
                (Around::Double, '"') => drop(around.pop()),
                (_, '`') => return Err(error(BACKQUOTE)),
                (_, '\\') => {
                    line.push(c);
                    match chars.next() {
                        None | Some((_, '\n')) => return Err(error(OPEN)),
                        Some((_, escaped)) => line.push(escaped),
                    }
                    continue;
                }
                (_, '$') if next == Some('(') => {
                    line.push(c);
                    chars.next();
                    line.push('(');
                    around.push(Around::Substitution);
                    continue;
                }
                (Around::Double, _) => {}
                (Around::Substitution, '(') => around.push(Around::Substitution),
                (Around::Substitution, ')') => drop(around.pop()),
                (_, '$') if next == Some('\'') => return Err(error(ESCAPES)),
                (_, '\'') if line.trim_end().ends_with("-c") => around.push(Around::Program),
                (_, '<') if next == Some('<') => return Err(error(HERE)),
                (_, '\'') => around.push(Around::Single),
                (_, '"') => around.push(Around::Double),
                _ => {}
            }
            line.push(c);
        }
        self.push(Token::Text(line));
        Ok(())
    }

    /// The commands in `scope`. They are those of the `text` that they were read from.
    ///
    /// # Errors
    /// When an expression has no value, or one that is no word of a command.
    pub fn said(&self, text: &Template, scope: &Scope) -> Result<Vec<String>, EvalError> {
        self.lines(text, |expr| expr.evaluate(scope))
    }

    /// The commands, with what `value` gives for each expression.
    ///
    /// # Errors
    /// When `value` gives none, or one that is no word of a command.
    pub fn lines(
        &self,
        text: &Template,
        value: impl Fn(&Expr) -> Result<Value, EvalError>,
    ) -> Result<Vec<String>, EvalError> {
        let lines = self.lines.iter().map(|tokens| {
            let mut line = String::new();
            for token in tokens {
                match token {
                    Token::Text(text) => line.push_str(text),
                    Token::Words(number) => {
                        let words = words(&value(expression(text, *number))?)?;
                        let quoted: Result<Vec<Cow<str>>, _> =
                            words.iter().map(|word| shlex::try_quote(word)).collect();
                        line.push_str(&quoted.map_err(|error| EvalError::new(error.to_string()))?.join(" "));
                    }
                    Token::Quoted(number) => {
                        let words = words(&value(expression(text, *number))?)?;
                        line.push_str(&words.join(" ").replace('\'', r"'\''"));
                    }
                }
            }
            Ok(line.trim().to_owned())
        });
        // A branch of an expression may leave a line empty.
        let lines: Result<Vec<String>, EvalError> = lines.collect();
        Ok(lines?.into_iter().filter(|line| !line.is_empty()).collect())
    }
}

fn is_empty(line: &[Token]) -> bool {
    line.iter()
        .all(|token| matches!(token, Token::Text(text) if text.trim().is_empty()))
}

fn expression(text: &Template, number: usize) -> &Expr {
    match text.parts().get(number) {
        Some(TemplatePart::Expr { expr, .. }) => expr,
        _ => unreachable!("commands are said of their own text"),
    }
}

/// The words that a value is.
fn words(value: &Value) -> Result<Vec<String>, EvalError> {
    let word = match value {
        Value::String(text) if text.chars().any(char::is_control) => {
            return Err(EvalError::new(
                "gives a value with control characters, which no command takes",
            ));
        }
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Array(items) => {
            let words: Result<Vec<Vec<String>>, EvalError> = items.iter().map(words).collect();
            return Ok(words?.concat());
        }
        Value::Null | Value::Object(_) => return Err(EvalError::new("gives a value that is no word of a command")),
    };
    Ok(vec![word])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(source: &str, value: Value) -> Result<Vec<String>, String> {
        let text = Template::compile(source).unwrap();
        let mut scope = Scope::default();
        scope.bind("it", &json!({ "Name": value }));
        let commands = Commands::of(&text).map_err(|error| format!("{} at {}", error.message, error.at))?;
        commands.said(&text, &scope).map_err(|error| error.to_string())
    }

    #[test]
    fn a_value_is_one_word_wherever_it_stands() {
        let hostile = json!("a'; rm -rf \"$HOME\" `id` $(id)");
        for source in [
            "run {{ it.Name }}",
            "run '{{ it.Name }}'",
            "run '{\"a\": \"b'{{ it.Name }}'\"}'",
            "run \"$(printf %s {{ it.Name }})\"",
        ] {
            let lines = said(source, hostile.clone()).unwrap();
            let shell = std::process::Command::new("sh")
                .args(["-c", &format!("run() {{ printf '%s|' \"$#\" \"$1\"; }}; {}", lines[0])])
                .output()
                .unwrap();
            let out = String::from_utf8(shell.stdout).unwrap();
            let inner = hostile.as_str().unwrap();
            assert!(out.starts_with("1|") && out.contains(inner), "{source}: {out}");
        }
    }

    #[test]
    fn plain_values_are_as_they_are_and_lists_are_words() {
        assert_eq!(
            said("aws s3 mb s3://{{ it.Name }}", json!("my-bucket")).unwrap(),
            ["aws s3 mb s3://my-bucket"]
        );
        assert_eq!(
            said("a {{ it.Name }}\n\nb", json!(["x", "y z"])).unwrap(),
            ["a x 'y z'", "b"]
        );
        assert_eq!(said("a {{ it.Name }}", json!("")).unwrap(), ["a ''"]);
    }

    #[test]
    fn what_is_no_word_makes_no_command() {
        for value in [json!(null), json!({"a": 1}), json!("two\nlines"), json!("\u{1b}[2J")] {
            assert!(said("a {{ it.Name }}", value.clone()).is_err(), "{value}");
        }
    }

    #[test]
    fn what_a_shell_would_read_twice_is_refused() {
        for (source, at) in [
            ("a \"{{ it.Name }}\"", 6),
            ("a 'b\nc'", 4),
            ("a `b`", 2),
            ("a <<END\nb\nEND", 2),
            ("a \\\nb", 2),
            ("a $(b", 4),
            ("a \"$( (b) \"{{ it.Name }}\" )\"", 14),
            ("a $'{{ it.Name }}'", 2),
            ("sh -c 'a {{ it.Name }}'", 12),
        ] {
            let error = said(source, json!("x")).unwrap_err();
            assert!(error.ends_with(&format!(" at {at}")), "{source}: {error}");
        }
    }
}
