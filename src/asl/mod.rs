//! What a state machine's definition does, read from its text:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html>. Pure.

mod choice;
mod language;
mod task;
mod walk;

pub use task::tasks;
pub use walk::walk;
