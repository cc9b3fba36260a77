//! Answers that lack a field which AWS always sends are not AWS's.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

/// Refuses an answer without this field. A client takes a truth value or number that is missing for false or 0, which
/// would be a verdict.
#[derive(Debug, Clone, Copy)]
pub struct Requires(pub &'static str);

/// The answer has no such field.
#[derive(Debug, thiserror::Error)]
#[error("the answer has no `{0}`, which AWS always sends: is a proxy intercepting requests?")]
pub(super) struct Incomplete(&'static str);

impl Intercept for Requires {
    fn name(&self) -> &'static str {
        "Requires"
    }

    // Before, the body has not been read.
    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let body = response.body().bytes().unwrap_or_default();
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        match response.status().is_success() && answer[self.0].is_null() {
            true => Err(Incomplete(self.0).into()),
            false => Ok(()),
        }
    }
}
