//! Practice: a fault that is not named, in an account of the sandbox, for a student to find.

mod choose;
mod record;
mod words;

pub use choose::{Choice, ChoiceError, choose};
pub use record::{Drill, Level, RecordError};
pub use words::{COMMAND, RUNGS, broken_besides, complaint, hint, is_fixed, solution};
