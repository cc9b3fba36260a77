//! How soon to look at an account again: rarely where nothing changes, often where somebody is at work, and never faster
//! than the rates that AWS allows an account.

use crate::account::CallCount;
use crate::watch::LEAST;
use std::time::Duration;

/// An account is sent no more requests a second than this, on average from one look to the next.
pub const PER_SECOND: f64 = 2.0;

/// A single service of an account is sent no more than this. The slowest of those that labs read refill at one request a second;
/// the student works in the same account.
pub const PER_SECOND_OF_SERVICE: f64 = 0.5;

/// An account that cannot be opened is tried again at least this often.
const UNREACHABLE: Duration = Duration::from_secs(300);

/// While AWS asks for fewer calls, the pause grows up to this.
const THROTTLED: Duration = Duration::from_secs(600);

/// What a look has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Something has changed.
    Changed,
    /// Nothing has.
    Same,
    /// AWS asked for fewer calls.
    Throttled,
    /// The account could not be looked at.
    Unreachable,
}

/// The pause between two looks at one account.
#[derive(Debug, Clone)]
pub struct LookPace {
    every: Duration,
    now: Duration,
}

impl LookPace {
    /// A round takes `every`. Where nothing changes, a look comes after up to one and a half rounds, so that a change is seen
    /// within two; where something does, three times a round.
    pub fn new(every: Duration) -> Self {
        let every = every.max(LEAST);
        Self { every, now: every }
    }

    /// The pause after a look that came to `outcome` and took these calls.
    pub fn after(&mut self, outcome: Outcome, calls: &CallCount) -> Duration {
        let quiet = self.every * 3 / 2;
        self.now = match outcome {
            Outcome::Changed => (self.every / 3).max(LEAST),
            Outcome::Same => (self.now * 5 / 4).min(quiet),
            Outcome::Throttled => (self.now * 2).min(THROTTLED.max(quiet)),
            Outcome::Unreachable => (self.now * 2).min(UNREACHABLE.max(quiet)),
        };
        self.now.max(at_least(calls))
    }
}

/// The time over which these calls keep to AWS's rates.
fn at_least(calls: &CallCount) -> Duration {
    let all: u32 = calls.values().sum();
    let most = calls.values().max().copied().unwrap_or_default();
    let seconds = (f64::from(all) / PER_SECOND).max(f64::from(most) / PER_SECOND_OF_SERVICE);
    Duration::from_secs_f64(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn quiet_accounts_are_seen_within_two_rounds_and_busy_ones_three_times_a_round() {
        let mut pace = LookPace::new(s(90));
        let calls = CallCount::new();
        let quiet: Vec<Duration> = (0..20).map(|_| pace.after(Outcome::Same, &calls)).collect();
        assert!(quiet.is_sorted() && quiet[19] == s(135), "{quiet:?}");
        assert_eq!(pace.after(Outcome::Changed, &calls), s(30));
        let soon: Vec<Duration> = (0..4).map(|_| pace.after(Outcome::Same, &calls)).collect();
        assert!(soon.iter().all(|pause| *pause < s(90)), "{soon:?}");
    }

    #[test]
    fn a_throttle_and_a_closed_account_slow_down_and_a_look_brings_it_back() {
        let mut pace = LookPace::new(s(90));
        let calls = CallCount::new();
        assert_eq!(pace.after(Outcome::Throttled, &calls), s(180));
        let slow: Vec<Duration> = (0..9).map(|_| pace.after(Outcome::Throttled, &calls)).collect();
        assert_eq!(slow[8], THROTTLED);
        assert_eq!(pace.after(Outcome::Unreachable, &calls), UNREACHABLE);
        assert_eq!(pace.after(Outcome::Same, &calls), s(135));
    }

    /// Whatever an account holds and whoever asks for which round, the rates hold.
    #[test]
    fn no_account_is_asked_faster_than_the_rates() {
        for every in [1, 5, 30, 90] {
            for (iam, lambda) in [(0, 0), (1, 0), (12, 9), (9, 40), (400, 30), (1_000, 1_000)] {
                let calls: CallCount = [("IAM".to_owned(), iam), ("Lambda".to_owned(), lambda)].into();
                for outcome in [
                    Outcome::Changed,
                    Outcome::Same,
                    Outcome::Throttled,
                    Outcome::Unreachable,
                ] {
                    let pause = LookPace::new(s(every)).after(outcome, &calls).as_secs_f64();
                    assert!(f64::from(iam + lambda) <= PER_SECOND * pause + 1e-6, "{pause}");
                    assert!(
                        f64::from(iam.max(lambda)) <= PER_SECOND_OF_SERVICE * pause + 1e-6,
                        "{pause}"
                    );
                    assert!(pause >= 5.0, "{pause}");
                }
            }
        }
    }
}
