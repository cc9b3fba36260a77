//! Serves the pages to this computer, and to the browser that shows them what is known by now.
//!
//! Whatever a page elsewhere may try: a name of its own that leads here is refused by its `Host`, a script of its own by
//! its `Origin`, and what is live is given to these pages only, as `Sec-Fetch-Site` says.

use super::feed::Feed;
use super::pages::{Page, Pages};
use percent_encoding::percent_decode_str;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tiny_http::{Header, Method, Request, Response};

/// Where the pages hear what is known by now.
const LIVE: &str = "/edemlab/live";

/// As many pages read along at most. A browser opens six connections to one place.
const READERS: usize = 32;

/// A line that says nothing is sent this often: a page that has gone is noticed by it.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The port is not to be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on 127.0.0.1:{port}: {reason}; without --port a free one is taken")]
pub struct ListenError {
    port: u16,
    reason: String,
}

/// A server that listens, and does not answer yet.
pub struct Server {
    http: tiny_http::Server,
    port: u16,
}

impl Server {
    /// Listens on 127.0.0.1, at `port` or a free one.
    ///
    /// # Errors
    /// When that port is taken.
    pub fn listen(port: Option<u16>) -> Result<Self, ListenError> {
        let wanted = port.unwrap_or(0);
        let failed = |reason: String| ListenError { port: wanted, reason };
        let http = tiny_http::Server::http((Ipv4Addr::LOCALHOST, wanted)).map_err(|e| failed(e.to_string()))?;
        let port = http.server_addr().to_ip().map(|at| at.port());
        let port = port.ok_or_else(|| failed("no port".to_owned()))?;
        Ok(Self { http, port })
    }

    /// Its address, with a slash at the end.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Answers from now on, in threads of its own, until the program ends.
    pub fn serve(self, pages: Pages, feed: Option<Arc<Feed>>) {
        let port = self.port;
        std::thread::spawn(move || {
            let readers = Arc::new(AtomicUsize::new(0));
            for request in self.http.incoming_requests() {
                // A reader that has gone away is no concern of the others.
                let _ = answer(request, port, &pages, feed.as_ref(), &readers);
            }
        });
    }
}

fn answer(
    request: Request,
    port: u16,
    pages: &Pages,
    feed: Option<&Arc<Feed>>,
    readers: &Arc<AtomicUsize>,
) -> io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(plain(405, "only GET").with_header(header("Allow", "GET, HEAD")));
    }
    if !is_ours(&request, port) {
        return request.respond(plain(403, "this guide is for this computer's browser only"));
    }
    let url = request.url().split(['?', '#']).next().unwrap_or_default().to_owned();
    if url == LIVE {
        let Some(feed) = feed else {
            return request.respond(plain(404, "no lab is watched"));
        };
        if field(&request, "Sec-Fetch-Site").is_some_and(|site| site != "same-origin") {
            return request.respond(plain(403, "this is for the guide's own pages"));
        }
        return live(request, feed.clone(), readers.clone());
    }
    let path = percent_decode_str(url.trim_start_matches('/')).decode_utf8_lossy();
    let path = match path.as_ref() {
        "" => "index.html".to_owned(),
        folder if folder.ends_with('/') => format!("{folder}index.html"),
        file => file.to_owned(),
    };
    match (pages.get(&path), pages.get("404.html")) {
        (Some(page), _) => request.respond(response(200, page, feed.is_some())),
        (None, Some(page)) => request.respond(response(404, page, feed.is_some())),
        (None, None) => request.respond(plain(404, "there is no such page")),
    }
}

/// Whether it comes from a page of ours or from the address bar: by a name that leads only here.
fn is_ours(request: &Request, port: u16) -> bool {
    let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let Some(host) = field(request, "Host").filter(|host| hosts.contains(host)) else {
        return false;
    };
    field(request, "Origin").is_none_or(|origin| origin == format!("http://{host}"))
}

/// A header's value; one that is there twice is none that we know.
fn field(request: &Request, name: &'static str) -> Option<String> {
    let mut values = request.headers().iter().filter(|h| h.field.equiv(name));
    let value = values.next()?.value.as_str().to_ascii_lowercase();
    Some(if values.next().is_some() { String::new() } else { value })
}

fn response(status: u16, page: &Page, live: bool) -> Response<io::Cursor<Vec<u8>>> {
    let mut bytes = page.bytes.clone();
    if let (true, Some(at)) = (live && page.policy.is_some(), position(&bytes, b"<head>")) {
        // By this the pages' script knows that there is something to hear; without it, it asks for nothing.
        let meta = format!("<meta name=\"edemlab-live\" content=\"{LIVE}\">");
        bytes.splice(at..at, meta.into_bytes());
    }
    let mut response = safe(Response::from_data(bytes).with_status_code(status))
        .with_header(header("Content-Type", page.kind))
        .with_header(header("Cache-Control", "no-cache"));
    if let Some(policy) = &page.policy {
        response.add_header(header("Content-Security-Policy", policy));
    }
    response
}

/// The place behind the first `word`.
fn position(bytes: &[u8], word: &[u8]) -> Option<usize> {
    let found = bytes.windows(word.len()).position(|window| window == word)?;
    Some(found + word.len())
}

fn plain(status: u16, text: &str) -> Response<io::Cursor<Vec<u8>>> {
    safe(Response::from_string(format!("{text}\n")).with_status_code(status))
}

fn safe<R: io::Read>(mut response: Response<R>) -> Response<R> {
    for (name, value) in SAFE {
        response.add_header(header(name, value));
    }
    response
}

const SAFE: [(&str, &str); 4] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
];

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("written here, in ASCII")
}

/// [Server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html): what is known now, and each time
/// that it is known anew.
fn live(request: Request, feed: Arc<Feed>, readers: Arc<AtomicUsize>) -> io::Result<()> {
    if *request.method() == Method::Head || readers.fetch_add(1, Ordering::SeqCst) >= READERS {
        if *request.method() != Method::Head {
            readers.fetch_sub(1, Ordering::SeqCst);
        }
        return request.respond(plain(503, "too many pages read along"));
    }
    std::thread::spawn(move || {
        let mut writer = request.into_writer();
        let mut head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n"
                .to_owned();
        SAFE.iter()
            .for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        let mut text = format!("{head}\r\n");
        let mut seen = 0;
        while writer.write_all(text.as_bytes()).and_then(|()| writer.flush()).is_ok() {
            text = match feed.newer(seen, HEARTBEAT) {
                Some((number, json)) => {
                    seen = number;
                    format!("data: {json}\n\n")
                }
                None => ":\n\n".to_owned(),
            };
        }
        readers.fetch_sub(1, Ordering::SeqCst);
    });
    Ok(())
}
