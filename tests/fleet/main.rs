//! A class graded by a stack in the professor's account.

#[path = "../common/mod.rs"]
mod common;

#[cfg(unix)]
mod policies;
#[cfg(unix)]
mod refused;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod template;
