//! How long to wait between two looks.

use std::time::Duration;

/// Nobody looks more often than this: a look is some dozens of calls, and AWS's limits are an account's, shared with the
/// console that the student works in.
pub const LEAST: Duration = Duration::from_secs(5);

/// While nothing changes, the pause grows up to this.
const QUIET: Duration = Duration::from_secs(60);

/// While AWS asks for fewer calls, it grows up to this.
const THROTTLED: Duration = Duration::from_secs(240);

/// The pause between two looks.
#[derive(Debug)]
pub struct Pace {
    every: Duration,
    now: Duration,
}

impl Pace {
    /// `every` so often while things change.
    pub fn new(every: Duration) -> Self {
        let every = every.max(LEAST);
        Self { every, now: every }
    }

    /// The pause after a look.
    pub fn after(&mut self, changed: bool, throttled: bool) -> Duration {
        self.now = match (throttled, changed) {
            (true, _) => (self.now * 2).min(THROTTLED.max(self.every)),
            (false, true) => self.every,
            (false, false) => (self.now * 5 / 4).min(QUIET.max(self.every)),
        };
        self.now
    }

    /// Somebody is at work: back to the pace of the beginning.
    pub fn wake(&mut self) {
        self.now = self.every;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_slows_down_to_a_minute_and_a_change_brings_it_back() {
        let mut pace = Pace::new(Duration::from_secs(15));
        let pauses: Vec<Duration> = (0..20).map(|_| pace.after(false, false)).collect();
        assert!(pauses.windows(2).all(|two| two[0] <= two[1]), "{pauses:?}");
        assert_eq!(pauses.last(), Some(&Duration::from_secs(60)));
        assert_eq!(pace.after(true, false), Duration::from_secs(15));
    }

    #[test]
    fn a_throttle_doubles_the_pause_even_when_something_changed() {
        let mut pace = Pace::new(Duration::from_secs(30));
        assert_eq!(pace.after(true, true), Duration::from_secs(60));
        assert_eq!(pace.after(true, true), Duration::from_secs(120));
        assert_eq!(pace.after(true, false), Duration::from_secs(30));
    }

    #[test]
    fn nobody_can_ask_for_less_than_the_least_and_a_long_interval_is_kept() {
        assert_eq!(Pace::new(Duration::from_secs(1)).after(true, false), LEAST);
        let hour = Duration::from_secs(3600);
        assert_eq!(Pace::new(hour).after(false, false), hour);
    }
}
