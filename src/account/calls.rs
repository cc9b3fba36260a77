//! How many requests an account is sent, by service: whoever looks again and again keeps to a rate by it.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Requests by the name of their service, as the SDK calls it. One that is tried again counts again.
pub type CallCount = BTreeMap<String, u32>;

/// Counts what is sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted(Arc<Mutex<CallCount>>);

impl Counted {
    /// What was sent since this was last asked.
    pub fn take(&self) -> CallCount {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[dyn_dispatch_hint]
impl Intercept for Counted {
    fn name(&self) -> &'static str {
        "Counted"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let service = config.load::<Metadata>().map_or("", Metadata::service);
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match sent.get_mut(service) {
            Some(count) => *count = count.saturating_add(1),
            None => drop(sent.insert(service.to_owned(), 1)),
        }
        Ok(())
    }
}
