//! AWS's own wire protocols, on the SDK's runtime: signing, retries, time-outs and connections are the SDK's, and the
//! answer is the service's own JSON.
//!
//! A generated client costs a minute of building for each service and hands out types that a document is copied from
//! again, field by field. A read of a control plane needs neither. What carries data (streams, items, objects,
//! invocations) goes through the generated clients.

mod answer;
mod endpoint;
mod form;
mod invoke;
mod operation;
mod service;
mod xml;

pub use invoke::Invoked;
pub use service::{Paging, Protocol, Service};

use crate::account::Account;
use crate::account::CallError;
use crate::account::complete::lacking;
use crate::account::error::{incomplete, not_from_aws, too_many_pages};
use operation::Parts;
use serde_json::Value;

/// More pages than this are no lab's account, but a server that hands out tokens for ever.
const MAX_PAGES: usize = 1000;

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
        let parts = Parts::of(service.protocol, operation, &input);
        let mut answer = self.send(service, &action, parts).await?;
        if let Protocol::Query { .. } = service.protocol {
            answer = answer::of_query(operation, answer).ok_or_else(|| not_from_aws(&action))?;
        }
        match lacking(service.id, operation, &answer) {
            Some(member) => Err(incomplete(&action, member)),
            None => Ok(answer),
        }
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

    /// `DELETE` of a REST service, for which the caller needs `action`. Each of `parts` of the path is encoded.
    ///
    /// # Errors
    /// When AWS refuses or does not answer.
    pub async fn delete(&self, service: &Service, action: &str, parts: &[&str]) -> Result<(), CallError> {
        let parts: Vec<String> = parts.iter().map(|part| form::encode(part)).collect();
        let path = format!("/{}", parts.join("/"));
        self.send(service, action, Parts::delete(&path)).await.map(drop)
    }

    /// Every item of a list of a JSON or query service: those in the field `items` of each page.
    ///
    /// # Errors
    /// When AWS refuses a page, or does not answer.
    pub async fn list(
        &self,
        service: &Service,
        operation: &str,
        input: Value,
        items: &str,
    ) -> Result<Vec<Value>, CallError> {
        let action = format!("{}:{operation}", service.prefix);
        let (mut input, mut pages) = (input, PagedItems::default());
        loop {
            let answer = self.call(service, operation, input.clone()).await?;
            match pages.add(answer, service, items, &action)? {
                Some(token) => input[service.paging.token] = token.into(),
                None => return Ok(pages.items),
            }
        }
    }

    /// Every item of a list of a REST service, by `GET path`: those in the field `items` of each page.
    ///
    /// # Errors
    /// When AWS refuses a page, or does not answer.
    pub async fn get_all(
        &self,
        service: &Service,
        action: &str,
        path: &str,
        query: &[(&str, &str)],
        items: &str,
    ) -> Result<Vec<Value>, CallError> {
        let (mut token, mut pages) = (None::<String>, PagedItems::default());
        loop {
            let mut query = query.to_vec();
            query.extend(token.as_deref().map(|token| (service.paging.token, token)));
            let answer = self.get(service, action, path, &query).await?;
            match pages.add(answer, service, items, action)? {
                next @ Some(_) => token = next,
                None => return Ok(pages.items),
            }
        }
    }
}

/// The pages of a list that have come.
#[derive(Default)]
struct PagedItems {
    items: Vec<Value>,
    count: usize,
}

impl PagedItems {
    /// Adds a page; gives the token of the next one.
    fn add(
        &mut self,
        mut page: Value,
        service: &Service,
        items: &str,
        action: &str,
    ) -> Result<Option<String>, CallError> {
        // An empty list of a query service is an empty element, and no list.
        if let Value::Array(items) = page[items].take() {
            self.items.extend(items);
        }
        self.count += 1;
        match page[service.paging.next].take() {
            Value::String(next) if !next.is_empty() && self.count < MAX_PAGES => Ok(Some(next)),
            Value::String(next) if !next.is_empty() => Err(too_many_pages(action, MAX_PAGES)),
            _ => Ok(None),
        }
    }
}
