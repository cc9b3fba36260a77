//! What the lists of several services need.

use crate::account::CallError;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use std::future::Future;

/// Calls of one service that are under way at once, below every control plane's limit.
const AT_ONCE: usize = 8;

/// What `describe` brings of each of `items`, in their order.
///
/// # Errors
/// The first that could not be described.
pub(super) async fn each<T, R, F>(items: Vec<T>, describe: impl Fn(T) -> F) -> Result<Vec<R>, CallError>
where
    F: Future<Output = Result<R, CallError>>,
{
    stream::iter(items).map(describe).buffered(AT_ONCE).try_collect().await
}

/// The texts under `field` of each of `items`.
pub(super) fn texts<'v>(items: &'v Value, field: &'v str) -> impl Iterator<Item = &'v str> {
    let items = items.as_array().into_iter().flatten();
    items.filter_map(move |item| item[field].as_str())
}
