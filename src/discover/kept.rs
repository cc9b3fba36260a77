//! What an account has shown of its resources, for everyone who asks in the same run: two labs look for the same kinds.

use super::kind::{Args, Candidate, Kind};
use crate::account::{Account, CallError, Once};
use crate::course::KindSpec;
use crate::expr::Document;
use futures::future::{BoxFuture, FutureExt, TryFutureExt};
use serde_json::Value;
use std::sync::{Arc, OnceLock};
use tokio::sync::OnceCell;

/// A candidate of a list that is kept, and what it looks like.
#[derive(Debug)]
pub struct Listed {
    /// The candidate.
    pub candidate: Candidate,
    plain: OnceLock<Arc<Document>>,
    described: OnceCell<Result<Described, CallError>>,
}

/// What describing a candidate has brought.
#[derive(Debug, Clone)]
pub struct Described {
    /// The fields that its list does not have.
    pub more: Arc<Value>,
    /// The whole document.
    pub document: Arc<Document>,
}

#[derive(Default)]
struct Lists(Once<Vec<Arc<Listed>>>);

/// The candidates of a kind; `name` is that of the kind.
///
/// # Errors
/// Those of the calls.
pub async fn list(account: &Account, kind: &Kind, name: &str, args: &Args) -> Result<Vec<Arc<Listed>>, CallError> {
    let listed = |all: Vec<Candidate>| all.into_iter().map(Listed::new).collect();
    let ask = || (kind.list)(account, args).map_ok(listed).boxed();
    account.keep::<Lists>().0.get(key(name, args), ask).await
}

/// What a list is known by.
pub fn key(name: &str, args: &Args) -> String {
    // A map that an expression made has its fields in any order.
    let mut sorted = Value::Object(args.clone());
    sorted.sort_all_objects();
    format!("{name} {sorted}")
}

impl Listed {
    /// A candidate of which nothing more is known.
    pub fn new(candidate: Candidate) -> Arc<Self> {
        Arc::new(Self {
            candidate,
            plain: OnceLock::new(),
            described: OnceCell::new(),
        })
    }

    /// Its document with every field of its kind, as far as the list has them.
    pub fn document(&self, spec: &KindSpec) -> &Arc<Document> {
        self.plain
            .get_or_init(|| self.filled(spec, self.candidate.document.clone()))
    }

    /// Its description, for which `look` is waited for once.
    ///
    /// # Errors
    /// Those of `look`.
    pub async fn described<'l>(
        &self,
        spec: &KindSpec,
        look: impl FnOnce() -> BoxFuture<'l, Result<Value, CallError>>,
    ) -> Result<Described, CallError> {
        let describe = |more: Value| {
            let mut whole = self.candidate.document.clone();
            if let (Some(document), Some(more)) = (whole.as_object_mut(), more.as_object()) {
                document.extend(more.clone());
            }
            Described {
                more: Arc::new(more),
                document: self.filled(spec, whole),
            }
        };
        self.described.get_or_init(|| look().map_ok(describe)).await.clone()
    }

    /// With every field of its kind, but for those that AWS does not tell.
    fn filled(&self, spec: &KindSpec, mut document: Value) -> Arc<Document> {
        spec.shape.fill(&mut document);
        Arc::new(Document::without(document, &self.candidate.untold))
    }
}
