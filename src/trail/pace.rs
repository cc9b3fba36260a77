//! How often CloudTrail may be asked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// [LookupEvents](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html) takes two calls a second,
/// an account and region; a little more lies between ours, since they do not travel equally fast.
const BETWEEN: Duration = Duration::from_millis(550);

/// Keeps to AWS's rate, whoever asks: two students may share an account.
#[derive(Debug, Default)]
pub struct Pace {
    next: Mutex<HashMap<(String, String), Instant>>,
}

impl Pace {
    /// Waits for a turn. Gives none that comes after `end`.
    pub(super) async fn turn(&self, account: &str, region: &str, end: Instant) -> Option<()> {
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let next = next
                .entry((account.to_owned(), region.to_owned()))
                .or_insert_with(Instant::now);
            let at = (*next).max(Instant::now());
            if at >= end {
                return None;
            }
            *next = at + BETWEEN;
            at
        };
        sleep_until(at).await;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_a_second_for_each_account_and_region_and_none_too_late() {
        let (pace, began) = (Pace::default(), Instant::now());
        let end = began + Duration::from_secs(1);
        for _ in 0..2 {
            pace.turn("111122223333", "eu-central-1", end).await.unwrap();
            pace.turn("111122223333", "us-east-1", end).await.unwrap();
        }
        assert!(began.elapsed() >= BETWEEN);
        assert_eq!(pace.turn("111122223333", "eu-central-1", end).await, None);
        assert_eq!(pace.turn("444455556666", "eu-central-1", end).await, Some(()));
    }
}
