//! Deleting what a lab has made: a plan, its application, and the proof that nothing of it is left.

mod apply;
mod contents;
mod files;
mod left;
mod made;
mod make;
mod plan;
mod proof;
mod stays;
mod tagged;
mod text;

pub use apply::{Applied, ApplyError, Deleted, Patience, Progress, apply};
pub use files::LabFiles;
pub use make::{MakeError, make};
pub use plan::{Other, PLAN_SCHEMA, Plan, Planned, Staying};
pub use proof::{Proof, REPORT_SCHEMA, Report, prove};
pub use tagged::{KEEP, TAG_ACTIONS};
pub use text::{render_plan, render_report};
