//! CEL, the language of conditions: compile once, know what is mentioned, evaluate. Pure: no AWS, no input or output.
//!
//! Beyond [the standard library](https://github.com/google/cel-spec/blob/master/doc/langdef.md) and the `strings`
//! extension, a course has functions of ours: `found(x)`, true when the resource `x` is there;
//! `grants(policy, service, action, resource)`, true when a resource policy lets an AWS service act ([`policy`]); and, for
//! texts, `shown(x)`, `compared(x, expected)` and `difference(x, expected)` ([`shown`]).

mod context;
mod expression;
mod functions;
pub mod mentions;
mod place;
pub mod policy;
pub mod shape;
mod shell;
pub mod shown;
mod template;

pub use context::{Document, EvalError, Scope};
pub use expression::{Expr, SyntaxError};
pub use mentions::{Mention, Mentions, What};
pub use shape::Shape;
pub use shell::{CommandError, Commands};
pub use template::{Piece, Template, TemplateError, render_value};
