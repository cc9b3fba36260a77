//! One signed request through the SDK's orchestrator, with its retries, time-outs and credentials.

use super::answer::{self, ServiceError};
use super::service::{Protocol, Service};
use super::{endpoint, form};
use crate::account::{Account, CallError};
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A request before it has a host and a signature.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Parts {
    /// A call of an operation by its name.
    pub(super) fn of(protocol: Protocol, operation: &str, input: &Value) -> Self {
        let (content_type, target, body) = match protocol {
            Protocol::Json { target, version } => (
                format!("application/x-amz-json-{version}"),
                Some(format!("{target}.{operation}")),
                input.to_string(),
            ),
            Protocol::Query { version } => (
                "application/x-www-form-urlencoded".to_owned(),
                None,
                form::body(operation, version, input),
            ),
            Protocol::Rest => unreachable!("a REST service is called by method and path"),
        };
        let mut headers = vec![("content-type", content_type)];
        headers.extend(target.map(|target| ("x-amz-target", target)));
        Self {
            method: "POST",
            path: "/".to_owned(),
            headers,
            body,
        }
    }

    /// A read of a REST service.
    pub(super) fn get(path: &str, query: &[(&str, &str)]) -> Self {
        let query: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", form::encode(value)))
            .collect();
        Self {
            method: "GET",
            path: match query.is_empty() {
                true => path.to_owned(),
                false => format!("{path}?{}", query.join("&")),
            },
            // API Gateway answers in another form without it.
            headers: vec![("accept", "application/json".to_owned())],
            body: String::new(),
        }
    }

    /// A `POST` of a REST service with a body of JSON.
    pub(super) fn post(path: &str, body: &Value) -> Self {
        Self {
            method: "POST",
            path: path.to_owned(),
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string(),
        }
    }

    /// A `DELETE` of a REST service.
    pub(super) fn delete(path: &str) -> Self {
        Self {
            method: "DELETE",
            path: path.to_owned(),
            headers: vec![("accept", "application/json".to_owned())],
            body: String::new(),
        }
    }

    fn request(self) -> HttpRequest {
        let mut request = HttpRequest::new(SdkBody::from(self.body));
        request.set_method(self.method).expect("a method of HTTP");
        request.set_uri(self.path).expect("its parts are encoded");
        for (name, value) in self.headers {
            request.headers_mut().insert(name, value);
        }
        request
    }
}

/// How a request is sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    /// How often it is sent.
    pub retries: Option<RetryConfig>,
    /// How long it is waited for.
    pub timeouts: Option<TimeoutConfig>,
    /// Whether it acts each time that AWS takes it: then it is sent again only when AWS says that it did not.
    pub acts: bool,
}

/// What all requests to a service share: putting it together costs as much as sending one.
type Signed = Operation<Parts, Value, ServiceError>;

/// Those of an account, by the service's id.
#[derive(Default)]
struct Operations(Mutex<HashMap<&'static str, Signed>>);

impl Account {
    pub(super) async fn send(&self, service: &Service, action: &str, parts: Parts) -> Result<Value, CallError> {
        let operations = self.keep::<Operations>();
        let operation = {
            let mut made = operations.0.lock().unwrap_or_else(PoisonError::into_inner);
            let made = made.entry(service.id).or_insert_with(|| self.operation(service));
            made.clone()
        };
        operation
            .invoke(parts)
            .await
            .map_err(|error| CallError::from_sdk(action, &error))
    }

    fn operation(&self, service: &Service) -> Signed {
        let protocol = service.protocol;
        let settings = Settings {
            retries: self.config.retry_config().cloned(),
            timeouts: self.config.timeout_config().cloned(),
            acts: false,
        };
        self.signed(service, settings, move |response| answer::read(protocol, response))
    }

    /// An operation whose answer `read` makes of what came.
    pub(super) fn signed<T: std::fmt::Debug + Send + Sync + 'static>(
        &self,
        service: &Service,
        settings: Settings,
        read: impl Fn(&HttpResponse) -> Result<T, OrchestratorError<ServiceError>> + Send + Sync + 'static,
    ) -> Operation<Parts, T, ServiceError> {
        let (url, region) = endpoint::of(service, &self.config);
        let components = self.components(settings.acts);
        Operation::builder()
            .service_name(service.id)
            .operation_name("call")
            .endpoint_url(&url)
            .runtime_plugin(
                StaticRuntimePlugin::new()
                    .with_config(self.layer(service, &region, settings).freeze())
                    .with_runtime_components(components),
            )
            .serializer(|parts: Parts| Ok(parts.request()))
            .deserializer::<T, ServiceError>(read)
            .build()
    }

    fn layer(&self, service: &Service, region: &str, settings: Settings) -> Layer {
        let mut layer = Layer::new("edemlab");
        let mut signing = SigV4OperationSigningConfig::default();
        signing.region = Some(SigningRegion::from(Region::new(region.to_owned())));
        signing.name = Some(SigningName::from(service.signing));
        layer.store_put(signing);
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(ApiMetadata::new(service.id, env!("CARGO_PKG_VERSION")));
        layer.store_put(self.partition.clone());
        settings.retries.into_iter().for_each(|retries| {
            layer.store_put(retries);
        });
        settings.timeouts.into_iter().for_each(|timeouts| {
            layer.store_put(timeouts);
        });
        layer
    }

    fn components(&self, acts: bool) -> RuntimeComponentsBuilder {
        let config = &self.config;
        let mut codes = AwsErrorCodeClassifier::<ServiceError>::builder();
        if acts {
            codes = codes.transient_errors(Vec::<&str>::new());
        }
        let mut components = RuntimeComponentsBuilder::new("edemlab")
            .with_http_client(config.http_client())
            .with_sleep_impl(config.sleep_impl())
            .with_time_source(config.time_source())
            .with_identity_cache(config.identity_cache())
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
                StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
            )))
            .with_interceptor(SharedInterceptor::permanent(UserAgentInterceptor::new()))
            .with_interceptor(SharedInterceptor::permanent(ServiceClockSkewInterceptor::new()))
            .with_interceptor(SharedInterceptor::permanent(self.clock.clone()))
            .with_interceptor(SharedInterceptor::permanent(self.counted.clone()))
            .with_retry_classifier(codes.build())
            .with_retry_classifier(ServiceClockSkewClassifier::<ServiceError>::new());
        if !acts {
            components = components
                .with_retry_classifier(TransientErrorClassifier::<ServiceError>::new())
                .with_retry_classifier(HttpStatusCodeClassifier::default());
        }
        if let Some(credentials) = config.credentials_provider() {
            components.set_identity_resolver(SCHEME_ID, credentials);
        }
        components
    }
}
