//! The first contact with AWS: who we are there, whether it can be reached, and what time it has.

use super::client::Account;
use super::identity::Identity;
use super::web::{RawResponse, WebRequest, unanswered};
use super::wire::Service;
use super::{CallError, ErrorKind};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an endpoint is waited for.
const ENDPOINT_TIMEOUT: Duration = Duration::from_secs(6);

/// What one `GetCallerIdentity` tells.
#[derive(Debug)]
pub struct Preflight {
    /// Who is asking.
    pub identity: Result<Identity, CallError>,
    /// The first answer, if one came: a refusal is one too.
    pub answer: Option<FirstAnswer>,
}

/// An answer, whatever is in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstAnswer {
    /// Until it came.
    pub took: Duration,
    /// How far this computer's clock is ahead of the one that answered, by its `Date`; negative when behind. True to
    /// about a second and the time that the answer took.
    pub ahead: Option<TimeDelta>,
}

/// An endpoint, and whether anything answers there.
#[derive(Debug)]
pub struct Reachability {
    /// Its URL.
    pub url: String,
    /// What came.
    pub answer: Result<FirstAnswer, CallError>,
}

impl Account {
    /// Asks who we are, shortly: it does not wait for the retries of a check.
    pub async fn preflight(&self) -> Preflight {
        let (seen, config) = (Recorder::default(), aws_sdk_sts::config::Builder::new());
        let config = config
            .retry_config(RetryConfig::standard().with_max_attempts(2))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(ENDPOINT_TIMEOUT)
                    .operation_attempt_timeout(ENDPOINT_TIMEOUT)
                    .operation_timeout(ENDPOINT_TIMEOUT * 2)
                    .build(),
            );
        let request = self.sts().get_caller_identity().customize();
        let answer = request.config_override(config).interceptor(seen.clone()).send().await;
        Preflight {
            identity: answer
                .map(|answer| Identity::of(&answer))
                .map_err(|error| CallError::from_sdk("sts:GetCallerIdentity", &error)),
            answer: seen.first(),
        }
    }

    /// Knocks at a service's endpoint with a plain request: no credentials are needed to be answered.
    pub async fn knock(&self, service: &Service) -> Reachability {
        let url = self.endpoint(service);
        let asked = self.plain(&url, None);
        let (action, began) = (format!("a request to {url}"), Clocks::now());
        let answer = match tokio::time::timeout(ENDPOINT_TIMEOUT, asked.invoke(("/".to_owned(), WebRequest::Get))).await
        {
            Ok(Ok(RawResponse(response))) => Ok(began.until(&response)),
            Ok(Err(error)) => Err(unanswered(&action, &error)),
            Err(_) => Err(CallError {
                action,
                kind: ErrorKind::TimedOut,
                message: String::new(),
            }),
        };
        Reachability { url, answer }
    }
}

/// When a request was sent.
#[derive(Debug, Clone, Copy)]
struct Clocks {
    wall: DateTime<Utc>,
    steady: Instant,
}

impl Clocks {
    fn now() -> Self {
        Self {
            wall: Utc::now(),
            steady: Instant::now(),
        }
    }

    fn until(self, response: &HttpResponse) -> FirstAnswer {
        let took = self.steady.elapsed();
        let date = response.headers().get("date").and_then(|date| {
            let date = aws_smithy_types::DateTime::from_str(date, Format::HttpDate).ok()?;
            DateTime::from_timestamp(date.secs(), 0)
        });
        // The answer was written about half-way.
        let here = self.wall + took / 2;
        FirstAnswer {
            took,
            ahead: date.map(|there| here - there),
        }
    }
}

/// Sees the first answer to a call, before its retries.
#[derive(Debug, Clone, Default)]
struct Recorder(Arc<Mutex<(Option<Clocks>, Option<FirstAnswer>)>>);

impl Recorder {
    fn first(&self) -> Option<FirstAnswer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

#[dyn_dispatch_hint]
impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(Clocks::now());
        Ok(())
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (sent, first) = &mut *seen;
        if let (Some(sent), None) = (sent, &first) {
            *first = Some(sent.until(context.response()));
        }
        Ok(())
    }
}
