//! The book: built, followed command by command, and shown by the guide.

#[path = "../common/mod.rs"]
mod common;

#[cfg(unix)]
mod blocks;
mod built;
#[cfg(unix)]
mod executed;
mod filled;
#[cfg(unix)]
mod fleet;
mod generated;
mod guide;
#[cfg(unix)]
mod guide_causes;
#[cfg(unix)]
mod guide_live;
#[cfg(unix)]
mod reader;
#[cfg(unix)]
mod served;
