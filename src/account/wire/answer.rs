//! What a service answered: its JSON, or its error's code and message.

use super::service::Protocol;
use super::xml;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::{Value, json};

/// A service's error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct ServiceError(ErrorMetadata);

impl ProvideErrorMetadata for ServiceError {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// What cannot be read as an answer of AWS's: a proxy's page, for example.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("the response is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the response is not XML: {0}")]
    Xml(#[from] roxmltree::Error),
    #[error("the response is not UTF-8")]
    Utf8(#[from] std::str::Utf8Error),
    #[error("the response is JSON, but not an object")]
    NoObject,
    #[error("the response is XML, but not one that AWS sends")]
    NoResponse,
    #[error("the response is incomplete")]
    NotWhole,
}

/// The answer as JSON. That of a query service is below the operation that it says it is of: see [`of_query`].
pub(super) fn read(protocol: Protocol, response: &HttpResponse) -> Result<Value, OrchestratorError<ServiceError>> {
    whole(protocol, response, |body| success(protocol, body))?.map_err(OrchestratorError::other)
}

/// What `success` makes of the body, unless the answer is an error.
pub(super) fn whole<T>(
    protocol: Protocol,
    response: &HttpResponse,
    success: impl FnOnce(&[u8]) -> T,
) -> Result<T, OrchestratorError<ServiceError>> {
    let body = response
        .body()
        .bytes()
        .ok_or_else(|| OrchestratorError::other(Unreadable::NotWhole))?;
    if response.status().is_success() {
        return Ok(success(body));
    }
    let (code, message) = match protocol {
        Protocol::Query { .. } => xml_error(body),
        Protocol::Json { .. } | Protocol::Rest => json_error(response, body),
    };
    let mut meta = ErrorMetadata::builder();
    if let Some(code) = code {
        meta = meta.code(code);
    }
    if let Some(message) = message {
        meta = meta.message(message);
    }
    Err(OrchestratorError::operation(ServiceError(meta.build())))
}

/// What a function returned. A function with a runtime of its own may return what is no JSON: then Lambda's own header is
/// what tells its answer from a page of a proxy's.
pub(super) fn payload(body: &[u8], is_of_lambda: bool) -> Result<Value, Unreadable> {
    match serde_json::from_slice(body) {
        Err(error) if !is_of_lambda => Err(error.into()),
        read => Ok(read.unwrap_or_default()),
    }
}

/// What [`read`] has made of an answer to `operation` of a query service; `None` where it is of another one, or has no
/// result and must have one.
pub(super) fn of_query(operation: &str, mut answer: Value) -> Option<Value> {
    /// How the names of operations begin that give something.
    const GIVE: &[&str] = &["Describe", "Get", "List", "Simulate"];
    match answer.get_mut(operation)?.take() {
        Value::Null if GIVE.iter().any(|begins| operation.starts_with(begins)) => None,
        Value::Null => Some(nothing()),
        result => Some(result),
    }
}

fn success(protocol: Protocol, body: &[u8]) -> Result<Value, Unreadable> {
    match protocol {
        Protocol::Query { .. } => {
            let document = roxmltree::Document::parse(std::str::from_utf8(body)?)?;
            // <OperationResponse><OperationResult>…</OperationResult><ResponseMetadata/></OperationResponse>
            let root = document.root_element();
            let operation = root.tag_name().name().strip_suffix("Response");
            let operation = operation.ok_or(Unreadable::NoResponse)?;
            let called = format!("{operation}Result");
            let result = root.children().find(|e| e.tag_name().name() == called);
            // An empty result is no text, but an answer without fields. What has none at all may have none.
            let fields = |result| {
                Some(xml::value(result))
                    .filter(Value::is_object)
                    .unwrap_or_else(nothing)
            };
            Ok(json!({operation: result.map(fields)}))
        }
        Protocol::Json { .. } | Protocol::Rest if body.is_empty() => Ok(nothing()),
        Protocol::Json { .. } | Protocol::Rest => match serde_json::from_slice(body)? {
            answer @ Value::Object(_) => Ok(answer),
            _ => Err(Unreadable::NoObject),
        },
    }
}

fn nothing() -> Value {
    Value::Object(serde_json::Map::new())
}

/// A code may be followed by a URL and preceded by a namespace; see
/// <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization>.
fn json_error(response: &HttpResponse, body: &[u8]) -> (Option<String>, Option<String>) {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| body[name].as_str().filter(|text| !text.is_empty()))
            .map(str::to_owned)
    };
    let code = response.headers().get("x-amzn-errortype").map(str::to_owned);
    let code = code.or_else(|| text(&["__type", "code", "Code"])).map(|code| {
        let code = code.split(':').next().unwrap_or_default();
        code.rsplit('#').next().unwrap_or_default().to_owned()
    });
    (code, text(&["message", "Message", "errorMessage"]))
}

fn xml_error(body: &[u8]) -> (Option<String>, Option<String>) {
    let text = String::from_utf8_lossy(body);
    let Ok(document) = roxmltree::Document::parse(&text) else {
        return (None, None);
    };
    let text = |name| {
        xml::below(document.root_element(), name)
            .map(xml::text)
            .filter(|text| !text.is_empty())
    };
    (text("Code"), text("Message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: Protocol = Protocol::Query { version: "2010-03-31" };

    #[test]
    fn an_answer_of_a_query_service_is_of_one_operation() {
        let read = |operation: &str, text: &str| of_query(operation, success(QUERY, text.as_bytes()).unwrap());
        let full = "<ListXResponse><ListXResult><A>1</A></ListXResult><ResponseMetadata/></ListXResponse>";
        assert_eq!(read("ListX", full), Some(json!({"A": "1"})));
        assert_eq!(read("ListY", full), None);
        let empty = "<ListXResponse><ListXResult/></ListXResponse>";
        assert_eq!(read("ListX", empty), Some(json!({})));
        let other = "<ListXResponse><ListYResult><A>1</A></ListYResult></ListXResponse>";
        assert_eq!(read("ListX", other), None);
        let without = "<DeleteXResponse><ResponseMetadata/></DeleteXResponse>";
        assert_eq!(read("DeleteX", without), Some(json!({})));
        assert_eq!(read("ListX", &without.replace("Delete", "List")), None);
    }

    #[test]
    fn what_a_function_returns_is_json_unless_lambda_says_that_it_is_the_functions() {
        assert_eq!(payload(b"[1]", false).unwrap(), json!([1]));
        assert_eq!(payload(b"<html>", true).unwrap(), Value::Null);
        for page in [&b"<html>"[..], b""] {
            assert!(payload(page, false).is_err());
        }
    }

    #[test]
    fn every_answer_is_an_object() {
        assert_eq!(success(Protocol::Rest, b"").unwrap(), json!({}));
        for strange in ["[]", "\"text\"", "<html>"] {
            assert!(success(Protocol::Rest, strange.as_bytes()).is_err(), "{strange}");
        }
        let page = "<html xmlns='http://www.w3.org/1999/xhtml'><body>Sign in</body></html>";
        assert!(success(QUERY, page.as_bytes()).is_err());
    }
}
