//! The sandbox's own pages, health and inbox: plain HTTP to this machine, signed as a root user's request. What AWS has is
//! asked through `client.rs`.

use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::secret::SandboxSecret;

/// Who serves the port may be a stranger: more than this is not read.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

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
    secret: &SandboxSecret,
    method: &str,
    path: &str,
    patience: Duration,
) -> io::Result<HttpAnswer> {
    let request = signed(port, secret, method, path)?;
    tokio::time::timeout(patience, answer(port, request)).await?
}

async fn answer(port: u16, request: Request<Empty<Bytes>>) -> io::Result<HttpAnswer> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(not_http)?;
    // It ends with this function, also when the time is over.
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    let response = sender.send_request(request).await.map_err(not_http)?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
    let body = body.map_err(|error| match error.is::<LengthLimitError>() {
        true => io::Error::new(io::ErrorKind::InvalidData, "its response is larger than 64 MB"),
        false => io::Error::other(error),
    })?;
    Ok(HttpAnswer {
        status,
        body: serde_json::from_slice(&body.to_bytes()).unwrap_or_default(),
    })
}

fn not_http(error: hyper::Error) -> io::Error {
    match error.is_parse() || error.is_incomplete_message() {
        true => io::Error::new(io::ErrorKind::InvalidData, "its response is not HTTP"),
        false => io::Error::other(error),
    }
}

/// The root user of any account may see these pages.
const ROOT: &str = "000000000000";

/// A request without a body, signed.
fn signed(port: u16, secret: &SandboxSecret, method: &str, path: &str) -> io::Result<Request<Empty<Bytes>>> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(HOST, format!("127.0.0.1:{port}"))
        .header(CONNECTION, "close")
        .body(Empty::new())
        .map_err(io::Error::other)?;
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
    let signable = SignableRequest::new(method, &address, std::iter::empty(), SignableBody::Bytes(b""));
    let signed = sign(signable.map_err(io::Error::other)?, &parameters).map_err(io::Error::other)?;
    signed.into_parts().0.apply_to_request_http1x(&mut request);
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::io::{Read, Write};

    /// What comes of these bytes, which a server on this port answers with.
    async fn answered(bytes: &'static [u8]) -> io::Result<HttpAnswer> {
        let server = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = server.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(bytes);
        });
        ask(
            port,
            &SandboxSecret::random().unwrap(),
            "GET",
            "/",
            Duration::from_secs(10),
        )
        .await
    }

    #[tokio::test]
    async fn an_answer_has_a_status_and_perhaps_json() {
        for (bytes, status, body) in [
            (
                &b"HTTP/1.1 200 OK\r\nserver: x\r\n\r\n{\"a\":1}"[..],
                200,
                json!({"a": 1}),
            ),
            (b"HTTP/1.0 404 Not Found\r\n\r\nsorry", 404, json!(null)),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\xff", 200, json!(null)),
        ] {
            assert_eq!(answered(bytes).await.unwrap(), HttpAnswer { status, body });
        }
        for bad in [
            &b""[..],
            b"SSH-2.0-x\r\n\r\n",
            b"HTTP/1.1\r\n\r\n",
            b"HTTP/1.1 two OK\r\n\r\n",
        ] {
            let error = answered(bad).await.unwrap_err();
            assert_eq!(error.to_string(), "its response is not HTTP", "{bad:?}");
        }
    }

    #[tokio::test]
    async fn a_server_that_says_nothing_is_not_waited_for() {
        let silent = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = silent.local_addr().unwrap().port();
        let error = ask(
            port,
            &SandboxSecret::random().unwrap(),
            "GET",
            "/",
            Duration::from_millis(50),
        )
        .await
        .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
