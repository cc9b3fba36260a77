//! AWS's times as text that sorts and that people read.

use aws_smithy_types::date_time::{DateTime, Format};
use serde_json::Value;

/// Turns these fields of a document from seconds since 1970, as they are on the wire, to text, as the AWS CLI shows them.
pub(super) fn readable(document: &mut Value, fields: &[&str]) {
    readable_by(document, fields, 1.0);
}

/// The same from milliseconds.
pub(super) fn readable_millis(document: &mut Value, fields: &[&str]) {
    readable_by(document, fields, 1000.0);
}

fn readable_by(document: &mut Value, fields: &[&str], unit: f64) {
    for field in fields {
        if let Some(number) = document[*field].as_f64() {
            document[*field] = text(Some(&DateTime::from_secs_f64(number / unit))).into();
        }
    }
}

/// `2026-11-24T18:04:31Z`; empty where AWS gives none.
pub(super) fn text(time: Option<&DateTime>) -> String {
    time.and_then(|t| t.fmt(Format::DateTime).ok()).unwrap_or_default()
}
