//! When something was made and last changed, by what AWS says of it.

use super::time;
use aws_smithy_types::DateTime;
use chrono::DateTime as AnyTime;
use serde_json::Value;

/// When something was made, and last changed: RFC 3339 in UTC, each where AWS says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dates {
    /// When it was made.
    pub made: Option<String>,
    /// When it was last changed.
    pub changed: Option<String>,
}

/// The fields in which services say when somebody last changed something: Lambda's functions, EventBridge's buses and API Gateway's
/// stages. Others say when its state last changed, which it does by itself:
/// [event source mappings](https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html), services of
/// containers, and whatever Personalize trains or deploys.
const CHANGED: [&str; 3] = ["LastModified", "LastModifiedTime", "lastUpdatedDate"];

/// What the list of a kind and the document of a candidate say. `created_at` is the candidate's own, which for a function is when
/// it was last changed: AWS does not say when it was made.
pub fn dates(created_at: &str, document: &Value) -> Dates {
    let is_mapping = !document["EventSourceArn"].is_null();
    let fields = CHANGED.iter().filter(|_| !is_mapping);
    let changed = fields.filter_map(|field| moment(&document[*field])).next();
    let made = moment(&Value::from(created_at));
    Dates {
        made: made.filter(|_| document["LastModified"].is_null()),
        changed,
    }
}

/// A time as AWS has it: seconds since 1970, RFC 3339, or Lambda's own form of that.
fn moment(value: &Value) -> Option<String> {
    if let Some(seconds) = value.as_f64() {
        return Some(time::text(Some(&DateTime::from_secs_f64(seconds)))).filter(|text| !text.is_empty());
    }
    let text = value.as_str()?;
    let at = AnyTime::parse_from_rfc3339(text).or_else(|_| AnyTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    let at = at.ok()?.to_utc();
    Some(at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_functions_only_time_is_that_of_its_last_change() {
        let document = json!({"LastModified": "2026-03-12T23:41:07.000+0000"});
        let found = dates("2026-03-12T23:41:07.000+0000", &document);
        let changed = Some("2026-03-12T23:41:07.000Z".to_owned());
        assert_eq!(found, Dates { made: None, changed });
    }

    #[test]
    fn what_aws_does_not_say_is_not_known() {
        assert_eq!(dates("", &json!({"Name": "orders"})), Dates::default());
        let found = dates("2026-03-09T08:00:00.000Z", &json!({"lastUpdatedDate": 1_773_000_000.5}));
        assert_eq!(found.made.as_deref(), Some("2026-03-09T08:00:00.000Z"));
        assert_eq!(found.changed.as_deref(), Some("2026-03-08T20:00:00.500Z"));
    }

    #[test]
    fn what_changes_by_itself_is_no_change() {
        let mapping = json!({"EventSourceArn": "arn:…", "LastModified": "2026-03-12T23:41:07.000Z"});
        let campaign = json!({"lastUpdatedDateTime": 1_773_000_000.5});
        for document in [mapping, campaign] {
            assert_eq!(dates("", &document), Dates::default(), "{document}");
        }
    }
}
