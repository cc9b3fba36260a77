//! Stands between an account and its HTTP client, and keeps what passes, hidden at once.

use super::exchange::{Answer, Exchange, Failure};
use super::format::{End, Endpoint, Header, Recording};
use super::http::{WEB, answered, asked, failed};
use super::pieces::Reader;
use super::pseudonym::Pseudonyms;
use super::vocabulary::Vocabulary;
use super::{body, format};
use crate::account::Account;
use crate::course::CourseFiles;
use crate::judge::{Judged, Options, Tape};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Records what an account is asked and answers. Nothing is kept in memory before it is hidden.
#[derive(Debug, Clone)]
pub struct Recorder(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    began: Instant,
    started: DateTime<Utc>,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    pseudonyms: Pseudonyms,
    exchanges: Vec<Exchange>,
}

impl Recorder {
    /// Nothing is recorded yet. Pseudonyms follow from a key of the system's own, which nobody keeps.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn new(files: &CourseFiles) -> std::io::Result<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(std::io::Error::other)?;
        let started = Utc::now();
        Ok(Self(Arc::new(Shared {
            began: Instant::now(),
            started,
            kept: Mutex::new(Kept {
                pseudonyms: Pseudonyms::new(key, Vocabulary::of(files, started)),
                exchanges: Vec::new(),
            }),
        })))
    }

    /// The same account, each of whose exchanges is recorded from now on.
    pub fn around(&self, account: &Account) -> Account {
        account.through(|client| {
            SharedHttpClient::new(RecordingClient {
                client,
                recorder: self.clone(),
            })
        })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was recorded, and what was judged of it in `account`.
    pub fn finish(&self, judged: &Judged, account: &Account, files: &CourseFiles) -> Recording {
        let mut kept = self.kept();
        let Kept { pseudonyms, exchanges } = &mut *kept;
        let mut exchanges = exchanges.clone();
        exchanges.sort_by_key(|exchange| exchange.at);
        let probes = judged.evidence.probes.iter().map(|(step, probe)| {
            let hidden = body::body(pseudonyms, &probe.values.to_string());
            (step.clone(), serde_json::from_str(&hidden).unwrap_or_default())
        });
        let probes = probes.collect();
        let options = &judged.evidence.options;
        let uses = options
            .uses
            .iter()
            .map(|(name, of)| (name.clone(), pseudonyms.text(of)));
        let options = Options {
            uses: uses.collect(),
            ..options.clone()
        };
        Recording {
            header: Header {
                schema: format::SCHEMA.to_owned(),
                tool: judged.report.tool.clone(),
                lab: judged.report.lab.clone(),
                rules: files.digest_of(&judged.report.lab),
                region: account.region().to_owned(),
                started: self.0.started.to_rfc3339_opts(SecondsFormat::Millis, true),
                endpoint: match account.has_custom_endpoint() {
                    true => Endpoint::Other,
                    false => Endpoint::Aws,
                },
                fault: None,
            },
            exchanges,
            end: End::of(&judged.report, options, probes, judged.evidence.stopped),
        }
    }

    fn add(&self, mut exchange: Exchange, answer: Result<Answer, Failure>) {
        let mut kept = self.kept();
        let Kept { pseudonyms, exchanges } = &mut *kept;
        exchange.request = exchange.request.read(pseudonyms);
        exchange.operation = exchange
            .request
            .operation(pseudonyms.vocabulary(), exchange.service != WEB);
        match answer {
            Ok(answer) => exchange.answer = Some(answer.read(pseudonyms)),
            Err(failure) => exchange.failure = Some(failure),
        }
        exchanges.push(exchange);
    }
}

impl Tape for Recorder {
    fn probe_values(&self, _: &str, fresh: Value) -> Value {
        // Drawn by chance, and counted on from: nobody's, and a replay has to know it.
        if let Some(number) = fresh["number"].as_u64() {
            self.kept().pseudonyms.keep_drawn(number);
        }
        fresh
    }
}

#[derive(Debug)]
struct RecordingClient {
    client: SharedHttpClient,
    recorder: Recorder,
}

#[derive(Debug)]
struct RecordingConnector {
    connector: SharedHttpConnector,
    recorder: Recorder,
}

impl HttpClient for RecordingClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(RecordingConnector {
            connector: self.client.http_connector(settings, components),
            recorder: self.recorder.clone(),
        })
    }
}

impl HttpConnector for RecordingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut under_way = UnderWay::new(&self.recorder, &request);
        let answer = self.connector.call(request);
        HttpConnectorFuture::new(async move {
            let mut response = match answer.await {
                Ok(response) => response,
                Err(error) => {
                    under_way.end(Err(failed(&error)));
                    return Err(error);
                }
            };
            let body = std::mem::replace(response.body_mut(), SdkBody::taken());
            match ByteStream::new(body).collect().await {
                Ok(bytes) => {
                    let bytes = bytes.into_bytes();
                    under_way.end(Ok(answered(&response, &bytes)));
                    *response.body_mut() = SdkBody::from(bytes);
                    Ok(response)
                }
                Err(error) => {
                    under_way.end(Err(Failure::Connection));
                    Err(ConnectorError::io(error.into()))
                }
            }
        })
    }
}

/// A request that waits for its answer. Whoever gives up waiting drops it: that is recorded too.
struct UnderWay {
    recorder: Recorder,
    began: Instant,
    exchange: Option<Exchange>,
}

impl UnderWay {
    fn new(recorder: &Recorder, request: &HttpRequest) -> Self {
        let mut exchange = asked(request);
        exchange.at = milliseconds(recorder.0.began.elapsed());
        Self {
            recorder: recorder.clone(),
            began: Instant::now(),
            exchange: Some(exchange),
        }
    }

    fn end(&mut self, answer: Result<Answer, Failure>) {
        if let Some(mut exchange) = self.exchange.take() {
            exchange.took = milliseconds(self.began.elapsed());
            self.recorder.add(exchange, answer);
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.end(Err(Failure::Timeout));
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
