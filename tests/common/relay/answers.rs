//! Other answers than those of the endpoint: by somebody else, changed on their way, or lost.

use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use hyper::header::CONTENT_LENGTH;
use hyper::{Request, Response};

use super::super::http::{self, Body, Cut, body};
use super::{Relay, anywhere, beside, forward, target};

/// What happens to requests with a text in them, such as `POST /dev/orders`.
#[derive(Debug, Clone)]
pub struct Instead {
    of: &'static str,
    after: Option<&'static str>,
    times: usize,
    happens: Happens,
}

#[derive(Debug, Clone)]
enum Happens {
    /// Answered with this status, these headers and this body.
    Answered {
        status: String,
        headers: String,
        body: String,
    },
    /// Passed on; the connection ends before the answer comes.
    Lost,
    /// Not passed on: the connection ends.
    Cut,
}

impl Instead {
    /// The first `times` of those with `of` in them are answered with this page. Further lines of `status` are headers.
    pub fn page(of: &'static str, times: usize, status: &str, body: &str) -> Self {
        let (status, more) = status.split_once("\r\n").unwrap_or((status, ""));
        let happens = Happens::Answered {
            status: status.to_owned(),
            headers: format!("content-type: text/html\r\n{more}"),
            body: body.to_owned(),
        };
        Self::of(of, times, happens)
    }

    /// The first `times` of those with `of` in them are answered with this JSON, as a service would.
    pub fn json(of: &'static str, times: usize, body: &str) -> Self {
        let happens = Happens::Answered {
            status: "200 OK".to_owned(),
            headers: "content-type: application/x-amz-json-1.1".to_owned(),
            body: body.to_owned(),
        };
        Self::of(of, times, happens)
    }

    /// Their answers are lost on the way.
    pub fn lost(of: &'static str, times: usize) -> Self {
        Self::of(of, times, Happens::Lost)
    }

    /// They are lost themselves.
    pub fn cut(of: &'static str, times: usize) -> Self {
        Self::of(of, times, Happens::Cut)
    }

    fn of(of: &'static str, times: usize, happens: Happens) -> Self {
        Self {
            of,
            after: None,
            times,
            happens,
        }
    }

    /// Only once a request with `what` in it has come.
    pub fn after(self, what: &'static str) -> Self {
        Self {
            after: Some(what),
            ..self
        }
    }
}

/// An answer with `STATUS REASON` and lines of headers.
pub fn answer(status: &str, headers: &str, text: &str) -> Response<Body> {
    let code = status.split(' ').next().unwrap_or_default();
    let mut answer = Response::builder().status(code);
    for line in headers.lines() {
        let (name, value) = line.split_once(": ").expect("a header");
        answer = answer.header(name, value);
    }
    answer.body(body(text.to_owned())).expect("an answer")
}

impl Relay {
    /// Answers every request with this; each line of `headers` ends with CR and LF.
    pub fn answering(status: &str, headers: &str, body: &str) -> Self {
        let [status, headers, body] = [status, headers, body].map(str::to_owned);
        Self::requests(anywhere(), move |_, _| {
            std::future::ready(Ok(answer(&status, &headers, &body)))
        })
    }

    /// Passes everything on to `endpoint`. In what is answered to the operation `operation`, as in
    /// `AppRunner.DescribeService`, `from` is replaced by `to`: AWS takes its time, the sandbox does not.
    pub fn telling(endpoint: &str, rules: &[(&'static str, &'static str, &'static str)]) -> Self {
        let target: Arc<str> = target(endpoint).into();
        let rules: Arc<[_]> = rules.into();
        Self::requests(beside(&target), move |request, text| {
            let (target, rules) = (target.clone(), rules.clone());
            async move {
                let (mut head, body) = forward(&target, request).await?.into_parts();
                let mut body = body.to_vec();
                for (operation, from, to) in rules.iter().filter(|(operation, ..)| text.contains(operation)) {
                    let told = String::from_utf8(body).expect("a text");
                    assert!(told.contains(from), "{operation} has no {from:?}: {told}");
                    body = told.replace(from, to).into();
                    head.headers.remove(CONTENT_LENGTH);
                }
                Ok(Response::from_parts(head, http::body(body)))
            }
        })
    }

    /// Passes everything on to `endpoint`, and keeps what is answered too.
    pub fn overhearing(endpoint: &str, heard: Arc<Mutex<String>>) -> Self {
        let target: Arc<str> = target(endpoint).into();
        Self::requests(beside(&target), move |request, text| {
            let (target, heard) = (target.clone(), heard.clone());
            async move {
                let answer = forward(&target, request).await?;
                let said = format!("{text}\n{}\n", String::from_utf8_lossy(answer.body()));
                heard.lock().unwrap().push_str(&said);
                Ok(answer.map(body))
            }
        })
    }

    /// Passes everything on to `endpoint`. The first request with `of` in it gets no answer, and is on its way for long:
    /// it arrives once something has been answered with `until`. Those after it arrive at once, and are answered unless
    /// `all_lost`.
    pub fn delaying(endpoint: &str, of: &'static str, until: &'static str, all_lost: bool) -> Self {
        let target: Arc<str> = target(endpoint).into();
        let (first, late) = (Arc::new(Mutex::new(true)), Arc::new(Mutex::new(None)));
        Self::requests(beside(&target), move |request, text| {
            let (target, first, late) = (target.clone(), first.clone(), late.clone());
            async move {
                let is_one = text.contains(of);
                if is_one && std::mem::take(&mut *first.lock().unwrap()) {
                    *late.lock().unwrap() = Some(request);
                    return Err(Cut);
                }
                let answer = forward(&target, request).await?;
                if String::from_utf8_lossy(answer.body()).contains(until) {
                    let request = late.lock().unwrap().take();
                    if let Some(request) = request {
                        forward(&target, request).await?;
                    }
                }
                match is_one && all_lost {
                    true => Err(Cut),
                    false => Ok(answer.map(body)),
                }
            }
        })
    }

    /// Passes everything on to `endpoint`, but for what `instead` says.
    pub fn mistaking(endpoint: &str, instead: Vec<Instead>) -> Self {
        let target: Arc<str> = target(endpoint).into();
        let left: Mutex<Vec<Instead>> = Mutex::new(instead);
        Self::requests(beside(&target), move |request, text| {
            let target = target.clone();
            let happens = {
                let mut left = left.lock().unwrap();
                for rule in left.iter_mut() {
                    rule.after = rule.after.filter(|what| !text.contains(what));
                }
                let mut open = left.iter_mut().filter(|i| i.after.is_none() && i.times > 0);
                let rule = open.find(|i| text.contains(i.of));
                rule.map(|rule| {
                    rule.times -= 1;
                    rule.happens.clone()
                })
            };
            async move {
                match happens {
                    Some(Happens::Answered { status, headers, body }) => Ok(answer(&status, &headers, &body)),
                    Some(Happens::Cut) => Err(Cut),
                    Some(Happens::Lost) => {
                        let _ = forward(&target, request).await;
                        Err(Cut)
                    }
                    None => passed_on(&target, request).await,
                }
            }
        })
    }
}

/// What the endpoint answers.
pub async fn passed_on(target: &str, request: Request<Bytes>) -> Result<Response<Body>, Cut> {
    Ok(forward(target, request).await?.map(body))
}
