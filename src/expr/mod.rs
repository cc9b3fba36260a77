//! CEL, the language of conditions: compile once, know what is mentioned, evaluate. Pure: no AWS, no input or output.
//!
//! Beyond [the standard library](https://github.com/google/cel-spec/blob/master/doc/langdef.md) and the `strings`
//! extension, a course has two functions of ours: `found(x)`, true when the resource `x` is there, and
//! `grants(policy, service, action, resource)`, true when a resource policy lets an AWS service act ([`policy`]).

mod context;
mod functions;
pub mod mentions;
pub mod policy;
mod reading;
pub mod shape;
mod template;

pub use context::{Document, EvalError, Scope};
pub use mentions::{Mention, Mentions};
pub use reading::Read;
pub use shape::Shape;
pub use template::{Piece, Template, TemplateError, render_value};

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// One compiled condition.
pub struct Expr {
    source: String,
    program: cel::Program,
    mentions: OnceLock<Mentions>,
}

/// Why an expression cannot be compiled, and where in its text (bytes).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What the parser expected or found.
    pub message: String,
    /// The place, as a range of bytes in the expression.
    pub at: Range<usize>,
}

/// The environment that every expression shares: standard library, optional values and the string functions.
fn environment() -> Arc<cel::Env> {
    static ENV: OnceLock<Arc<cel::Env>> = OnceLock::new();
    ENV.get_or_init(|| {
        let mut env = cel::Env::stdlib().with_optional_support(true);
        env.add_extension(cel::extensions::strings)
            .expect("the string functions are declared once");
        functions::declare(&mut env);
        Arc::new(env)
    })
    .clone()
}

impl Expr {
    /// The texts that it can make, before anything has a value: one, or one for each branch of a condition.
    pub fn readings(&self) -> Vec<Vec<Read>> {
        reading::readings(self.program.expression())
    }

    /// Compiles `source`.
    ///
    /// # Errors
    /// Every syntax error found, each with its place.
    pub fn compile(source: &str) -> Result<Self, Vec<SyntaxError>> {
        match environment().compile(source) {
            Ok(program) => Ok(Self {
                source: source.to_owned(),
                program,
                mentions: OnceLock::new(),
            }),
            Err(errors) => Err(errors
                .errors
                .iter()
                .map(|e| SyntaxError {
                    message: first_sentence(&e.msg),
                    at: byte_at(source, e.pos),
                })
                .collect()),
        }
    }

    /// The text it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Which names it mentions, and how.
    pub fn mentions(&self) -> &Mentions {
        self.mentions.get_or_init(|| mentions::of(&self.program))
    }

    /// Its value in `scope`.
    ///
    /// # Errors
    /// A missing key, a wrong type, an unknown name: never with the values themselves, which may be secret.
    pub fn evaluate(&self, scope: &Scope) -> Result<serde_json::Value, EvalError> {
        scope.evaluate(&self.source, &self.program)
    }

    /// Its value as a condition.
    ///
    /// # Errors
    /// As [`Expr::evaluate`], and when the value is neither true nor false.
    pub fn holds(&self, scope: &Scope) -> Result<bool, EvalError> {
        match self.evaluate(scope)? {
            serde_json::Value::Bool(b) => Ok(b),
            other => Err(EvalError::new(format!(
                "gives {}, not true or false",
                shape::kind_of(&other)
            ))),
        }
    }
}

impl std::fmt::Debug for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Expr({})", self.source)
    }
}

/// The parser's messages carry its own dump of the input after the first line; the place is shown by us.
fn first_sentence(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim();
    line.trim_start_matches("Syntax error: ").to_owned()
}

/// A line and column (both from 1, columns in bytes) as a range of bytes over the word that starts there.
fn byte_at(source: &str, (line, column): (isize, isize)) -> Range<usize> {
    let mut start = 0usize;
    for (n, text) in source.split_inclusive('\n').enumerate() {
        if n as isize + 1 == line {
            start += (column.max(1) as usize - 1).min(text.len());
            break;
        }
        start += text.len();
    }
    let mut start = start.min(source.len());
    while !source.is_char_boundary(start) {
        start -= 1;
    }
    start..start + word_length(&source[start..])
}

/// The length in bytes of the word at the start of `text`: at least one character, where there is one.
pub(crate) fn word_length(text: &str) -> usize {
    let word: usize = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .map(char::len_utf8)
        .sum();
    if word > 0 {
        word
    } else {
        text.chars().next().map_or(0, char::len_utf8)
    }
}
