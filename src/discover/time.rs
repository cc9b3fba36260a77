//! AWS's times as text that sorts and that people read.

use aws_smithy_types::date_time::{DateTime, Format};
use serde_json::Value;

/// `2026-11-24T18:04:31Z`; empty where AWS gives none.
pub(super) fn text(time: Option<&DateTime>) -> String {
    time.and_then(|t| t.fmt(Format::DateTime).ok()).unwrap_or_default()
}

/// The same for a time of a JSON protocol, which is a number of
/// [seconds since 1970](https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html); `null` where AWS gives none.
pub(super) fn of_epoch(seconds: &Value) -> Value {
    match seconds.as_f64() {
        Some(seconds) => text(Some(&DateTime::from_secs_f64(seconds))).into(),
        None => seconds.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::of_epoch;
    use serde_json::json;

    #[test]
    fn seconds_become_text_that_people_read() {
        assert_eq!(of_epoch(&json!(1_764_007_471)), json!("2025-11-24T18:04:31Z"));
        assert_eq!(of_epoch(&json!(1_764_007_471.5)), json!("2025-11-24T18:04:31.5Z"));
        assert_eq!(of_epoch(&json!(null)), json!(null));
    }
}
