//! One exchange with AWS as a recording keeps it: what was asked and what was answered, in AWS's own shape.

use super::body::{DEPTH, body, form, text};
use super::pieces::Reader;
use super::vocabulary::{Vocabulary, words};
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The headers of a request that say what is asked.
const ASKED: &[&str] = &[
    "accept",
    "content-type",
    "range",
    "x-amz-target",
    "x-amz-invocation-type",
];

/// The headers of an answer that anything depends on.
const ANSWERED: &[&str] = &[
    "content-range",
    "content-type",
    "date",
    "last-modified",
    "location",
    "x-amz-apigw-id",
    "x-amz-bucket-region",
    "x-amz-error-code",
    "x-amz-error-message",
    "x-amz-executed-version",
    "x-amz-function-error",
    "x-amz-log-result",
    "x-amz-request-id",
    "x-amzn-errortype",
    "x-amzn-requestid",
];

/// The content type of a request to a query service.
const FORM: &str = "application/x-www-form-urlencoded";

/// Somebody's request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The service, by the name that requests are signed for; `web` where none was.
    pub service: String,
    /// The region that the request was signed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The operation, or the method and the form of the path.
    pub operation: String,
    /// When it was sent, in milliseconds since the recording began.
    pub at: u64,
    /// How long it took, in milliseconds.
    pub took: u64,
    /// What was asked.
    pub request: Request,
    /// What was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Why nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// What was asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// GET, POST, …
    pub method: String,
    /// The host; empty where it is of this computer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub host: String,
    /// Path and query.
    pub path: String,
    /// The few headers that say what is asked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
}

/// What was answered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers that anything depends on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// How many bytes a body had that is no text: it is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<usize>,
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Failure {
    /// None came in time.
    Timeout,
    /// No connection, or it was cut.
    Connection,
    /// Another reason.
    Other,
}

impl Request {
    /// The headers of these that a recording keeps.
    pub fn kept_headers<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> BTreeMap<String, String> {
        kept(headers, ASKED)
    }

    /// Whether its body is a form.
    fn is_form(&self) -> bool {
        self.headers.get("content-type").is_some_and(|of| of.starts_with(FORM))
    }

    /// This request as `reader` reads it.
    pub fn read(&self, reader: &mut dyn Reader) -> Self {
        let body = match self.is_form() {
            true => form(reader, &self.body),
            false => body(reader, &self.body),
        };
        Self {
            method: self.method.clone(),
            host: text(reader, None, &self.host, DEPTH),
            path: text(reader, None, &self.path, DEPTH),
            headers: read_headers(reader, &self.headers),
            body,
        }
    }

    /// The operation that it asks for, where all words that may be somebody's have been replaced: AWS's name, or the method and
    /// the form of the path.
    pub fn operation(&self, vocabulary: &Vocabulary, is_signed: bool) -> String {
        if let Some((_, operation)) = self
            .headers
            .get("x-amz-target")
            .and_then(|target| target.rsplit_once('.'))
        {
            return operation.to_owned();
        }
        if self.is_form() {
            let action = self.body.split('&').find_map(|pair| pair.strip_prefix("Action="));
            return action.unwrap_or_default().to_owned();
        }
        if !is_signed {
            return self.method.clone();
        }
        let path = self.path.split('?').next().unwrap_or_default();
        let is_known = |part: &str| words(part).all(|word| vocabulary.has(word));
        let parts: Vec<&str> = path
            .split('/')
            .map(|part| if is_known(part) { part } else { "{}" })
            .collect();
        // What a query without a value asks for: `?policy`.
        let asks = self.path.split_once('?').and_then(|(_, query)| {
            let mut names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
            names.find(|name| words(name).all(|word| vocabulary.has(word)))
        });
        let asks = asks.map(|name| format!("?{name}")).unwrap_or_default();
        format!("{} {}{asks}", self.method, parts.join("/"))
    }
}

impl Answer {
    /// An answer with these headers and this body: what is no text is dropped.
    pub fn of<'h>(status: u16, headers: impl Iterator<Item = (&'h str, &'h str)>, body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).ok();
        Self {
            status,
            headers: kept(headers, ANSWERED),
            body: text.unwrap_or_default().to_owned(),
            dropped: text.is_none().then_some(body.len()),
        }
    }

    /// This answer as `reader` reads it.
    pub fn read(&self, reader: &mut dyn Reader) -> Self {
        Self {
            status: self.status,
            headers: read_headers(reader, &self.headers),
            body: body(reader, &self.body),
            dropped: self.dropped,
        }
    }

    /// The media type of its body.
    pub fn content_type(&self) -> Option<&str> {
        let of = self.headers.get("content-type")?;
        of.split(';').next().map(str::trim)
    }
}

impl Exchange {
    /// The code of an error, as AWS says it in a header or a body.
    pub fn error_code(&self) -> Option<String> {
        let answer = self.answer.as_ref().filter(|answer| answer.status >= 400)?;
        let json = || {
            let body: serde_json::Value = serde_json::from_str(&answer.body).ok()?;
            let code = ["__type", "code", "Code"].iter().find_map(|name| body[name].as_str())?;
            Some(code.to_owned())
        };
        let xml = || {
            let (_, rest) = answer.body.split_once("<Code>")?;
            Some(rest.split_once("</Code>")?.0.to_owned())
        };
        let code = answer
            .headers
            .get("x-amzn-errortype")
            .cloned()
            .or_else(json)
            .or_else(xml)?;
        let code = code.split(':').next().unwrap_or_default();
        Some(code.rsplit('#').next().unwrap_or_default().to_owned())
    }

    /// Whether it only looks: what is sent again changes nothing that is seen.
    pub fn is_read(&self) -> bool {
        const READS: &[&str] = &[
            "GET", "HEAD", "Get", "List", "Describe", "Filter", "Query", "Scan", "Lookup",
        ];
        READS.iter().any(|begins| self.operation.starts_with(begins))
    }
}

fn kept<'h>(headers: impl Iterator<Item = (&'h str, &'h str)>, names: &[&str]) -> BTreeMap<String, String> {
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    headers.filter(|(name, _)| names.contains(&name.as_str())).collect()
}

fn read_headers(reader: &mut dyn Reader, headers: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let headers = headers.iter().map(|(name, value)| {
        let is_date = ["date", "last-modified"].contains(&name.as_str()) && DateTime::parse_from_rfc2822(value).is_ok();
        let key = (name == "x-amz-log-result").then_some("LogResult");
        let value = match is_date {
            true => value.clone(),
            false => text(reader, key, value, DEPTH),
        };
        (name.clone(), value)
    });
    headers.collect()
}
