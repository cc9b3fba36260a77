//! Serves the pages to this computer, and to the browser that shows them what is known by now.
//!
//! Whatever a page elsewhere may try: a name of its own that leads here is refused by its `Host`, a script of its own by
//! its `Origin`, and what is live is given to these pages only, as `Sec-Fetch-Site` says.

use super::feed::Feed;
use super::pages::Pages;
use futures::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use percent_encoding::percent_decode_str;
use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Where the pages hear what is known by now.
const LIVE: &str = "/edemlab/live";

/// Connections at once. A browser opens six to one place.
const MAX_CONNECTIONS: usize = 128;

/// Of those, pages that read along: the others are for what a page is made of.
const MAX_READERS: usize = 32;

/// A line that says nothing is sent this often: a page that has gone is noticed by it.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Who has not asked by then is not answered.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The port is not to be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on 127.0.0.1:{port}: {reason}. Omit --port to use a free one")]
pub struct ListenError {
    port: u16,
    reason: io::Error,
}

/// A server that listens, and does not answer yet.
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
    port: u16,
}

/// What every connection knows.
struct Site {
    port: u16,
    pages: Arc<Pages>,
    feed: Option<Arc<Feed>>,
    readers: Arc<Semaphore>,
}

type GuideResponse = Response<UnsyncBoxBody<Bytes, Infallible>>;

impl Server {
    /// Listens on 127.0.0.1, at `port` or a free one.
    ///
    /// # Errors
    /// When that port is taken.
    pub fn listen(port: Option<u16>) -> Result<Self, ListenError> {
        let wanted = port.unwrap_or(0);
        let failed = |reason| ListenError { port: wanted, reason };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(failed)?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(listener).map_err(failed)?
        };
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self {
            runtime,
            listener,
            port,
        })
    }

    /// Its address, with a slash at the end.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Answers from now on, in a thread of its own, until the program ends.
    pub fn serve(self, pages: Arc<Pages>, feed: Option<Arc<Feed>>) {
        let Self {
            runtime,
            listener,
            port,
        } = self;
        let site = Arc::new(Site {
            port,
            pages,
            feed,
            readers: Arc::new(Semaphore::new(MAX_READERS)),
        });
        std::thread::spawn(move || runtime.block_on(site.accept(listener)));
    }
}

impl Site {
    async fn accept(self: Arc<Self>, listener: TcpListener) -> Infallible {
        let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            // Out of files, say: a moment later there are some again.
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let Ok(permit) = connections.clone().try_acquire_owned() else {
                continue;
            };
            let site = self.clone();
            let service = service_fn(move |request| {
                let answer = site.answer(&request);
                async { Ok::<_, Infallible>(answer) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(REQUEST_TIMEOUT)
                .keep_alive(false)
                .title_case_headers(true)
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async move {
                let _permit = permit;
                // A reader that has gone away is no concern of the others.
                let _ = connection.await;
            });
        }
    }

    fn answer(&self, request: &Request<Incoming>) -> GuideResponse {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET");
            answer
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return answer;
        }
        if !self.is_ours(request) {
            return plain(StatusCode::FORBIDDEN, "this guide is for this computer's browser only");
        }
        let path = request.uri().path();
        if path == LIVE {
            return self.live(request);
        }
        self.page(path)
    }

    /// Whether it comes from a page of ours or from the address bar: by a name that leads only here.
    fn is_ours(&self, request: &Request<Incoming>) -> bool {
        let hosts = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let host = match only(request, header::HOST) {
            Some(Some(host)) if hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host)) => host,
            _ => return false,
        };
        let origin_is_ours = match only(request, header::ORIGIN) {
            None => true,
            Some(origin) => origin
                .and_then(|origin| origin.strip_prefix("http://"))
                .is_some_and(|origin| origin.eq_ignore_ascii_case(host)),
        };
        origin_is_ours && request.uri().authority().is_none()
    }

    /// [Server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html): what is known now, and
    /// each time that something changes, until the page has gone.
    fn live(&self, request: &Request<Incoming>) -> GuideResponse {
        let Some(feed) = &self.feed else {
            return plain(StatusCode::NOT_FOUND, "no lab is watched");
        };
        let site = only(request, header::HeaderName::from_static("sec-fetch-site"));
        if site.is_some_and(|site| site != Some("same-origin")) {
            return plain(StatusCode::FORBIDDEN, "this is for the guide's own pages");
        }
        let Ok(permit) = self.readers.clone().try_acquire_owned() else {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "too many pages read along");
        };
        let events = stream::unfold(
            (feed.reader(), permit),
            async |(mut reader, permit): (_, OwnedSemaphorePermit)| {
                let text = match reader.newer(HEARTBEAT).await {
                    Some(json) => format!("data: {json}\n\n"),
                    None => ":\n\n".to_owned(),
                };
                Some((Ok(Frame::data(Bytes::from(text))), (reader, permit)))
            },
        );
        let headers = [("content-type", "text/event-stream"), ("cache-control", "no-store")];
        answer(StatusCode::OK, &headers, StreamBody::new(events))
    }

    fn page(&self, path: &str) -> GuideResponse {
        let path = percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
        let path = match path.as_ref() {
            "" => "index.html".to_owned(),
            folder if folder.ends_with('/') => format!("{folder}index.html"),
            file => file.to_owned(),
        };
        let (status, page) = match (self.pages.get(&path), self.pages.get("404.html")) {
            (Some(page), _) => (StatusCode::OK, page),
            (None, Some(page)) => (StatusCode::NOT_FOUND, page),
            (None, None) => return plain(StatusCode::NOT_FOUND, "there is no such page"),
        };
        let mut bytes = page.bytes.clone();
        if self.feed.is_some()
            && page.is_page
            && let Some(at) = behind(&bytes, b"<head>")
        {
            // By this the pages' script knows that there is something to hear; without it, it asks for nothing.
            let meta = format!("<meta name=\"edemlab-live\" content=\"{LIVE}\">");
            bytes.splice(at..at, meta.into_bytes());
        }
        let headers = [
            ("content-type", page.kind),
            ("cache-control", "no-cache"),
            ("content-security-policy", &page.policy),
        ];
        answer(status, &headers, Full::new(Bytes::from(bytes)))
    }
}

/// A header's value: nothing where it is not there; where it is there twice, or is no text, it has none that we know.
fn only(request: &Request<Incoming>, name: header::HeaderName) -> Option<Option<&str>> {
    let mut values = request.headers().get_all(name).iter();
    let value = values.next()?;
    Some(value.to_str().ok().filter(|_| values.next().is_none()))
}

/// The place behind the first `word`.
fn behind(bytes: &[u8], word: &[u8]) -> Option<usize> {
    let found = bytes.windows(word.len()).position(|window| window == word)?;
    Some(found + word.len())
}

fn plain(status: StatusCode, text: &str) -> GuideResponse {
    let headers = [("content-type", "text/plain; charset=utf-8")];
    answer(status, &headers, Full::new(Bytes::from(format!("{text}\n"))))
}

/// What goes with every answer.
const SAFE: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

fn answer(
    status: StatusCode,
    headers: &[(&'static str, &str)],
    body: impl Body<Data = Bytes, Error = Infallible> + Send + 'static,
) -> GuideResponse {
    let mut answer = Response::new(body.boxed_unsync());
    *answer.status_mut() = status;
    for (name, value) in headers.iter().chain(&SAFE) {
        // A policy is of printable characters; the other values are ours.
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.headers_mut().insert(*name, value);
        }
    }
    answer
}
