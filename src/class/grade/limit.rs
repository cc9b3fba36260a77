//! How long one account may take, and how it is ended in order.

use std::time::Duration;

/// How long one account may take before what is not known becomes unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// What the professor allows.
    Account(Duration),
    /// What is left of the time that a Lambda function has.
    Function(Duration),
}

/// After its limit an account has this long to take away what the probe made, and then this long to end.
pub(super) const CLEANUP_MARGIN: Duration = Duration::from_secs(60);
pub(super) const ABORT_MARGIN: Duration = Duration::from_secs(10);

/// Reading the notes of earlier probes, taking away what they tell of, what CloudTrail has, and storing the run. These come one after
/// the other; CloudTrail is not asked where the limit was reached, and then the two margins above are over.
const AROUND: Duration = Duration::from_secs(30);

impl Limit {
    /// The limit in a function that has `left` until it is killed, when the professor allows `asked`: an orderly end
    /// comes before the kill. A function with very little time has half of it.
    pub fn within(asked: Duration, left: Duration) -> Self {
        let end = (CLEANUP_MARGIN + ABORT_MARGIN + AROUND).min(left / 2);
        match left - end {
            time if time < asked => Self::Function(time),
            _ => Self::Account(asked),
        }
    }

    /// The time itself.
    pub fn time(self) -> Duration {
        match self {
            Self::Account(time) | Self::Function(time) => time,
        }
    }

    /// What became of an account that took longer.
    pub(super) fn reached(self) -> String {
        match self {
            Self::Account(time) => format!(
                "this account took longer than {} s (--limit): what was not known by then is unknown",
                time.as_secs()
            ),
            Self::Function(time) => format!(
                "this account took longer than the {} s that the function has for it: what was not known by then is unknown",
                time.as_secs()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_comes_before_the_kill() {
        let s = Duration::from_secs;
        assert_eq!(Limit::within(s(600), s(899)), Limit::Account(s(600)));
        assert_eq!(Limit::within(s(800), s(850)), Limit::Function(s(750)));
        assert_eq!(Limit::within(s(600), s(20)), Limit::Function(s(10)));
    }
}
