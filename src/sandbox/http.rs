//! The sandbox's own pages, health and inbox: plain HTTP to this machine, signed as a root user's request. What AWS has is
//! asked through `client.rs`.

use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::secret::Secret;

/// Who serves the port may be a stranger: more than this is not read.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;

/// An answer with a body of JSON.
#[derive(Debug, PartialEq)]
pub(super) struct HttpAnswer {
    pub status: u16,
    /// Null if there is none, or it is no JSON.
    pub body: serde_json::Value,
}

/// Asks for a path of the server on this port, which may be a stranger: it is not told the secret.
///
/// # Errors
/// When nobody answers in time, or answers something else than HTTP.
pub(super) async fn ask(
    port: u16,
    secret: &Secret,
    method: &str,
    path: &str,
    patience: Duration,
) -> io::Result<HttpAnswer> {
    let signature = signature(port, secret, method, path)?;
    let asked = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        // HTTP/1.0: the answer comes in one piece and ends the connection.
        let request =
            format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n{signature}Content-Length: 0\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(MAX_ANSWER).read_to_end(&mut answer).await?;
        parse(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "its response is not HTTP"))
    };
    tokio::time::timeout(patience, asked).await?
}

/// The root user of any account may see these pages.
const ROOT: &str = "000000000000";

/// The lines of a request's head that sign it.
fn signature(port: u16, secret: &Secret, method: &str, path: &str) -> io::Result<String> {
    let identity = Credentials::new(ROOT, secret.expose(), None, None, "edemlab").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("edemlab")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .map_err(io::Error::other)?
        .into();
    let address = format!("http://127.0.0.1:{port}{path}");
    let request = SignableRequest::new(method, &address, std::iter::empty(), SignableBody::Bytes(b""));
    let signed = sign(request.map_err(io::Error::other)?, &parameters).map_err(io::Error::other)?;
    let (headers, _) = signed.into_parts().0.into_parts();
    let lines = headers
        .iter()
        .map(|header| format!("{}: {}\r\n", header.name(), header.value()));
    Ok(lines.collect())
}

fn parse(answer: &[u8]) -> Option<HttpAnswer> {
    let text = std::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut words = head.strip_prefix("HTTP/1.")?.split_whitespace();
    Some(HttpAnswer {
        status: words.nth(1)?.parse().ok()?,
        body: serde_json::from_str(body).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_has_a_status_and_perhaps_json() {
        let page = |text: &str| parse(text.as_bytes()).map(|answer| (answer.status, answer.body));
        let good = page("HTTP/1.1 200 OK\r\nserver: x\r\n\r\n{\"a\":1}");
        assert_eq!(good, Some((200, json!({"a": 1}))));
        assert_eq!(page("HTTP/1.0 404 Not Found\r\n\r\nsorry"), Some((404, json!(null))));
        for bad in ["", "SSH-2.0-x\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 two OK\r\n\r\n"] {
            assert_eq!(page(bad), None, "{bad:?}");
        }
        assert_eq!(parse(b"HTTP/1.1 200 OK\r\n\r\n\xff"), None);
    }

    #[tokio::test]
    async fn a_server_that_says_nothing_is_not_waited_for() {
        let silent = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = silent.local_addr().unwrap().port();
        let error = ask(port, &Secret::random().unwrap(), "GET", "/", Duration::from_millis(50))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
