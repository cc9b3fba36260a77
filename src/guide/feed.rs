//! The latest that is known, for all who read along.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// One text that is replaced now and then; nothing before the first.
#[derive(Debug, Default)]
pub struct Feed {
    latest: watch::Sender<Option<Arc<str>>>,
}

impl Feed {
    /// Replaces it.
    pub fn publish(&self, text: &str) {
        self.latest.send_replace(Some(text.into()));
    }

    /// For one who reads along from now on.
    pub(super) fn reader(&self) -> FeedReader {
        let mut latest = self.latest.subscribe();
        latest.mark_changed();
        FeedReader { latest }
    }
}

/// One who reads along.
pub(super) struct FeedReader {
    latest: watch::Receiver<Option<Arc<str>>>,
}

impl FeedReader {
    /// Waits for a text that this reader has not read yet; nothing when there is none within `patience`.
    pub(super) async fn newer(&mut self, patience: Duration) -> Option<Arc<str>> {
        let newer = async {
            loop {
                // The feed lives as long as the server: its end is no news.
                if self.latest.changed().await.is_err() {
                    return std::future::pending().await;
                }
                if let Some(text) = self.latest.borrow_and_update().clone() {
                    return text;
                }
            }
        };
        tokio::time::timeout(patience, newer).await.ok()
    }
}
