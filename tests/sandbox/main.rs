//! The local AWS: its life, its answers, and who may reach it.

#[path = "../common/mod.rs"]
mod common;

#[cfg(unix)]
mod bridge;
mod deploy;
#[cfg(unix)]
mod lifecycle;
mod second_opinion;
#[cfg(unix)]
mod setup;
#[cfg(unix)]
mod strangers;
