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

/// `2026-11-24T18:04:31.000Z`, always with thousandths: of two texts the later one is then the later time. Empty where AWS
/// gives none.
pub(super) fn text(time: Option<&DateTime>) -> String {
    let Some(text) = time.and_then(|t| t.fmt(Format::DateTime).ok()) else {
        return String::new();
    };
    let text = text.trim_end_matches('Z');
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{fraction:0<3.3}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn of_two_texts_the_later_is_the_later_time() {
        let seconds = [1_764_000_000.0, 1_764_000_000.25, 1_764_000_000.9, 1_764_000_001.0];
        let texts = seconds.map(|at| {
            let mut document = json!({ "at": at });
            readable(&mut document, &["at"]);
            document["at"].as_str().unwrap().to_owned()
        });
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(texts[1], "2025-11-24T16:00:00.250Z");
    }
}
