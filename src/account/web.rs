//! Plain HTTP to what a student has built: to AWS's own host names only, unsigned, no redirect followed, cut in time and
//! size.

use super::client::Account;
use super::partition::is_aws_host;
use super::{CallError, ErrorKind};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::interceptors::context::{Error, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::ser_de::DeserializeResponse;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use std::convert::Infallible;
use std::time::Duration;

/// The domain names, beside those of its services, under which AWS puts what its users build. API Gateway:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html>. App Runner:
/// <https://docs.aws.amazon.com/apprunner/latest/dg/manage-custom-domains.html>. ECS Express Mode:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/express-service-overview.html>.
const USERS_DOMAINS: &[&str] = &[".awsapprunner.com", ".on.aws"];

/// A service that takes longer than API Gateway itself allows does not answer.
const SERVICE_TIMEOUT: Duration = Duration::from_secs(30);

/// Between two tries, where the first may have met a hiccup.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1200)];

/// The headers that API Gateway adds to each answer of a REST API; see
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html>.
const API_GATEWAY: [&str; 2] = ["x-amzn-requestid", "x-amz-apigw-id"];

/// More of a page is not read.
const MAX_BODY: usize = 64 * 1024;

/// An answer to a plain request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The beginning of the body.
    pub body: String,
    /// Where a redirect points; it is not followed.
    pub location: Option<String>,
    /// Whether it has a header that API Gateway adds to each answer.
    pub from_api_gateway: bool,
    /// Whether it was asked before, and may have been heard: there was no answer, or one with a 5xx status.
    pub repeated: bool,
}

impl WebAnswer {
    /// Whether a redirect points to another host than `host`: whatever is in between, such as the login page of a network,
    /// may have answered.
    pub fn leads_away_from(&self, host: &str) -> bool {
        let target = self.location.as_deref().and_then(|location| location.split_once("//"));
        target.is_some_and(|(_, rest)| {
            let name = rest.split(['/', '?', '#']).next().unwrap_or_default();
            !name.split(':').next().unwrap_or_default().eq_ignore_ascii_case(host)
        })
    }
}

/// What is sent: nothing, or JSON.
#[derive(Debug, Clone)]
pub enum WebRequest {
    /// `GET`.
    Get,
    /// `POST` with a JSON body.
    Post(String),
}

impl Account {
    /// Asks `https://HOST/PATH`. In the sandbox the request goes there, with the same `Host`. An answer of 429 or 500 and
    /// more may be a hiccup, and a connection may be cut: what is asked must bear being asked again.
    ///
    /// # Errors
    /// When the host is not one of AWS's, or gives no answer. What it answers, a status of 500 too, is no error.
    pub async fn visit(&self, host: &str, path: &str, request: WebRequest) -> Result<WebAnswer, CallError> {
        let mut pauses = PAUSES.iter();
        let mut repeated = false;
        loop {
            let mut answer = self.visit_once(host, path, request.clone()).await;
            let hiccup = match &mut answer {
                Ok(answer) => {
                    answer.repeated = repeated;
                    answer.status == 429 || answer.status >= 500
                }
                Err(error) => error.kind == ErrorKind::Unreachable,
            };
            match pauses.next().filter(|_| hiccup) {
                // Between two tries, of which there are few: a hiccup passes by itself.
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return answer,
            }
            // Too many requests are not taken.
            repeated |= answer.is_err() || answer.is_ok_and(|answer| answer.status != 429);
        }
    }

    async fn visit_once(&self, host: &str, path: &str, request: WebRequest) -> Result<WebAnswer, CallError> {
        let action = format!("a request to https://{host}{path}");
        if !is_aws(host) {
            let message = format!("{host:?} is not an AWS host name: no request was sent");
            return Err(CallError::other(&action, "NotAws", message));
        }
        let url = match self.config.endpoint_url() {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None => format!("https://{host}"),
        };
        let asked = self.plain(&url, Some(host.to_owned()));
        let path = path.to_owned();
        let answer = async {
            let RawResponse(answer) = asked
                .invoke((path, request))
                .await
                .map_err(|error| unanswered(&action, &error))?;
            let status = answer.status().as_u16();
            let location = answer.headers().get("location").map(str::to_owned);
            let from_api_gateway = API_GATEWAY.iter().any(|name| answer.headers().get(*name).is_some());
            let body = beginning(answer.into_body()).await.map_err(|message| CallError {
                action: action.clone(),
                kind: ErrorKind::Unreachable,
                message,
            })?;
            Ok(WebAnswer {
                status,
                body,
                location,
                from_api_gateway,
                repeated: false,
            })
        };
        tokio::time::timeout(SERVICE_TIMEOUT, answer).await.unwrap_or_else(|_| {
            Err(CallError {
                action: action.clone(),
                kind: ErrorKind::TimedOut,
                message: String::new(),
            })
        })
    }

    /// An unsigned request for a path of `url`, with another `Host` if one is given. It is sent once.
    pub(super) fn plain(
        &self,
        url: &str,
        host: Option<String>,
    ) -> Operation<(String, WebRequest), RawResponse, Infallible> {
        let mut operation = Operation::builder()
            .service_name("web")
            .operation_name("visit")
            .endpoint_url(url)
            .no_auth()
            .no_retry()
            .serializer(move |(path, request): (String, WebRequest)| {
                let mut http = match request {
                    WebRequest::Get => HttpRequest::new(SdkBody::empty()),
                    WebRequest::Post(body) => {
                        let mut http = HttpRequest::new(SdkBody::from(body));
                        http.set_method("POST")?;
                        http.headers_mut().insert("content-type", "application/json");
                        http
                    }
                };
                http.set_uri(path)?;
                if let Some(host) = &host {
                    http.headers_mut().insert("host", host.clone());
                }
                http.headers_mut()
                    .insert("user-agent", concat!("edemlab/", env!("CARGO_PKG_VERSION")));
                Ok(http)
            })
            .deserializer_impl::<RawResponse, Infallible>(Take);
        if let Some(http) = self.config.http_client() {
            operation = operation.http_client(http);
        }
        operation.build()
    }
}

/// A host name below one of AWS's domains, and nothing else: no port, no user.
fn is_aws(host: &str) -> bool {
    let plain = host
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let of_users = |domain: &&str| host.len() > domain.len() && host.ends_with(*domain);
    plain && (is_aws_host(host) || USERS_DOMAINS.iter().any(of_users))
}

pub(super) fn unanswered<R>(action: &str, error: &SdkError<Infallible, R>) -> CallError {
    let kind = match error {
        SdkError::TimeoutError(_) => ErrorKind::TimedOut,
        _ => ErrorKind::Unreachable,
    };
    CallError {
        action: action.to_owned(),
        kind,
        message: String::new(),
    }
}

async fn beginning(body: SdkBody) -> Result<String, String> {
    let (mut stream, mut bytes) = (ByteStream::new(body), Vec::new());
    while bytes.len() < MAX_BODY {
        match stream.next().await {
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
            Some(Err(error)) => return Err(error.to_string()),
            None => break,
        }
    }
    bytes.truncate(MAX_BODY);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The response before its body is read.
#[derive(Debug)]
pub(super) struct RawResponse(pub HttpResponse);

/// Takes the response as it comes, whatever its status, so that not more of it is read than is wanted.
#[derive(Debug)]
struct Take;

impl DeserializeResponse for Take {
    fn deserialize_streaming(&self, response: &mut HttpResponse) -> Option<Result<Output, OrchestratorError<Error>>> {
        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
        let mut taken = HttpResponse::new(response.status(), body);
        for (name, value) in response.headers().iter() {
            taken.headers_mut().append(name.to_owned(), value.to_owned());
        }
        Some(Ok(Output::erase(RawResponse(taken))))
    }

    fn deserialize_nonstreaming(&self, _: &HttpResponse) -> Result<Output, OrchestratorError<Error>> {
        unreachable!("the response has been taken")
    }
}

#[cfg(test)]
mod tests {
    use super::is_aws;

    #[test]
    fn only_hosts_of_aws_are_visited() {
        for host in [
            "a1.execute-api.eu-west-1.amazonaws.com",
            "x.eu-west-1.awsapprunner.com",
            "g.ecs.eu-west-1.on.aws",
        ] {
            assert!(is_aws(host), "{host}");
        }
        for host in [
            "amazonaws.com.example.org",
            "example.org#.awsapprunner.com",
            "user@x.on.aws",
            "x.on.aws:8080",
            "notawsapprunner.com",
            ".on.aws",
            "169.254.169.254",
        ] {
            assert!(!is_aws(host), "{host}");
        }
    }
}
