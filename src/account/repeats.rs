//! Whether a call was made again although its first request may have been taken.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Watches one call: where a try of it was not answered, or with a 5xx status, the service may have done its work, and the
/// SDK asks again.
#[derive(Debug, Clone, Default)]
pub struct Repeats(Arc<AtomicBool>);

impl Repeats {
    /// Whether a try may have done its work without an answer that says so.
    pub fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Repeats {
    fn name(&self) -> &'static str {
        "Repeats"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let failed = context.output_or_error().is_none_or(|outcome| outcome.is_err());
        let is_refused = context
            .response()
            .is_some_and(|answer| answer.status().is_client_error());
        if failed && !is_refused {
            self.0.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}
