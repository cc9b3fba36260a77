//! An AWS that misbehaves for some of those who call it.

use std::sync::Arc;
use std::time::Duration;

use futures::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::Response;
use hyper::body::{Bytes, Frame};

use super::super::http::{Body, Cut};
use super::answers::{answer, passed_on};
use super::{Relay, beside, target};

/// How an account's AWS misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sickness {
    /// Every call is too many.
    Throttles,
    /// 500, always.
    Breaks,
    /// The connection ends without an answer.
    Cuts,
    /// Each answer takes its time.
    Slow,
    /// No answer, ever.
    Silent,
    /// An answer of a gigabyte.
    Floods,
    /// 200, and nothing that could be read.
    Nonsense,
}

impl Relay {
    /// Passes everything on to `endpoint`, but for the callers with these access keys: theirs is answered as it should not
    /// be. Where `all` is false, STS is spared, so that the account can be opened.
    pub fn sick(endpoint: &str, callers: &[(String, Sickness, bool)]) -> Self {
        let target: Arc<str> = target(endpoint).into();
        let callers = callers.to_vec();
        Self::requests(beside(&target), move |request, text| {
            let target = target.clone();
            let theirs = |(key, _, all): &&(String, Sickness, bool)| {
                text.contains(&format!("Credential={key}/")) && (*all || !text.contains("/sts/aws4_request"))
            };
            let sickness = callers.iter().find(theirs).map(|(_, sickness, _)| *sickness);
            async move {
                match sickness {
                    Some(Sickness::Throttles) => Ok(slow_down(&text)),
                    Some(Sickness::Breaks) => Ok(plain("500 Internal Server Error", "{}")),
                    Some(Sickness::Nonsense) => Ok(plain("200 OK", "<<<{{{ nonsense")),
                    Some(Sickness::Cuts) => Err(Cut),
                    // Until the other side has enough.
                    Some(Sickness::Silent) => std::future::pending().await,
                    Some(Sickness::Floods) => Ok(flood()),
                    Some(Sickness::Slow) => {
                        // As AWS might on a bad day; the length of the pause is what is tried here.
                        tokio::time::sleep(Duration::from_millis(300)).await;
                        passed_on(&target, request).await
                    }
                    None => passed_on(&target, request).await,
                }
            }
        })
    }
}

fn plain(status: &str, body: &str) -> Response<Body> {
    answer(status, "content-type: application/x-amz-json-1.1", body)
}

/// In the words of the service that a request is signed for.
fn slow_down(request: &str) -> Response<Body> {
    let scope = |service: &str| request.contains(&format!("/{service}/aws4_request"));
    let error = "<Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error>";
    match () {
        () if scope("s3") => plain("503 Slow Down", &error.replace("Throttling", "SlowDown")),
        () if scope("iam") || scope("sns") => {
            plain("400 Bad Request", &format!("<ErrorResponse>{error}</ErrorResponse>"))
        }
        () => plain(
            "400 Bad Request",
            r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#,
        ),
    }
}

/// A gigabyte, announced and sent.
fn flood() -> Response<Body> {
    const PIECE: usize = 1 << 16;
    const WHOLE: usize = 1 << 30;
    let piece = Bytes::from_static(&[b'x'; PIECE]);
    let pieces = std::iter::repeat_n(piece, WHOLE / PIECE).map(|piece| Ok(Frame::data(piece)));
    Response::builder()
        .header("content-type", "text/xml")
        .header("content-length", WHOLE)
        .body(StreamBody::new(stream::iter(pieces)).boxed())
        .unwrap()
}
