//! What a class's folder keeps of people: forgetting a student, or what is too old, and what is left without names.

mod anonymous;
mod forget;
mod mention;
mod old;
mod pseudonym;

pub use anonymous::{Anonymous, EXPORT_SCHEMA, anonymous};
pub use forget::{Forgotten, KeptOf, absent, forget, kept_of};
pub use old::{Old, old_runs, purge};
pub use pseudonym::pseudonyms;
