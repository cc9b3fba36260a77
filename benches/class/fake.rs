//! A fake of AWS: what one account of a sandbox was seen to answer is answered again for every account, with its number
//! in place of that of the one.

use super::common::http::{self, Body, Cut, body};
use super::common::relay::beside;
use hyper::body::Bytes;
use hyper::http::response::Parts;
use hyper::{Request, Response, StatusCode};
use regex::Regex;
use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

/// A time in a request: it is another one each time.
static MOMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"20\d\d-\d\d-\d\dT[\dA-F%:.]+Z|\b1[78]\d{8}\b").expect("a fixed expression"));

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
    /// How often each of these accounts is still told to slow down, by what stands in the request.
    throttles: Mutex<HashMap<(String, &'static str), usize>>,
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
            throttles: Mutex::default(),
        });
        let listener = beside(endpoint);
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

    /// Tells each of `accounts` to slow down, so many times for each of `operations`.
    pub fn throttle(&self, accounts: impl Iterator<Item = String>, operations: &[&'static str], times: usize) {
        let mut throttles = self.recorded.throttles.lock().unwrap();
        for account in accounts {
            throttles.extend(
                operations
                    .iter()
                    .map(|operation| ((account.clone(), *operation), times)),
            );
        }
    }

    /// How often somebody is still to be told so.
    pub fn throttles_left(&self) -> usize {
        self.recorded.throttles.lock().unwrap().values().sum()
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
        if self.is_throttled(&request, &account) {
            return Ok(slow_down(&request));
        }
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

impl Recorded {
    /// Whether this one is told to slow down, which is counted.
    fn is_throttled(&self, request: &Request<Bytes>, account: &str) -> bool {
        let asked = format!(
            "{} {} {}",
            request.uri().path(),
            header(request, "x-amz-target"),
            String::from_utf8_lossy(request.body())
        );
        let mut throttles = self.throttles.lock().unwrap();
        let mut mine = throttles
            .iter_mut()
            .filter(|((of, operation), left)| of == account && asked.contains(operation) && **left > 0);
        mine.next().map(|(_, left)| *left -= 1).is_some()
    }
}

/// "Slow down", as the protocol of a request says it.
fn slow_down(request: &Request<Bytes>) -> Response<Body> {
    let is_query =
        request.body().starts_with(b"Action=") || String::from_utf8_lossy(request.body()).contains("&Action=");
    let text = match is_query {
        true => "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>",
        false => r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#,
    };
    let answer = Response::builder().status(StatusCode::BAD_REQUEST);
    let answer = answer.header("x-amzn-errortype", "ThrottlingException");
    answer.body(body(text)).expect("an answer")
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
        true => "Action=AssumeRole".into(),
        false => MOMENT.replace_all(&body, "now"),
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
