//! What AWS was asked and what it answered, without whom it was about: every word that may be somebody's is replaced before it
//! touches the disk, by the same word wherever it stands. What is recorded can be judged again.

mod body;
pub mod diff;
mod exchange;
mod form;
mod format;
mod http;
mod key;
mod needles;
mod number;
mod pieces;
mod pseudonym;
mod recorder;
mod replay;
mod shapes;
pub mod summary;
mod verify;
mod vocabulary;
mod xml;

pub use exchange::{Answer, Exchange, Failure, Request};
pub use format::{End, Endpoint, Header, Recording, RecordingError, may_write, read};
pub use recorder::Recorder;
pub use replay::{Replayed, replay};
pub use verify::{Finding, verify, without_findings};
pub use vocabulary::Vocabulary;
