//! What of an account may be read by whoever reads its report: the names, ARNs and ids of its resources.

use crate::discover::{self, Candidate};
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Names, ARNs and ids that were seen.
#[derive(Debug, Default)]
pub(super) struct Public(BTreeSet<String>);

/// As AWS writes one: nothing else can be in it.
static ARN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:[0-9]{12})?:(?:.*[:/])?(?<name>[^:/]+)$")
        .expect("a fixed expression")
});

impl Public {
    /// Takes in what a list shows of one resource.
    pub fn candidate(&mut self, candidate: &Candidate) {
        self.text(&candidate.name);
        candidate.arn.iter().for_each(|arn| self.text(arn));
        self.document(&candidate.document);
    }

    /// Takes in the identifying fields of a document, however deep. Fields with secrets of any kind are not looked into.
    pub fn document(&mut self, document: &Value) {
        match document {
            Value::Array(items) => items.iter().for_each(|item| self.document(item)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::String(text) if identifies(name) && !discover::is_secret_field(name) => self.text(text),
                        Value::Array(_) | Value::Object(_) if !discover::is_secret_field(name) => self.document(value),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Takes in one of them.
    pub fn text(&mut self, text: &str) {
        // What signs in somewhere is no name.
        if !text.is_empty() && !text.contains(['@', '?', '=']) && !self.0.contains(text) {
            self.0.insert(text.to_owned());
        }
    }

    /// Whether this is one of them, or an ARN with the name of one.
    pub fn is(&self, text: &str) -> bool {
        let named = || ARN.captures(text).and_then(|found| found.name("name"));
        self.0.contains(text) || named().is_some_and(|name| self.0.contains(name.as_str()))
    }

    /// Whether this is one of them, or a part of one.
    pub fn holds(&self, text: &str) -> bool {
        self.0.iter().any(|known| known.contains(text))
    }
}

/// Whether a field of this name says which resource it is, or which other one.
fn identifies(name: &str) -> bool {
    const ENDS: [&str; 5] = ["name", "arn", "id", "url", "uri"];
    const SECRET: [&str; 3] = ["key", "secret", "token"];
    let name = name.as_bytes();
    let is_at_end = |end: &&str| {
        let at = name.len().checked_sub(end.len());
        at.is_some_and(|at| name[at..].eq_ignore_ascii_case(end.as_bytes()))
    };
    let is_part = |part: &&str| {
        let mut places = name.windows(part.len());
        places.any(|place| place.eq_ignore_ascii_case(part.as_bytes()))
    };
    ENDS.iter().any(is_at_end) && !SECRET.iter().any(is_part)
}

#[cfg(test)]
mod tests {
    use super::Public;
    use serde_json::json;

    #[test]
    fn names_arns_and_ids_are_public_and_nothing_else() {
        let mut public = Public::default();
        public.document(&json!({
            "TableName": "clicks", "Description": "hunter2", "Status": "ACTIVE", "Tracker": {"trackingId": "t-1"},
            "Environment": {"Variables": {"USER_NAME": "lucia"}}, "Items": [{"RoleArn": "arn:aws:iam::1:role/r"}],
        }));
        for (text, is) in [
            ("clicks", true),
            ("t-1", true),
            ("arn:aws:iam::1:role/r", true),
            ("arn:aws:dynamodb:eu-west-1:123456789012:table/clicks", true),
            ("arn:aws:dynamodb:eu-west-1:123456789012:table/others", false),
            ("arn:aws:x hunter2:::clicks", false),
            ("hunter2", false),
            ("ACTIVE", false),
            ("lucia", false),
            ("", false),
        ] {
            assert_eq!(public.is(text), is, "{text}");
        }
        assert!(public.holds("click") && !public.holds("hunter"));
    }
}
