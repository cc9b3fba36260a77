//! Each API call once an account and run, and what is made of the answers.

use super::CallError;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use tokio::sync::OnceCell;

type CallResult<T> = Result<T, CallError>;

/// Answers by what was asked: under way, or there.
pub struct Once<T> {
    cells: Mutex<HashMap<String, Arc<OnceCell<CallResult<T>>>>>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self {
            cells: Mutex::default(),
        }
    }
}

impl<T: Clone> Once<T> {
    /// The answer to `key`: the first who asks waits for `ask`, everyone else for the same answer.
    ///
    /// # Errors
    /// That of `ask`, to everyone who asked.
    pub async fn get<F>(&self, key: String, ask: impl FnOnce() -> F) -> CallResult<T>
    where
        F: Future<Output = CallResult<T>>,
    {
        let cell = self
            .cells
            .lock()
            .expect("no one panics while holding this lock")
            .entry(key)
            .or_default()
            .clone();
        cell.get_or_init(ask).await.clone()
    }
}

/// What others keep with an account: one value of a type.
#[derive(Default)]
pub(super) struct Kept {
    values: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Kept {
    pub(super) fn get<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut values = self.values.lock().expect("no one panics while holding this lock");
        let value = values
            .entry(TypeId::of::<T>())
            .or_insert_with(|| Arc::new(T::default()));
        value.clone().downcast().expect("it is kept by its type")
    }
}
