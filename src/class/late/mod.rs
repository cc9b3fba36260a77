//! Deadlines that look at the work: until when it counts as in time, when it was last changed, and what late work costs.

mod extension;
mod judged;
mod moment;
mod policy;
mod sentence;

pub use extension::Extension;
pub use judged::{DatedChange, Due, Lateness, Standing, counted_points};
pub use moment::until;
pub use policy::{Deduction, LatePolicy};
