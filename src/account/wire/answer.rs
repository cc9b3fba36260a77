//! What a service answered: its JSON, or its error's code and message.

use super::service::Protocol;
use super::xml;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value;

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
enum Unreadable {
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

fn success(protocol: Protocol, body: &[u8]) -> Result<Value, Unreadable> {
    match protocol {
        Protocol::Query { .. } => {
            let document = roxmltree::Document::parse(std::str::from_utf8(body)?)?;
            // <OperationResponse><OperationResult>…</OperationResult><ResponseMetadata/></OperationResponse>
            let root = document.root_element();
            if !root.tag_name().name().ends_with("Response") {
                return Err(Unreadable::NoResponse);
            }
            let result = root.children().find(|e| e.tag_name().name().ends_with("Result"));
            // An empty result is no text, but an answer without fields.
            Ok(result.map(xml::value).filter(Value::is_object).unwrap_or_else(nothing))
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
    let text = |names: &[&str]| names.iter().find_map(|name| body[name].as_str()).map(str::to_owned);
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
    let text = |name| xml::below(document.root_element(), name)?.text().map(str::to_owned);
    (text("Code"), text("Message"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_answer_is_an_object() {
        let query = Protocol::Query { version: "2010-03-31" };
        let full = b"<XResponse><XResult><A>1</A></XResult><ResponseMetadata/></XResponse>";
        assert_eq!(success(query, full).unwrap(), json!({"A": "1"}));
        for empty in [
            "<XResponse><XResult/></XResponse>",
            "<XResponse><ResponseMetadata/></XResponse>",
        ] {
            assert_eq!(success(query, empty.as_bytes()).unwrap(), json!({}), "{empty}");
        }
        assert_eq!(success(Protocol::Rest, b"").unwrap(), json!({}));
        for strange in ["[]", "\"text\"", "<html>"] {
            assert!(success(Protocol::Rest, strange.as_bytes()).is_err(), "{strange}");
        }
        let page = "<html xmlns='http://www.w3.org/1999/xhtml'><body>Sign in</body></html>";
        assert!(success(query, page.as_bytes()).is_err());
    }
}
