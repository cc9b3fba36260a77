//! What a kind of resource is: how its candidates are listed and described, and what their lists share.

use crate::account::{Account, CallError};
use crate::course::KindSpec;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The arguments of a kind: `with`, evaluated.
pub type Args = serde_json::Map<String, Value>;

/// How the candidates of a kind are listed.
pub type List = for<'a> fn(&'a Account, &'a Args) -> BoxFuture<'a, Result<Vec<Candidate>, CallError>>;

/// How the fields of a candidate that its list does not have are looked up.
pub struct Description {
    /// The IAM actions that it needs.
    pub actions: &'static [&'static str],
    /// The look-up: an object with those fields.
    pub look: Describe,
    /// Which of those fields says when it was made, where the list does not.
    pub created_at: Option<&'static str>,
}

/// How the other fields of a candidate are looked up.
pub type Describe = for<'a> fn(&'a Account, &'a Candidate) -> BoxFuture<'a, Result<Value, CallError>>;

/// What a kind does.
pub struct Kind {
    /// Its name, fields and arguments.
    pub spec: fn() -> KindSpec,
    /// The IAM actions that its list needs.
    pub actions: &'static [&'static str],
    /// Every candidate, with all fields but those of [`KindSpec::described`].
    pub list: List,
    /// The fields that the list does not have.
    pub describe: Option<Description>,
}

impl Kind {
    /// Whether its list is that of one region. IAM and STS know none, and S3 lists the buckets of all.
    pub fn is_regional(&self) -> bool {
        let mut services = self.actions.iter().filter_map(|action| action.split(':').next());
        services.any(|service| !["iam", "sts", "s3"].contains(&service))
    }
}

/// One resource that might be the lab's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Its name.
    pub name: String,
    /// Its ARN, where the list has it.
    pub arn: Option<String>,
    /// When it was made, as text that sorts; empty where the list does not say.
    #[serde(rename = "made")]
    pub created_at: String,
    /// What is known of it.
    pub document: Value,
    /// Whether AWS gives every account one, such as the `default` event bus.
    #[serde(rename = "given")]
    pub aws_default: bool,
    /// What AWS does not tell of it: the path of each field, and why. An expression that reads one has no value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub untold: BTreeMap<String, String>,
}

/// Calls of one kind that are under way at once: enough to be quick, below every control plane's limit
/// (Lambda and IAM bear about 15 a second).
pub(super) const MAX_CONCURRENT_CALLS: usize = 12;

/// Candidates whose documents are AWS's own items. The three fields hold name, ARN and when it was made; an empty one is
/// not there.
pub(super) fn candidates(items: Vec<Value>, name: &str, arn: &str, made: &str) -> Vec<Candidate> {
    let field = |item: &Value, field: &str| item[field].as_str().map(str::to_owned);
    items
        .into_iter()
        .map(|item| Candidate {
            name: field(&item, name).unwrap_or_default(),
            arn: field(&item, arn),
            created_at: field(&item, made).unwrap_or_default(),
            document: item,
            ..Candidate::default()
        })
        .collect()
}

/// What is said of a field for which an earlier version, whose evidence is judged again, did not ask.
pub(super) fn not_included(what: &str) -> String {
    format!("the saved evidence does not include {what}: grade this account again")
}

/// A text argument.
pub(super) fn text<'a>(args: &'a Args, name: &str) -> &'a str {
    args.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A list of texts.
pub(super) fn texts(args: &Args, name: &str) -> Vec<String> {
    args.get(name).map(texts_of).unwrap_or_default()
}

/// The texts in a list, or the one text.
pub(super) fn texts_of(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        // An empty list in XML is an empty text.
        Value::String(one) if !one.is_empty() => vec![one.clone()],
        _ => Vec::new(),
    }
}
