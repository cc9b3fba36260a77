//! A relay in front of an endpoint: sees which calls are made, and can hold answers back or give others.

pub mod answers;
pub mod sick;

use std::future::Future;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddrV4, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use hyper::body::Bytes;
use hyper::{Request, Response};

use super::http::{self, Body, Cut};

/// Something that listens where a test's program believes AWS to be.
pub struct Relay {
    address: SocketAddrV4,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    bytes: Mutex<String>,
    more: Condvar,
}

impl Relay {
    /// Passes everything on to `endpoint`, `http://HOST:PORT`: bytes as they come, whatever they mean.
    pub fn to(endpoint: &str) -> Self {
        let target = target(endpoint);
        Self::passing(beside(&target), target)
    }

    /// The same, on a port that is not the endpoint's.
    pub fn on_another_port(endpoint: &str) -> Self {
        Self::passing(anywhere(), target(endpoint))
    }

    fn passing(listener: TcpListener, target: String) -> Self {
        Self::connections(listener, move |stream, seen| {
            let Ok(upstream) = TcpStream::connect(&target) else {
                return;
            };
            let back = (upstream.try_clone().unwrap(), stream.try_clone().unwrap());
            std::thread::spawn(move || pass(back.0, back.1, |_| ()));
            pass(stream, upstream, |bytes| seen.add(&String::from_utf8_lossy(bytes)));
        })
    }

    /// Answers nothing, ever.
    pub fn to_nowhere() -> Self {
        Self::connections(anywhere(), |mut stream, seen| {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = stream.read(&mut buffer) {
                seen.add(&String::from_utf8_lossy(&buffer[..n]));
            }
        })
    }

    fn connections(listener: TcpListener, connection: impl Fn(TcpStream, &Seen) + Send + Sync + 'static) -> Self {
        let (relay, connection) = (Self::new(&listener), Arc::new(connection));
        let of_all = relay.seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, connection) = (of_all.clone(), connection.clone());
                std::thread::spawn(move || connection(stream, &seen));
            }
        });
        relay
    }

    /// Answers each request by a function, which also has the request's text.
    fn requests<F, A>(listener: TcpListener, answer: F) -> Self
    where
        F: Fn(Request<Bytes>, String) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Response<Body>, Cut>> + Send + 'static,
    {
        let relay = Self::new(&listener);
        let seen = relay.seen.clone();
        http::serve(listener, move |request| {
            let text = http::as_sent(&request);
            seen.add(&text);
            answer(request, text)
        });
        relay
    }

    fn new(listener: &TcpListener) -> Self {
        let std::net::SocketAddr::V4(address) = listener.local_addr().unwrap() else {
            unreachable!("an IPv4 address was asked for");
        };
        Self {
            address,
            seen: Arc::default(),
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// All that was sent so far.
    pub fn sent(&self) -> String {
        self.seen.bytes.lock().unwrap().clone()
    }

    /// How often `what` was sent, such as `Kinesis_20131202.PutRecord`.
    pub fn count(&self, what: &str) -> usize {
        self.sent().matches(what).count()
    }

    /// Returns as soon as `what` has been sent.
    pub fn wait_for(&self, what: &str) {
        self.wait_for_times(what, 1);
    }

    /// Returns as soon as `what` has been sent this often.
    pub fn wait_for_times(&self, what: &str, times: usize) {
        let bytes = self.seen.bytes.lock().unwrap();
        let waited = self
            .seen
            .more
            .wait_timeout_while(bytes, super::PATIENCE, |bytes| bytes.matches(what).count() < times)
            .unwrap();
        assert!(
            !waited.1.timed_out(),
            "not {times} times within {:?}: {what}",
            super::PATIENCE
        );
    }
}

impl Seen {
    fn add(&self, text: &str) {
        self.bytes.lock().unwrap().push_str(text);
        self.more.notify_all();
    }
}

/// Passes a request on to `target`, whoever waits for its answer. None comes where the connection ended without one.
async fn forward(target: &str, request: Request<Bytes>) -> Result<Response<Bytes>, Cut> {
    let target = target.to_owned();
    let sent = tokio::spawn(async move { http::send(&target, request).await });
    sent.await.unwrap().map_err(|_| Cut)
}

/// `HOST:PORT` of an endpoint.
fn target(endpoint: &str) -> String {
    endpoint.strip_prefix("http://").expect("plain HTTP").to_owned()
}

fn anywhere() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

/// A listener on another loopback address with the port of `target`: a sandbox answers nobody who names another port than
/// its own, and the name is signed. (macOS has only 127.0.0.1 unless told otherwise: `ifconfig lo0 alias 127.0.0.2`.)
pub fn beside(target: &str) -> TcpListener {
    let port: u16 = target
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok())
        .expect("a port");
    let others = (2..=254).map(|last| Ipv4Addr::new(127, 0, 0, last));
    let mut free = others.filter_map(|address| TcpListener::bind((address, port)).ok());
    free.next().expect("a loopback address with this port")
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut on: impl FnMut(&[u8])) {
    let mut buffer = [0; 16384];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
        // Only now: whoever waits for a request wants it to have been sent.
        on(&buffer[..n]);
    }
    let _ = to.shutdown(Shutdown::Write);
}
