//! The rest of the command line: errors, courses and what the machine lacks.

#[path = "../common/mod.rs"]
mod common;

mod course_files;
#[cfg(unix)]
mod course_hostile;
#[cfg(unix)]
mod doctor;
mod errors;
mod files;
mod help;
mod house;
mod lint;
mod policy;
