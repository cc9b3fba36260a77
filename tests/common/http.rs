//! Plain HTTP on this computer: a client that sends one request, and a server that answers each by a function.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HOST, TRANSFER_ENCODING};
use hyper::service::service_fn;
use hyper::{Request, Response, client, server};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::cloud::wait;

/// What a server answers with.
pub type Body = BoxBody<Bytes, Infallible>;

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("cut")]
pub struct Cut;

/// A body of this text.
pub fn body(text: impl Into<Bytes>) -> Body {
    Full::new(text.into()).boxed()
}

/// Answers all that comes to `listener` until this process ends.
pub fn serve<F, A>(listener: TcpListener, answer: F)
where
    F: Fn(Request<Bytes>) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Response<Body>, Cut>> + Send + 'static,
{
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(accept(listener, Arc::new(answer)));
    });
}

async fn accept<F, A>(listener: TcpListener, answer: Arc<F>)
where
    F: Fn(Request<Bytes>) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Response<Body>, Cut>> + Send + 'static,
{
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let answer = answer.clone();
        let service = service_fn(move |request| {
            let answer = answer.clone();
            async move { answer(whole(request).await.map_err(|_| Cut)?).await }
        });
        // A time is said only by who says one on purpose.
        let connection = server::conn::http1::Builder::new()
            .auto_date_header(false)
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

async fn whole(request: Request<Incoming>) -> hyper::Result<Request<Bytes>> {
    let (head, body) = request.into_parts();
    Ok(Request::from_parts(head, body.collect().await?.to_bytes()))
}

/// Sends a request to `address`, `HOST:PORT`, as it is, on a connection of its own. Gives the answer, its body in one piece.
///
/// # Errors
/// When nobody listens there, or the connection ends before the answer does.
pub async fn send(address: &str, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
    let (mut sender, connection) = connect(address).await?;
    let answer = async move {
        let (mut head, body) = sender.send_request(request.map(Full::new)).await?.into_parts();
        head.headers.remove(TRANSFER_ENCODING);
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    };
    // The connection ends once nobody can send on it any more.
    let (answer, _) = tokio::join!(answer, connection);
    answer.map_err(|error: hyper::Error| io::Error::other(error))
}

/// The same without the body, which may have no end.
///
/// # Errors
/// When nobody listens there, or the connection ends before there is an answer.
pub async fn head(address: &str, request: Request<Bytes>) -> io::Result<Response<()>> {
    let (mut sender, connection) = connect(address).await?;
    let mut answer = std::pin::pin!(sender.send_request(request.map(Full::new)));
    let answer = tokio::select! {
        answer = &mut answer => answer,
        // It may have ended with the answer.
        _ = connection => answer.await,
    };
    answer.map(|answer| answer.map(drop)).map_err(io::Error::other)
}

type Connection = client::conn::http1::Connection<TokioIo<TcpStream>, Full<Bytes>>;

async fn connect(address: &str) -> io::Result<(client::conn::http1::SendRequest<Full<Bytes>>, Connection)> {
    let stream = TcpStream::connect(address).await?;
    let handshake = client::conn::http1::handshake(TokioIo::new(stream)).await;
    handshake.map_err(io::Error::other)
}

/// Gets a path of `address`, `HOST:PORT`: the answer with its whole body.
pub fn get(address: &str, path: &str) -> Response<Bytes> {
    let request = Request::get(path).header(HOST, address).body(Bytes::new());
    wait(send(address, request.expect("a request"))).expect("it answers")
}

/// The headers of an answer, a line each, their names in small letters.
pub fn headers<T>(answer: &Response<T>) -> String {
    let lines = answer.headers().iter();
    lines
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect()
}

/// A request as it looks on its way: `POST /dev/orders HTTP/1.1`, headers, body.
pub fn as_sent(request: &Request<Bytes>) -> String {
    let (method, uri) = (request.method(), request.uri());
    let mut text = format!("{method} {uri} {:?}\r\n", request.version());
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
    }
    text + "\r\n" + &String::from_utf8_lossy(request.body())
}
