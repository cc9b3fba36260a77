//! A fake of AWS: what one account of a sandbox was seen to answer is answered again for every account, with its number
//! in place of that of the one.

use super::common::http::{self, Body, Cut, body};
use hyper::body::Bytes;
use hyper::http::response::Parts;
use hyper::{Request, Response, StatusCode};
use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// How the fake's session keys begin. The account's number follows: with it, a request says whose it is.
const KEY: &str = "ASIAEDEM";

/// The fake, until this process ends.
pub struct Fake {
    address: SocketAddr,
    recorded: Arc<Recorded>,
}

/// What was seen.
struct Recorded {
    /// The account in which it was.
    account: String,
    answers: Mutex<HashMap<String, Arc<Answer>>>,
    /// Where the answers come from; none once they are all known.
    upstream: Mutex<Option<String>>,
    /// What was asked and is not known.
    missing: Mutex<BTreeSet<String>>,
    asked: Mutex<usize>,
}

/// An answer, and where the number of `account` stands in its body.
struct Answer {
    account: String,
    head: Parts,
    body: Vec<u8>,
    places: Vec<usize>,
}

impl Fake {
    /// Starts one that passes on what it is asked to `endpoint`, and remembers the answers for `account`.
    pub fn recording(endpoint: &str, account: &str) -> Self {
        let recorded = Arc::new(Recorded {
            account: account.to_owned(),
            answers: Mutex::default(),
            upstream: Mutex::new(endpoint.strip_prefix("http://").map(str::to_owned)),
            missing: Mutex::default(),
            asked: Mutex::default(),
        });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let serving = recorded.clone();
        http::serve(listener, move |request| {
            let recorded = serving.clone();
            async move { recorded.answer(request).await }
        });
        Self { address, recorded }
    }

    /// From now on it answers by itself.
    pub fn replay(&self) {
        *self.recorded.upstream.lock().unwrap() = None;
        *self.recorded.asked.lock().unwrap() = 0;
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests there were since [`Fake::replay`].
    pub fn asked(&self) -> usize {
        *self.recorded.asked.lock().unwrap()
    }

    /// What was asked and not known.
    pub fn missing(&self) -> BTreeSet<String> {
        self.recorded.missing.lock().unwrap().clone()
    }
}

impl Recorded {
    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Body>, Cut> {
        *self.asked.lock().unwrap() += 1;
        let account = whose(&request).unwrap_or_else(|| self.account.clone());
        let key = key(&request, &account, &self.account);
        let upstream = self.upstream.lock().unwrap().clone();
        let Some(upstream) = upstream else {
            let known = self.answers.lock().unwrap().get(&key).cloned();
            if let Some(known) = known {
                return Ok(known.of(&account));
            }
            self.missing.lock().unwrap().insert(key);
            let unknown = Response::builder().status(StatusCode::BAD_REQUEST).body(body(""));
            return Ok(unknown.expect("an answer"));
        };
        let answer = http::send(&upstream, request).await.map_err(|_| Cut)?;
        let own = answer.clone().map(|body| with_own_key(&body, &self.account));
        self.answers
            .lock()
            .unwrap()
            .insert(key, Arc::new(Answer::new(own, &self.account)));
        Ok(answer.map(body))
    }
}

impl Answer {
    fn new(answer: Response<Vec<u8>>, account: &str) -> Self {
        let (head, body) = answer.into_parts();
        let digits = account.as_bytes();
        let windows = body.windows(digits.len()).enumerate();
        let places = windows.filter(|(_, w)| *w == digits).map(|(at, _)| at).collect();
        Self {
            account: account.to_owned(),
            head,
            body,
            places,
        }
    }

    /// The same for another account: its number is as long.
    fn of(&self, account: &str) -> Response<Body> {
        let (mut head, mut bytes) = (self.head.clone(), self.body.clone());
        for value in head.headers.values_mut() {
            if let Ok(text) = value.to_str()
                && text.contains(&self.account)
            {
                *value = text.replace(&self.account, account).parse().expect("a header");
            }
        }
        for at in &self.places {
            bytes[*at..*at + account.len()].copy_from_slice(account.as_bytes());
        }
        Response::from_parts(head, body(bytes))
    }
}

/// A header, or an empty text.
fn header<'r>(request: &'r Request<Bytes>, name: &str) -> &'r str {
    let value = request.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// The account of a request: by its key, or that of the role which is to be assumed.
fn whose(request: &Request<Bytes>) -> Option<String> {
    let digits = |text: &str| {
        let digits: String = text.chars().take(12).collect();
        (digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
    };
    let signed = header(request, "authorization");
    if let Some((_, rest)) = signed.split_once(&format!("Credential={KEY}")) {
        return digits(rest);
    }
    let body = std::str::from_utf8(request.body()).ok()?;
    let (_, role) = body.split_once("RoleArn=arn%3Aaws%3Aiam%3A%3A")?;
    digits(role)
}

/// What makes a request the same as another one: all but whose it is, and what is new in each.
fn key(request: &Request<Bytes>, account: &str, recorded: &str) -> String {
    let scope = header(request, "authorization").split('/').skip(2).take(2);
    let scope: Vec<&str> = scope.collect();
    let body = String::from_utf8_lossy(request.body());
    let body = match body.contains("Action=AssumeRole&") {
        // The external ID is another one for each student.
        true => "Action=AssumeRole",
        false => &body,
    };
    let host = match header(request, "authorization") {
        "" => header(request, "host"),
        _ => "",
    };
    let target = header(request, "x-amz-target");
    // Only the professor has no session.
    let who = match header(request, "x-amz-security-token") {
        "" => "professor",
        _ => "student",
    };
    let key = format!(
        "{who} {} {host}{} {} {target} {body}",
        request.method(),
        request.uri(),
        scope.join("/")
    );
    key.replace(account, recorded)
}

/// An answer in which the key that it gives is one of ours.
fn with_own_key(bytes: &[u8], account: &str) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return bytes.to_vec();
    };
    let Some((_, rest)) = text.split_once("<AccessKeyId>") else {
        return bytes.to_vec();
    };
    let given = rest.split('<').next().unwrap_or_default();
    let own = format!("{KEY}{account}");
    assert_eq!(given.len(), own.len(), "an access key id");
    text.replace(given, &own).into_bytes()
}
