//! AWS's clock, by the `Date` headers of its answers: what AWS has written down has AWS's time, and this computer's may
//! differ by minutes.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::date_time::Format;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};

/// How far AWS's clock is ahead of this computer's. Each answer that passes by adds to what is known of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock(Arc<Mutex<Option<Ahead>>>);

/// The bounds within which that lies: a `Date` has whole seconds, and an answer takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ahead {
    least: TimeDelta,
    most: TimeDelta,
}

impl Ahead {
    /// What an answer with this `Date` shows.
    fn of(sent: DateTime<Utc>, received: DateTime<Utc>, date: DateTime<Utc>) -> Self {
        Self {
            least: date - received,
            most: date + TimeDelta::seconds(1) - sent,
        }
    }

    /// What both show; the newer one, where they contradict each other, as after a clock was set.
    fn and(self, newer: Self) -> Self {
        let (least, most) = (self.least.max(newer.least), self.most.min(newer.most));
        match least <= most {
            true => Self { least, most },
            false => newer,
        }
    }
}

impl Clock {
    fn note(&self, seen: Ahead) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some(known.map_or(seen, |known| known.and(seen)));
    }

    /// The earliest that it can have been at AWS when it was `local` here.
    pub(super) fn at(&self, local: DateTime<Utc>) -> DateTime<Utc> {
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.map_or(local, |ahead| local + ahead.least)
    }
}

/// When a request was sent.
#[derive(Debug)]
struct SentAt(DateTime<Utc>);

impl Storable for SentAt {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for Clock {
    fn name(&self) -> &'static str {
        "Clock"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(SentAt(Utc::now()));
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        let date = headers.get("date").and_then(|date| {
            let date = aws_smithy_types::DateTime::from_str(date, Format::HttpDate).ok()?;
            DateTime::from_timestamp(date.secs(), 0)
        });
        // What a cache has kept has the time at which it was made.
        if let (Some(date), None, Some(sent)) = (date, headers.get("age"), config.load::<SentAt>()) {
            self.note(Ahead::of(sent.0, Utc::now(), date));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(milliseconds).expect("a time")
    }

    /// An answer that took 100 ms, of a clock that is `ahead` ms ahead.
    fn answer(received: i64, ahead: i64) -> Ahead {
        let date = (received - 50 + ahead).div_euclid(1000) * 1000;
        Ahead::of(at(received - 100), at(received), at(date))
    }

    #[test]
    fn each_answer_narrows_what_is_known() {
        for ahead in [-200_000, -2_000, 0, 1_300, 75_000] {
            let clock = Clock::default();
            let mut last = TimeDelta::MAX;
            for received in [10_000, 10_300, 10_650, 10_950, 11_400] {
                clock.note(answer(received, ahead));
                let Some(known) = *clock.0.lock().unwrap() else {
                    panic!("nothing is known")
                };
                let width = known.most - known.least;
                assert!(width <= last && width > TimeDelta::zero(), "{known:?}");
                last = width;
                assert!(clock.at(at(0)) <= at(ahead), "{known:?}");
            }
            assert!(at(ahead) - clock.at(at(0)) < TimeDelta::milliseconds(500), "{ahead}");
        }
    }

    #[test]
    fn a_clock_that_is_set_is_followed() {
        let clock = Clock::default();
        assert_eq!(clock.at(at(5)), at(5));
        clock.note(answer(10_000, 60_000));
        clock.note(answer(10_500, 0));
        assert!(clock.at(at(0)) <= at(0) && clock.at(at(0)) > at(-1_100));
    }
}
