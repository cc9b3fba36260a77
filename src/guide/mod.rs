//! The guide: the course's book, built by this binary alone and served to this computer, with what is known of a lab that
//! is watched.

mod build;
mod feed;
mod harmless;
mod live;
mod pages;
mod server;

pub use build::{BuildError, Fill, build, built};
pub use feed::Feed;
pub use live::shown;
pub use pages::{NoPage, Pages};
pub use server::{ListenError, Server};
