//! A relay in front of an endpoint: sees which calls are made, and can hold answers back.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddrV4, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Bytes are passed on as they are, so that signatures stay valid.
pub struct Relay {
    address: SocketAddrV4,
    seen: Arc<Seen>,
}

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

/// What happens to requests with a text in them, such as `POST /dev/orders`.
#[derive(Debug, Clone)]
pub struct Instead {
    /// The text.
    pub of: &'static str,
    /// How often, from the first one on.
    pub times: usize,
    /// The whole answer, or nothing: then the request is passed on and its answer is lost.
    pub answer: Option<String>,
}

impl Instead {
    /// This answer, with a body of HTML.
    pub fn page(of: &'static str, times: usize, status: &str, body: &str) -> Self {
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        Self {
            of,
            times,
            answer: Some(answer),
        }
    }

    /// The answer is lost on its way.
    pub fn lost(of: &'static str, times: usize) -> Self {
        Self {
            of,
            times,
            answer: None,
        }
    }
}

fn plain(status: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[derive(Default)]
struct Seen {
    bytes: Mutex<String>,
    more: Condvar,
}

impl Relay {
    /// Passes everything on to `endpoint`, `http://HOST:PORT`.
    pub fn to(endpoint: &str) -> Self {
        let target = target(endpoint);
        Self::passing(beside(&target), target)
    }

    /// The same, on a port that is not the endpoint's.
    pub fn on_another_port(endpoint: &str) -> Self {
        Self::passing(anywhere(), target(endpoint))
    }

    fn passing(listener: TcpListener, target: String) -> Self {
        Self::serve(listener, move |stream, seen| {
            let Ok(upstream) = TcpStream::connect(&target) else {
                return;
            };
            let back = (upstream.try_clone().unwrap(), stream.try_clone().unwrap());
            std::thread::spawn(move || pass(back.0, back.1, |_| ()));
            pass(stream, upstream, |bytes| seen.add(bytes));
        })
    }

    /// Answers nothing, ever.
    pub fn to_nowhere() -> Self {
        Self::serve(anywhere(), |mut stream, seen| {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = stream.read(&mut buffer) {
                seen.add(&buffer[..n]);
            }
        })
    }

    /// Answers every request with this.
    pub fn answering(status: &str, headers: &str, body: &str) -> Self {
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
            body.len()
        );
        Self::serve(anywhere(), move |mut stream, seen| {
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !whole(&request) {
                match stream.read(&mut buffer) {
                    Ok(n @ 1..) => {
                        request.extend_from_slice(&buffer[..n]);
                        seen.add(&buffer[..n]);
                    }
                    _ => return,
                }
            }
            let _ = stream.write_all(answer.as_bytes());
        })
    }

    /// Passes everything on to `endpoint`. In what is answered to the operation `operation`, as in
    /// `AppRunner.DescribeService`, `from` is replaced by `to`: AWS takes its time, the sandbox does not.
    pub fn telling(endpoint: &str, rules: &[(&'static str, &'static str, &'static str)]) -> Self {
        let target = target(endpoint);
        let rules = rules.to_vec();
        Self::serve(beside(&target), move |mut stream, seen| {
            while let Some(request) = message(&mut stream) {
                seen.add(&request);
                let asked = String::from_utf8_lossy(&request).into_owned();
                let Ok(mut upstream) = TcpStream::connect(&target) else {
                    return;
                };
                upstream.write_all(&request).unwrap();
                let Some(mut answer) = message(&mut upstream) else {
                    return;
                };
                for (operation, from, to) in rules.iter().filter(|(operation, ..)| asked.contains(operation)) {
                    answer = replaced(&answer, operation, from, to);
                }
                if stream.write_all(&answer).is_err() {
                    return;
                }
            }
        })
    }

    /// Passes everything on to `endpoint`, but for what `instead` says.
    pub fn mistaking(endpoint: &str, instead: Vec<Instead>) -> Self {
        let target = target(endpoint);
        let met = Mutex::new(vec![0; instead.len()]);
        Self::serve(beside(&target), move |mut stream, seen| {
            while let Some(request) = message(&mut stream) {
                seen.add(&request);
                let asked = String::from_utf8_lossy(&request).into_owned();
                let rule = {
                    let mut met = met.lock().unwrap();
                    let now = instead
                        .iter()
                        .enumerate()
                        .find(|(n, i)| asked.contains(i.of) && met[*n] < i.times);
                    now.map(|(n, rule)| {
                        met[n] += 1;
                        rule
                    })
                };
                if let Some(answer) = rule.and_then(|rule| rule.answer.as_ref()) {
                    if stream.write_all(answer.as_bytes()).is_err() {
                        return;
                    }
                    continue;
                }
                let Ok(mut upstream) = TcpStream::connect(&target) else {
                    return;
                };
                if upstream.write_all(&request).is_err() {
                    return;
                }
                let answer = message(&mut upstream);
                match answer {
                    Some(answer) if rule.is_none() && stream.write_all(&answer).is_ok() => {}
                    _ => return,
                }
            }
        })
    }

    /// Passes everything on to `endpoint`, but for the callers with these access keys: theirs is answered as it should not
    /// be. Where `all` is false, STS is spared, so that the account can be opened.
    pub fn sick(endpoint: &str, callers: &[(String, Sickness, bool)]) -> Self {
        let target = target(endpoint);
        let callers = callers.to_vec();
        Self::serve(beside(&target), move |mut stream, _| {
            while let Some(request) = message(&mut stream) {
                let asked = String::from_utf8_lossy(&request).into_owned();
                let theirs = |(key, _, all): &&(String, Sickness, bool)| {
                    asked.contains(&format!("Credential={key}/")) && (*all || !asked.contains("/sts/aws4_request"))
                };
                let answer = match callers.iter().find(theirs).map(|(_, sickness, _)| *sickness) {
                    Some(Sickness::Throttles) => {
                        let scope = |service: &str| asked.contains(&format!("/{service}/aws4_request"));
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
                    Some(Sickness::Breaks) => plain("500 Internal Server Error", "{}"),
                    Some(Sickness::Nonsense) => plain("200 OK", "<<<{{{ nonsense"),
                    Some(Sickness::Cuts) => return,
                    Some(Sickness::Silent) => {
                        // Until the other side has enough.
                        let _ = stream.read(&mut [0; 1]);
                        return;
                    }
                    Some(Sickness::Floods) => {
                        let head = format!(
                            "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\r\n",
                            1 << 30
                        );
                        let _ = stream.write_all(head.as_bytes());
                        while stream.write_all(&[b'x'; 65536]).is_ok() {}
                        return;
                    }
                    slow => {
                        if slow.is_some() {
                            // As AWS might on a bad day; the length of the pause is what is tried here.
                            std::thread::sleep(Duration::from_millis(300));
                        }
                        let Ok(mut upstream) = TcpStream::connect(&target) else {
                            return;
                        };
                        if upstream.write_all(&request).is_err() {
                            return;
                        }
                        match message(&mut upstream) {
                            Some(answer) => answer,
                            None => return,
                        }
                    }
                };
                if stream.write_all(&answer).is_err() {
                    return;
                }
            }
        })
    }

    fn serve(listener: TcpListener, connection: impl Fn(TcpStream, &Seen) + Send + Sync + 'static) -> Self {
        let std::net::SocketAddr::V4(address) = listener.local_addr().unwrap() else {
            unreachable!("an IPv4 address was asked for");
        };
        let seen = Arc::new(Seen::default());
        let (of_all, connection) = (seen.clone(), Arc::new(connection));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, connection) = (of_all.clone(), connection.clone());
                std::thread::spawn(move || connection(stream, &seen));
            }
        });
        Self { address, seen }
    }

    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
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

impl Seen {
    fn add(&self, bytes: &[u8]) {
        self.bytes.lock().unwrap().push_str(&String::from_utf8_lossy(bytes));
        self.more.notify_all();
    }
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

/// One request or answer, whole; none when the other side has ended.
fn message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    let mut buffer = [0; 16384];
    while !whole(&message) {
        match stream.read(&mut buffer) {
            Ok(n @ 1..) => message.extend_from_slice(&buffer[..n]),
            _ => return None,
        }
    }
    Some(message)
}

/// An answer with another text in its body.
fn replaced(answer: &[u8], operation: &str, from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
    assert!(body.contains(from), "{operation} has no {from:?}: {body}");
    let body = body.replace(from, to);
    let head = head
        .lines()
        .filter(|line| !line.to_lowercase().starts_with("content-length"));
    let head: Vec<&str> = head.collect();
    format!("{}\r\ncontent-length: {}\r\n\r\n{body}", head.join("\r\n"), body.len()).into_bytes()
}

/// Whether a request has come in whole: its head and as much body as that announces.
fn whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let (head, body) = (String::from_utf8_lossy(&request[..end]), &request[end + 4..]);
    if head.to_lowercase().contains("transfer-encoding: chunked") {
        return body.ends_with(b"0\r\n\r\n");
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or_default()
}
