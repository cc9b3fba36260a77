//! AWS's own wire protocols, on the SDK's runtime: signing, retries, time-outs and connections are the SDK's, and the
//! answer is the service's own JSON.
//!
//! A generated client costs a minute of building for each service and hands out types that a document is copied from
//! again, field by field. A read of a control plane needs neither. What carries data (streams, items, objects,
//! invocations) goes through the generated clients.

mod answer;
mod endpoint;
mod form;
mod operation;
mod service;
mod xml;

pub use service::{Paging, Protocol, Service};

use crate::account::Account;
use crate::account::CallError;
use operation::Parts;
use serde_json::Value;

/// More pages than this are no lab's account, but a server that hands out tokens for ever.
const PAGES: usize = 1000;

impl Account {
    /// AWS's host name in the account's region that begins with `label`, such as that of an API's stages:
    /// `ID.execute-api`.
    pub fn host(&self, label: &str) -> String {
        endpoint::host(label, self.region())
    }

    /// The URL of a service for this account: AWS's, or what the environment or the profile says instead.
    pub fn endpoint(&self, service: &Service) -> String {
        endpoint::of(service, &self.config).0
    }

    /// One call of an operation of a JSON or query service.
    ///
    /// # Errors
    /// When AWS refuses or does not answer.
    pub async fn call(&self, service: &Service, operation: &str, input: Value) -> Result<Value, CallError> {
        let action = format!("{}:{operation}", service.prefix);
        self.send(service, &action, Parts::of(service.protocol, operation, &input))
            .await
    }

    /// `GET path` of a REST service, for which the caller needs `action`.
    ///
    /// # Errors
    /// When AWS refuses or does not answer.
    pub async fn get(
        &self,
        service: &Service,
        action: &str,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Value, CallError> {
        self.send(service, action, Parts::get(path, query)).await
    }

    /// Every item of a list of a JSON or query service.
    ///
    /// # Errors
    /// When AWS refuses a page, or does not answer.
    pub async fn list(
        &self,
        service: &Service,
        operation: &str,
        input: Value,
        paging: Paging,
    ) -> Result<Vec<Value>, CallError> {
        let mut input = input;
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let mut answer = self.call(service, operation, input.clone()).await?;
            // An empty list of a query service is an empty element, and no list.
            if let Value::Array(items) = answer[paging.items].take() {
                all.extend(items);
            }
            match answer[paging.next].take() {
                Value::String(next) if !next.is_empty() => input[paging.token] = Value::from(next),
                _ => return Ok(all),
            }
        }
        let action = format!("{}:{operation}", service.prefix);
        Err(CallError::other(
            &action,
            "TooManyPages",
            format!("more than {PAGES} pages"),
        ))
    }
}
