//! What is seen in an account: live and recorded, or replayed from what was recorded before. Nothing else knows which.

mod format;
mod hidden;
mod older;
mod public;
mod record;
mod redact;
mod replay;
mod secret;
mod source;
mod stored;
mod tape;

pub use format::{Evidence, HopEvidence, ProbeEvidence, SCHEMA};
pub(super) use hidden::Hidden;
pub(super) use record::Live;
pub(super) use redact::{redact_evidence, redact_report};
pub(super) use replay::Replay;
pub(super) use source::{At, Source, Waiting};
pub use tape::Tape;
