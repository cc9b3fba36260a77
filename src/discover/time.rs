//! AWS's times as text that sorts and that people read.

use aws_smithy_types::date_time::{DateTime, Format};

/// `2026-11-24T18:04:31Z`; empty where AWS gives none.
pub(super) fn text(time: Option<&DateTime>) -> String {
    time.and_then(|t| t.fmt(Format::DateTime).ok()).unwrap_or_default()
}
