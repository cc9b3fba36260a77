//! How soon to look at an account again: rarely where nothing changes, often where somebody is at work, and never faster
//! than the rates that AWS allows an account.

use crate::account::CallCount;
use crate::watch::LEAST;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What an account may be sent: so many requests a second over time, and this many at once.
const OF_ACCOUNT: Rate = Rate {
    per_second: 2.0,
    burst: 160.0,
};

/// The same of a single service. AWS publishes few of these limits: streams are
/// [listed](https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html) five times a second in an account. A tenth of
/// that leaves the rest to the student, who works in the same account.
const OF_SERVICE: Rate = Rate {
    per_second: 0.5,
    burst: 40.0,
};

/// A rate, and what may come at once.
#[derive(Debug, Clone, Copy)]
struct Rate {
    per_second: f64,
    burst: f64,
}

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
    account: Debt,
    services: BTreeMap<String, Debt>,
}

impl LookPace {
    /// A round takes `every`. Where nothing changes, a look comes after up to one and a half rounds, so that a change is seen
    /// within two; where something does, three times a round.
    pub fn new(every: Duration) -> Self {
        let every = every.max(LEAST);
        Self {
            every,
            now: every,
            account: Debt::default(),
            services: BTreeMap::new(),
        }
    }

    /// The pause after a look that ended at `at`, came to `outcome` and took these calls.
    pub fn after(&mut self, outcome: Outcome, calls: &CallCount, at: Instant) -> Duration {
        let quiet = self.every * 3 / 2;
        self.now = match outcome {
            Outcome::Changed => (self.every / 3).max(LEAST),
            Outcome::Same => (self.now * 5 / 4).min(quiet),
            Outcome::Throttled => (self.now * 2).min(THROTTLED.max(quiet)),
            Outcome::Unreachable => (self.now * 2).min(UNREACHABLE.max(quiet)),
        };
        let mut least = self.account.after(calls.values().sum(), OF_ACCOUNT, at);
        for (service, count) in calls {
            let debt = self.services.entry(service.clone()).or_default();
            least = least.max(debt.after(*count, OF_SERVICE, at));
        }
        self.now.max(least)
    }
}

/// Requests that a rate has not made up for yet.
#[derive(Debug, Clone, Default)]
struct Debt {
    requests: f64,
    at: Option<Instant>,
}

impl Debt {
    /// Adds what was sent by `at`; gives the time after which more may be.
    fn after(&mut self, sent: u32, rate: Rate, at: Instant) -> Duration {
        let passed = self
            .at
            .map_or(0.0, |before| at.saturating_duration_since(before).as_secs_f64());
        self.requests = (self.requests - passed * rate.per_second).max(0.0) + f64::from(sent);
        self.at = Some(at);
        Duration::from_secs_f64((self.requests - rate.burst).max(0.0) / rate.per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn quiet_accounts_are_seen_within_two_rounds_and_busy_ones_three_times_a_round() {
        let (mut pace, at) = (LookPace::new(s(90)), Instant::now());
        let calls = CallCount::new();
        let quiet: Vec<Duration> = (0..20).map(|_| pace.after(Outcome::Same, &calls, at)).collect();
        assert!(quiet.is_sorted() && quiet[19] == s(135), "{quiet:?}");
        assert_eq!(pace.after(Outcome::Changed, &calls, at), s(30));
        let soon: Vec<Duration> = (0..4).map(|_| pace.after(Outcome::Same, &calls, at)).collect();
        assert!(soon.iter().all(|pause| *pause < s(90)), "{soon:?}");
    }

    #[test]
    fn a_throttle_and_a_closed_account_slow_down_and_a_look_brings_it_back() {
        let (mut pace, at) = (LookPace::new(s(90)), Instant::now());
        let calls = CallCount::new();
        assert_eq!(pace.after(Outcome::Throttled, &calls, at), s(180));
        let slow: Vec<Duration> = (0..9).map(|_| pace.after(Outcome::Throttled, &calls, at)).collect();
        assert_eq!(slow[8], THROTTLED);
        assert_eq!(pace.after(Outcome::Unreachable, &calls, at), UNREACHABLE);
        assert_eq!(pace.after(Outcome::Same, &calls, at), s(135));
    }

    /// Whatever an account holds and whoever asks for which round: over an hour of changes, the rates hold.
    #[test]
    fn no_account_is_sent_more_than_the_rates_allow() {
        for every in [1, 5, 30, 90] {
            for (iam, lambda) in [(0, 0), (1, 0), (12, 9), (9, 40), (400, 30), (1_000, 1_000)] {
                let calls: CallCount = [("IAM".to_owned(), iam), ("Lambda".to_owned(), lambda)].into();
                let (mut pace, began) = (LookPace::new(s(every)), Instant::now());
                let (mut at, mut looks) = (began, 0);
                while at - began < s(3600) {
                    looks += 1;
                    let pause = pace.after(Outcome::Changed, &calls, at);
                    assert!(pause >= LEAST, "{pause:?}");
                    at += pause;
                }
                // The look after the hour is not within it.
                let within = |one: u32, rate: Rate| {
                    f64::from(one * (looks - 1)) <= rate.burst + rate.per_second * (at - began).as_secs_f64() + 1e-6
                };
                assert!(within(iam + lambda, OF_ACCOUNT), "{every} {calls:?} {looks}");
                assert!(within(iam.max(lambda), OF_SERVICE), "{every} {calls:?} {looks}");
            }
        }
    }
}
