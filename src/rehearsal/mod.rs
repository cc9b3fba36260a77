//! A rehearsal: a lab's solution and its faults, one after the other, in a real account; then everything is deleted, and that is
//! proved.

mod clean_up;
mod compare;
mod comparison;
mod folder;
mod outcome;
mod page;
mod plan;
mod record;
mod run;
mod settle;
mod stage;
mod subject;
mod text;
mod timing;

pub use clean_up::clean_up;
pub use comparison::{Comparison, Differs};
pub use folder::{Folder, FolderError};
pub use outcome::{CleanUp, Look, Thing, Trial};
pub use page::page;
pub use plan::{Choice, ChoiceError, EMAIL, Extent, Plan, Priced, RUN_TAG, is_reachable, stack_name, standing_already};
pub use record::{Record, SCHEMA};
pub use run::rehearse;
pub use stage::{Limits, Progress, RehearsalError, Stage};
pub use subject::{Contradiction, Subject};
pub use text::{render_end, render_left, render_plan, render_trial};
