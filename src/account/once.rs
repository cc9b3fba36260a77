//! Each API call once an account and run.

use super::CallError;
use serde_json::Value;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

type Answer = Result<Arc<Value>, CallError>;

/// The calls made so far, under way or answered.
#[derive(Default)]
pub(super) struct Calls {
    cells: Mutex<HashMap<String, Arc<OnceCell<Answer>>>>,
}

impl Calls {
    pub(super) async fn once<F>(&self, key: String, call: F) -> Answer
    where
        F: Future<Output = Result<Value, CallError>>,
    {
        let cell = self
            .cells
            .lock()
            .expect("no one panics while holding this lock")
            .entry(key)
            .or_default()
            .clone();
        cell.get_or_init(|| async { call.await.map(Arc::new) }).await.clone()
    }
}
