//! Deadlines that look at the work: until when it counts as in time, when it was last changed, and what late work costs.

mod clock;
mod deadlines;
mod extension;
mod judged;
mod moment;
mod policy;
mod sentence;

pub use clock::{ClockChange, LocalClock};
pub use deadlines::{DueError, Terms};
pub use extension::Extension;
pub use judged::{DatedChange, Due, InTimeRun, Lateness, Standing, counted_points};
pub use moment::until;
pub use policy::{Deduction, LatePolicy};
pub use sentence::Reckoning;
