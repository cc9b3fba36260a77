//! A check in a time of its own: to open a connection takes one round trip, to be answered another, and the program's work
//! takes none. So how many round trips a check takes, and which calls waited for which, does not depend on the machine.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use edemlab::account::Account;
use edemlab::course::Lab;
use edemlab::judge::{JudgeError, Judged, Options, judge};
use http_body_util::BodyExt;
use tokio::sync::{Notify, oneshot, watch};

/// Which requests go to one host, and so may share a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosts {
    /// All of them, as in the sandbox.
    One,
    /// Those of one service, and with S3 of one bucket, as on AWS.
    EachService,
}

/// How long a check took.
#[derive(Debug)]
pub struct Pace {
    pub round_trips: usize,
    /// The calls and connections of which each waited for the one before, up to the last.
    pub chain: Vec<String>,
    /// All calls, in the order in which they were sent.
    pub calls: Vec<String>,
    pub connections: usize,
}

type Answer = Result<HttpResponse, ConnectorError>;

/// A request, and when it is answered.
struct Asked {
    name: String,
    host: String,
    answer: Option<Answer>,
    release: Option<oneshot::Sender<Answer>>,
    /// The number of the request whose answer it waited for.
    after: Option<usize>,
    connects: bool,
    ends: usize,
}

#[derive(Default)]
struct Line {
    asked: Mutex<Vec<Asked>>,
    answered: Notify,
}

/// Judges `lab` in `account` without sending events.
pub async fn paced(lab: &Lab, account: &Account, hosts: Hosts) -> (Result<Judged, JudgeError>, Pace) {
    let line = Arc::new(Line::default());
    let account = account.through(|client| {
        SharedHttpClient::new(Paced {
            client,
            line: line.clone(),
            hosts,
        })
    });
    let options = Options {
        no_probe: true,
        ..Options::default()
    };
    let (_keep, stop) = watch::channel(0u8);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let mut judging = pin!(judge(lab, &account, &options, &|_| (), stop));
    let mut clock = Clock::default();
    let judged = loop {
        woken.0.store(false, Ordering::SeqCst);
        if let Poll::Ready(judged) = judging.as_mut().poll(&mut Context::from_waker(&waker)) {
            break judged;
        }
        tokio::task::yield_now().await;
        if woken.0.load(Ordering::SeqCst) {
            continue;
        }
        // It waits for nothing but answers.
        clock.begin(&line);
        match clock.next(&line) {
            Some(number) => clock.release(&line, number).await,
            // Or for its own clock.
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    };
    let pace = clock.pace(&line);
    (judged, pace)
}

/// The time that passes.
#[derive(Default)]
struct Clock {
    now: usize,
    last: Option<usize>,
    /// How many of the requests have begun.
    begun: usize,
    /// For each host, when each of its connections is free.
    connections: HashMap<String, Vec<usize>>,
}

impl Clock {
    /// Begins what has been asked since the last answer.
    fn begin(&mut self, line: &Line) {
        let mut all = line.asked.lock().unwrap();
        for asked in &mut all[self.begun..] {
            let of_host = self.connections.entry(asked.host.clone()).or_default();
            let free = of_host.iter().position(|free| *free <= self.now);
            asked.after = self.last;
            asked.connects = free.is_none();
            asked.ends = self.now + 1 + usize::from(free.is_none());
            match free {
                Some(connection) => of_host[connection] = asked.ends,
                None => of_host.push(asked.ends),
            }
        }
        self.begun = all.len();
    }

    /// The request that is answered next.
    fn next(&self, line: &Line) -> Option<usize> {
        let all = line.asked.lock().unwrap();
        let open = all.iter().enumerate().filter(|(_, asked)| asked.release.is_some());
        open.min_by_key(|(number, asked)| (asked.ends, *number)).map(|(n, _)| n)
    }

    async fn release(&mut self, line: &Line, number: usize) {
        loop {
            {
                let mut all = line.asked.lock().unwrap();
                let asked = &mut all[number];
                if let Some(answer) = asked.answer.take() {
                    self.now = asked.ends;
                    self.last = Some(number);
                    // Nobody may wait for it any more.
                    let _ = asked.release.take().expect("it is open").send(answer);
                    return;
                }
            }
            line.answered.notified().await;
        }
    }

    fn pace(self, line: &Line) -> Pace {
        let all = line.asked.lock().unwrap();
        let (mut chain, mut at) = (Vec::new(), self.last);
        while let Some(asked) = at.map(|number| &all[number]) {
            chain.push(asked.name.clone());
            if asked.connects {
                chain.push(match asked.host.as_str() {
                    "" => "connect".to_owned(),
                    host => format!("connect to {host}"),
                });
            }
            at = asked.after;
        }
        chain.reverse();
        Pace {
            round_trips: self.now,
            chain,
            calls: all.iter().map(|asked| asked.name.clone()).collect(),
            connections: self.connections.values().map(Vec::len).sum(),
        }
    }
}

#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Asks at once, and hands each answer on when its time has come.
struct Paced {
    client: SharedHttpClient,
    line: Arc<Line>,
    hosts: Hosts,
}

struct PacedConnector {
    connector: SharedHttpConnector,
    line: Arc<Line>,
    hosts: Hosts,
}

impl std::fmt::Debug for Paced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Paced")
    }
}

impl std::fmt::Debug for PacedConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PacedConnector")
    }
}

impl HttpClient for Paced {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(PacedConnector {
            connector: self.client.http_connector(settings, components),
            line: self.line.clone(),
            hosts: self.hosts,
        })
    }
}

impl HttpConnector for PacedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (service, name) = named(&request);
        let (release, released) = oneshot::channel();
        let mut all = self.line.asked.lock().unwrap();
        let number = all.len();
        all.push(Asked {
            host: match self.hosts {
                Hosts::One => String::new(),
                Hosts::EachService => host(&service, &request),
            },
            name,
            answer: None,
            release: Some(release),
            after: None,
            connects: false,
            ends: 0,
        });
        drop(all);
        let (answer, line) = (self.connector.call(request), self.line.clone());
        tokio::spawn(async move {
            let answer = match answer.await {
                Ok(answer) => Ok(whole(answer).await),
                Err(error) => Err(error),
            };
            line.asked.lock().unwrap()[number].answer = Some(answer);
            line.answered.notify_one();
        });
        HttpConnectorFuture::new(async move { released.await.expect("it is released") })
    }
}

/// An answer whose body has come.
async fn whole(answer: HttpResponse) -> HttpResponse {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.into_body().collect().await.expect("the sandbox's whole answer");
    let mut whole = HttpResponse::new(status, SdkBody::from(body.to_bytes()));
    *whole.headers_mut() = headers;
    whole
}

/// The service that a request is signed for, and what it asks.
fn named(request: &HttpRequest) -> (String, String) {
    let header = |name: &str| request.headers().get(name).unwrap_or_default();
    let scope = header("authorization").split_once("Credential=");
    let service = scope.and_then(|(_, scope)| scope.split('/').nth(3)).unwrap_or("web");
    let form = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
    let action = form.strip_prefix("Action=").and_then(|rest| rest.split('&').next());
    let name = match (header("x-amz-target").rsplit_once('.'), action) {
        (Some((_, operation)), _) => operation.to_owned(),
        (None, Some(action)) => action.to_owned(),
        (None, None) => format!("{service} {} {}", request.method(), path(request)),
    };
    (service.to_owned(), name)
}

fn host(service: &str, request: &HttpRequest) -> String {
    let bucket = path(request).split('/').nth(1).unwrap_or_default();
    match (service, bucket) {
        ("s3", bucket) if !bucket.is_empty() => format!("{bucket}.s3"),
        ("web", _) => request.headers().get("host").unwrap_or("web").to_owned(),
        (service, _) => service.to_owned(),
    }
}

fn path(request: &HttpRequest) -> &str {
    let uri = request.uri();
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    path.split('?').next().unwrap_or_default()
}
