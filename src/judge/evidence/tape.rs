//! What passes between an account and whoever judges it, on a tape: recorded there, or played from it.

use serde_json::Value;

/// A tape on which an account's requests are recorded, or from which they are answered.
pub trait Tape {
    /// The values of the run of a step's probe: `fresh` ones, unless it has had others.
    fn probe_values(&self, step: &str, fresh: Value) -> Value;

    /// Whether all that will be seen has been seen: then nothing is waited for.
    fn is_over(&self) -> bool {
        false
    }
}
