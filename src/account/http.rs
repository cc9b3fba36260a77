//! The one HTTP client of a thread: connections to a region's endpoints are shared by every account of that thread.

use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use http_body_util::Limited;
use std::cell::OnceCell;
use std::net::IpAddr;
use std::thread::LocalKey;

/// The longest answer that is read, in bytes. AWS's are far shorter: the longest pages are of about 1 MB. Whoever sends
/// more (a broken proxy) must not fill the memory of a class's grading.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// A client whose answers end at [`MAX_ANSWER`].
#[derive(Debug)]
struct BodyLimit(SharedHttpClient);

#[derive(Debug)]
struct BodyLimitConnector(SharedHttpConnector);

impl HttpClient for BodyLimit {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(BodyLimitConnector(self.0.http_connector(settings, components)))
    }
}

/// AWS answers every read with a body. Without one, whatever is in between has lost it: an empty list would be a verdict.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("AWS's response has no body")]
pub(super) struct EmptyAnswer;

impl HttpConnector for BodyLimitConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let needs_body = is_answered_with_a_body(&request);
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            if needs_body && answer.status().as_u16() == 200 && answer.body().content_length() == Some(0) {
                // As a connection that was cut: asked again.
                return Err(ConnectorError::other(
                    EmptyAnswer.into(),
                    Some(ErrorKind::TransientError),
                ));
            }
            Ok(answer.map(|body| SdkBody::from_body_1_x(Limited::new(body, MAX_ANSWER))))
        })
    }
}

/// Whether AWS answers this request with a body when it succeeds: all that reads does, but for an object that is empty.
fn is_answered_with_a_body(request: &HttpRequest) -> bool {
    /// How the names of operations begin that read, or that are answered with what they made.
    const ANSWERED: &[&str] = &[
        "List",
        "Describe",
        "Get",
        "Scan",
        "Filter",
        "Test",
        "PutRecord",
        "PutEvents",
        "Stop",
    ];
    let headers = request.headers();
    // What a student has built is asked without a signature, and may answer as it likes.
    if headers.get("authorization").is_none() {
        return false;
    }
    if let Some((_, operation)) = headers.get("x-amz-target").and_then(|target| target.rsplit_once('.')) {
        return ANSWERED.iter().any(|begins| operation.starts_with(begins));
    }
    let form = headers
        .get("content-type")
        .is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
    form || (request.method() == "GET" && !request.uri().contains("x-id=GetObject"))
}

/// A client of each thread's own: a connection is served by the thread that has opened it, and ends with it.
#[derive(Debug)]
struct PerThread {
    clients: &'static LocalKey<OnceCell<SharedHttpClient>>,
    make: fn() -> SharedHttpClient,
}

impl HttpClient for PerThread {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let client = self.clients.with(|client| client.get_or_init(self.make).clone());
        client.http_connector(settings, components)
    }
}

/// The shared client. Honors `HTTPS_PROXY`, `NO_PROXY` and `AWS_CA_BUNDLE`: schools have both.
pub fn shared_client() -> SharedHttpClient {
    thread_local!(static CLIENTS: OnceCell<SharedHttpClient> = const { OnceCell::new() });
    SharedHttpClient::new(PerThread {
        clients: &CLIENTS,
        make: || {
            let client = Builder::new().build_with_connector_fn(|settings, components| {
                let mut builder = Connector::builder().proxy_config(ProxyConfig::from_env());
                if let Some(settings) = settings {
                    builder = builder.connector_settings(settings.clone());
                }
                if let Some(components) = components
                    && let Some(sleep) = components.sleep_impl()
                {
                    builder = builder.sleep_impl(sleep);
                }
                builder
                    .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
                    .tls_context(trust())
                    .build()
            });
            SharedHttpClient::new(BodyLimit(client))
        },
    })
}

/// The client for a sandbox on this computer. It knows no proxy (127.0.0.1 is never behind one) and trusts no
/// certificate: there is no TLS here, and reading the system's certificates takes longer than a call.
pub fn loopback_client() -> SharedHttpClient {
    thread_local!(static CLIENTS: OnceCell<SharedHttpClient> = const { OnceCell::new() });
    SharedHttpClient::new(PerThread {
        clients: &CLIENTS,
        make: || {
            let nobody = tls::TlsContext::builder()
                .with_trust_store(tls::TrustStore::empty())
                .build();
            let client = Builder::new()
                .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
                .tls_context(nobody.expect("a context without certificates has none that could be wrong"))
                .build_https();
            SharedHttpClient::new(BodyLimit(client))
        },
    })
}

/// Whether an endpoint is on this computer.
pub fn is_loopback(endpoint: &str) -> bool {
    let authority = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    // What stands before an `@` is a user's name, not the host.
    let host = authority.rsplit('@').next().unwrap_or_default();
    let (host, v6) = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((v6, _)) => (v6, true),
        None => (host.split(':').next().unwrap_or_default(), false),
    };
    match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback() && address.is_ipv6() == v6,
        Err(_) => host == "localhost",
    }
}

/// The system's certificates, and those of `AWS_CA_BUNDLE`.
fn trust() -> tls::TlsContext {
    let mut store = tls::TrustStore::default();
    if let Some(pem) = std::env::var_os("AWS_CA_BUNDLE").and_then(|path| std::fs::read(path).ok()) {
        store = store.with_pem_certificate(pem.as_slice());
    }
    tls::TlsContext::builder()
        .with_trust_store(store)
        .build()
        .expect("a trust store is all that this needs")
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_this_computer_is_loopback() {
        for here in [
            "http://127.0.0.1:4566",
            "http://localhost",
            "http://[::1]",
            "http://[::1]:80/x",
        ] {
            assert!(is_loopback(here), "{here}");
        }
        for there in [
            "https://sts.amazonaws.com",
            "http://[2001:db8::1]:80",
            "http://localhost.example.org",
            "http://127.example.org",
            "http://127.0.0.1.example.org:4566",
            "http://127.0.0.1:80@example.org",
            "http://localhost@example.org/",
        ] {
            assert!(!is_loopback(there), "{there}");
        }
    }
}
