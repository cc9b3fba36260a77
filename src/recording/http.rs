//! A request as the SDK sends it, and an answer as it takes it.

use super::exchange::{Answer, Exchange, Failure, Request};
use crate::account::http::is_loopback;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

/// The service of a request that nobody signed.
pub const WEB: &str = "web";

/// What a request asks for: an exchange without an answer. Nothing of it is hidden yet.
pub fn asked(request: &HttpRequest) -> Exchange {
    let headers = request.headers();
    let uri = request.uri();
    let (authority, path) = match uri.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?']).map_or((rest, "/"), |at| rest.split_at(at)),
        None => ("", uri),
    };
    let host = headers.get("host").unwrap_or(authority);
    let host = if is_loopback(host) { "" } else { host };
    let signed = headers.get("authorization").and_then(signed_for);
    let body = request.body().bytes().and_then(|bytes| std::str::from_utf8(bytes).ok());
    let (service, region) = match signed {
        Some((service, region)) => (service.to_owned(), Some(region.to_owned())),
        None => (WEB.to_owned(), None),
    };
    Exchange {
        service,
        region,
        operation: String::new(),
        at: 0,
        took: 0,
        request: Request {
            method: request.method().to_owned(),
            host: host.to_owned(),
            path: path.to_owned(),
            headers: Request::kept_headers(headers.iter()),
            body: body.unwrap_or_default().to_owned(),
        },
        answer: None,
        failure: None,
    }
}

/// The service and the region that a request is signed for.
fn signed_for(authorization: &str) -> Option<(&str, &str)> {
    let (_, credential) = authorization.split_once("Credential=")?;
    let mut scope = credential.split([',', ' ']).next()?.split('/').skip(2);
    let (region, service) = (scope.next()?, scope.next()?);
    Some((service, region))
}

/// What an answer says.
pub fn answered(response: &HttpResponse, body: &[u8]) -> Answer {
    Answer::of(response.status().as_u16(), response.headers().iter(), body)
}

/// Why there was none.
pub fn failed(error: &ConnectorError) -> Failure {
    match () {
        () if error.is_timeout() => Failure::Timeout,
        () if error.is_io() => Failure::Connection,
        () => Failure::Other,
    }
}

/// An answer again, with the `Date` of now.
///
/// # Errors
/// When it is none that HTTP knows.
pub fn response(answer: &Answer, date: Option<&str>) -> Result<HttpResponse, ConnectorError> {
    let unusable = |error: String| ConnectorError::user(error.into());
    let status = answer
        .status
        .try_into()
        .map_err(|_| unusable(format!("status {}", answer.status)))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body.clone()));
    for (name, value) in &answer.headers {
        let value = match date {
            Some(date) if name == "date" => date.to_owned(),
            _ => value.clone(),
        };
        let added = response.headers_mut().try_append(name.clone(), value);
        added.map_err(|error| unusable(error.to_string()))?;
    }
    Ok(response)
}

/// The failure again.
pub fn error(failure: Failure) -> ConnectorError {
    let source = "no answer was recorded";
    match failure {
        Failure::Timeout => ConnectorError::timeout(source.into()),
        Failure::Connection => ConnectorError::io(source.into()),
        Failure::Other => ConnectorError::other(source.into(), None),
    }
}
