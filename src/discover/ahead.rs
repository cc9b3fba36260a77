//! What is asked of a kind before it is known which resource it is about, and what is known of it without being asked.

use super::events::rules_of;
use super::kept::{Listed, list};
use super::kind::{Args, Kind, text};
use super::logs::plain;
use crate::account::{Account, CallError};
use crate::course::KindSpec;
use crate::expr::Document;
use serde_json::json;
use std::sync::Arc;

/// The candidates of a kind, asked for before it is known that they are the lab's. Of kinds that would cost more than a few
/// calls, or read what only its owner should, as much as may be asked, and no candidates.
///
/// # Errors
/// Those of the calls.
pub async fn ahead(
    account: &Account,
    kind: &Kind,
    name: &str,
    args: &Args,
) -> Result<Option<Vec<Arc<Listed>>>, CallError> {
    match name {
        // Each rule costs two calls more, and a stranger's bus may have hundreds.
        "events.rule" => rules_of(account, text(args, "bus")).await.map(|_| None),
        // A stranger's files and pages are not opened.
        "s3.csv" | "web.page" => Ok(None),
        _ => list(account, kind, name, args).await.map(Some),
    }
}

/// What the one candidate of a kind will say by its arguments alone, if there is one.
pub fn expected(spec: &KindSpec, args: &Args) -> Option<Document> {
    let mut document = match spec.name {
        "logs.group" => json!({"logGroupArn": plain(text(args, "arn"))}),
        _ => return None,
    };
    spec.shape.fill(&mut document);
    Some(Document::new(document))
}
