//! One compiled condition.

use super::context::{EvalError, RareCalls, Scope};
use super::functions::environment;
use super::mentions::{self, Mentions};
use super::place::{byte_at, first_sentence};
use super::shape;
use std::ops::Range;
use std::sync::OnceLock;

/// One compiled condition.
pub struct Expr {
    source: String,
    program: cel::Program,
    calls: RareCalls,
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

impl Expr {
    /// Compiles `source`.
    ///
    /// # Errors
    /// Every syntax error found, each with its place.
    pub fn compile(source: &str) -> Result<Self, Vec<SyntaxError>> {
        match environment().compile(source) {
            Ok(program) => Ok(Self {
                source: source.to_owned(),
                program,
                calls: RareCalls::of(source),
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
        scope.evaluate(&self.program, self.calls)
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
