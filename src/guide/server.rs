//! Serves the pages to this computer, and to the browser that shows them what is known by now.
//!
//! Whatever a page elsewhere may try: a name of its own that leads here is refused by its `Host`, a script of its own by
//! its `Origin`, and what is live is given to these pages only, as `Sec-Fetch-Site` says.

use super::feed::Feed;
use super::http::{Request, head};
use super::pages::Pages;
use percent_encoding::percent_decode_str;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Where the pages hear what is known by now.
const LIVE: &str = "/edemlab/live";

/// Connections at once. A browser opens six to one place.
const CONNECTIONS: usize = 128;

/// Of those, pages that read along: the others are for what a page is made of.
const READERS: usize = 32;

/// A line that says nothing is sent this often: a page that has gone is noticed by it.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The port is not to be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on 127.0.0.1:{port}: {reason}; without --port a free one is taken")]
pub struct ListenError {
    port: u16,
    reason: io::Error,
}

/// A server that listens, and does not answer yet.
pub struct Server {
    listener: TcpListener,
    port: u16,
}

/// What every connection knows.
struct Site {
    port: u16,
    pages: Pages,
    feed: Option<Arc<Feed>>,
    connections: AtomicUsize,
    readers: AtomicUsize,
}

impl Server {
    /// Listens on 127.0.0.1, at `port` or a free one.
    ///
    /// # Errors
    /// When that port is taken.
    pub fn listen(port: Option<u16>) -> Result<Self, ListenError> {
        let wanted = port.unwrap_or(0);
        let failed = |reason| ListenError { port: wanted, reason };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        Ok(Self { listener, port })
    }

    /// Its address, with a slash at the end.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Answers from now on, in threads of its own, until the program ends.
    pub fn serve(self, pages: Pages, feed: Option<Arc<Feed>>) {
        let site = Arc::new(Site {
            port: self.port,
            pages,
            feed,
            connections: AtomicUsize::new(0),
            readers: AtomicUsize::new(0),
        });
        std::thread::spawn(move || {
            for stream in self.listener.incoming() {
                // Out of files, say: a moment later there are some again.
                let Ok(stream) = stream else {
                    std::thread::sleep(Duration::from_millis(50));
                    continue;
                };
                let site = site.clone();
                // One that never ends holds up no other: each has a thread of its own.
                let Some(place) = Place::take(&site, |site| &site.connections, CONNECTIONS) else {
                    continue;
                };
                let answering = std::thread::Builder::new().spawn(move || {
                    let _place = place;
                    // A reader that has gone away is no concern of the others.
                    let _ = site.answer(stream);
                });
                drop(answering);
            }
        });
    }
}

/// One of so many places, given back when it is dropped.
struct Place {
    site: Arc<Site>,
    of: fn(&Site) -> &AtomicUsize,
}

impl Place {
    fn take(site: &Arc<Site>, of: fn(&Site) -> &AtomicUsize, most: usize) -> Option<Self> {
        let taken = of(site).fetch_add(1, Ordering::SeqCst);
        let place = Self { site: site.clone(), of };
        (taken < most).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        (self.of)(&self.site).fetch_sub(1, Ordering::SeqCst);
    }
}

impl Site {
    fn answer(self: &Arc<Self>, mut stream: TcpStream) -> io::Result<()> {
        let Some(request) = Request::read(&mut stream)? else {
            return plain(&mut stream, 400, &[], "this is no request of a browser");
        };
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return plain(&mut stream, 405, &[("Allow", "GET, HEAD")], "only GET");
        }
        if !self.is_ours(&request) {
            return plain(&mut stream, 403, &[], "this guide is for this computer's browser only");
        }
        let path = request.target.split(['?', '#']).next().unwrap_or_default();
        if path == LIVE {
            let Some(feed) = &self.feed else {
                return plain(&mut stream, 404, &[], "no lab is watched");
            };
            if request
                .header("sec-fetch-site")
                .is_some_and(|site| site != "same-origin")
            {
                return plain(&mut stream, 403, &[], "this is for the guide's own pages");
            }
            let Some(_reader) = Place::take(self, |site| &site.readers, READERS) else {
                return plain(&mut stream, 503, &[], "too many pages read along");
            };
            return live(&mut stream, feed);
        }
        self.page(&mut stream, path, request.method == "HEAD")
    }

    /// Whether it comes from a page of ours or from the address bar: by a name that leads only here.
    fn is_ours(&self, request: &Request) -> bool {
        let hosts = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let Some(host) = request
            .header("host")
            .filter(|host| hosts.iter().any(|ours| ours == host))
        else {
            return false;
        };
        let origin = request.header("origin");
        origin.is_none_or(|origin| origin.strip_prefix("http://") == Some(host))
    }

    fn page(&self, stream: &mut TcpStream, path: &str, only_head: bool) -> io::Result<()> {
        let path = percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
        let path = match path.as_ref() {
            "" => "index.html".to_owned(),
            folder if folder.ends_with('/') => format!("{folder}index.html"),
            file => file.to_owned(),
        };
        let (status, page) = match (self.pages.get(&path), self.pages.get("404.html")) {
            (Some(page), _) => (200, page),
            (None, Some(page)) => (404, page),
            (None, None) => return plain(stream, 404, &[], "there is no such page"),
        };
        // By this the pages' script knows that there is something to hear; without it, it asks for nothing.
        let meta = format!("<meta name=\"edemlab-live\" content=\"{LIVE}\">");
        let at = (self.feed.is_some() && page.is_page)
            .then(|| behind(&page.bytes, b"<head>"))
            .flatten();
        let (before, after) = page.bytes.split_at(at.unwrap_or(0));
        let parts = [before, at.map_or(&[][..], |_| meta.as_bytes()), after];
        let mut headers = vec![
            ("Content-Type", page.kind),
            ("Cache-Control", "no-cache"),
            ("Content-Security-Policy", &page.policy),
        ];
        headers.extend(SAFE);
        head(
            stream,
            status,
            &headers,
            Some(parts.iter().map(|part| part.len()).sum()),
        )?;
        match only_head {
            true => Ok(()),
            false => parts.iter().try_for_each(|part| stream.write_all(part)),
        }
    }
}

/// The place behind the first `word`.
fn behind(bytes: &[u8], word: &[u8]) -> Option<usize> {
    let found = bytes.windows(word.len()).position(|window| window == word)?;
    Some(found + word.len())
}

fn plain(stream: &mut TcpStream, status: u16, more: &[(&str, &str)], text: &str) -> io::Result<()> {
    let headers = [more, &[("Content-Type", "text/plain; charset=utf-8")], &SAFE].concat();
    head(stream, status, &headers, Some(text.len() + 1))?;
    writeln!(stream, "{text}")
}

const SAFE: [(&str, &str); 4] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
];

/// [Server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html): what is known now, and each time
/// that it is known anew, until the page has gone.
fn live(stream: &mut TcpStream, feed: &Feed) -> io::Result<()> {
    let headers = [
        &[("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")][..],
        &SAFE,
    ]
    .concat();
    head(stream, 200, &headers, None)?;
    let mut seen = 0;
    loop {
        match feed.newer(seen, HEARTBEAT) {
            Some((number, json)) => {
                seen = number;
                write!(stream, "data: {json}\n\n")?;
            }
            None => stream.write_all(b":\n\n")?,
        }
    }
}
