//! Lambda's invocation: the one call that runs something and does not go through a generated client, which takes 36 s of
//! a processor to build for it.

use super::answer::{self, ServiceError};
use super::form;
use super::operation::{Parts, Settings};
use crate::account::services::LAMBDA;
use crate::account::{Account, CallError};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::Value;
use std::time::Duration;

/// What a function answered.
#[derive(Debug, Clone)]
pub struct Invoked {
    /// The HTTP status: 200.
    pub status: u16,
    /// Whether it answered with an error of its own.
    pub failed: bool,
    /// What it returned, or its error; null where that is no JSON.
    pub payload: Value,
}

impl Account {
    /// [`Invoke`](https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html), waiting for the answer. The
    /// function runs once: a call is made again only where AWS has said that there were too many.
    ///
    /// # Errors
    /// When AWS refuses, or does not answer in time: then the function may have run.
    pub async fn invoke(&self, function: &str, payload: &Value, timeout: Duration) -> Result<Invoked, CallError> {
        let path = format!("/2015-03-31/functions/{}/invocations", form::encode(function));
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(timeout)
            .operation_attempt_timeout(timeout)
            .build();
        let settings = Settings {
            retries: self.config.retry_config().cloned(),
            timeouts: Some(timeouts),
            acts: true,
        };
        let operation = self.signed(&LAMBDA, settings, |response| {
            let header = |name: &str| response.headers().get(name).is_some();
            answer::whole(LAMBDA.protocol, response, |body| {
                let payload = answer::payload(body, header("x-amz-executed-version"))?;
                Ok::<_, answer::Unreadable>(Invoked {
                    status: response.status().as_u16(),
                    failed: header("x-amz-function-error"),
                    payload,
                })
            })?
            .map_err(OrchestratorError::<ServiceError>::other)
        });
        let answer = operation.invoke(Parts::post(&path, payload)).await;
        answer.map_err(|error| CallError::from_sdk("lambda:InvokeFunction", &error))
    }
}
