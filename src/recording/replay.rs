//! Answers an account's requests from a recording, in the place of AWS.

use super::exchange::{Exchange, Failure};
use super::format::{Endpoint, Recording};
use super::http::{WEB, asked, error, response};
use super::key::Key;
use super::vocabulary::Vocabulary;
use crate::account::Account;
use crate::course::{CourseFiles, Lab};
use crate::judge::{JudgeError, Judged, Tape, judge_on};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::watch;

/// Where a replayed account believes that its endpoint is. Nobody is asked there.
const NOWHERE: &str = "http://127.0.0.1:9";

/// What a replay came to.
#[derive(Debug)]
pub struct Replayed {
    /// The report, and what it was judged from.
    pub judged: Judged,
    /// Requests that the recording does not hold, by operation.
    pub unmatched: BTreeSet<String>,
}

/// Judges `lab` again, from a recording.
///
/// # Errors
/// When not even the first request is in it, or its options name what the lab does not have.
pub async fn replay(recording: &Recording, files: &CourseFiles, lab: &Lab) -> Result<Replayed, JudgeError> {
    let player = Player::new(recording, files);
    let endpoint = (recording.header.endpoint == Endpoint::Other).then_some(NOWHERE);
    let client = SharedHttpClient::new(player.clone());
    let account = Account::offline(client, endpoint, &recording.header.region);
    let (_keep, stop) = watch::channel(0u8);
    let judged = judge_on(lab, &account, &recording.end.options, &|_| (), stop, Some(&player)).await?;
    let unmatched = player
        .0
        .unmatched
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    Ok(Replayed { judged, unmatched })
}

/// Plays a recording.
#[derive(Debug, Clone)]
struct Player(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    vocabulary: Vocabulary,
    /// AWS's clock at the beginning.
    date: Option<DateTime<Utc>>,
    began: Instant,
    probes: BTreeMap<String, Value>,
    played: Mutex<Vec<Sequence>>,
    unmatched: Mutex<BTreeSet<String>>,
}

/// The answers to one request, in order.
#[derive(Debug)]
struct Sequence {
    key: Key,
    exchanges: Vec<Exchange>,
    /// How many have been given.
    given: usize,
}

impl Sequence {
    /// The next answer; the last one again and again.
    fn next(&mut self) -> Exchange {
        let at = self.given.min(self.exchanges.len() - 1);
        self.given += 1;
        self.exchanges[at].clone()
    }

    /// Whether who asks again sees something else than before.
    fn has_more(&self) -> bool {
        let Some(last) = self.given.checked_sub(1).and_then(|at| self.exchanges.get(at)) else {
            return false;
        };
        last.is_read()
            && self.exchanges[self.given..]
                .iter()
                .any(|next| shown(next) != shown(last))
    }
}

/// What an answer shows, without its own id.
fn shown(exchange: &Exchange) -> Option<(u16, String)> {
    let answer = exchange.answer.as_ref()?;
    let body = match answer.body.split_once("<RequestId>") {
        Some((before, rest)) => before.to_owned() + rest.split_once("</RequestId>").map_or(rest, |(_, after)| after),
        None => answer.body.clone(),
    };
    Some((answer.status, body))
}

impl Player {
    fn new(recording: &Recording, files: &CourseFiles) -> Self {
        let vocabulary = recording.vocabulary(files);
        let mut sequences: Vec<Sequence> = Vec::new();
        let mut by_key: BTreeMap<Key, usize> = BTreeMap::new();
        let mut exchanges: Vec<&Exchange> = recording.exchanges.iter().collect();
        exchanges.sort_by_key(|exchange| exchange.at);
        for exchange in exchanges {
            let key = Key::of(&vocabulary, exchange);
            let index = *by_key.entry(key.clone()).or_insert_with(|| {
                sequences.push(Sequence {
                    key,
                    exchanges: Vec::new(),
                    given: 0,
                });
                sequences.len() - 1
            });
            sequences[index].exchanges.push(exchange.clone());
        }
        let dates = recording
            .exchanges
            .iter()
            .filter_map(|exchange| exchange.answer.as_ref()?.headers.get("date"));
        let date = dates.filter_map(|date| DateTime::parse_from_rfc2822(date).ok()).min();
        Self(Arc::new(Shared {
            vocabulary,
            date: date.map(|date| date.to_utc()),
            began: Instant::now(),
            probes: recording.end.probes.clone(),
            played: Mutex::new(sequences),
            unmatched: Mutex::default(),
        }))
    }

    fn answer(&self, request: &HttpRequest) -> Option<Exchange> {
        let asked = asked(request);
        let vocabulary = &self.0.vocabulary;
        let key = Key::of(vocabulary, &asked);
        let mut played = self.0.played.lock().unwrap_or_else(PoisonError::into_inner);
        let exact = played.iter().position(|sequence| sequence.key == key);
        let similar = || {
            let fits = |sequence: &Sequence| sequence.key.stands_for(&key, vocabulary);
            let unplayed = played.iter().position(|sequence| sequence.given == 0 && fits(sequence));
            unplayed.or_else(|| played.iter().position(fits))
        };
        let found = exact.or_else(similar);
        if let Some(index) = found {
            return Some(played[index].next());
        }
        let operation = asked.request.operation(vocabulary, asked.service != WEB);
        let mut unmatched = self.0.unmatched.lock().unwrap_or_else(PoisonError::into_inner);
        unmatched.insert(format!("{} {operation}", asked.service));
        None
    }

    fn date(&self) -> Option<String> {
        let elapsed = chrono::Duration::from_std(self.0.began.elapsed()).ok()?;
        Some((self.0.date? + elapsed).format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }
}

impl Tape for Player {
    fn probe_values(&self, step: &str, fresh: Value) -> Value {
        self.0.probes.get(step).cloned().unwrap_or(fresh)
    }

    fn is_over(&self) -> bool {
        let played = self.0.played.lock().unwrap_or_else(PoisonError::into_inner);
        !played.iter().any(Sequence::has_more)
    }
}

impl HttpClient for Player {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Player {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = match self.answer(&request) {
            None => Err(ConnectorError::user("the recording does not hold this request".into())),
            Some(Exchange {
                answer: Some(answer), ..
            }) => response(&answer, self.date().as_deref()),
            Some(Exchange { failure, .. }) => Err(error(failure.unwrap_or(Failure::Other))),
        };
        HttpConnectorFuture::ready(answer)
    }
}
